"""A time limit that ends even a loop inside a bare ``except:``.

A repeating timer interrupts the function; once its time is up, :class:`TimeUp` is thrown into it. A student who writes
``while True: try: ... except: pass`` swallows that, and the next one too, because the tick nearly always falls inside the ``try``. So one
throw is a volley: many signals become due at the same moment, and Python, which delivers one error at a time, throws the next as soon as
the last was swallowed: inside the ``except``, or on the way back to the top of the loop, where nothing catches it.
"""

from __future__ import annotations

import contextlib
import ctypes
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

CPU_SECONDS = 5.0
WALL_SECONDS = 15.0
TICK = 0.02
VOLLEY = 24  # more nested try blocks than anyone writes


class TimeUp(BaseException):
    """Thrown into a function that has used up its time. Not an Exception, so that ``except Exception`` lets it pass."""


class Budget:
    """What is left of the time for one whole check; several runs can draw on the same budget."""

    def __init__(self, cpu: float | None = None, wall: float | None = None) -> None:
        self.cpu = CPU_SECONDS if cpu is None else cpu
        self.wall = WALL_SECONDS if wall is None else wall
        self.spent = self.cpu <= 0 or self.wall <= 0
        self._watch: _Watch | None = None

    @property
    def available(self) -> bool:
        """Whether this platform and thread have the timer at all (Windows has none; signals reach the main thread only)."""
        return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()

    @contextmanager
    def limit(self, boundary: str) -> Iterator[None]:
        """Run the block under this budget; raises :class:`TimeUp` in it. ``boundary`` is the file whose frames are left alone."""
        if self._watch is None and self.available:
            with self.watched(boundary), self.limit(boundary):
                yield
            return
        watch = self._watch
        if watch is None or not watch.off:  # no timer here, or within another such block
            yield
            return
        watch.start()
        try:
            yield
        finally:
            cpu, wall = watch.stop()
            self.cpu -= cpu
            self.wall -= wall
            self.spent = self.spent or self.cpu <= 0 or self.wall <= 0

    @contextmanager
    def watched(self, boundary: str) -> Iterator[_Watch | None]:
        """Have the timer ready for several :meth:`limit` blocks: to set it up takes longer than most of what they run."""
        if self._watch is not None or not self.available:
            yield self._watch
            return
        watch = self._watch = _Watch(self, boundary)
        previous = signal.signal(signal.SIGALRM, watch.tick)
        outer = signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        try:
            yield watch
        finally:
            signal.setitimer(signal.ITIMER_REAL, *outer)
            watch.disarm()
            signal.signal(signal.SIGALRM, previous)
            self._watch = None


class _Watch:
    """The handler of the repeating timer, and of the volley."""

    def __init__(self, budget: Budget, boundary: str) -> None:
        self.budget = budget
        self.boundary = boundary
        self.replaced: dict[int, Any] = {}
        self.firing = False
        self.off = True

    def start(self) -> None:
        """A block begins. The one before may have set a timer or handler of its own."""
        if signal.getsignal(signal.SIGALRM) != self.tick:
            signal.signal(signal.SIGALRM, self.tick)
        if signal.getitimer(signal.ITIMER_REAL)[1] != TICK:
            signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        self.start_cpu, self.start_wall = time.thread_time(), time.monotonic()
        self.off = False

    def stop(self) -> tuple[float, float]:
        """It has ended: what is already on its way must not be thrown into us. The seconds of processor and of wall that it took."""
        self.off = True
        return self.used()

    def used(self) -> tuple[float, float]:
        return time.thread_time() - self.start_cpu, time.monotonic() - self.start_wall

    def tick(self, _signal: int, frame: FrameType | None) -> None:
        """Look at the clock; if the time is up, let a volley loose on the student's code."""
        if self.off or not self.in_student_code(frame):
            return
        cpu, wall = self.used()
        if cpu < self.budget.cpu and wall < self.budget.wall:
            return
        self.budget.spent = True
        self.arm()
        self.firing = True
        # One call into C marks all of them as due; the first error comes out of this line, the next when that is swallowed.
        deque(map(ctypes.pythonapi.PyErr_SetInterruptEx, self.replaced), maxlen=0)

    def shot(self, _signal: int, frame: FrameType | None) -> None:
        first, self.firing = self.firing, False
        if not self.off and (first or self.in_student_code(frame)):
            raise TimeUp

    def arm(self) -> None:
        if not self.replaced:
            self.replaced = {number: signal.signal(number, self.shot) for number in spare_signals()}

    def disarm(self) -> None:
        if self.replaced:
            time.sleep(0)  # whatever is still due is delivered here, and does nothing
        for number, handler in self.replaced.items():
            signal.signal(number, handler)

    def in_student_code(self, frame: FrameType | None) -> bool:
        """Whether a frame lies inside the boundary file's call, and neither in this file nor on the way out."""
        if frame is None or frame.f_code.co_filename in (self.boundary, contextlib.__file__):
            return False
        while frame is not None and frame.f_code.co_filename not in (self.boundary, __file__):
            frame = frame.f_back
        return frame is not None and frame.f_code.co_filename == self.boundary


def spare_signals() -> list[int]:
    """Signals that nobody uses: the real-time ones on Linux; elsewhere the few that are free."""
    if hasattr(signal, "SIGRTMIN"):
        return list(range(signal.SIGRTMIN + 1, signal.SIGRTMAX))[:VOLLEY]
    return [signal.SIGUSR1, signal.SIGUSR2, signal.SIGVTALRM, signal.SIGPROF]
