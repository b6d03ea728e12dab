"""Grade submissions with nbgrader, one at a time: whatever one of them does, the others are graded."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.course import Course, GradingError, reason

Progress = Callable[[int, int, str], None]
"""Called before each submission with how many are done, how many there are, and whose turn it is."""


@dataclass(frozen=True)
class Outcome:
    """What became of one submission. ``reason`` says why it failed, in one sentence."""

    student: str
    status: Literal["graded", "unchanged", "failed"]
    score: float | None = None
    max_score: float | None = None
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The outcome as JSON data."""
        return asdict(self)


def grade(
    course: Course,
    assignment: str,
    students: Collection[str] = (),
    force: bool = False,
    progress: Progress = lambda done, total, student: None,
) -> list[Outcome]:
    """Grade what was handed in and write the feedback, as ``nbgrader autograde`` and ``nbgrader generate_feedback`` do.

    Args:
        course: the course.
        assignment: the assignment's name, such as ``05_backpropagation``.
        students: whom to grade; left out, everybody.
        force: grade again what was graded and hasn't changed.
        progress: is told whose turn it is.

    Returns:
        An outcome for every submission, by student.

    Raises:
        GradingError: nothing was handed in, or a student named here handed in nothing.
    """
    course.prepare(assignment)
    handed_in = course.submitted(assignment)
    if not handed_in:
        raise GradingError(f"nobody handed in {assignment}: {course.path('submitted', '*', assignment)} matches no folder")
    for student in students:
        if student not in handed_in:
            raise GradingError(f"'{student}' handed in nothing: {course.path('submitted', student, assignment)} is no folder")
    chosen = [student for student in handed_in if not students or student in students]
    current = set() if force else _current(course, assignment)
    outcomes = []
    for done, student in enumerate(chosen):
        progress(done, len(chosen), student)
        outcomes.append(_unchanged(course, assignment, student) if student in current else _grade_one(course, assignment, student))
    progress(len(chosen), len(chosen), "")
    return outcomes


def _current(course: Course, assignment: str) -> set[str]:
    """Who needs no new grading: nbgrader graded what is there now, and the feedback was written."""
    graded: set[str] = course.api.get_autograded_students(assignment)
    return {student for student in graded if not _changed(course, assignment, student)}


def _changed(course: Course, assignment: str, student: str) -> bool:
    """Whether a file was handed in again, with or without a new time stamp."""
    notebooks = list(course.path("submitted", student, assignment).glob("*.ipynb"))
    for notebook in notebooks:
        graded = course.path("autograded", student, assignment) / notebook.name
        feedback = course.path("feedback", student, assignment) / f"{notebook.stem}.html"
        if not (graded.is_file() and feedback.is_file()) or notebook.stat().st_mtime > graded.stat().st_mtime:
            return True
    return not notebooks


def _grade_one(course: Course, assignment: str, student: str) -> Outcome:
    problem = unreadable(course, assignment, student)
    if problem:
        return Outcome(student, "failed", reason=problem)
    for step in (course.api.autograde, course.api.generate_feedback):
        result = course.run(step, assignment, student, force=True)
        if not result["success"]:
            return Outcome(student, "failed", reason=f"nbgrader could not grade it: {reason(result)}")
    return Outcome(student, "graded", *_score(course, assignment, student))


def _unchanged(course: Course, assignment: str, student: str) -> Outcome:
    return Outcome(student, "unchanged", *_score(course, assignment, student))


def _score(course: Course, assignment: str, student: str) -> tuple[float, float]:
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(assignment, student)
        return float(submission.score), float(submission.max_score)


def unreadable(course: Course, assignment: str, student: str) -> str:
    """Why a submission can't be graded, in one sentence; empty if its notebooks can be read."""
    folder = course.path("submitted", student, assignment)
    with course.gradebook() as gradebook:
        wanted = [f"{notebook.name}.ipynb" for notebook in gradebook.find_assignment(assignment).notebooks]
    there = [name for name in wanted if (folder / name).is_file()]
    if not there:
        others = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        return f"{' or '.join(wanted)} is missing; there is {others}"
    problems = [_problem(folder / name) for name in there]
    return "; ".join(problem for problem in problems if problem)


def _problem(path: Path) -> str:
    import nbformat

    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text)
    except json.JSONDecodeError as error:
        return f"{path.name} {_json_problem(text, error)}"
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        return f"{path.name} could not be read: {error}"
    if not isinstance(data, dict) or "nbformat" not in data:
        return f"{path.name} is JSON, but no notebook"
    try:
        nbformat.validate(nbformat.reads(text, as_version=4))
    except nbformat.ValidationError as error:
        return f"{path.name} is no valid notebook: {error.message.splitlines()[0]}"
    except Exception as error:  # nbformat trips over what it doesn't expect, in many ways
        return f"{path.name} is no valid notebook: {type(error).__name__}: {error}"
    return ""


def _json_problem(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip():
        return "is empty"
    if text.startswith("\ufeff"):
        return "begins with a byte order mark, which no notebook may; saving it in Jupyter again helps"
    if text.startswith("{") and "<<<<<<<" in text:
        return "holds both versions of a merge conflict"
    if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg:
        return f"breaks off on line {error.lineno}, perhaps cut on its way"
    return f"is no notebook: it is not JSON on line {error.lineno}"
