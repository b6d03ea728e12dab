"""The time that a cell may take."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from dlteach.checking.limits import Budget, TimeUp

__all__ = ["Clock", "TimeUp"]


class Clock:
    """Seconds on the wall for one cell. ``boundary`` is the file whose own frames are never interrupted, only what they call."""

    def __init__(self, boundary: str) -> None:
        self.boundary = boundary
        self.running = False
        self.start(1.0)

    def start(self, seconds: float) -> None:
        """A new cell. What is left of an earlier one is forgotten."""
        self.seconds = seconds
        self.budget = Budget()
        self.budget.cpu, self.budget.wall = math.inf, seconds
        self.running = False

    @property
    def spent(self) -> bool:
        """Whether the time was up."""
        return self.budget.spent

    def grace(self, seconds: float) -> Clock:
        """The clock itself while more than so many seconds are left; else one that has so many."""
        if self.running or self.budget.wall > seconds:
            return self
        other = Clock(self.boundary)
        other.start(seconds)
        return other

    @contextmanager
    def limit(self) -> Iterator[None]:
        """Run the block under what is left; within another such block this one changes nothing. Raises TimeUp in it."""
        if self.running:
            yield
            return
        self.running = True
        try:
            with self.budget.limit(self.boundary):
                yield
        finally:
            self.running = False
