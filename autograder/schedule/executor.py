"""What the coordinator asks of whoever runs its jobs: take a job, give back what came of one, stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from autograder.job import Job, Result

CHANCES = 2
"""A job that was alone in a process when it died, this many times, is not tried again."""


@dataclass(frozen=True)
class Broken:
    """A job that can't be run: it broke what it was run in, every time. The others go on."""

    key: str
    reason: str


@dataclass(frozen=True)
class Jailed:
    """What the jail is called where the jobs run, and what it can't stop there (sentences)."""

    name: str
    lacks: tuple[str, ...] = ()


class Executor(Protocol):
    """Runs jobs. ``room`` says how many more it would take now without anything waiting for long."""

    jail: Jailed

    def wait_until_ready(self) -> Jailed:
        """Wait until jobs can be run; says what the jail is there."""

    @property
    def room(self) -> int:
        """How many more jobs to hand over now."""

    @property
    def busy(self) -> int:
        """How many jobs were handed over and haven't come back."""

    def submit(self, job: Job) -> None:
        """Take a job."""

    def receive(self) -> Result | Broken:
        """What came of one job, in whatever order they end. Waits for it. Only to be called while some are ``busy``."""

    def close(self) -> None:
        """Stop, without waiting for what is under way."""
