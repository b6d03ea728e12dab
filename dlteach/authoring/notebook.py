"""Build the notebook with solutions: what nbgrader's ``source/`` holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dlteach.authoring.answer import BEGIN, END, check_answer_cell
from dlteach.authoring.card import card, points_text
from dlteach.authoring.errors import AuthoringError, SourceError, require
from dlteach.authoring.grading_config import PLAY
from dlteach.authoring.places import sources_folder
from dlteach.authoring.source import SourceCell, read_source
from dlteach.checking.exercise import Exercise, Lesson, names

_SCHEMA = 3  # of nbgrader's cell metadata
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}


def build_source(lesson: Lesson, sources: Path | None = None) -> Any:
    """The notebook of a lesson with its solutions, ready for nbgrader.

    Args:
        lesson: the lesson.
        sources: the folder its source ``NN_name.py`` is in; left out, the one dlteach came with.

    Returns:
        A ``NotebookNode``, valid nbformat 4.5, the same at every call.

    Raises:
        SourceError: a mistake in the source, with its line.
        AuthoringError: the source doesn't exist.
    """
    require("nbformat", "building lessons")
    import nbformat.v4

    path = source_path(lesson, sources)
    cells = read_source(path)
    _check_exercises(path, cells, lesson)
    notebook = nbformat.v4.new_notebook(metadata=json.loads(json.dumps(_METADATA)))
    for cell in cells:
        notebook.cells.extend(_cells_of(path, cell, lesson))
    for position, cell in enumerate(notebook.cells):
        # ids follow from what the cell is or where it stands, so that building twice gives the same bytes
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id", f"lesson-{lesson.number:02d}-cell-{position:03d}")
    nbformat.validate(notebook)
    return notebook


def source_path(lesson: Lesson, sources: Path | None = None) -> Path:
    """Where a lesson's source is. Raises AuthoringError if it isn't there."""
    folder = sources_folder() if sources is None else sources
    path = folder / f"{lesson.stem}.py"
    if not path.is_file():
        raise AuthoringError(f"lesson '{lesson.name}' has no source: {path} does not exist")
    return path


def notebook_text(notebook: Any) -> str:
    """A notebook as the text of an .ipynb file."""
    import nbformat

    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def _check_exercises(path: Path, cells: list[SourceCell], lesson: Lesson) -> None:
    """Each exercise of the lesson has one cell, and markers stand nowhere else."""
    first: dict[str, int] = {}
    known = names(lesson.exercises)
    for cell in cells:
        if cell.exercise is None:
            for number, line in enumerate(cell.text.splitlines(), 1):
                if line.strip() in (BEGIN, END):
                    raise SourceError(path, cell.line + number, f"'{line.strip()}' stands in a cell that is no exercise")
            continue
        if cell.exercise not in known:
            raise SourceError(path, cell.line, f"lesson '{lesson.name}' has no exercise '{cell.exercise}'; it has {', '.join(known)}")
        if cell.exercise in first:
            message = f"exercise '{cell.exercise}' has two cells; the first starts on line {first[cell.exercise]}"
            raise SourceError(path, cell.line, message)
        first[cell.exercise] = cell.line
        check_answer_cell(path, cell, lesson.exercise(cell.exercise))
    for name in known:
        if name not in first:
            raise SourceError(path, 1, f"exercise '{name}' has no cell; start one with: # %% exercise=\"{name}\"")


def _cells_of(path: Path, cell: SourceCell, lesson: Lesson) -> list[Any]:
    """What a cell of the source becomes: itself, or an exercise's card, answer and check."""
    from nbformat.v4 import new_code_cell, new_markdown_cell

    if cell.exercise is not None:
        exercise = lesson.exercise(cell.exercise)
        answer = new_code_cell(cell.text, metadata={"nbgrader": _nbgrader(exercise.name, solution=True)})
        graded = new_code_cell(check_cell(exercise), metadata={"nbgrader": _nbgrader(f"check-{exercise.name}", points=exercise.points)})
        return [new_markdown_cell(card(exercise)), answer, graded]
    tags = [*cell.tags, *([PLAY] if cell.play and PLAY not in cell.tags else [])]
    new_cell = new_code_cell if cell.kind == "code" else new_markdown_cell
    return [new_cell(cell.text, metadata={"tags": tags} if tags else {})]


def check_cell(exercise: Exercise) -> str:
    """The code of an exercise's locked, graded cell."""
    return f'import dlteach\ndlteach.check("{exercise.key}", points={points_text(exercise.points)})'


def _nbgrader(grade_id: str, solution: bool = False, points: float | None = None) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": points is not None,
        "schema_version": _SCHEMA,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        metadata["points"] = int(points) if points == int(points) else points
    return metadata
