"""The only writer: what became of submissions goes to ``autograded/``, to ``feedback/`` and into the gradebook."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

from autograder.course import GradingError
from autograder.outcome import Outcome
from autograder.record.files import Written, stamp_of, write_autograded, write_feedback
from autograder.record.folder import DataFiles, settle
from autograder.record.rows import Book, NotebookRows, StudentRows, score
from autograder.record.rules import Folders, Rules
from autograder.record.scores import Named, Standing, standing
from autograder.spec import Assignment, Graded, NotebookSpec, Submission

_ATTEMPTS = 3
NEW_STUDENT = "the gradebook knew no such student, and does now; is the name of the folder right?"
Status = Literal["graded", "unchanged", "failed"]


class Recorder:
    """Records batches of graded submissions; a context manager.

    Files first, whole or not at all, then one transaction. Killed at any moment, recording the same again brings the same end; recording
    twice changes nothing. Manual scores, manual comments and extra credit are read and never written.

    Args:
        gradebook_url: nbgrader's database: ``sqlite:///…`` or ``postgresql+psycopg://…``.
        course_id: the course.
        assignment: the assignment.
        folders: where the results go.
        rules: what the course's settings ask for.
        named: what an instructor wrote to everybody who made the same mistake.
    """

    def __init__(
        self,
        gradebook_url: str,
        course_id: str,
        assignment: Assignment,
        folders: Folders,
        rules: Rules | None = None,
        named: Named | None = None,
    ) -> None:
        self.url, self.course_id = gradebook_url, course_id
        self.assignment, self.folders = assignment, folders
        self.rules = rules or Rules()
        self.named = named or {}
        shipped = tuple(name for name in assignment.data_files if name not in self.rules.kept)
        self.data = DataFiles(assignment.source, shipped, self.rules.access)
        self._book: Book | None = None

    def __enter__(self) -> Recorder:
        self._book = Book(self.url, self.course_id, self.assignment.name)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.book.close()
        self._book = None

    @property
    def book(self) -> Book:
        """The open gradebook."""
        if self._book is None:
            raise RuntimeError("a Recorder is used in a with statement: 'with Recorder(...) as recorder:'")
        return self._book

    @property
    def state(self) -> str:
        """Everything but submissions, results and the assignment that goes into what is recorded, as text."""
        return repr((sorted(self.named.items()), self.rules))

    def record(self, batch: Sequence[Graded]) -> list[Outcome]:
        """Write down a batch, of one submission per student.

        One that can't be written fails alone: nothing of it goes into the gradebook, and the others do.

        Raises:
            GradingError: the gradebook can't be written. Nothing of the batch is in it then.
        """
        from sqlalchemy.exc import IntegrityError, OperationalError

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._record(batch)
            except (IntegrityError, OperationalError) as error:  # somebody else wrote the same rows, or keeps the gradebook locked
                self.book.db.rollback()
                if attempt == _ATTEMPTS:
                    raise GradingError(f"the gradebook could not be written: {error.orig}; is somebody else grading?") from error
        raise AssertionError("unreachable")

    def scores(self, students: Sequence[str]) -> dict[str, Outcome]:
        """What the gradebook says of some students' submissions now, as outcomes with the status ``unchanged``."""
        loaded = self.book.load(students)
        self.book.db.rollback()
        return {student: self._outcome(rows, "unchanged") for student, rows in loaded.items()}

    def has(self, submission: Submission) -> bool:
        """Whether a submission, as it is now, is in the gradebook, and its notebooks are in their folder, with pages that say what it says.

        Not so once a human has given points or written a comment, or nbgrader has written pages of its own.
        """
        graded, pages = self.folders.autograded(submission.student), self.folders.feedback(submission.student)
        ours = {spec.name for spec in self.assignment.notebooks}
        names = [notebook.name for notebook in submission.notebooks if notebook.name in ours]
        files = [folder / f"{name}{ending}" for name in names for folder, ending in ((graded, ".ipynb"), (pages, ".html"))]
        if not all(path.exists() for path in (graded, pages, *files)):
            return False
        rows = self.book.load([submission.student])[submission.student]
        self.book.db.rollback()
        if rows.submission.before is None or rows.submission.says["timestamp"] != _utc(submission.timestamp):
            return False
        return all(_ends_with(pages / f"{name}.html", stamp_of(rows, name)) for name in names)

    def _record(self, batch: Sequence[Graded]) -> list[Outcome]:
        loaded = self.book.load([graded.submission.student for graded in batch if _storable(graded.submission.student)])
        outcomes, done = {}, []
        for graded in batch:
            student = graded.submission.student
            if not _storable(student):
                outcomes[student] = Outcome(student, "failed", reason=f"{student!r} is no name that a gradebook can hold")
                continue
            rows = loaded.pop(student)
            if rows.student.before is None and not self.rules.create_student:
                outcomes[student] = Outcome(student, "failed", reason=f"the gradebook knows no student '{student}', and none is created")
                continue
            try:
                outcomes[student] = self._write(graded, rows)
                done.append(rows)
            except Exception as error:  # a full disk, a penalty plugin's mistake, a notebook nobody thought of: the others go on
                outcomes[student] = _not_recorded(student, error)
        if done:
            some = done[0].student.id
            settle([self.folders.autograded(some), self.folders.feedback(some)])
        return list((outcomes | self._save(done)).values())

    def _save(self, done: Sequence[StudentRows]) -> dict[str, Outcome]:
        """Write rows: all at once, or one by one if something in them is nothing for the database. Returns whose rows it didn't take."""
        from sqlalchemy.exc import IntegrityError, OperationalError

        try:
            self.book.save(done)
        except (IntegrityError, OperationalError):
            raise
        except Exception as error:
            if len(done) == 1:
                return {done[0].student.id: _not_recorded(done[0].student.id, error)}
            return {student: outcome for rows in done for student, outcome in self._save([rows]).items()}
        return {}

    def _write(self, graded: Graded, rows: StudentRows) -> Outcome:
        submission = graded.submission
        rows.submission.says["timestamp"] = _utc(submission.timestamp)
        specs = {spec.name: spec for spec in self.assignment.notebooks}
        standings = {name: standing(graded, specs.get(name, NotebookSpec(name, ())), self.named) for name in self.book.known}
        for name, notebook in rows.notebooks.items():
            _apply(standings[name], notebook)
            notebook.row.says["late_submission_penalty"] = self._penalty(rows, notebook, standings[name])
        written = Written(graded, self.assignment, standings, rows, self.book.known)
        write_autograded(self.folders.autograded(submission.student), written, self.data, self.rules)
        write_feedback(self.folders.feedback(submission.student), written, self.rules)
        problem = _problem(standings)
        new = rows.student.before is None and self.book.has_roster
        remarks = (*([NEW_STUDENT] if new else []), *_remarks(graded))
        return self._outcome(rows, "failed" if problem else "graded", problem, remarks)

    def _penalty(self, rows: StudentRows, notebook: NotebookRows, found: Standing) -> float | None:
        late = rows.seconds_late(self.book.due)
        if late <= 0 or found.kind == "missing":
            return None
        earned = sum(score(grade.says) for grade in notebook.grades.values())
        penalty = self.rules.penalty(rows.student.id, earned, late)
        if penalty is None or penalty < 0:
            return None if penalty is None else 0.0
        return float(min(penalty, earned))

    def _outcome(self, rows: StudentRows, status: Status, reason: str = "", remarks: tuple[str, ...] = ()) -> Outcome:
        earned = sum(score(grade.says) for notebook in rows.notebooks.values() for grade in notebook.grades.values())
        penalty = sum(notebook.row.says["late_submission_penalty"] or 0.0 for notebook in rows.notebooks.values())
        return Outcome(rows.student.id, status, earned, self.book.max_score, reason, penalty, remarks)


