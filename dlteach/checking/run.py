"""What is left of running a student's function: plain data, which can be judged in another process; and whom to ask for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Protocol

from dlteach.checking.exercise import Case, Exercise


@dataclass(frozen=True)
class Failure:
    """How a call ended without a result: ``kind`` is "raised", "stub" or "time"; ``line`` is the student's line."""

    kind: str
    type: str = ""
    message: str = ""
    line: str = ""
    number: int = 0

    @property
    def signature(self) -> tuple[str, str, str]:
        """What two failures must share to be the same mistake."""
        return self.kind, self.type, self.message


@dataclass(frozen=True)
class Outcome:
    """One case: the result as plain data, or the failure; which arguments were changed; whether a second call gave something else;
    what the first call printed and warned."""

    value: Any = None
    failure: Failure | None = None
    changed: tuple[str, ...] = ()
    unstable: bool = False
    printed: str = ""
    warned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """All cases: an outcome each, and what else was seen on the way."""

    outcomes: tuple[Outcome, ...]
    forbidden: tuple[str, ...] = ()
    limited: bool = True
    source: str = field(default="", repr=False)


class NoFunction(Exception):
    """There is nothing to call. The message says in one sentence what there is instead."""


class Prober(Protocol):
    """Tries a student's function of one exercise, wherever that function lives, and brings back plain data.

    Everything asked of one prober draws on one budget of time.
    """

    @property
    def exercise(self) -> Exercise:
        """The exercise whose function is tried."""

    @property
    def spent(self) -> bool:
        """Whether the time is used up."""

    def run(self, cases: Sequence[Case], ours: Collection[str] = ()) -> Run:
        """Try every case. ``ours`` names functions of the notebook that are replaced by ours meanwhile. Raises NoFunction."""

    def names_used(self) -> Set[str]:
        """The global names that the function uses, directly or through other functions beside it."""

    def own_gradient(self, case: Case) -> Mapping[str, Any] | None:
        """What the gradients should be for the student's own forward function, or None if that cannot be measured."""

    def of(self, exercise: Exercise) -> Prober:
        """A prober for another exercise of the same notebook (or the same one), with a budget of its own."""
