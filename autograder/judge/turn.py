"""Whose turn it is to compute. Trying our own functions swaps the process's standard output, so one thread does so at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turn:
    """A lock that is given up while its holder waits for something outside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> Turn:
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """While this lasts, others may compute."""
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