def _ends_with(path: Path, line: str) -> bool:
    """Whether this is the last line of a file."""
    with path.open("rb") as file:
        file.seek(-min(len(line) + 1, file.seek(0, os.SEEK_END)), os.SEEK_END)
        return file.read() == f"{line}\n".encode()


def _storable(student: str) -> bool:
    """Whether databases take a name: folders can have names that are no text (lone surrogates, to Python)."""
    return "\0" not in student and student.encode("utf-8", "replace").decode() == student


def _not_recorded(student: str, error: Exception) -> Outcome:
    return Outcome(student, "failed", reason=f"it could not be recorded: {type(error).__name__}: {' '.join(str(error).split())}")


def _apply(found: Standing, notebook: NotebookRows) -> None:
    """Put what the autograder says into a notebook's rows, as nbgrader's ``SaveAutoGrades`` does."""
    for name, grade in notebook.grades.items():
        if name in found.scores:
            auto = found.scores[name]
            human = found.kind == "ungraded" or (found.kind == "graded" and (auto is None or grade.says["manual_score"] is not None))
            grade.says |= {"auto_score": auto, "needs_manual_grade": human}
        elif grade.says["auto_score"] is not None:  # a task that got its 0 when the notebook was missing, and waits for a human now
            grade.says |= {"auto_score": None, "needs_manual_grade": True}
    for name, comment in notebook.comments.items():
        if name in found.comments:
            comment.says["auto_comment"] = found.comments[name]


def _problem(standings: Mapping[str, Standing]) -> str:
    """Why something of a submission could not be graded; empty if all of it could."""
    reasons = dict.fromkeys(found.reason for found in standings.values() if found.reason)
    if not reasons and all(found.kind == "missing" for found in standings.values()):
        return "no notebook of this assignment was handed in"
    return "; ".join(reasons)


def _remarks(graded: Graded) -> tuple[str, ...]:
    """Everything that an instructor may want to know, said once."""
    remarks = list(graded.submission.remarks)
    for notebook in graded.submission.notebooks:
        result = graded.results.get(notebook.name)
        remarks += [*notebook.repairs, *(result.flags if result else ()), result.ended if result else ""]
    return tuple(dict.fromkeys(remark for remark in remarks if remark))


def _utc(moment: datetime | None) -> datetime | None:
    """A moment as nbgrader keeps it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment
