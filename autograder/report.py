"""How a class stands: points per student and exercise, and which mistakes are shared."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.columns import Columns
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.course import Course, GradingError
from autograder.grade import unreadable
from dlteach.exercises.display import MIME
from dlteach.exercises.registry import UnknownExercise, find

GRADE_PREFIX = "check-"
"""The builder calls the graded cell of ``relu_forward`` ``check-relu_forward``."""


ALIKE = 0.95
"""Functions at least this similar to the reference are listed: a copy has 1, and the lessons' own solutions stay below 0.9."""


@dataclass(frozen=True)
class Row:
    """One student: points per graded cell (None where nothing was graded), the total, and what is wrong, if anything."""

    student: str
    name: str
    points: dict[str, float | None]
    total: float | None
    remark: str = ""


@dataclass(frozen=True)
class Mistake:
    """One diagnosis of one exercise, the sentence that students read, and who made it."""

    exercise: str
    diagnosis: str
    says: str
    students: tuple[str, ...]


@dataclass
class ClassReport:
    """How a class stands in one assignment."""

    assignment: str
    max_points: dict[str, float] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    forbidden: list[tuple[str, str, str]] = field(default_factory=list)
    alike: list[tuple[str, str, float]] = field(default_factory=list)


def class_report(course: Course, assignment: str) -> ClassReport:
    """Read the gradebook and the graded notebooks of an assignment.

    Raises:
        GradingError: the course has no such assignment.
    """
    course.prepare(assignment)
    report = ClassReport(assignment)
    with course.gradebook() as gradebook:
        cells = [cell for notebook in gradebook.find_assignment(assignment).notebooks for cell in notebook.grade_cells]
        order = _order(course, assignment)
        cells.sort(key=lambda cell: order.index(cell.name) if cell.name in order else len(order))
        report.max_points = {cell.name: float(cell.max_score) for cell in cells}
        students = {student.id: f"{student.first_name or ''} {student.last_name or ''}".strip() for student in gradebook.students}
        grades = {
            submission.student.id: {grade.name: grade for notebook in submission.notebooks for grade in notebook.grades}
            for submission in gradebook.assignment_submissions(assignment)
        }
        for student in sorted({*students, *course.submitted(assignment)}):
            report.rows.append(_row(course, report, student, students.get(student, ""), grades.get(student, {})))
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in report.rows:
        for said in _said(course, assignment, row.student):
            if said.diagnosis:
                found.setdefault((said.exercise, said.diagnosis), []).append((row.student, said.headline))
            if said.forbidden:
                report.forbidden.append((row.student, said.exercise, said.forbidden))
            if said.similarity >= ALIKE:
                report.alike.append((row.student, said.exercise, said.similarity))
    mistakes = [Mistake(*key, says=made[0][1], students=tuple(student for student, _ in made)) for key, made in found.items()]
    report.mistakes = sorted(mistakes, key=lambda mistake: (-len(mistake.students), mistake.exercise, mistake.diagnosis))
    return report


def _order(course: Course, assignment: str) -> list[str]:
    """The names of the cells as the lesson meets them; the gradebook keeps no order."""
    import nbformat

    notebooks = [nbformat.read(path, as_version=4) for path in sorted(course.path("source", ".", assignment).glob("*.ipynb"))]
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "") for notebook in notebooks for cell in notebook.cells]


def _row(course: Course, report: ClassReport, student: str, name: str, grades: dict[str, Any]) -> Row:
    nothing: dict[str, float | None] = dict.fromkeys(report.max_points)
    if student not in course.submitted(report.assignment):
        return Row(student, name, nothing, None, "nothing handed in")
    if not course.path("autograded", student, report.assignment).is_dir():
        problem = unreadable(course, report.assignment, student)
        return Row(student, name, nothing, None, problem or "not graded; 'dlteach grade' does it, or says why not")
    points: dict[str, float | None] = {}
    for cell in report.max_points:
        grade = grades.get(cell)
        graded = grade is not None and (grade.auto_score is not None or grade.manual_score is not None)
        points[cell] = float(grade.score) if grade is not None and graded else None
    return Row(student, name, points, sum(value for value in points.values() if value is not None))


@dataclass(frozen=True)
class _Said:
    """What ``dlteach.check`` said about one exercise, as far as the instructor's tables need it."""

    exercise: str
    diagnosis: str
    headline: str
    forbidden: str
    similarity: float


