"""What the tests of the exercises share: running source code as a notebook cell would, and checking it."""

from __future__ import annotations

import functools
import inspect
import itertools
import linecache
import textwrap
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from dlteach.checking import Exercise, Report, examine
from dlteach.exercises import lessons

EXERCISES = [exercise for lesson in lessons() for exercise in lesson.exercises]
ONE_LINERS = ("quadratic_derivative", "relu_forward", "relu_backward", "sgd_step", "affine_forward")
_cells = itertools.count(1)


def peers(exercise: Exercise) -> dict[str, Exercise]:
    return {item.name: item for item in EXERCISES if item.lesson == exercise.lesson and item.name in exercise.needs}


def cell(source: str, scope: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run source code in a namespace that has only NumPy (and ``scope``), with its lines known to Python, as IPython does."""
    source = textwrap.dedent(source)
    name = f"<cell {next(_cells)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"np": np, "__name__": "__main__", **(scope or {})}
    exec(compile(source, name, "exec"), namespace)
    return namespace


def from_bank(exercise: Exercise, function: Callable[..., Any]) -> dict[str, Any]:
    """A bank function, typed into a notebook: its source alone after ``import numpy as np``, under the exercise's name."""
    source = inspect.getsource(function)
    scope = {name: peer.reference for name, peer in peers(exercise).items()}
    namespace = cell(source, scope)
    namespace[exercise.name] = namespace[function.__name__]
    return namespace


@functools.lru_cache(maxsize=64)
def with_cases_of(key: str, seed: int) -> Exercise:
    """An exercise whose *public* cases are those of another seed, so that verdict and diagnosis are both made on these numbers."""
    exercise = next(item for item in EXERCISES if item.key == key)
    return replace(exercise, cases=lambda _rng: exercise.cases(np.random.default_rng(seed)))


def checked(exercise: Exercise, namespace: dict[str, Any], *, seed: int = 0, forbid: bool = True) -> Report:
    return examine(with_cases_of(exercise.key, seed), namespace, peers=peers(exercise), forbid=forbid)
