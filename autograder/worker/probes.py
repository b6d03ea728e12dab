"""What the judge asks about a student's functions, answered inside the worker. The cases come from outside; the answers are never here.

A question is a dict with ``do`` (``probe``, ``used`` or ``own_gradient``), the ``exercise``, the names in ``ours`` that our functions stand
in for, and ``left``, the seconds of processor and of wall that its check may still use. Every answer says what is ``left`` after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autograder.wire.plain import MAX_TEXT, PlainError, pack, unpack
from dlteach.checking import Exercise
from dlteach.checking.limits import Budget
from dlteach.checking.probe import LocalProber
from dlteach.checking.run import Failure, Outcome, Run
from dlteach.checking.snapshot import Strange, kind_of
from dlteach.exercises.checks import under_way
from dlteach.exercises.registry import find, lessons


def answer(message: Mapping[str, Any], namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one question about the functions of a notebook's ``namespace``. Never raises for anything that a student's code does."""
    exercise = bare(find(message["exercise"]))
    budget = Budget(*message["left"])
    with under_way(exercise):
        prober = LocalProber(exercise, namespace, _references(exercise, message.get("ours", ())), budget)
        answered = _ANSWERS[message["do"]](prober, message)
    return {**answered, "left": [budget.cpu, 0.0 if budget.spent else budget.wall]}


def bare(exercise: Exercise) -> Exercise:
    """The exercise without any answer to it: a function that looks up the stack while it is tried finds none."""
    return replace(exercise, reference=_elsewhere, accepted=(), misconceptions=())


def _elsewhere(*_: Any) -> None:
    """Stands where the reference was."""


def _references(exercise: Exercise, names: Any) -> dict[str, Any]:
    """Our functions of those names, from the exercise's own lesson."""
    lesson = next(item for item in lessons() if item.name == exercise.lesson)
    return {name: lesson.exercise(name).reference for name in names}


def _probe(prober: LocalProber, message: Mapping[str, Any]) -> dict[str, Any]:
    """Try the function on every case, or say why there is none."""
    missing = _missing(prober)
    if missing:
        return {"run": None, "missing": missing}
    cases = [unpack(case) for case in message["cases"]]
    try:
        run = prober.run(cases, message["ours"])
    except BaseException as error:  # KeyboardInterrupt is the student's as well here: nobody sits at this keyboard
        run = Run((Outcome(failure=Failure("raised", kind_of(error))),) * len(cases))
    return {"run": pack_run(run), "missing": None}


def _missing(prober: LocalProber) -> str | None:
    try:
        return prober.not_a_function()
    except BaseException:
        return f"`{prober.exercise.name}` is something that cannot even be looked at."


def pack_run(run: Run) -> Any:
    """A run as JSON data. What is too much to be sent is no right answer: its place is taken by the name of its kind."""
    source = run.source if type(run.source) is str and len(run.source) <= MAX_TEXT else ""
    run = replace(run, source=source.encode("utf-8", "replace").decode())
    try:
        return pack(run)
    except PlainError:
        kinds = [outcome.value if isinstance(outcome.value, Strange) else Strange(kind_of(outcome.value)) for outcome in run.outcomes]
        outcomes = (replace(outcome, value=kind) for outcome, kind in zip(run.outcomes, kinds, strict=True))
        return pack(replace(run, outcomes=tuple(outcomes)))


def _used(prober: LocalProber, message: Mapping[str, Any]) -> dict[str, Any]:
    """Which exercises of the lesson the function calls."""
    try:
        names = prober.names_used()
    except BaseException:
        return {"names": []}
    lesson = next(item for item in lessons() if item.name == prober.exercise.lesson)
    return {"names": [exercise.name for exercise in lesson.exercises if exercise.name in names]}


def _own_gradient(prober: LocalProber, message: Mapping[str, Any]) -> dict[str, Any]:
    """What the gradients should be for the student's own forward function."""
    try:
        found = prober.own_gradient(unpack(message["case"]))
        return {"value": pack(None if found is None else dict(found))}
    except BaseException:
        return {"value": None}


_ANSWERS = {"probe": _probe, "used": _used, "own_gradient": _own_gradient}
