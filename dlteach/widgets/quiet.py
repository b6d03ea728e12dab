"""Keeps what a learner's function prints within bounds.

It is called hundreds of times for one picture, and a flood would drown the widget's own messages.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import TextIO

LEFT_OUT = "\n… (the rest of what was printed is left out)\n"


class _Cut(io.TextIOBase):
    """Passes text on up to a number of characters."""

    def __init__(self, stream: TextIO, characters: int) -> None:
        self.stream, self.left, self.told = stream, characters, characters == 0

    def write(self, text: str, /) -> int:
        part = text[: self.left]
        self.left -= len(part)
        self.stream.write(part)
        if len(part) < len(text) and not self.told:
            self.told = True
            self.stream.write(LEFT_OUT)
        return len(text)

    def flush(self) -> None:
        self.stream.flush()


@contextlib.contextmanager
def printing(characters: int) -> Iterator[None]:
    """Inside, at most so many characters are printed to stdout, and as many to stderr; the rest is dropped, and that is said once."""
    with contextlib.redirect_stdout(_Cut(sys.stdout, characters)), contextlib.redirect_stderr(_Cut(sys.stderr, characters)):
        yield
