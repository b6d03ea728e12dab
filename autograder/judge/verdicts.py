"""Verdicts of exercises: a report as plain data that can be kept, and the outputs that a check cell shows."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from autograder.job import CellJob, Verdict
from autograder.judge.grade import determine
from autograder.judge.signature import returns, signature
from dlteach.checking import PUBLIC_SEED, Report
from dlteach.checking.report import Story
from dlteach.exercises.display import MIME, bundle

MAX_REPORT = 200_000  # characters of a card; one that shows a student's numbers is a hundredth of it
BESIDE = ("html", "text", "call", "signature", "returns")
"""What is kept of a report beside :meth:`dlteach.checking.Report.as_dict`."""


def derived(seed: int, exercise: str) -> int:
    """The seed of an exercise's hidden cases: nobody who doesn't know ``seed`` can tell it, and it is never the public one."""
    digest = hashlib.sha256(f"{seed}:{exercise}".encode()).digest()
    return PUBLIC_SEED + 1 + int.from_bytes(digest[:12], "big")


def failed(exercise: str, points: float, error: Exception) -> Report:
    """A report where the judging went wrong, in the words of :func:`dlteach.check`."""
    says = (
        f"The check itself failed ({type(error).__name__}: {str(error)[:200]}). That is a mistake of ours, not of yours: please report it."
    )
    return Report(0, points, Story(exercise, says))


def described(report: Report) -> dict[str, Any]:
    """A report as JSON data, without the values it shows if those would fill a book.

    Of a function that loses points, it says what that gave back on the public cases.
    """
    story, shown = report.story, bundle(report)
    if max(len(shown["text/html"]), len(shown["text/plain"])) > MAX_REPORT:
        story = replace(story, shows_values=False, picture="", got=None, expected=None, where=None)
        shown = bundle(Report(report.points, report.max_points, story))
    found = {**shown[MIME], "html": shown["text/html"], "text": shown["text/plain"], "call": story.call}
    if not report.passed and story.run is not None:
        found["signature"] = signature(story.run)
        if story.case is not None:
            found["returns"] = returns(story.run.outcomes[story.case])
    return found


def verdict_of(cell: CellJob, report: dict[str, Any]) -> tuple[Verdict, str]:
    """What the cell earns, and a remark: nbgrader takes the report's number as partial credit."""
    score, remark = determine("ok", repr(float(report["points"])), False, cell.points)
    return Verdict(cell.grade_id, score, cell.points, report), remark


def outputs_of(report: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """What the cell would show if it had been run: the card, then the number that nbgrader reads."""
    machine = {name: value for name, value in report.items() if name not in BESIDE}
    data = {"text/plain": report["text"], "text/html": report["html"], MIME: machine}
    number = {"text/plain": repr(float(report["points"]))}
    return [
        {"output_type": "display_data", "data": data, "metadata": {}},
        {"output_type": "execute_result", "data": number, "metadata": {}, "execution_count": count},
    ]
