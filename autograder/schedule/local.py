"""Runs jobs on this machine, in judge processes that each drive a few jailed workers.

A judge that dies is started again. Which of the jobs that it had in hand is to blame can't be known, so each of them is tried again by
itself, in a judge of its own; the one that kills that one too is given up, and the others are graded.
"""

from __future__ import annotations

import contextlib
import selectors
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.job import Job, Result
from autograder.judge.client import JudgeDied, JudgeProcess
from autograder.schedule.executor import CHANCES, Broken, Jailed

WORKERS_PER_JUDGE = 4
"""Judging takes less than half of the time of running, and a judge does one thing at a time."""
AHEAD = 4
"""Jobs that wait in a judge's queue, so that no worker waits for the coordinator."""


@dataclass
class _Judge:
    process: JudgeProcess
    workers: int
    in_hand: dict[str, Job] = field(default_factory=dict)


class LocalExecutor:
    """Judge processes on this machine.

    Args:
        start: starts a judge with so many workers.
        jobs: how many notebooks run at a time.
    """

    def __init__(self, start: Callable[[int], JudgeProcess], jobs: int) -> None:
        self._start = start
        shares = [min(WORKERS_PER_JUDGE, jobs - first) for first in range(0, jobs, WORKERS_PER_JUDGE)]
        self._judges: list[_Judge] = []
        self._suspects: deque[Job] = deque()
        try:
            for workers in shares:
                self._judges.append(_Judge(start(workers), workers))
        except BaseException:
            self.close()
            raise
        self.jail = Jailed("")

    def wait_until_ready(self) -> Jailed:
        """Wait until the judges have started; says what the jail is."""
        for judge in self._judges:
            judge.process.wait_until_ready()
        self.jail = self._judges[0].process.jail
        return self.jail

    @property
    def room(self) -> int:
        """How many more jobs to hand over now."""
        return sum(max(0, judge.workers + AHEAD - len(judge.in_hand)) for judge in self._judges)

    @property
    def busy(self) -> int:
        """How many jobs were handed over and haven't come back."""
        return sum(len(judge.in_hand) for judge in self._judges) + len(self._suspects)

    def submit(self, job: Job) -> None:
        """Give a job to the judge with the most room."""
        judge = min(self._judges, key=lambda judge: len(judge.in_hand) / judge.workers)
        judge.in_hand[job.key] = job
        with contextlib.suppress(JudgeDied):  # which is noticed, and seen to, when its results are asked for
            judge.process.submit(job)

    def receive(self) -> Result | Broken:
        """What came of one job."""
        while True:
            if not any(judge.in_hand for judge in self._judges):
                return self._try_alone(self._suspects.popleft())
            for judge in self._ready():
                try:
                    result = judge.process.receive()
                except JudgeDied:
                    self._replace(judge)
                    break
                job = judge.in_hand.pop(result.key, None)
                if job is not None and isinstance(result, Broken):
                    self._suspects.append(job)
                elif job is not None:
                    return result

    def close(self) -> None:
        """Stop every judge, and with it its workers."""
        for judge in self._judges:
            judge.process.close()

    def _ready(self) -> list[_Judge]:
        """The judges with something to say."""
        with selectors.DefaultSelector() as selector:
            for judge in self._judges:
                selector.register(judge.process.sock, selectors.EVENT_READ, judge)
            return [key.data for key, _ in selector.select()]

    def _replace(self, judge: _Judge) -> None:
        """Start a judge in the place of a dead one. Its jobs are tried again, each alone."""
        judge.process.close()
        for job in judge.in_hand.values():
            self._suspects.append(job)
        judge.in_hand = {}
        judge.process = self._start(judge.workers)
        judge.process.wait_until_ready()

    def _try_alone(self, job: Job) -> Result | Broken:
        """Run a job in a judge of its own, as often as it has chances."""
        reason = ""
        for _ in range(CHANCES):
            process = self._start(1)
            try:
                process.wait_until_ready()
                process.submit(job)
                answer = process.receive()
                if isinstance(answer, Result):
                    return answer
                reason = answer.reason
            except JudgeDied as died:
                reason = str(died)
            finally:
                process.close()
        return Broken(job.key, f"it ended the process that was to judge it, {CHANCES} times: {reason}")
