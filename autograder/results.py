"""What grading found out about a class, read out of its journal: for reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from autograder.course import Course
from autograder.job import Result
from autograder.journal import Journal


class JournalResults:
    """What a journal says of students' submissions as they were recorded last (:class:`autograder.report.Results`)."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._latest: tuple[str, list[Result]] = "", []
        self._lacks: dict[str, None] = {}

    def verdicts(self, student: str) -> Mapping[str, Mapping[str, Any]]:
        """The reports on a student's exercises, by grade_id."""
        found: dict[str, Mapping[str, Any]] = {}
        for result in self._results(student):
            found |= {grade_id: verdict.report for grade_id, verdict in result.verdicts.items() if verdict.report is not None}
        return found

    def problem(self, student: str) -> str:
        """Why something of a submission could not be graded; empty if all of it could."""
        return str(self._recorded(student).get("problem", ""))

    def remarks(self, student: str) -> Sequence[str]:
        """What was mended or restored, and where a run stopped early."""
        ended = [result.ended for result in self._results(student) if result.ended]
        return [*self._recorded(student).get("remarks", ()), *ended]

    def flags(self, student: str) -> Sequence[str]:
        """What looked like tampering."""
        return [flag for result in self._results(student) for flag in result.flags]

    def lacks(self) -> Sequence[str]:
        """What the sandbox could not stop where the students asked about so far were graded."""
        return list(self._lacks)

    def _recorded(self, student: str) -> Mapping[str, Any]:
        return self.journal.recorded(student) or {}

    def _results(self, student: str) -> list[Result]:
        """A student's results. The latest are kept, since one student is asked about several times in a row."""
        if self._latest[0] != student:
            keys = self._recorded(student).get("jobs", {}).values()
            results = [result for result in map(self.journal.result, keys) if result is not None]
            self._latest = student, results
            self._lacks |= dict.fromkeys(sentence for result in results for sentence in result.lacks)
        return self._latest[1]


@contextmanager
def results_of(course: Course, assignment: str) -> Iterator[JournalResults | None]:
    """What grading found out about an assignment; None if the autograder has recorded nothing of it."""
    with Journal(course.private / f"{assignment}.journal", write=False) as journal:
        yield JournalResults(journal) if journal.students() else None
