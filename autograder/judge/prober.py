"""Tries a student's function that lives in a worker. Every answer is checked before anything is made of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.judge.errors import Malformed
from autograder.wire.plain import PlainError, pack, text, unpack
from dlteach.checking import Case, Exercise, limits
from dlteach.checking.capture import LIMIT, MAX_WARNINGS
from dlteach.checking.forbidden import forbidden_names
from dlteach.checking.run import NoFunction, Outcome, Run
from dlteach.checking.snapshot import is_number

GRACE = 10.0  # seconds that a worker may be late, on a busy machine, before it is taken for hung
MAX_SENTENCE = 300
MAX_SAID = LIMIT + 100  # characters of what a case printed, with the note of how many more there were

Ask = Callable[[dict[str, Any], float], tuple[dict[str, Any], float]]
"""Sends a question to the worker and waits so many seconds for the answer; returns it, and how long that took."""


class RemoteProber:
    """A :class:`~dlteach.checking.run.Prober` whose functions live in a worker.

    The worker measures what is left of the time; since it may lie, we have a clock of our own besides.
    """

    def __init__(self, exercise: Exercise, ask: Ask) -> None:
        self.exercise = exercise
        self._ask = ask
        self._left = [limits.CPU_SECONDS, limits.WALL_SECONDS]
        self._waited = 0.0

    @property
    def spent(self) -> bool:
        """Whether the time is used up."""
        return min(self._left) <= 0 or self._waited > limits.WALL_SECONDS + GRACE

    def of(self, exercise: Exercise) -> RemoteProber:
        """A prober for another exercise of the same notebook, with a budget of its own."""
        return RemoteProber(exercise, self._ask)

    def run(self, cases: Sequence[Case], ours: Collection[str] = ()) -> Run:
        """Try every case. ``ours`` names functions of the notebook that are replaced by ours meanwhile. Raises NoFunction, Malformed."""
        answer = self._question("probe", cases=[pack(case) for case in cases], ours=list(ours))
        if (missing := answer.get("missing")) is not None:
            raise NoFunction(str(checked(text, missing))[:MAX_SENTENCE])
        run = checked(unpack, answer.get("run"))
        if not isinstance(run, Run) or len(run.outcomes) != len(cases):
            raise Malformed("it answered something else than an outcome for each case")
        for outcome, case in zip(run.outcomes, cases, strict=True):
            believe(outcome, case)
        known = forbidden_names(self.exercise)
        return replace(run, forbidden=tuple(dict.fromkeys(name for name in run.forbidden if name in known)))

    def names_used(self) -> Set[str]:
        """Which exercises of its lesson the function uses, directly or through other functions beside it. Raises Malformed."""
        names = self._question("used").get("names")
        if type(names) is not list or len(names) > 1000:
            raise Malformed("it answered something else than a list of names")
        return {checked(text, name) for name in names}

    def own_gradient(self, case: Case) -> Mapping[str, Any] | None:
        """What the gradients should be for the student's own forward function, or None if that cannot be measured. Raises Malformed."""
        value = checked(unpack, self._question("own_gradient", case=pack(case)).get("value"))
        if not isinstance(value, dict):
            return None
        return {name: item for name, item in value.items() if isinstance(item, np.ndarray) or is_number(item)}

    def _question(self, do: str, **more: Any) -> dict[str, Any]:
        patience = max(limits.WALL_SECONDS - self._waited, 0.0) + GRACE
        answer, seconds = self._ask({"do": do, "exercise": self.exercise.key, "left": self._left, **more}, patience)
        self._waited += seconds
        left = answer.get("left")
        if type(left) is not list or len(left) != 2 or not all(type(value) in (int, float) for value in left):
            raise Malformed("it did not say how much time is left")
        self._left = [min(before, now) if now == now else 0.0 for before, now in zip(self._left, left, strict=True)]
        return answer


def checked(read: Callable[[Any], Any], data: Any) -> Any:
    """What a reader makes of a piece of an answer. Raises Malformed where it is refused."""
    try:
        return read(data)
    except PlainError as error:
        raise Malformed(f"it sent {error}") from error


def believe(outcome: Outcome, case: Case) -> None:
    """Raise Malformed for an outcome that our own prober never makes: a result and a failure, an argument that isn't there, a long text."""
    failure = outcome.failure
    if failure is not None and outcome.value is not None:
        raise Malformed("it sent an outcome with both a result and a failure")
    if not set(outcome.changed) <= set(case.args):
        raise Malformed("it sent a change of an argument that the case does not have")
    texts = [outcome.printed, *outcome.warned, *((failure.type, failure.message, failure.line) if failure else ())]
    if len(outcome.warned) > MAX_WARNINGS or max(map(len, texts)) > MAX_SAID:
        raise Malformed("it sent more words than are ever kept")
