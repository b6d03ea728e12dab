"""What grading found out about a class, read out of its journal: for reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.job import Result
from autograder.journal import Journal


class JournalResults:
    """What a journal says of students' submissions as they were recorded last (:class:`autograder.report.Results`)."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

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
        """What the sandbox could not stop where any of this ran."""
        found = {sentence for student in self.journal.students() for result in self._results(student) for sentence in result.lacks}
        return sorted(found)

    def _recorded(self, student: str) -> Mapping[str, Any]:
        return self.journal.recorded(student) or {}

    def _results(self, student: str) -> list[Result]:
        results = (self.journal.result(key) for key in self._recorded(student).get("jobs", {}).values())
        return [result for result in results if result is not None]
