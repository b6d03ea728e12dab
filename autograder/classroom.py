"""Make up a class: what twelve students hand in, put together from the exercises' own banks of right and wrong answers.

The same class every time. Nobody in it is real.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlteach.authoring import Student, build_release, build_source, notebook_text
from dlteach.authoring.answer import BEGIN, END
from dlteach.checking.exercise import Exercise, Function, Lesson

Answer = Callable[[int, Exercise], Function | str | None]
"""What a student writes for the exercise at a position: a function, OURS (the lesson's solution), or None (left as it was)."""

OURS = "ours"


@dataclass(frozen=True)
class Pupil:
    """One of the class: who, how they work, and what they write. ``cut`` is how much of the file arrives."""

    student: Student
    manner: str
    answer: Answer
    cut: float = 1.0


def right(position: int, exercise: Exercise) -> str:
    """The lesson's own solution."""
    return OURS


def another_way(which: int) -> Answer:
    """A right answer written differently."""
    return lambda position, exercise: exercise.accepted[which % len(exercise.accepted)] if exercise.accepted else OURS


def mistaken(which: int) -> Answer:
    """Every other answer wrong. Neighbours share some mistakes, as real ones do."""

    def answer(position: int, exercise: Exercise) -> Function | str:
        if (position + which) % 2 or not exercise.misconceptions:
            return OURS
        return exercise.misconceptions[(position + which // 3) % len(exercise.misconceptions)].function

    return answer


def first_half(of: int, then: Answer) -> Answer:
    """The first half of the exercises; the rest is untouched."""
    return lambda position, exercise: then(position, exercise) if position < of / 2 else None


def pupils(lesson: Lesson) -> list[Pupil]:
    """The class of twelve."""
    count = len(lesson.exercises)
    plan: list[tuple[str, str, str, Answer, float]] = [
        ("amara", "Okafor", "everything right", right, 1.0),
        ("bo", "Lindqvist", "right, another way", another_way(0), 1.0),
        ("chen", "Wei", "right, another way", another_way(1), 1.0),
        ("divya", "Raman", "right, a third way", another_way(2), 1.0),
        ("emil", "Novak", "some mistakes", mistaken(0), 1.0),
        ("fatima", "Haddad", "some mistakes", mistaken(1), 1.0),
        ("george", "Papas", "some mistakes", mistaken(2), 1.0),
        ("hana", "Kim", "other mistakes", mistaken(3), 1.0),
        ("ivan", "Petrov", "other mistakes", mistaken(4), 1.0),
        ("julia", "Santos", "half finished, right so far", first_half(count, right), 1.0),
        ("kofi", "Mensah", "half finished, with mistakes", first_half(count, mistaken(0)), 1.0),
        ("lena", "Fischer", "a file cut off on its way", right, 0.6),
    ]
    return [
        Pupil(Student(first, first.capitalize(), last, f"{first}@example.org"), manner, answer, cut)
        for first, last, manner, answer, cut in plan
    ]


def hand_in(pupil: Pupil, lesson: Lesson, folder: Path) -> Path:
    """Write what a pupil hands in to a folder, as the notebook of the lesson. Returns its path."""
    notebook = build_release(lesson)
    solved = {_grade_id(cell): cell.source for cell in build_source(lesson).cells}
    for cell in notebook.cells:
        found = [exercise for exercise in lesson.exercises if exercise.name == _grade_id(cell)]
        if not found:
            continue
        answer = pupil.answer(lesson.exercises.index(found[0]), found[0])
        if answer == OURS:
            cell.source = _without_markers(solved[found[0].name])
        elif callable(answer):
            cell.source = renamed(answer, found[0].name)
    text = notebook_text(notebook)
    path = folder / f"{lesson.stem}.ipynb"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text[: int(len(text) * pupil.cut)], encoding="utf-8")
    return path


def renamed(function: Function, name: str) -> str:
    """The source of a function under another name, in its definition and where it calls itself."""
    source = inspect.getsource(function)
    return re.sub(rf"\b{re.escape(function.__name__)}(?=\s*\()", name, source).rstrip("\n")


def _grade_id(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _without_markers(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))
