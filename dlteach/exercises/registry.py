"""Every lesson there is: ours, and those that other packages bring.

A package brings a lesson by an entry point in the group ``dlteach.lessons`` that leads to its :class:`~dlteach.checking.Lesson`.
"""

from __future__ import annotations

import difflib
import functools
import importlib
from importlib.metadata import entry_points

from dlteach.checking import Exercise, Lesson

GROUP = "dlteach.lessons"
OURS = ("gradient_descent", "logistic_regression", "backpropagation")


class UnknownExercise(LookupError):
    """No exercise has this name, or more than one has. The message says what to write instead."""


@functools.cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, by number. Raises TypeError if a package's entry point does not lead to a Lesson."""
    found = [importlib.import_module(f"dlteach.exercises.{name}").LESSON for name in OURS]
    for point in entry_points(group=GROUP):
        lesson = point.load()
        if not isinstance(lesson, Lesson):
            raise TypeError(f"the entry point {point.name} = {point.value} should lead to a Lesson; it leads to a {type(lesson).__name__}")
        found.append(lesson)
    return tuple(sorted(found, key=lambda lesson: lesson.number))


@functools.cache
def _by_key() -> dict[str, Exercise]:
    return {exercise.key: exercise for lesson in lessons() for exercise in lesson.exercises}


def find(name: str) -> Exercise:
    """The exercise called ``lesson.name``, or ``name`` alone while only one lesson has it.

    Raises UnknownExercise, with what comes closest, if there is none or more than one.
    """
    if name in _by_key():
        return _by_key()[name]
    everything = list(_by_key().values())
    found = [exercise for exercise in everything if name in (exercise.name, exercise.key)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownExercise(f"several lessons have a {name!r}; write one of {', '.join(exercise.key for exercise in found)}.")
    known = {exercise.key if "." in name else exercise.name for exercise in everything}
    close = difflib.get_close_matches(name, known, n=1)
    raise UnknownExercise(f"no exercise is called {name!r}." + (f" Did you mean {close[0]!r}?" if close else ""))
