"""What an exercise *is*: plain data, no behaviour.

An :class:`Exercise` says what is asked, on which inputs the answer is tried (:class:`Case`), how points are shared
(:class:`Criterion`), and which wrong ideas are known (:class:`Misconception`). The rest of this package reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

PUBLIC_SEED = 0

Function = Callable[..., Any]
Functions = Mapping[str, Function]
"""Functions by name: a student's, or ours."""


@dataclass(frozen=True)
class Case:
    """One call to try: the arguments, in order, and what kind of case it is.

    ``args`` maps parameter names to plain data (numbers, arrays, tuples, dicts of them) or to a
    :class:`~dlteach.checking.callables.Named` function. ``kind`` is one of ``smallest`` (the smallest input that can fail),
    ``generic`` (all sizes different, random numbers), ``one`` (a batch of one) and ``extreme``; an author may add kinds.
    ``sizes`` gives the letters of the curriculum their values, ``{"N": 3, "D": 4}``, so that a report can say "divided by N".
    """

    args: Mapping[str, Any]
    kind: str = "generic"
    sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Criterion:
    """One thing that earns points by itself.

    ``output`` names a result of the probe (``"dw"``, or ``"grads['w1']"`` inside a dict); None means all of them.
    ``kinds`` restricts it to cases of these kinds; an empty tuple takes every kind that no other criterion names.
    ``after`` names a criterion that must have earned its points first: a constant is not "stable", it is wrong.
    """

    id: str
    says: str
    output: str | None = None
    share: float = 1.0
    kinds: tuple[str, ...] = ()
    after: str | None = None


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that real students give, and what to tell them.

    ``function`` is a plain module-level function with the exercise's signature; its source runs alone after
    ``import numpy as np``. Its name is the id. ``says`` is one sentence on what is wrong; ``hint`` is what to try next. Neither shows
    the right code.
    """

    function: Function
    says: str
    hint: str

    @property
    def id(self) -> str:
        return self.function.__name__


OwnGradient = Callable[[Functions, Case], Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class Exercise:
    """Everything about one function a student writes.

    ``returns`` names the results in order: one name for a function that returns one thing, several for a tuple.
    ``probe`` uses the functions on a case and returns the results; left out, it calls the function named ``name`` with the case's
    arguments. ``needs`` names other exercises whose functions this one may call. ``forbids`` lists dotted names that would defeat it.
    ``own_gradient`` measures, by central differences of the student's *own* forward function, what the gradients should be for it.
    ``rtol`` is relative to the largest absolute value of the expected array.
    """

    name: str
    lesson: str
    points: float
    reference: Function
    cases: Callable[[np.random.Generator], Sequence[Case]]
    returns: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    misconceptions: tuple[Misconception, ...]
    accepted: tuple[Function, ...]
    hints: tuple[str, str, str]
    minutes: int
    difficulty: int
    probe: Callable[[Functions, Case], Any] | None = None
    needs: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    own_gradient: OwnGradient | None = None
    rtol: float = 1e-9

    @property
    def key(self) -> str:
        """The full name, as the graded cell writes it: ``backpropagation.affine_backward``."""
        return f"{self.lesson}.{self.name}"


@dataclass(frozen=True)
class Lesson:
    """A lesson: its number in the course, its name, its title, and its exercises in the order they are met."""

    number: int
    name: str
    title: str
    exercises: tuple[Exercise, ...]

    @property
    def stem(self) -> str:
        """The file name without ending: ``05_backpropagation``."""
        return f"{self.number:02d}_{self.name}"

    def exercise(self, name: str) -> Exercise:
        """The exercise of that name. Raises KeyError with the known names if there is none."""
        found = [exercise for exercise in self.exercises if exercise.name == name]
        if not found:
            raise KeyError(f"lesson {self.name} has no exercise {name!r}; it has {', '.join(names(self.exercises))}")
        return found[0]


def names(exercises: Iterable[Exercise]) -> list[str]:
    """The names of some exercises, in order."""
    return [exercise.name for exercise in exercises]
