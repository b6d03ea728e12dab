"""Write a notebook as an instructor would with nbgrader's own toolbar: cells that are answered, tested, read by a human, or only there."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
HIDE, SHOW = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


def known(cell: NotebookNode, grade_id: str, points: float | None = None, **what: bool) -> NotebookNode:
    """A cell with nbgrader's metadata. ``what`` says which of ``locked``, ``solution`` and ``task`` it is; points make it graded."""
    data: dict[str, Any] = {"grade_id": grade_id, "grade": points is not None, "schema_version": 3, **_FLAGS, **what}
    if points is not None:
        data["points"] = points
    if what.get("task"):
        data["grade"] = False
    cell.metadata["nbgrader"] = data
    cell["id"] = grade_id
    return cell


_FLAGS = {"locked": False, "solution": False, "task": False}


def text(source: str) -> NotebookNode:
    """A cell to read."""
    return new_markdown_cell(source)


def code(source: str) -> NotebookNode:
    """A cell of code that nbgrader knows nothing about."""
    return new_code_cell(source)


def locked(grade_id: str, source: str) -> NotebookNode:
    """A read-only cell."""
    return known(new_code_cell(source), grade_id, locked=True)


def answer(grade_id: str, head: str, solution: str, tail: str = "") -> NotebookNode:
    """An autograded answer: the lines of ``solution`` are the instructor's, and taken out of what students get."""
    return known(new_code_cell(f"{head}\n    {BEGIN}\n{solution}\n    {END}\n{tail}".rstrip("\n")), grade_id, solution=True)


def asserted(grade_id: str, points: float, source: str, hidden: str = "", after: str = "") -> NotebookNode:
    """Tests of an answer; ``hidden`` are those that students don't get."""
    parts = [source, *([f"{HIDE}\n{hidden}\n{SHOW}"] if hidden else []), *([after] if after else [])]
    return known(new_code_cell("\n".join(parts)), grade_id, points, locked=True)


def manual(grade_id: str, points: float, source: str) -> NotebookNode:
    """A question that is answered in words and read by a human."""
    return known(new_markdown_cell(source), grade_id, points, solution=True)


def manual_code(grade_id: str, points: float, source: str) -> NotebookNode:
    """Code that is read by a human."""
    return known(new_code_cell(source), grade_id, points, solution=True)


def task(grade_id: str, points: float, source: str) -> NotebookNode:
    """A task: what students add below it is read by a human."""
    return known(new_markdown_cell(source), grade_id, points, locked=True, task=True)


def notebook(*cells: NotebookNode) -> NotebookNode:
    """A notebook of these cells; those without an id get their place as one, so that it is the same every time."""
    for place, cell in enumerate(cells):
        if "nbgrader" not in cell.metadata:
            cell["id"] = f"cell-{place}"
    return new_notebook(cells=list(cells), metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
