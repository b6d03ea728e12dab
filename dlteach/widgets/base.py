"""The widget: a trace, a view of it, and the conversation with the browser.

The browser gets the whole trace at once and plays it by itself; Python is asked only when a knob is turned. Its side is in `browser/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from dlteach.traces import OwnFunctionError, Trace
from dlteach.traces.own import name_of
from dlteach.widgets.view import View

BROWSER = Path(__file__).parent / "browser"
MODULE_PARTS = ("data.js", "draw.js", "marks.js", "graph.js", "controls.js", "share.js", "main.js")
"""The browser's side in reading order. Joined they are one ES module: a widget is loaded as one text, so it cannot import its own files."""

Own = Mapping[str, Callable[..., Any] | Mapping[str, Callable[..., Any]] | None]


def browser_module() -> str:
    """The ES module, as text. (A path would be watched by anywidget, and every widget kept alive by the watcher.)"""
    return "\n".join((BROWSER / part).read_text(encoding="utf-8") for part in MODULE_PARTS)


class TraceWidget(anywidget.AnyWidget):
    """Shows a trace, and records a new one when a knob is turned.

    Args:
        name: the function that made this widget, for *Copy as Python*: "explore_descent".
        record: gives the trace for the present parameters: `record(**own, **params)`.
        view: what to show of it.
        params: the parameters by name; the knobs and what can be dragged change them. Plain JSON.
        own: the learner's functions by name of argument; None where ours is to be used. If one of them fails, the widget
            says so and shows ours.

    Traits to read and set: `t` (the frame shown), `params`, `answer` (what the learner predicted, None before).
    """

    _esm = browser_module()
    _css = (BROWSER / "style.css").read_text(encoding="utf-8")

    params = traitlets.Dict().tag(sync=True)
    t = traitlets.Int(0).tag(sync=True)
    answer = traitlets.Any(None, allow_none=True).tag(sync=True)
    _view = traitlets.Dict().tag(sync=True)
    _trace = traitlets.Dict().tag(sync=True)
    _data = traitlets.Bytes(b"").tag(sync=True)
    _question = traitlets.Dict(None, allow_none=True).tag(sync=True)
    _code = traitlets.Unicode("").tag(sync=True)
    _problem = traitlets.Unicode("").tag(sync=True)
    _page = traitlets.Unicode((BROWSER / "page.html").read_text(encoding="utf-8")).tag(sync=True)
    _request = traitlets.Int(0).tag(sync=True)  # counts what the browser asked for …
    _seq = traitlets.Int(0).tag(sync=True)  # … and which of that has been answered; sent last, so the browser redraws once

    def __init__(self, name: str, record: Callable[..., Trace], view: View, params: Mapping[str, Any], own: Own | None = None) -> None:
        self.name = name
        self.view = view
        self._record = record
        self._own = {key: function for key, function in (own or {}).items() if function is not None}
        super().__init__(params=dict(params), _view=view.as_json())
        self._show(0)

    @traitlets.observe("_request")
    def _turned(self, change: Any) -> None:
        """A knob was turned, or something dragged: the browser has set `params` and counted up."""
        try:
            self._show(change.new)
        except ValueError as error:
            self._problem = str(error)
            self._seq = change.new

    def set(self, **params: Any) -> None:
        """Turn knobs from Python: `widget.set(lr=0.3)`. Raises ValueError if there is no such parameter, or the value makes no sense."""
        unknown = sorted(set(params) - set(self.params))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no parameter of this widget; it has {', '.join(self.params)}.")
        before = self.params
        self.params = {**before, **params}
        try:
            self._show(self._seq + 1)
        except ValueError:
            self.params = before
            raise

    @property
    def trace(self) -> Trace:
        """What is shown."""
        return self._recorded

    def _show(self, seq: int) -> None:
        """Record with the present parameters, and send all that changed as one message."""
        problem = ""
        try:
            trace = self._record(**self._own, **self.params)
        except OwnFunctionError as error:
            trace = self._record(**self.params)
            problem = f"{error} This is ours."
        layout, data = trace.pack()
        question = self.view.ask(trace)
        self._recorded = trace
        with self.hold_sync():
            self._trace, self._data = layout, data
            self._question = question
            self._problem = problem
            self._code = self._as_python()
            self.t = min(self.t, len(trace) - 1)
            self._seq = seq

    def _as_python(self) -> str:
        """The call that makes this widget as it is now."""
        arguments = [f"{key}={value!r}" for key, value in self.params.items()]
        for key, function in self._own.items():
            if isinstance(function, Mapping):
                arguments.append(f"{key}={{{', '.join(f'{part!r}: {name_of(each)}' for part, each in function.items())}}}")
            else:
                arguments.append(f"{key}={name_of(function)}")
        return f"{self.name}({', '.join(arguments)})"