def _said(course: Course, assignment: str, student: str) -> Iterator[_Said]:
    """What the graded cells of a student say, from the machine-readable copy beside what the student reads.

    The notebook holds what a student's code made of it, so nothing is taken for granted: what isn't text is passed over.
    """
    import nbformat

    for path in sorted(course.path("autograded", student, assignment).glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.metadata.get("nbgrader", {}).get("grade"):
                for output in cell.get("outputs", []):
                    bundle = output.get("data", {}).get(MIME)
                    if isinstance(bundle, dict) and _text(bundle.get("exercise")):
                        forbidden = bundle.get("forbidden")
                        names = [_text(name) for name in forbidden] if isinstance(forbidden, list) else []
                        said = {key: _text(bundle.get(key)) for key in ("exercise", "diagnosis", "headline")}
                        alike = bundle.get("similarity")
                        yield _Said(**said, forbidden=", ".join(names), similarity=alike if isinstance(alike, float) else 0.0)


def _text(value: Any) -> str:
    """Printable text of a reasonable length; empty for anything else."""
    return "".join(character for character in value[:300] if character.isprintable()) if isinstance(value, str) else ""


def show(report: ClassReport, console: Console) -> None:
    """Print the table of points, the shared mistakes, and what needs a look."""
    numbers = {cell: str(number) for number, cell in enumerate(report.max_points, 1)}
    table = Table(title=f"{report.assignment}: points", title_justify="left")
    table.add_column("student", overflow="fold")
    for cell in report.max_points:
        table.add_column(numbers[cell], justify="right")
    table.add_column("total", justify="right")
    best = sum(report.max_points.values())
    table.add_row(Text("(out of)", style="dim"), *(f"{value:g}" for value in report.max_points.values()), f"{best:g}", end_section=True)
    for row in report.rows:
        cells = ["–" if value is None else f"{value:g}" for value in row.points.values()]
        table.add_row(Text(row.student), *cells, "–" if row.total is None else f"{row.total:g}")
    console.print(table)
    console.print(Columns([Text(f"{number:>2} {_label(cell)}") for cell, number in numbers.items()], padding=(0, 3)))
    for row in report.rows:
        if row.remark:
            console.print(Text(f"{row.student}: {row.remark}"))
    _show_mistakes(report, console)


def _show_mistakes(report: ClassReport, console: Console) -> None:
    console.print()
    if not report.mistakes:
        console.print("No mistake was recognised.")
    else:
        table = Table(title="Most common mistakes", title_justify="left")
        table.add_column("students", justify="right")
        table.add_column("exercise", overflow="fold")
        table.add_column("what happens", overflow="fold")
        for mistake in report.mistakes[:15]:
            table.add_row(str(len(mistake.students)), mistake.exercise.rpartition(".")[2], Text(_explain(mistake)))
        console.print(table)
        if len(report.mistakes) > 15:
            console.print(f"… and {len(report.mistakes) - 15} more.")
    for student, exercise, names in report.forbidden:
        console.print(Text(f"{student} used {names} in {exercise}, which the exercise forbids."))
    for student, exercise, share in report.alike:
        console.print(Text(f"{student}'s {exercise} is built like our reference ({share:.0%}, names aside); worth a look, no more."))


def _explain(mistake: Mistake) -> str:
    """The instructor's line: the sentence the exercise has for this mistake, or else what the first student read; and its id."""
    try:
        known = [item.says for item in find(mistake.exercise).misconceptions if item.id == mistake.diagnosis]
    except UnknownExercise:
        known = []
    return f"{(known or [mistake.says])[0]} [{mistake.diagnosis}]"


def write_csv(report: ClassReport, path: Path) -> None:
    """Write the table of points as CSV: a row per student, a column per exercise, empty where nothing was graded."""
    columns = ["student", "name", *map(_label, report.max_points), "total", "max", "remark"]
    best = sum(report.max_points.values())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in report.rows:
            values = ["" if value is None else f"{value:g}" for value in (*row.points.values(), row.total)]
            writer.writerow([_harmless(row.student), _harmless(row.name), *values, f"{best:g}", _harmless(row.remark)])


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _label(cell: str) -> str:
    return cell.removeprefix(GRADE_PREFIX)


def require_graded(report: ClassReport) -> None:
    """Raise GradingError if nothing of the assignment was graded yet."""
    if all(row.total is None for row in report.rows):
        raise GradingError(f"nothing of {report.assignment} was graded yet; 'dlteach grade' does that")
