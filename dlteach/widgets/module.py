"""The browser's side, as the one text in which it travels."""

from __future__ import annotations

from pathlib import Path

BROWSER = Path(__file__).parent / "browser"
PARTS = ("data.js", "draw.js", "marks.js", "graph.js", "controls.js", "share.js", "main.js")
"""In reading order. Joined they are one ES module: a widget is loaded as one text, so it cannot import files of its own."""
MAX_MODULE_BYTES = 40 * 1024
"""Every widget carries the module with it, so it stays small."""


def browser_module() -> str:
    """The ES module, as text: the files one after the other, without indentation and without the lines that are only comment.

    (A text and not a path: a path would be watched by anywidget, and every widget kept alive by the watcher.)
    """
    return "".join(_code(path.read_text(encoding="utf-8")) for path in (BROWSER / part for part in PARTS))


def _code(source: str) -> str:
    """The lines of a file that a browser needs. A comment must have its lines to itself; no text may go over the end of a line."""
    lines, inside = [], False
    for line in map(str.strip, source.splitlines()):
        inside = inside or line.startswith("/*")
        if line and not inside and not line.startswith("//"):
            lines.append(line + "\n")
        inside = inside and not line.endswith("*/")
    return "".join(lines)
