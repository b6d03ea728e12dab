"""Hidden tests stay hidden: their lines are cut from every cell, and outputs that show one of them are held back."""

from __future__ import annotations

import re
from collections.abc import Iterable

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
"""nbgrader looks for these words anywhere in a line, and so do we, but for how they are spaced and spelled."""

NOTE = "# (Hidden tests stood here.)"

_MARKED = re.compile(r"hidden\s+tests", re.IGNORECASE)

_TELLING = 10
"""Characters without spaces that a line needs to be recognised in an output: ``else:`` says nothing about a test."""


def stripped(source: str) -> str:
    """A cell's source without its hidden tests; without an end, they go on to the last line."""
    if not _MARKED.search(source):
        return source
    return "\n".join(kept for kept, _ in _parts(source) if kept is not None)


def hidden_lines(sources: Iterable[str]) -> frozenset[str]:
    """The lines of the hidden tests of many cells, without spaces, as far as they can be recognised."""
    bare = {_bare(line) for source in sources if _MARKED.search(source) for _, line in _parts(source) if line is not None}
    return frozenset(line for line in bare if len(line) >= _TELLING)


def shows(text: str, hidden: frozenset[str]) -> bool:
    """Whether a text holds a hidden line, however it is spaced."""
    if not hidden:
        return False
    bare = _bare(text)
    return any(line in bare for line in hidden)


def _parts(source: str) -> Iterable[tuple[str | None, str | None]]:
    """Every line as (what is kept, what was hidden)."""
    inside = False
    for line in source.split("\n"):
        words = " ".join(line.upper().split())
        if not inside and BEGIN in words:
            inside = True
            yield NOTE, None
        elif inside and END in words:
            inside = False
        elif inside:
            yield None, line
        else:
            yield line, None


def _bare(text: str) -> str:
    return re.sub(r"\s+|\\n", "", text)
