"""Lets go of widgets whose place in the notebook was taken by another.

ipywidgets keeps every widget alive, in the kernel and in the page, until it is closed. A learner runs a cell ten times; nine of the ten
widgets are seen no more, and would stay all the same. JupyterLab says from which cell a program was sent, so a widget that is shown
takes the place of those that an earlier run of the same cell showed.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

_shown: dict[str, tuple[str, WeakSet[Any]]] = {}
"""For each cell: the message that ran it last, and the widgets it showed then."""


def take_place(widget: Any) -> None:
    """A widget is being shown: close those that an earlier run of this cell showed, unless they are shown in another cell too.

    Where nobody says which cell is running (a script, another front end), nothing is closed. A closed widget opens again when it is shown
    again.
    """
    cell, run = _running(widget)
    if not cell:
        return
    before, widgets = _shown.get(cell, (run, WeakSet()))
    if before != run:
        _shown[cell] = (run, WeakSet([widget]))
        elsewhere = {id(each) for _, others in _shown.values() for each in others}
        for each in list(widgets):
            if id(each) not in elsewhere:
                each.close()
    else:
        widgets.add(widget)
        _shown[cell] = (run, widgets)


def _running(widget: Any) -> tuple[str, str]:
    """The cell that is running and the message that runs it; both empty where that isn't known."""
    kernel = getattr(widget.comm, "kernel", None)
    get_parent = getattr(kernel, "get_parent", None)
    parent = get_parent() if get_parent is not None else {}
    try:
        return str(parent["metadata"]["cellId"]), str(parent["header"]["msg_id"])
    except (KeyError, TypeError):
        return "", ""
