"""What the autograder has to say of a notebook's cells: points and comments, worked out before the gradebook is touched.

The meaning is nbgrader's (``utils.determine_grade``, ``SaveAutoGrades``), with one addition: the comment on the answer to an exercise of
dlteach says what is wrong with it.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from autograder.job import Result, Verdict
from autograder.spec import Graded, KnownCell, NotebookSpec, ReadNotebook

NO_RESPONSE = "No response."
"""nbgrader's comment on an answer that was left as it was."""

Named = Mapping[tuple[str, str], str]
"""What an instructor wrote to everybody who made the same mistake, by the exercise's key and the signature of what the answer returns."""


@dataclass(frozen=True)
class Standing:
    """What is to be written down of one notebook.

    ``graded``: it ran. ``missing``: it was not handed in, which is nothing to look at: 0, as nbgrader does. ``ungraded``: it was handed in
    but could not be read or run, for ``reason``. nbgrader loses such a submission; here the automatic points are 0 and every cell waits for
    the instructor (``needs_manual_grade``), so that formgrader lists it, and the reason is the comment.

    ``scores`` has the automatic score of every graded cell, None where a human must decide; ``comments`` the automatic comment of every
    solution and task cell; ``messages`` what the instructor wrote to all with the same mistake, by the check cell.
    """

    kind: Literal["graded", "missing", "ungraded"]
    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    messages: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def standing(graded: Graded, spec: NotebookSpec, named: Named) -> Standing:
    """What is to be written down of the notebook that ``spec`` describes."""
    read = next((notebook for notebook in graded.submission.notebooks if notebook.name == spec.name), None)
    result = graded.results.get(spec.name)
    if read is not None and read.content is not None and result is not None:
        return _of_a_run(read, result, spec, named)
    if read is not None and read.missing:
        read = None
    reason = (read.problem if read else "") or graded.submission.problem or ("it was not run" if read else "")
    manual = {cell.grade_id for cell in spec.cells if cell.grade and (cell.solution or cell.kind != "code")}
    commented = [cell.grade_id for cell in spec.cells if cell.solution or cell.task]
    if not reason:
        every = {cell.grade_id: 0.0 for cell in spec.cells if cell.grade or cell.task}
        return Standing("missing", every, dict.fromkeys(commented))
    scores = {cell.grade_id: None if cell.grade_id in manual else 0.0 for cell in spec.cells if cell.grade}
    return Standing("ungraded", scores, dict.fromkeys(commented, plain(f"This could not be graded: {reason}")), {}, reason)


def _of_a_run(read: ReadNotebook, result: Result, spec: NotebookSpec, named: Named) -> Standing:
    assert read.content is not None
    there = {grade_id(cell): cell for cell in read.content["cells"]}
    untouched = {cell.grade_id for cell in spec.cells if unanswered(cell, there.get(cell.grade_id))}
    scores = {
        cell.grade_id: _score(cell, cell.grade_id in untouched, result.verdicts.get(cell.grade_id)) for cell in spec.cells if cell.grade
    }
    stories, messages = _stories(result, spec, named)
    comments: dict[str, str | None] = {}
    for cell in spec.cells:
        if cell.task:
            comments[cell.grade_id] = None
        elif cell.solution:
            comments[cell.grade_id] = NO_RESPONSE if cell.grade_id in untouched else stories.get(cell.grade_id)
    return Standing("graded", scores, comments, messages)


def _score(cell: KnownCell, untouched: bool, verdict: Verdict | None) -> float | None:
    if cell.solution:
        return 0.0 if untouched else None
    if cell.kind != "code":
        return None
    if verdict is None or not math.isfinite(verdict.score):  # it was not reached
        return 0.0
    return min(max(verdict.score, 0.0), cell.points)


def _stories(result: Result, spec: NotebookSpec, named: Named) -> tuple[dict[str, str], dict[str, str]]:
    """The comments on answers by their cell, and the instructor's messages by the check cell.

    The answer to the exercise ``lesson.name`` stands in the solution cell ``name``: so the builder writes it.
    """
    stories, messages = {}, {}
    for cell in spec.cells:
        verdict = result.verdicts.get(cell.grade_id)
        if cell.exercise is None or verdict is None or verdict.report is None:
            continue
        report = verdict.report
        message = plain(named.get((cell.exercise, str(report.get("signature", ""))), ""))
        hint = plain(report.get("hint"))
        parts = [message, plain(report.get("headline")), f"Hint: {hint}" if hint else ""]
        stories[cell.exercise.rpartition(".")[2]] = "\n\n".join(part for part in parts if part)
        if message:
            messages[cell.grade_id] = message
    return stories, messages


def grade_id(cell: Mapping[str, Any]) -> str:
    """The name that nbgrader knows a cell by; empty if it knows it not."""
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def unanswered(known: KnownCell, cell: Mapping[str, Any] | None) -> bool:
    """Whether a solution cell still is as it was released, or was deleted (graded ones count as such then)."""
    if not known.solution:
        return False
    if cell is None:
        return known.grade
    return known.checksum == checksum(known, cell["source"], cell["cell_type"])


def checksum(known: KnownCell, source: str, kind: str) -> str:
    """``nbgrader.utils.compute_checksum`` of a known cell with this source."""
    locked = not known.solution and (known.grade or known.locked)
    parts = [source, kind, str(known.grade), str(known.solution), str(locked), known.grade_id]
    if known.grade:
        parts.append(str(float(known.points)))
    return hashlib.md5("".join(parts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LONGEST = 2000


def plain(said: Any) -> str:
    """Text for the gradebook, made safe. It may quote what a student's code raised or returned.

    No database takes every character (PostgreSQL no NUL, none a lone surrogate), and nbgrader's own feedback shows a comment as
    Markdown, in which a tag is a tag: a blank after ``<`` makes it none.
    """
    text: str = _TAG.sub("< ", _UNSPEAKABLE.sub("�", str(said or "")))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
