"""Read an assignment out of nbgrader's gradebook, once: everything downstream uses what this returns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, DateTime, column, select, table

from autograder.course import GradingError
from autograder.read.names import IGNORE, shipped
from autograder.read.notebook import cells_of, text
from autograder.read.parse import Unreadable, parse
from autograder.read.restore import plain
from autograder.spec import Assignment, KnownCell, NotebookSpec

_SCHEMA = 3  # of nbgrader's cell metadata, which has these keys and no other
_KEYS = ("schema_version", "grade", "locked", "solution", "task", "grade_id", "points", "checksum", "cell_type")
# nbgrader's tables, as far as they are read here: its own classes for them take a second to import, in which workers could be working
_ASSIGNMENT = table("assignment", column("id"), column("name"), column("duedate", DateTime))
_NOTEBOOK = table("notebook", column("id"), column("name"), column("kernelspec"), column("assignment_id"))
_CELL = table("base_cell", column("id"), column("name"), column("notebook_id"))
_SOURCE = table("source_cell", *map(column, ("name", "cell_type", "source", "checksum", "notebook_id")), column("locked", Boolean))
_GRADE, _TASK = (table(name, column("id"), column("max_score")) for name in ("grade_cells", "task_cells"))
_SOLUTION = table("solution_cells", column("id"))

HIDDEN = "BEGIN HIDDEN TESTS"
"""What marks hidden tests, where a course doesn't set ``ClearHiddenTests.begin_test_delimeter``."""


def export(gradebook: Any, source_folder: Path, name: str, ignore: Sequence[str] = IGNORE, hidden: str = HIDDEN) -> Assignment:
    """An assignment as nbgrader's ``generate_assignment`` recorded it.

    The gradebook says which cells there are, and their text with hidden tests; the instructor's notebooks say in which order they stand,
    and the rest of their metadata.

    Args:
        gradebook: a connection to nbgrader's database, or a session.
        source_folder: the assignment's folder with the instructor's notebooks: ``source/05_backpropagation``.
        name: the assignment's name.
        ignore: names of files that aren't the assignment's: nbgrader's ``CourseDirectory.ignore``.
        hidden: what marks hidden tests in a cell: nbgrader's ``ClearHiddenTests.begin_test_delimeter``.

    Raises:
        GradingError: the gradebook has no such assignment, or it has no notebooks yet.
    """
    found = gradebook.execute(select(_ASSIGNMENT).where(_ASSIGNMENT.c.name == name)).one_or_none()
    if found is None:
        raise GradingError(f"the gradebook has no assignment '{name}'; 'nbgrader generate_assignment {name}' adds it")
    rows = gradebook.execute(select(_NOTEBOOK).where(_NOTEBOOK.c.assignment_id == found.id).order_by(_NOTEBOOK.c.name)).all()
    if not rows:
        raise GradingError(f"assignment '{name}' has no notebooks in the gradebook yet; 'nbgrader generate_assignment {name}' adds them")
    cells = _rows(gradebook, [row.id for row in rows])
    notebooks = tuple(_notebook(row, cells[row.id], source_folder, hidden) for row in rows)
    return Assignment(name, notebooks, source_folder, tuple(shipped(source_folder, ignore)), found.duedate)


def _rows(gradebook: Any, notebooks: list[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """What the gradebook says of the cells, by notebook and name, in one query for each of its four tables."""
    cells: dict[str, dict[str, dict[str, Any]]] = {notebook: {} for notebook in notebooks}
    for row in gradebook.execute(select(_SOURCE).where(_SOURCE.c.notebook_id.in_(notebooks))):
        about = {"kind": row.cell_type, "locked": row.locked, "source": row.source or "", "checksum": row.checksum or ""}
        cells[row.notebook_id][row.name] = about
    for key, kind in (("grade", _GRADE), ("task", _TASK), ("solution", _SOLUTION)):
        query = select(_CELL.c.notebook_id, _CELL.c.name, *(item for item in kind.c if item.name != "id"))
        for row in gradebook.execute(query.join(kind, kind.c.id == _CELL.c.id).where(_CELL.c.notebook_id.in_(notebooks))):
            points = {} if key == "solution" else {"points": float(row.max_score)}
            cells[row.notebook_id].setdefault(row.name, {}).update({key: True, **points})
    # a row without a source would be a gradebook that something else has written to: there is nothing to restore such a cell from
    return {notebook: {name: row for name, row in named.items() if "source" in row} for notebook, named in cells.items()}


def _notebook(row: Any, cells: Mapping[str, dict[str, Any]], source_folder: Path, hidden: str) -> NotebookSpec:
    written = _written(source_folder / f"{row.name}.ipynb")
    order = [name for name in written if name in cells] + [name for name in cells if name not in written]
    known = tuple(_known(name, cells[name], written.get(name, {}), hidden) for name in order)
    return NotebookSpec(row.name, known, json.loads(row.kernelspec) if row.kernelspec else None)


def _written(path: Path) -> dict[str, dict[str, Any]]:
    """The metadata of the known cells in the instructor's notebook, by their name, in order. Empty if that can't be read any more."""
    try:
        data, _ = parse(path.read_bytes(), limit=1 << 30)
        given = cells_of(data, [])
    except (OSError, Unreadable):
        return {}
    cells = [cell for cell in given if isinstance(cell, dict) and isinstance(cell.get("metadata"), dict)]
    named = [(cell["metadata"].get("nbgrader"), cell["metadata"]) for cell in cells]
    return {text(said["grade_id"]): metadata for said, metadata in named if isinstance(said, dict) and "grade_id" in said}


def _known(name: str, row: dict[str, Any], written: dict[str, Any], hidden: str) -> KnownCell:
    """A cell of the gradebook, with the metadata that a student's copy of it was given."""
    grade, solution, task = (row.get(key, False) for key in ("grade", "solution", "task"))
    said = {"locked": row["locked"], **{key: value for key, value in written.get("nbgrader", {}).items() if key in _KEYS}}
    said |= {"schema_version": _SCHEMA, "grade_id": name, "grade": grade, "solution": solution, "cell_type": row["kind"]}
    if task or "task" in said:
        said["task"] = task
    if not (solution or grade):  # for those it says nothing: answers are never locked, tests always
        said["locked"] = row["locked"]
    if grade or task:
        said["points"] = row["points"]
    if row["checksum"]:
        said["checksum"] = row["checksum"]
    metadata = {**plain(written), "nbgrader": said, **({"deletable": False} if solution or row["locked"] else {})}
    if row["locked"]:
        metadata["editable"] = False
    return KnownCell(
        grade_id=name,
        kind=row["kind"],
        source=row["source"],
        checksum=row["checksum"],
        locked=row["locked"],
        grade=grade,
        solution=solution,
        task=task,
        points=row.get("points", 0.0),
        metadata=metadata,
        tests_hidden=hidden in row["source"],
    )
