"""What a notebook calls: ``check`` a function, ``use`` it, and see the ``progress``."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from dlteach.checking import PUBLIC_SEED, Exercise, Function, Report, examine
from dlteach.checking.report import Story
from dlteach.checking.words import both
from dlteach.exercises import display
from dlteach.exercises.registry import UnknownExercise, find, lessons

_under_way: set[str] = set()  # the exercises being checked just now: a function that checks itself would never come to an end


def check(function: Function | str, points: float | None = None, *, seed: int = PUBLIC_SEED) -> Report:
    """Check a function you wrote, show what is right and wrong with it, and return the points.

    ``function`` is the function itself or its exercise's name (``"affine_backward"``, ``"backpropagation.affine_backward"``); by name it is
    looked up where you call from. ``points`` is what the exercise is worth here. Never raises, so that *Run All* goes on; only an interrupt
    gets through.
    """
    scope = _scope(sys._getframe(1))
    report = _safely(lambda: _check(function, scope, points, seed), _label(function), points)
    display.show(report)
    return report


def use(name: str) -> Callable[..., Any]:
    """The function of that name: yours if it passes its check, otherwise ours. Says which.

    Raises LookupError if no exercise has that name.
    """
    exercise = find(name)
    scope = _scope(sys._getframe(1))
    report = _safely(lambda: _examine(exercise, scope, None, PUBLIC_SEED), exercise.key, None)
    if report.passed and not report.story.replaced:
        display.say(f"{exercise.name}: using yours.")
        yours: Callable[..., Any] = scope[exercise.name]
        return yours
    if report.passed:
        why = f"yours is right, but it calls your {both(list(report.story.replaced))}, and that is not"
    else:
        why = "yours does not pass its check yet" if exercise.name in scope else "yours is not there yet"
    display.say(f"{exercise.name}: using ours; {why}.")
    return exercise.reference


def progress(lesson: str | None = None) -> None:
    """Show every exercise with its points, and which one comes next.

    Functions are looked up where you call. ``lesson`` shows one lesson; left out, those with at least one function defined here, or all.
    """
    scope = _scope(sys._getframe(1))
    known = [item for item in lessons() if lesson in (None, item.name, item.stem, str(item.number), f"{item.number:02d}")]
    if not known:
        display.say(f"No lesson is called {lesson!r}. There are {', '.join(item.name for item in lessons())}.")
        return
    started = [item for item in known if any(exercise.name in scope for exercise in item.exercises)]
    chosen = started or known
    reports = {
        exercise.key: _safely(lambda exercise=exercise: _examine(exercise, scope, None, PUBLIC_SEED), exercise.key, None)  # type: ignore[misc]
        for item in chosen
        for exercise in item.exercises
    }
    display.show_progress(chosen, reports)


def _check(function: Function | str, scope: Mapping[str, Any], points: float | None, seed: int) -> Report:
    if points is not None and not _is_worth(points):
        return Report(0, 0, Story(_label(function), f"`points` is {points!r}; it should be a number, 0 or more."))
    if isinstance(function, str):
        return _examine(find(function), scope, points, seed)
    exercise = find(_name_of(function, scope))
    return _examine(exercise, {**scope, exercise.name: function}, points, seed)


def _name_of(function: Any, scope: Mapping[str, Any]) -> str:
    """The exercise a function is meant for: its own name, or, for a lambda or a partial, the name it goes by in the notebook."""
    own = _label(function)
    for name in [own, *(name for name, value in scope.items() if value is function)]:
        with suppress(UnknownExercise):
            return find(name).key
    return own


def _label(function: Any) -> str:
    """What to call the thing to check: the name it was given, or else its type."""
    if isinstance(function, str):
        return function
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else type(function).__name__


def _examine(exercise: Exercise, scope: Mapping[str, Any], points: float | None, seed: int) -> Report:
    if exercise.key in _under_way:
        worth = exercise.points if points is None else points
        return Report(0, worth, Story(exercise.key, f"`{exercise.name}` is being checked already: a function cannot check itself."))
    with under_way(exercise):
        return examine(exercise, scope, peers=peers_of(exercise), max_points=points, seed=seed)


@contextmanager
def under_way(exercise: Exercise) -> Iterator[None]:
    """While a function is tried: what it displays is held back, and it cannot check itself."""
    _under_way.add(exercise.key)
    try:
        with display.held_back():
            yield
    finally:
        _under_way.discard(exercise.key)


def peers_of(exercise: Exercise) -> dict[str, Exercise]:
    """The exercises that one ``needs``, by name."""
    lesson = next(item for item in lessons() if item.name == exercise.lesson)
    return {name: lesson.exercise(name) for name in exercise.needs}


def _safely(make: Callable[[], Report], name: str, points: float | None) -> Report:
    """A report even where ours is the mistake: nothing that a notebook checks may stop it."""
    worth = points if points is not None and _is_worth(points) else 0.0
    try:
        return make()
    except UnknownExercise as error:
        return Report(0, worth, Story(name, f"Nothing to check: {error}"))
    except Exception as error:
        says = f"The check itself failed ({type(error).__name__}: {error}). That is a mistake of ours, not of yours: please report it."
        return Report(0, worth, Story(name, says))


def _is_worth(points: Any) -> bool:
    """Whether a number of points makes sense. NaN does not: it is not above 0 either."""
    return isinstance(points, int | float | np.integer | np.floating) and bool(0 <= points < math.inf)


def _scope(frame: Any) -> dict[str, Any]:
    """The names that the caller sees: in a notebook, everything defined so far."""
    return {**frame.f_globals, **frame.f_locals}
