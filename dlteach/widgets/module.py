"""The browser's side, as the one text in which it travels."""

from __future__ import annotations

from pathlib import Path

import rjsmin

BROWSER = Path(__file__).parent / "browser"
PARTS = ("data.js", "draw.js", "marks.js", "graph.js", "controls.js", "share.js", "main.js")
"""In reading order. Joined they are one ES module: a widget is loaded as one text, so it cannot import files of its own."""
MAX_MODULE_BYTES = 40 * 1024
"""Every widget carries the module with it, so it stays small."""


def browser_module() -> str:
    """The ES module, as text: the files one after the other, without comments and blanks. No name is changed.

    (A text and not a path: a path would be watched by anywidget, and every widget kept alive by the watcher.)
    """
    return str(rjsmin.jsmin("\n".join((BROWSER / part).read_text(encoding="utf-8") for part in PARTS)))
