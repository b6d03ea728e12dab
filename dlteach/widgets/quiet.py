"""Keeps what a learner's function prints within bounds: it is called hundreds of times, and a flood would drown all else."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Iterator
from typing import TextIO

LEFT_OUT = "\n… (the rest of what was printed is left out)\n"
_one_at_a_time = threading.RLock()


class _Cut(io.TextIOBase):
    """Passes text on, of one thread up to a number of characters, of all others whole."""

    def __init__(self, stream: TextIO, characters: int) -> None:
        self.stream, self.left, self.told = stream, characters, characters == 0
        self.thread = threading.get_ident()

    def write(self, text: str, /) -> int:
        if threading.get_ident() != self.thread:
            return self.stream.write(text)
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
    """Inside, this thread prints at most so many characters to stdout, and as many to stderr; the rest is dropped, and that is said once.

    One thread at a time: newer kernels answer a knob in a thread beside the running cell, and stdout is the same for all.
    """
    with (
        _one_at_a_time,
        contextlib.redirect_stdout(_Cut(sys.stdout, characters)),
        contextlib.redirect_stderr(_Cut(sys.stderr, characters)),
    ):
        yield
