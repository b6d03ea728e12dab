"""Run one cell and say what became of it."""

from __future__ import annotations

import asyncio
import builtins
import signal
import sys
from contextlib import suppress
from typing import Any

from autograder.worker.guard import Guard
from autograder.worker.outputs import Outputs, Stream
from autograder.worker.shell import ZMQInteractiveShell


class Runner:
    """The shell, what it puts out, and the guard that watches over the libraries."""

    def __init__(self, shell: ZMQInteractiveShell, outputs: Outputs, guard: Guard) -> None:
        self.shell = shell
        self.outputs = outputs
        self.guard = guard
        self.careful = False
        shell.heal, shell.mend = guard.heal, guard.mend
        self.streams = Stream(outputs, "stdout", 1), Stream(outputs, "stderr", 2)

    def run(self, source: str, graded: bool, seconds: float, count: int | None = None) -> dict[str, Any]:
        """Run a cell. Whatever it does, short of ending the process, there is an answer.

        Args:
            source: its code.
            graded: whether points depend on it: the libraries are put back as they were before it runs.
            seconds: how long it may take.
            count: its number; left out, one more than the last one's.
        """
        tampered = self.before_graded() if graded else []
        self._begin(seconds)
        if count is not None:
            self._number(count)
        succeeded = self._execute(source)
        self.careful = self.careful or "builtins" in source or "json" in source
        if self.careful or not succeeded:  # not always: whatever is only looked at costs a forked process memory
            self.guard.mend()
        _silence()
        self._flush()
        if graded:
            tampered += [sentence for sentence in self.guard.restore() if sentence not in tampered]
        shell, facts = self.shell, self.outputs.facts
        failed = not succeeded or shell.failed is not None or facts.error
        return {
            "status": "error" if failed else "exit" if shell.exit_now else "ok",
            "outputs": self.outputs.finish(),
            "count": shell.execution_count - 1,
            "value": facts.value,
            "stderr": facts.stderr,
            "cut": bool(self.outputs.dropped),
            "tampered": tampered,
        }

    def before_graded(self) -> list[str]:
        """Put the libraries back as they were before any student code; says what had been replaced."""
        self.connect()
        return self.guard.restore()

    def connect(self) -> None:
        """Let everything that Python prints come to us."""
        sys.stdout, sys.stderr = self.streams
        for stream in self.streams:
            vars(stream).pop("write", None)
        vars(builtins)["input"] = self.shell.raw_input

    def _begin(self, seconds: float) -> None:
        self.outputs.begin()
        shell = self.shell
        shell.failed, shell.exit_now = None, False
        shell.clock.start(seconds)
        shell.display_trap._nested_level = shell.builtin_trap._nested_level = 0
        sys.displayhook = shell.displayhook

    def _number(self, count: int) -> None:
        """Let the cell have this number; those in between were not run here."""
        self.shell.execution_count = count
        history = self.shell.history_manager
        for inputs in (history.input_hist_parsed, history.input_hist_raw):
            inputs.extend([""] * (count - len(inputs)))

    def _execute(self, source: str) -> bool:
        if "async" in source or "await" in source:
            self.shell.use_loop()
        asyncio._set_running_loop(self.shell.loop)
        try:
            result = self.shell.run_cell(source, store_history=True)
            return bool(result is not None and result.success)
        except BaseException as error:  # IPython's own parts, interrupted or broken by the cell
            self.shell.failed = error
            self.shell.show(error)
            return False
        finally:
            asyncio._set_running_loop(None)

    def _flush(self) -> None:
        for stream in (sys.__stdout__, sys.__stderr__):
            with suppress(BaseException):
                stream.flush()  # type: ignore[union-attr]


def _silence() -> None:
    """Between cells nothing may interrupt us: timers that a cell has set are off, signals that it has blocked come again."""
    for timer, number in (
        (signal.ITIMER_REAL, signal.SIGALRM),
        (signal.ITIMER_VIRTUAL, signal.SIGVTALRM),
        (signal.ITIMER_PROF, signal.SIGPROF),
    ):
        signal.setitimer(timer, 0)
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
