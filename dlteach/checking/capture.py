"""Catch what a function prints, warns, and writes to the file descriptors behind Python's back.

nbgrader takes any output on stderr for a failure, so a right answer that warns would earn nothing; caught, it is shown folded in the
report and costs nothing. Only the beginning is kept, however much is written.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import numpy as np

from dlteach.checking.snapshot import printable

LIMIT = 2_000  # characters kept of everything printed
MAX_WARNINGS = 5


class CappedText(io.TextIOBase):
    """A text stream that keeps its first ``LIMIT`` characters and counts the rest."""

    encoding = "utf-8"  # some libraries ask before they print

    def __init__(self) -> None:
        self.kept = ""
        self.dropped = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        text = str(text)
        room = LIMIT - len(self.kept)
        self.kept += printable(text, room) if room > 0 else ""
        self.dropped += max(0, len(text) - max(0, room))
        return len(text)

    def __str__(self) -> str:
        more = f"\n… and {self.dropped} more characters" if self.dropped else ""
        return self.kept + more


@dataclass
class Captured:
    """What came out: ``printed`` holds stdout, stderr and the descriptors behind them; ``warned`` the distinct warnings.

    ``file`` is what the descriptors write to meanwhile, and ``taken`` how much of it is in a stream already.
    """

    stream: CappedText = field(default_factory=CappedText)
    warned: list[str] = field(default_factory=list)
    file: BinaryIO | None = None
    taken: int = 0

    @property
    def printed(self) -> str:
        return str(self.stream).strip()

    def take(self, stream: CappedText) -> None:
        """Put into a stream what has been written to the descriptors since the last time, unless a function has closed the file."""
        if self.file is None:
            return
        with suppress(OSError, ValueError):
            descriptor = self.file.fileno()
            size = os.fstat(descriptor).st_size
            if size != self.taken:
                stream.write(os.pread(descriptor, LIMIT, self.taken).decode(errors="replace"))
                stream.dropped += max(0, size - self.taken - LIMIT)
                self.taken = size


@contextmanager
def captured(descriptors: bool = True) -> Iterator[Captured]:
    """Everything the block prints or warns goes into the yielded object, nothing to the screen.

    Without ``descriptors``, what goes to them behind Python's back is let through: our own functions write nothing there.
    What the notebook has set by ``warnings.simplefilter`` or ``np.seterr`` (to stop at every overflow, say) does not hold inside: a
    function is judged the same in every notebook, and what it sets itself is undone.
    """
    result = Captured()
    with ExitStack() as stack:
        if descriptors:
            stack.enter_context(_descriptors(result))
        stack.enter_context(_streams(result.stream))
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(np.errstate(all="warn"))
        stack.enter_context(_no_display())
        _collect(result.warned)
        yield result


@contextmanager
def captured_within(everything: Captured) -> Iterator[Captured]:
    """The same for a block within :func:`captured`, whose ``everything`` stays as it was.

    The descriptors stay turned: to turn them takes longer than all the rest.
    """
    result, outside, shown = Captured(), everything.stream, sys.displayhook
    everything.take(outside)
    with warnings.catch_warnings(), np.errstate(all="warn"):
        _collect(result.warned)
        sys.stdout = sys.stderr = result.stream
        vars(outside)["write"] = result.stream.write  # for whoever holds on to it
        try:
            yield result
        finally:
            vars(outside).pop("write", None)
            sys.stdout, sys.stderr, sys.displayhook = outside, outside, shown
            everything.take(result.stream)


@contextmanager
def _streams(stream: CappedText) -> Iterator[None]:
    """Swap ``sys.stdout`` and ``sys.stderr``; what still holds the old ones (a logger, say) writes to ``stream`` too."""
    old = sys.stdout, sys.stderr
    with ExitStack() as restore:
        for item in old:
            _reroute(item, stream, restore)
        sys.stdout = sys.stderr = stream
        try:
            yield
        finally:
            sys.stdout, sys.stderr = old


def _reroute(old: Any, stream: CappedText, restore: ExitStack) -> None:
    """Let a stream object itself write to another one. One built into C cannot: its descriptor is caught instead."""
    with suppress(AttributeError, TypeError):
        own = vars(old).get("write")
        old.write = stream.write
        if own is None:
            restore.callback(delattr, old, "write")
        else:
            restore.callback(setattr, old, "write", own)


@contextmanager
def _descriptors(result: Captured) -> Iterator[None]:
    """Point file descriptors 1 and 2 at a temporary file, then keep its beginning."""
    for item in (sys.stdout, sys.stderr):
        with suppress(Exception):
            item.flush()
    try:
        result.file = _scratch()
    except OSError:  # a jail in which no file can be had keeps what is written there by itself
        yield
        return
    with ExitStack() as restore:
        restore.callback(_closed, result.file)
        restore.callback(result.take, result.stream)
        for descriptor in (1, 2):
            with suppress(OSError):
                saved = os.dup(descriptor)
                restore.callback(os.close, saved)
                restore.callback(os.dup2, saved, descriptor)
                os.dup2(result.file.fileno(), descriptor)
        yield


def _closed(file: BinaryIO) -> None:
    """Close a file, unless a function has closed what was not its own."""
    with suppress(OSError):
        file.close()


def _scratch() -> BinaryIO:
    """A file that nobody else sees: in memory where there is such a thing and it is allowed, otherwise a temporary one."""
    if hasattr(os, "memfd_create"):
        with suppress(OSError):
            return os.fdopen(os.memfd_create("captured"), "w+b")
    return cast(BinaryIO, tempfile.TemporaryFile())


def _collect(messages: list[str]) -> None:
    """Note the first few distinct warnings, until ``warnings.catch_warnings`` ends."""

    def note(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        text = printable(f"{category.__name__}: {message}", LIMIT)
        if text not in messages and len(messages) < MAX_WARNINGS:
            messages.append(text)

    warnings.simplefilter("always")
    warnings.showwarning = note


@contextmanager
def _no_display() -> Iterator[None]:
    """A function that displays something must not put it among the cell's results, where nbgrader looks for the points."""
    old = sys.displayhook
    sys.displayhook = lambda _value: None
    try:
        yield
    finally:
        sys.displayhook = old
