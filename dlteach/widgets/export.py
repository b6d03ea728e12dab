"""A widget as a page of its own: one file that needs no network and no Python, and still moves."""

from __future__ import annotations

import base64
import json
import os
import re
from html import escape
from pathlib import Path
from typing import Any

STATE = ("params", "t", "answer", "_view", "_page", "_trace", "_question", "_code", "_problem", "_request", "_seq")
"""The traits that a page needs, beside the arrays: those of `browser/share.js`, which makes the same page in the browser."""


def page(widget: Any) -> str:
    """The page of a widget as it is now: its template, style, module and state in one text.

    Raises:
        ValueError: the state holds a number that is not finite, outside the arrays.
    """
    state = {key: getattr(widget, key) for key in STATE}
    state["_data"] = base64.b64encode(widget._data).decode("ascii")
    parts = {
        "TITLE": escape(widget.view.title),
        "STYLE": widget._css,
        "CAPTION": escape(widget.trace.caption),
        # a "<" inside could end the script it stands in; as an escape it is the same to JSON
        "STATE": json.dumps(state, allow_nan=False).replace("<", "\\u003c"),
        "MODULE": widget._esm,
    }
    # in one go: the module names the placeholders too
    return re.sub(r"%(TITLE|STYLE|CAPTION|STATE|MODULE)%", lambda found: parts[found[1]], widget._page)


def write_whole(path: Path, text: str) -> None:
    """Write a file, or leave what was there: never half of it.

    Raises:
        FileNotFoundError: the folder does not exist.
        IsADirectoryError: path is a folder.
    """
    path = path.resolve()  # through a link, to where it leads: the link stays
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path is {path}; there is no folder {path.parent}. Make it first, or choose another.")
    if path.is_dir():
        raise IsADirectoryError(f"path is {path}, which is a folder; it needs to be a file, such as {path / 'widget.html'}.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
