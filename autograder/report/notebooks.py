"""Read graded notebooks, quickly and without trust: as JSON, never validated, whatever does not look right passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.read.parse import Unreadable, parse
from dlteach.exercises.display import MIME

LARGEST = 64 << 20
"""Bytes. A notebook that is larger is not opened; ours are kept far below."""


@dataclass(frozen=True)
class Seen:
    """What one student's graded notebooks hold: the reports shown under graded cells, and the code of the solution cells, by grade_id."""

    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    solutions: dict[str, str] = field(default_factory=dict)


class Graded:
    """The graded notebooks of an assignment; each is read once."""

    def __init__(self, course: Course, assignment: str) -> None:
        self.course = course
        self.assignment = assignment
        self._seen: dict[str, Seen] = {}

    def of(self, student: str) -> Seen:
        """What the student's notebooks hold; nothing, if there is none or it can't be read."""
        if student not in self._seen:
            self._seen[student] = _seen(self.course.path("autograded", student, self.assignment))
        return self._seen[student]


class NotebookResults:
    """Results of a course that plain nbgrader graded: what the notebooks themselves show, as the student's process wrote it."""

    def __init__(self, graded: Graded) -> None:
        self.graded = graded

    def verdicts(self, student: str) -> Mapping[str, Mapping[str, Any]]:
        """The machine-readable copies that travel with the report cards."""
        return self.graded.of(student).reports

    def problem(self, student: str) -> str:
        """Why the submission can't be graded; empty if it was, or if nothing is known against it."""
        course, assignment = self.graded.course, self.graded.assignment
        if course.path("autograded", student, assignment).is_dir():
            return ""
        paths = sorted(course.path("submitted", student, assignment).glob("*.ipynb"))
        return "; ".join(filter(None, map(_problem, paths))) if paths else "there is no notebook in what was handed in"

    def remarks(self, student: str) -> Sequence[str]:
        """None: nbgrader mends in silence."""
        return ()

    def flags(self, student: str) -> Sequence[str]:
        """None: nbgrader looks for nothing."""
        return ()

    def lacks(self) -> Sequence[str]:
        """None are known: the notebooks don't tell where they ran."""
        return ()


def _problem(path: Path) -> str:
    try:
        if path.is_symlink() or path.stat().st_size > LARGEST:
            return f"{path.name} is no file that could be read"
        parse(path.read_bytes())
    except (Unreadable, OSError) as error:
        return f"{path.name} {error}" if isinstance(error, Unreadable) else f"{path.name} could not be read: {error.strerror}"
    return ""


def _seen(folder: Path) -> Seen:
    seen = Seen()
    for cell in cells_in(folder):
        about = cell["metadata"].get("nbgrader")
        if not isinstance(about, dict) or not isinstance(about.get("grade_id"), str) or cell.get("cell_type") != "code":
            continue
        if about.get("grade") is True:
            for bundle in _bundles(cell):
                seen.reports[about["grade_id"]] = bundle
        if about.get("solution") is True:
            seen.solutions.setdefault(about["grade_id"], source_of(cell))
    return seen


def cells_in(folder: Path) -> Iterator[dict[str, Any]]:
    """The cells of the notebooks in a folder, in order: those that are dicts with metadata, at least."""
    for path in sorted(folder.glob("*.ipynb")):
        try:
            data = json.loads(path.read_bytes()) if path.stat().st_size <= LARGEST else None
        except (OSError, ValueError, RecursionError):
            continue
        cells = data.get("cells") if isinstance(data, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict) and isinstance(cell.get("metadata"), dict):
                yield cell


def source_of(cell: Mapping[str, Any]) -> str:
    """The text of a cell, which may be kept as one string or as lines."""
    source = cell.get("source")
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _bundles(cell: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        data = output.get("data") if isinstance(output, dict) else None
        bundle = data.get(MIME) if isinstance(data, dict) else None
        if isinstance(bundle, dict):
            yield bundle
