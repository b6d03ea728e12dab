"""The notebook's cells, each made ready for the template, with the results beside the graded ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from autograder.feedback.hidden import hidden_lines, stripped
from autograder.feedback.highlight import python
from autograder.feedback.markdown import markdown
from autograder.feedback.marks import Mark
from autograder.feedback.outputs import outputs
from autograder.feedback.plain import head, plain
from autograder.feedback.results import Result, result
from autograder.spec import CHECK

MOST = 200_000
"""Characters of a cell; the rest of a longer one is not shown."""


@dataclass(frozen=True)
class Shown:
    """A cell. ``kind`` is ``markdown``, ``code``, ``raw`` or ``check``, whose code and outputs say nothing that its result doesn't."""

    kind: str
    body: Markup
    yours: bool = False
    folded: bool = False
    outputs: list[Markup] = field(default_factory=list)
    result: Result | None = None


def shown_cells(notebook: Mapping[str, Any], marks: Mapping[str, Mark], skip_tag: str) -> tuple[list[Shown], list[Result]]:
    """The cells as the page shows them, and the results in the order of the notebook; marks without a cell come last."""
    found = notebook.get("cells")
    cells = [cell for cell in found if isinstance(cell, dict)] if isinstance(found, list) else []
    hidden = hidden_lines(plain(cell.get("source")) for cell in cells)
    shown: list[Shown] = []
    results: dict[str, Result] = {}
    for cell in cells:
        known = _known(cell)
        grade_id = known.get("grade_id")
        said = None
        if isinstance(grade_id, str) and grade_id in marks and grade_id not in results:
            said = results[grade_id] = result(grade_id, marks[grade_id], f"part-{len(results) + 1}")
        secret = isinstance(grade_id, str) and grade_id in marks and marks[grade_id].tests_hidden
        shown.append(_shown(cell, known, said, secret, hidden, skip_tag))
    for grade_id, mark in marks.items():
        if grade_id not in results:
            results[grade_id] = result(grade_id, mark, f"part-{len(results) + 1}", in_notebook=False)
    return shown, list(results.values())


def _known(cell: dict[str, Any]) -> dict[str, Any]:
    """What nbgrader knows of a cell."""
    metadata = cell.get("metadata")
    known = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return known if isinstance(known, dict) else {}


def _shown(cell: dict[str, Any], known: dict[str, Any], said: Result | None, secret: bool, hidden: frozenset[str], skip_tag: str) -> Shown:
    whole = plain(cell.get("source"))
    source = head(stripped(whole), MOST)
    yours = known.get("solution") is True
    if cell.get("cell_type") == "markdown":
        return Shown("markdown", markdown(source, cell.get("attachments")), yours, result=said)
    if cell.get("cell_type") != "code":
        return Shown("raw", Markup.escape(source), yours, result=said)
    if said and CHECK.fullmatch(source):
        return Shown("check", Markup(""), result=said)
    made = [] if secret or stripped(whole) != whole else outputs(cell, hidden)
    folded = not made and said is None and skip_tag in _tags(cell)
    return Shown("code", python(source), yours, folded, made, said)


def _tags(cell: dict[str, Any]) -> list[Any]:
    tags = cell["metadata"].get("tags") if isinstance(cell.get("metadata"), dict) else None
    return tags if isinstance(tags, list) else []
