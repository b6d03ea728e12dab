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
    namespace = cell("from __future__ import annotations\n" + mutant.source, {**scope, **{n: p.reference for n, p in peers(exercise).items()}})
    name = ast.parse(mutant.source).body[0].name  # type: ignore[attr-defined]
    namespace[exercise.name] = namespace[name]
    return checked(exercise, namespace, forbid=False).passed


@pytest.mark.parametrize("origin", ["reference", "solution"])
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_mutants_die(exercise: Exercise, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CPU_SECONDS", 1.0)  # a mutant that never ends is dead; there is no need to wait long for it
    source = inspect.getsource(exercise.reference) if origin == "reference" else solution(exercise)
    scope = dict(inspect.getmodule(exercise.reference).__dict__) if origin == "reference" else {}  # type: ignore[union-attr]
    born = mutants(source)
    alive = [mutant.change for mutant in born if survives(exercise, mutant, scope)]
    known = SURVIVORS.get((exercise.name, origin), {})
    assert sorted(set(alive)) == sorted(known), f"{len(alive)} of {len(born)} mutants survive"
    assert len(alive) <= SHARE_OF_SURVIVORS * max(len(born), 10)
    if origin == "solution" and exercise.name not in (*ONE_LINERS, "precision", "recall"):
        assert len(born) >= 10
