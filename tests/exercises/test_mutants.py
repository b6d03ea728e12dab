"""Mechanical mutants of each reference, and of each solution as the lesson writes it, fail their check."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from dlteach.checking import Exercise, limits
from dlteach.exercises import lessons
from tests.exercises.bank import EXERCISES, ONE_LINERS, cell, checked, peers
from tests.exercises.mutation import Mutant, mutants
from tests.exercises.survivors import SURVIVORS

SOLUTIONS = Path(__file__).parents[2] / "solutions"
SHARE_OF_SURVIVORS = 0.1


def solution(exercise: Exercise) -> str:
    """The function as the lesson's author wrote it."""
    stem = next(lesson.stem for lesson in lessons() if lesson.name == exercise.lesson)
    text = (SOLUTIONS / f"{stem}.py").read_text(encoding="utf-8")
    node = next(node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == exercise.name)
    return ast.get_source_segment(text, node) or ""


def survives(exercise: Exercise, mutant: Mutant, scope: dict[str, object]) -> bool:
    """Whether a mutant passes its check."""
    ours = {name: peer.reference for name, peer in peers(exercise).items()}
    namespace = cell("from __future__ import annotations\n" + mutant.source, {**scope, **ours})
    name = ast.parse(mutant.source).body[0].name  # type: ignore[attr-defined]
    namespace[exercise.name] = namespace[name]
    return checked(exercise, namespace, forbid=False).passed


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_mutants_die(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CPU_SECONDS", 1.0)  # a mutant that never ends is dead; there is no need to wait long for it
    module = inspect.getmodule(exercise.reference)
    assert module is not None
    sources = ((inspect.getsource(exercise.reference), vars(module)), (solution(exercise), {}))
    born = [(mutant, scope) for source, scope in sources for mutant in mutants(source)]
    alive = {mutant.change for mutant, scope in born if survives(exercise, mutant, scope)}
    assert alive == set(SURVIVORS.get(exercise.name, {})), f"{len(alive)} of {len(born)} mutants survive"
    assert len(alive) <= max(1, SHARE_OF_SURVIVORS * len(born))
    assert len(born) >= 10 or exercise.name in ONE_LINERS
