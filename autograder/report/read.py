"""Put the report together, from the gradebook, the results of grading and the graded notebooks."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from autograder.course import Course, GradingError
from autograder.named import named
from autograder.report import clean
from autograder.report.clean import Said
from autograder.report.mistakes import clusters, mistakes, unfinished
from autograder.report.model import ClassReport, Results
from autograder.report.notebooks import Graded, NotebookResults, cells_in, source_of
from autograder.report.scores import read_book, rows
from autograder.report.similar import similar_pairs
from dlteach.exercises.registry import UnknownExercise, find

ALIKE = 0.95
"""Functions at least this similar to the reference are listed: a copy has 1, and the lessons' own solutions stay below 0.9."""


def class_report(course: Course, assignment: str, results: Results | None = None) -> ClassReport:
    """How a class stands in an assignment.

    Args:
        course: the course.
        assignment: the assignment's name, such as ``05_backpropagation``.
        results: what grading found out; left out, what the graded notebooks show (a course that plain nbgrader graded).

    Raises:
        GradingError: the course has no such assignment.
    """
    course.prepare(assignment)
    graded = Graded(course, assignment)
    results = NotebookResults(graded) if results is None else results
    book = read_book(course, assignment)
    report = ClassReport(assignment, book.max_points, rows(course, assignment, book, results))
    everything = {}
    for row in report.rows:
        if row.status == "graded":
            everything[row.student] = _said(results, row.student)
        if row.status != "nothing":
            report.flags += [(row.student, line) for line in filter(None, map(clean.text, results.flags(row.student)))]
            report.remarks += [(row.student, line) for line in filter(None, map(clean.text, results.remarks(row.student)))]
    report.mistakes = mistakes(everything, len(everything))
    report.clusters = clusters(everything, len(everything), named(course.folder))
    report.unfinished = unfinished(everything)
    for student, each in ((student, each) for student, said in everything.items() for each in said):
        if each.forbidden:
            report.forbidden.append((student, each.exercise, each.forbidden))
        if each.similarity >= ALIKE:
            report.alike.append((student, each.exercise, min(each.similarity, 1.0)))
    report.lacks = tuple(filter(None, map(clean.text, results.lacks())))
    exercises = {each.exercise for said in everything.values() for each in said}
    given = _given(course, assignment, exercises)
    report.pairs = similar_pairs(_sources(graded, everything, given), given)
    return report


def _said(results: Results, student: str) -> list[Said]:
    """What the checks said about a student's exercises, cleaned."""
    found = map(clean.said, results.verdicts(student).values())
    return [each for each in found if each is not None]


def _sources(graded: Graded, students: Iterable[str], exercises: Iterable[str]) -> dict[str, dict[str, str]]:
    """What students wrote into the solution cells that the assignment has, by exercise and student."""
    sources: dict[str, dict[str, str]] = {exercise: {} for exercise in exercises}
    for student in students:
        for exercise, source in graded.of(student).solutions.items():
            if exercise in sources:
                sources[exercise][student] = source
    return sources


def _given(course: Course, assignment: str, exercises: Iterable[str]) -> dict[str, list[str]]:
    """The code that the course itself hands out or knows, by solution cell: the stub first (empty if there is none), then all else."""
    stubs, solved = (_solution_cells(course, step, assignment) for step in ("release", "source"))
    given = {name: [stubs.get(name, ""), source] for name, source in solved.items()}
    for key in sorted(exercises):
        name = key.rpartition(".")[2]
        if name in given:
            given[name] += _bank(key)
    return given


def _solution_cells(course: Course, step: str, assignment: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for cell in cells_in(course.path(step, ".", assignment)):
        about = cell["metadata"].get("nbgrader")
        if isinstance(about, dict) and about.get("solution") is True and cell.get("cell_type") == "code":
            found.setdefault(str(about.get("grade_id")), source_of(cell))
    return found


def _bank(key: str) -> list[str]:
    """The right and wrong answers that the exercise knows: who writes one of those writes what many do."""
    try:
        exercise = find(key)
    except UnknownExercise:
        return []
    functions = [exercise.reference, *exercise.accepted, *(item.function for item in exercise.misconceptions)]
    sources = []
    for function in functions:
        try:
            sources.append(inspect.getsource(function))
        except (OSError, TypeError):  # made at run time, by a package of an instructor's own
            continue
    return sources


def require_graded(report: ClassReport) -> None:
    """Raise GradingError if nothing of the assignment was graded yet."""
    if all(row.total is None for row in report.rows):
        raise GradingError(f"nothing of {report.assignment} was graded yet; 'dlteach grade' does that")
