"""Judges notebooks, several at once if asked to from several threads, each in a worker of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from autograder.job import Job, Result
from autograder.judge.errors import JudgeError
from autograder.judge.notebook import Notebook, Worker
from autograder.judge.turn import Turn
from autograder.worker.handle import ZygoteError


class Zygote(Protocol):
    """What is used of :class:`autograder.worker.handle.ZygoteHandle`."""

    jail: dict[str, Any]

    def fork(self) -> Worker:
        """A new worker. Raises ZygoteError."""

    def close(self) -> None:
        """End it and all its workers."""


class Judge:
    """Judges notebooks with the workers of one zygote."""

    def __init__(self, zygote: Zygote, turn: Turn | None = None) -> None:
        self.zygote = zygote
        self.turn = turn or Turn()

    def judge(self, job: Job) -> Result:
        """Run a notebook and judge it. Nothing that its worker does is an error.

        Raises:
            JudgeError: no worker could be had, or the zygote is gone; the same job may be tried again with another one.
        """
        try:
            worker = self.zygote.fork()
        except ZygoteError as error:
            raise JudgeError(str(error)) from error
        result = Notebook(job, worker, self.turn).judge()
        return replace(result, sandbox=str(self.zygote.jail["name"]), lacks=tuple(self.zygote.jail["lacks"]))


class Court:
    """A judge whose zygote is replaced when it dies: a job that saw that happen is tried once more."""

    def __init__(self, start: Callable[[], Zygote]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._turn = Turn()
        self._judge = Judge(start(), self._turn)

    @property
    def jail(self) -> dict[str, Any]:
        """What the workers are jailed in."""
        return self._judge.zygote.jail

    def judge(self, job: Job) -> Result:
        """As :meth:`Judge.judge`."""
        judge = self._judge
        try:
            return judge.judge(job)
        except JudgeError:
            return self._renewed(judge).judge(job)

    def _renewed(self, broken: Judge) -> Judge:
        """A judge with a new zygote, unless another thread has seen to that already."""
        with self._lock:
            if self._judge is broken:
                broken.zygote.close()
                try:
                    self._judge = Judge(self._start(), self._turn)
                except ZygoteError as error:
                    raise JudgeError(f"the zygote died and could not be started again: {error}") from error
            return self._judge

    def close(self) -> None:
        """End the zygote and all workers."""
        self._judge.zygote.close()
