"""The gradebook's rows of one assignment: read a batch with a few queries, compare, and write what differs in one transaction.

The tables are nbgrader's own classes. Rows are read as plain columns and written in bulk, so that nothing is kept from batch to batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from autograder.course import GradingError
from autograder.record.nbgrader_api import nbgrader_api

BUSY_SECONDS = 30
"""How long to wait for somebody else who writes to an SQLite gradebook, formgrader for one."""


@dataclass(frozen=True)
class KnownNotebook:
    """A notebook as the gradebook knows it: the ids of its cells by name, and the points that each can earn."""

    id: str
    grades: Mapping[str, str]
    comments: Mapping[str, str]
    points: Mapping[str, float]


@dataclass
class Row:
    """A row: its id, what it says, and what the gradebook says already (None if the row is new)."""

    id: str
    says: dict[str, Any]
    before: dict[str, Any] | None = None


@dataclass
class NotebookRows:
    """A submitted notebook, with its grades and comments by the names of their cells."""

    row: Row
    grades: dict[str, Row] = field(default_factory=dict)
    comments: dict[str, Row] = field(default_factory=dict)


@dataclass
class StudentRows:
    """Everything the gradebook has on a student's submission, or will have: what wasn't there yet is made as nbgrader makes it."""

    student: Row
    submission: Row
    notebooks: dict[str, NotebookRows]

    def seconds_late(self, due: datetime | None) -> float:
        """How late it was handed in, with the extension that the student was given."""
        handed_in: datetime | None = self.submission.says["timestamp"]
        if handed_in is None or due is None:
            return 0.0
        extension: timedelta = self.submission.says["extension"] or timedelta(0)
        return max(0.0, (handed_in - due - extension).total_seconds())


class Book:
    """The gradebook of a course, open for one assignment.

    Raises:
        GradingError: the gradebook doesn't know the assignment, or not as it is now.
    """

    def __init__(self, url: str, course_id: str, assignment: str) -> None:
        from dlteach.authoring.course import nbgrader_tools

        self.api = nbgrader_api()
        with nbgrader_tools():
            self.gradebook = self.api.Gradebook(url, course_id)
        self.db = self.gradebook.db
        try:
            self.assignment_id, self.due = self._assignment(assignment)
            self.known = self._known()
            self.has_roster = self._has_roster()
        except BaseException:
            self.close()
            raise

    def _assignment(self, name: str) -> tuple[str, datetime | None]:
        from sqlalchemy import select

        model = self.api.Assignment
        found = self.db.execute(select(model.id, model.duedate).where(model.name == name)).first()
        if found is None:
            raise GradingError(f"the gradebook knows no assignment {name}; 'nbgrader generate_assignment {name}' adds it")
        return found.id, found.duedate

    def _known(self) -> dict[str, KnownNotebook]:
        from sqlalchemy import select

        api = self.api
        known = {}
        for notebook in self.db.execute(select(api.Notebook.id, api.Notebook.name).where(api.Notebook.assignment_id == self.assignment_id)):
            cells: dict[Any, Any] = {}
            for model in (api.GradeCell, api.SolutionCell, api.TaskCell):
                points = [model.max_score] if hasattr(model, "max_score") else []
                cells[model] = self.db.execute(select(model.id, model.name, *points).where(model.notebook_id == notebook.id)).all()
            graded = [*cells[api.GradeCell], *cells[api.TaskCell]]
            commented = [*cells[api.SolutionCell], *cells[api.TaskCell]]
            known[notebook.name] = KnownNotebook(
                notebook.id,
                {cell.name: cell.id for cell in graded},
                {cell.name: cell.id for cell in commented},
                {cell.name: cell.max_score for cell in graded},
            )
        self.db.commit()
        return known

    def _has_roster(self) -> bool:
        """Whether it knew any student when it was opened."""
        from sqlalchemy import select

        found = self.db.execute(select(self.api.Student.id).limit(1)).first() is not None
        self.db.commit()
        return found

    @property
    def max_score(self) -> float:
        """What the whole assignment is worth."""
        return float(sum(sum(notebook.points.values()) for notebook in self.known.values()))

    def close(self) -> None:
        """Close the gradebook."""
        self.gradebook.close()

    def load(self, students: Collection[str]) -> dict[str, StudentRows]:
        """The rows of some students. A row that isn't there yet is made (its ``before`` is None), and written by :meth:`save`."""
        api = self.api
        if self.db.get_bind().dialect.name == "sqlite":
            self.db.connection().exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        people = self._read(api.Student, ("first_name", "last_name"), (), api.Student.id.in_(students))
        submissions = self._read(
            api.SubmittedAssignment,
            ("timestamp", "extension"),
            ("student_id",),
            (api.SubmittedAssignment.assignment_id == self.assignment_id) & api.SubmittedAssignment.student_id.in_(students),
        )
        chosen = [row.id for row in submissions.values()]
        notebooks = self._read(
            api.SubmittedNotebook,
            ("late_submission_penalty",),
            ("assignment_id", "notebook_id"),
            api.SubmittedNotebook.assignment_id.in_(chosen),
        )
        within = [row.id for row in notebooks.values()]
        keys = ("notebook_id", "cell_id")
        columns = ("auto_score", "manual_score", "extra_credit", "needs_manual_grade")
        grades = self._read(api.Grade, columns, keys, api.Grade.notebook_id.in_(within))
        comments = self._read(api.Comment, ("auto_comment", "manual_comment"), keys, api.Comment.notebook_id.in_(within))
        return {student: self._rows(student, people, submissions, notebooks, grades, comments) for student in students}

    def _read(self, model: Any, columns: Sequence[str], keys: Sequence[str], where: Any) -> dict[Any, Row]:
        """The rows of a table by their keys; by id if there are none."""
        from sqlalchemy import select

        names = ["id", *keys, *columns]
        rows = {}
        for values in self.db.execute(select(*(getattr(model, name) for name in names)).where(where)):
            says = dict(zip(columns, values[1 + len(keys) :], strict=True))
            rows[tuple(values[1 : 1 + len(keys)]) or values[0]] = Row(values[0], says, dict(says))
        return rows

    def _rows(self, student: str, people: Any, submissions: Any, notebooks: Any, grades: Any, comments: Any) -> StudentRows:
        new = self.api.new_uuid
        person = people.get(student) or Row(student, {"first_name": None, "last_name": None})
        submission = submissions.get((student,)) or Row(new(), {"timestamp": None, "extension": None})
        rows = StudentRows(person, submission, {})
        for name, known in self.known.items():
            row = notebooks.get((submission.id, known.id)) or Row(new(), {"late_submission_penalty": None})
            ungraded = {"auto_score": None, "manual_score": None, "extra_credit": None, "needs_manual_grade": True}
            silent = {"auto_comment": None, "manual_comment": None}
            rows.notebooks[name] = NotebookRows(
                row,
                {cell: grades.get((row.id, key)) or Row(new(), dict(ungraded)) for cell, key in known.grades.items()},
                {cell: comments.get((row.id, key)) or Row(new(), dict(silent)) for cell, key in known.comments.items()},
            )
        return rows

    def save(self, batch: Collection[StudentRows]) -> None:
        """Write what is new or differs, in one transaction. If that fails, nothing was written."""
        from sqlalchemy import insert, update

        api = self.api
        tables = (api.Student, api.SubmittedAssignment, api.SubmittedNotebook, api.Grade, api.Comment)
        added: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        changed: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for model, row, keys in (found for rows in batch for found in self._all(rows)):
            if row.before is None:
                added[model].append({"id": row.id, **keys, **row.says})
            elif row.says != row.before:
                changed[model].append({"id": row.id, **{name: value for name, value in row.says.items() if value != row.before[name]}})
        try:
            for model in tables:
                if added[model]:
                    self.db.execute(insert(model), added[model])
                if changed[model]:
                    self.db.execute(update(model), changed[model])
            self.db.commit()
        except BaseException:
            self.db.rollback()
            raise

    def _all(self, rows: StudentRows) -> list[tuple[Any, Row, dict[str, Any]]]:
        """Every row with its table and the ids of what it belongs to."""
        api, submission = self.api, rows.submission
        found: list[tuple[Any, Row, dict[str, Any]]] = [
            (api.Student, rows.student, {}),
            (api.SubmittedAssignment, submission, {"assignment_id": self.assignment_id, "student_id": rows.student.id}),
        ]
        for name, notebook in rows.notebooks.items():
            known, row = self.known[name], notebook.row
            found.append((api.SubmittedNotebook, row, {"assignment_id": submission.id, "notebook_id": known.id}))
            for model, cells, ids in ((api.Grade, notebook.grades, known.grades), (api.Comment, notebook.comments, known.comments)):
                found += [(model, cell, {"notebook_id": row.id, "cell_id": ids[name]}) for name, cell in cells.items()]
        return found


def score(grade: Mapping[str, Any]) -> float:
    """The points of a grade as nbgrader counts them: a human's before the autograder's, and extra credit if there is either."""
    given = grade["auto_score"] if grade["manual_score"] is None else grade["manual_score"]
    return 0.0 if given is None else float(given + (grade["extra_credit"] or 0.0))
