"""Who has how many points, from the gradebook, in a handful of queries however large the class is."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.course import Course
from autograder.report import clean
from autograder.report.model import ClassReport, Results, Row, Standing
from autograder.report.notebooks import cells_in


@dataclass(frozen=True)
class Grade:
    """The points of one student for one cell, None if there are none yet; ``waiting`` says whether a person must look at it."""

    points: float | None
    waiting: bool


@dataclass
class Book:
    """What the gradebook knows of an assignment. Cells are named by grade_id, or ``notebook/grade_id`` where one occurs twice."""

    max_points: dict[str, float] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    grades: dict[str, dict[str, Grade]] = field(default_factory=dict)
    late: dict[str, float] = field(default_factory=dict)


def read_book(course: Course, assignment: str) -> Book:
    """Read the gradebook: cells, students, grades and late penalties, one query each."""
    from nbgrader.api import BaseCell, Notebook, Student, SubmittedAssignment, SubmittedNotebook
    from nbgrader.api import Grade as Graded

    book = Book()
    with course.gradebook() as gradebook:
        query, wanted = gradebook.db.query, gradebook.find_assignment(assignment)
        names = _cells(query, wanted.id, _order(course, assignment), book)
        for student, first, last in query(Student.id, Student.first_name, Student.last_name):
            book.names[student] = clean.text(f"{first or ''} {last or ''}".strip())
        columns = (SubmittedAssignment.student_id, BaseCell.id, Graded.auto_score, Graded.manual_score, Graded.extra_credit)
        grades = (
            query(*columns, Graded.needs_manual_grade)
            .select_from(Graded)
            .join(SubmittedNotebook, Graded.notebook_id == SubmittedNotebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(BaseCell, Graded.cell_id == BaseCell.id)
            .filter(SubmittedAssignment.assignment_id == wanted.id)
        )
        for student, cell, auto, manual, extra, waiting in grades:
            if cell in names:
                given = manual if manual is not None else auto
                points = None if given is None else float(given) + float(extra or 0.0)
                book.grades.setdefault(student, {})[names[cell]] = Grade(points, bool(waiting))
        penalties = (
            query(SubmittedAssignment.student_id, SubmittedNotebook.late_submission_penalty)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .filter(SubmittedAssignment.assignment_id == wanted.id)
        )
        for student, penalty in penalties:
            book.late[student] = book.late.get(student, 0.0) + float(penalty or 0.0)
    return book


def _cells(query: Any, assignment_id: str, order: Mapping[str, int], book: Book) -> dict[str, str]:
    """Fill in the cells that earn points, as the lesson meets them, and return their names by the gradebook's id."""
    from nbgrader.api import BaseCell, GradeCell, Notebook, TaskCell

    found = []
    for kind in (GradeCell, TaskCell):
        columns = query(kind.id, BaseCell.name, Notebook.name, kind.max_score)
        found += columns.join(Notebook, BaseCell.notebook_id == Notebook.id).filter(Notebook.assignment_id == assignment_id).all()
    found.sort(key=lambda cell: (order.get(cell[1], len(order)), cell[2], cell[1]))
    twice = {cell[1] for cell in found if sum(other[1] == cell[1] for other in found) > 1}
    names = {cell[0]: f"{cell[2]}/{cell[1]}" if cell[1] in twice else cell[1] for cell in found}
    book.max_points.update({names[cell[0]]: float(cell[3]) for cell in found})
    return names


def _order(course: Course, assignment: str) -> dict[str, int]:
    """The place of each cell in the lesson, by grade_id; the gradebook keeps no order."""
    cells = cells_in(course.path("source", ".", assignment))
    about = [cell["metadata"].get("nbgrader") for cell in cells]
    ids = [each.get("grade_id") if isinstance(each, dict) else None for each in about]
    return {name: place for place, name in reversed(list(enumerate(ids))) if isinstance(name, str)}


def rows(course: Course, assignment: str, book: Book, results: Results) -> list[Row]:
    """A row for everybody in the gradebook or among the submissions, by student."""
    submitted = set(course.submitted(assignment))
    return [_row(course, assignment, student, book, results, student in submitted) for student in sorted({*book.names, *submitted})]


def _row(course: Course, assignment: str, student: str, book: Book, results: Results, handed_in: bool) -> Row:
    grades = book.grades.get(student, {})
    points = {cell: grades[cell].points if cell in grades else None for cell in book.max_points}
    nothing: dict[str, float | None] = dict.fromkeys(points)
    name = book.names.get(student, "")
    if not handed_in:
        return Row(student, name, nothing, None, "nothing handed in", "nothing")
    late = book.late.get(student, 0.0)
    known = [value for value in points.values() if value is not None]
    total = max(0.0, sum(known) - late)  # as nbgrader's own export has it
    problem = clean.text(results.problem(student))
    if problem and not total:
        return Row(student, name, points, total if known else None, problem, "unreadable", late)
    if not course.path("autograded", student, assignment).is_dir():
        return Row(student, name, nothing, None, "not graded; 'dlteach grade' does it, or says why not", "not graded")
    waiting = tuple(cell for cell in points if cell in grades and grades[cell].waiting)
    return Row(student, name, points, total, problem, "graded", late, waiting)


def standings(report: ClassReport) -> list[Standing]:
    """How the class stands in each graded cell. Who handed in nothing that can be read is not counted."""
    graded = [row for row in report.rows if row.status == "graded"]
    return [_standing(cell, most, [row.points[cell] for row in graded]) for cell, most in report.max_points.items()]


def _standing(cell: str, most: float, points: Sequence[float | None]) -> Standing:
    known = [value for value in points if value is not None]
    full = sum(value >= most for value in known)
    none = sum(value <= 0 < most for value in known)
    middle = (statistics.fmean(known), statistics.median(known)) if known else (None, None)
    return Standing(cell, most, full, len(known) - full - none, none, *middle)
