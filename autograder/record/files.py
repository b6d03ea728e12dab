"""A student's two folders: what was run, in ``autograded/``, and the pages they will read, in ``feedback/``."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.feedback.marks import Heading, Mark
from autograder.feedback.page import page
from autograder.job import NOT_RUN, Result
from autograder.record.folder import DataFiles, put, put_students, write_folder
from autograder.record.notebook import executed, notebook_bytes, stand_in
from autograder.record.rows import KnownNotebook, NotebookRows, StudentRows, score
from autograder.record.rules import Rules
from autograder.record.scores import NO_RESPONSE, Standing, grade_id
from autograder.spec import Assignment, Graded, NotebookSpec

STAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
"""What ``nbgrader release_feedback`` wants beside the pages, if the submission came through its exchange."""


@dataclass(frozen=True)
class Written:
    """Everything that the files of a submission tell: what ran, what it earned, and what the gradebook will say."""

    graded: Graded
    assignment: Assignment
    standings: Mapping[str, Standing]
    rows: StudentRows
    known: Mapping[str, KnownNotebook]

    def notebooks(self) -> list[tuple[NotebookSpec, dict[str, Any]]]:
        """The notebooks to keep, with their outputs. One that could not be read has a stand-in; one that was not handed in has none."""
        read = {notebook.name: notebook for notebook in self.graded.submission.notebooks}
        kept = []
        for spec in self.assignment.notebooks:
            found = self.standings.get(spec.name)
            if found is None or found.kind == "missing":
                continue
            if spec.name in read and read[spec.name].content is not None:
                kept.append((spec, executed(read[spec.name], self.graded.results.get(spec.name))))
            else:
                kept.append((spec, stand_in(spec, found.reason)))
        return kept

    def timestamp(self) -> bytes | None:
        """The time stamp as a file: the student's own if it could be read, for nbgrader trips over any other."""
        moment = self.rows.submission.says["timestamp"]
        own = self.graded.submission.files.get(STAMP)
        return None if moment is None else own or f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC".encode()


def write_autograded(folder: Path, written: Written, data: DataFiles, rules: Rules) -> None:
    """Write the folder of the run notebooks: with the shipped files and, beside them, the student's own."""
    files = {name: content for name, content in written.graded.submission.files.items() if name != STAMP}
    stamp = written.timestamp()

    def fill(new: Path) -> None:
        for spec, notebook in written.notebooks():
            put(new / f"{spec.name}.ipynb", notebook_bytes(notebook), rules.access)
        data.put(new, folder)
        put_students(new, files if stamp is None else {**files, STAMP: stamp}, rules.access)

    write_folder(folder, rules.access, fill)


def write_feedback(folder: Path, written: Written, rules: Rules) -> None:
    """Write the folder of the feedback pages, one per notebook, and what ``nbgrader release_feedback`` wants beside them."""
    extra = {STAMP: written.timestamp(), SECRET: written.graded.submission.files.get(SECRET)}

    def fill(new: Path) -> None:
        for spec, notebook in written.notebooks():
            html = page(notebook, _marks(written, spec), _heading(written, spec), skip_tag=rules.skip_tag)
            html = f"{html.rstrip()}\n{stamp_of(written.rows, spec.name)}\n"
            put(new / f"{spec.name}.html", html.encode("utf-8", "replace"), rules.feedback_access)
        for name, content in extra.items():
            if content is not None:
                put(new / name, content, rules.feedback_access)

    write_folder(folder, rules.feedback_access, fill)


def stamp_of(rows: StudentRows, name: str) -> str:
    """The last line of a page: a digest of all that the gradebook says of it. A page without it was made from something else."""
    notebook = rows.notebooks[name]
    cells = [sorted((cell, row.says) for cell, row in kind.items()) for kind in (notebook.grades, notebook.comments)]
    said = json.dumps([rows.student.says, rows.submission.says, notebook.row.says, cells], default=str, sort_keys=True)
    said = re.sub(r"\b(\d+)\.0\b", r"\1", said)  # a database gives 1.0 where 1 was written
    return f"<!-- gradebook {hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:32]} -->"


def _heading(written: Written, spec: NotebookSpec) -> Heading:
    rows = written.rows.notebooks[spec.name]
    person = written.rows.student
    moment = written.rows.submission.says["timestamp"]
    result = written.graded.results.get(spec.name)
    remarks = (written.standings[spec.name].reason, result.ended if result else "")
    return Heading(
        assignment=written.assignment.name,
        notebook=spec.name,
        student=" ".join(name for name in (person.says["first_name"], person.says["last_name"]) if name) or person.id,
        score=sum(score(grade.says) for grade in rows.grades.values()),
        max_score=sum(written.known[spec.name].points.values()),
        late_penalty=rows.row.says["late_submission_penalty"] or 0.0,
        submitted=f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "",
        remarks=tuple(remark for remark in remarks if remark),
    )


def _marks(written: Written, spec: NotebookSpec) -> dict[str, Mark]:
    """The marks of every graded cell and task, and of answers that have a comment, in the order of the notebook."""
    rows, found = written.rows.notebooks[spec.name], written.standings[spec.name]
    result = written.graded.results.get(spec.name)
    unreached = _unreached(written, spec, result)
    marks = {}
    for cell in spec.cells:
        comment = _comment(rows, cell.grade_id)
        if cell.grade_id not in rows.grades:
            if comment:
                marks[cell.grade_id] = Mark(None, 0.0, comment)
            continue
        says = rows.grades[cell.grade_id].says
        verdict = result.verdicts.get(cell.grade_id) if result else None
        marks[cell.grade_id] = Mark(
            score=None if says["auto_score"] is None and says["manual_score"] is None else score(says),
            max_score=written.known[spec.name].points[cell.grade_id],
            comment=comment,
            needs_manual=bool(says["needs_manual_grade"]),
            graded=says["manual_score"] is not None or (found.kind == "graded" and cell.grade_id not in unreached),
            by_hand=cell.solution or cell.task,
            tests_hidden=cell.tests_hidden,
            report=verdict.report if verdict else None,
            message=found.messages.get(cell.grade_id, ""),
        )
    return marks


def _comment(rows: NotebookRows, name: str) -> str:
    """What a human wrote, else nbgrader's remark that there is no answer. What else the autograder wrote, the report says better."""
    if name not in rows.comments:
        return ""
    says = rows.comments[name].says
    if says["manual_comment"] is not None:
        return str(says["manual_comment"])
    return NO_RESPONSE if says["auto_comment"] == NO_RESPONSE else ""


def _unreached(written: Written, spec: NotebookSpec, result: Result | None) -> set[str]:
    """The graded cells that the run did not reach."""
    content = next((read.content for read in written.graded.submission.notebooks if read.name == spec.name), None)
    cells = content["cells"] if content else []
    ran = result.cells if result else ()
    return {grade_id(cells[cell.index]) for cell in ran if cell.status == NOT_RUN and 0 <= cell.index < len(cells)} - {""}
