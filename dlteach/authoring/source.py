"""Read a lesson's source: a percent-format Python file, cell by cell, with the line each cell starts on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlteach.authoring.errors import AuthoringError, SourceError, require

_CELL_START = re.compile(r"^\s*#\s*%%+(\s|$)")
_OPTIONS = {"exercise", "play", "tags", "title"}


@dataclass(frozen=True)
class SourceCell:
    """One cell of a source.

    ``exercise`` names the exercise that is answered here; ``play`` marks a cell that only plays (a plot, a training run), which the
    grader skips; ``line`` is the line of the ``# %%`` that starts the cell.
    """

    kind: str
    text: str
    line: int
    exercise: str | None = None
    play: bool = False
    tags: tuple[str, ...] = ()


def read_source(path: Path) -> list[SourceCell]:
    """The cells of a source file.

    Raises:
        AuthoringError: the file can't be read.
        SourceError: text before the first cell, or an option that doesn't exist or has a wrong value.
    """
    require("jupytext", "building lessons")
    import jupytext

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{path} could not be read as a UTF-8 text file: {error}") from error
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines, 1) if _CELL_START.match(line)]
    before = [number for number, line in enumerate(lines[: starts[0] - 1] if starts else lines, 1) if line.strip()]
    if before or not starts:
        raise SourceError(path, before[0] if before else 1, "a lesson begins with a cell, so its first line starts with '# %%'")
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(cells) != len(starts):
        message = f"{len(starts)} lines look like the start of a cell but {len(cells)} are; is one inside a string?"
        raise SourceError(path, starts[0], message)
    return [_read_cell(path, line, cell) for line, cell in zip(starts, cells, strict=True)]


def _read_cell(path: Path, line: int, cell: Any) -> SourceCell:
    # jupytext keeps its own notes in the metadata; what the author wrote is the rest
    options = {key: value for key, value in cell.metadata.items() if key != "lines_to_next_cell"}
    for option in options.keys() - _OPTIONS:
        raise SourceError(path, line, f"unknown cell option '{option}'; known are {', '.join(sorted(_OPTIONS - {'title'}))}")
    if cell.cell_type not in ("code", "markdown"):
        raise SourceError(path, line, f"a lesson has code and markdown cells, no {cell.cell_type} cells")
    exercise, play, tags = options.get("exercise"), options.get("play", False), options.get("tags", [])
    if exercise is not None and not isinstance(exercise, str):
        raise SourceError(path, line, f'exercise={exercise!r} should be a name in quotes, such as exercise="affine_forward"')
    if not isinstance(play, bool):
        raise SourceError(path, line, f"play={play!r} should be play=true")
    if not (isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)):
        raise SourceError(path, line, f'tags={tags!r} should be a list of names, such as tags=["optional"]')
    if (exercise is not None or play) and cell.cell_type != "code":
        raise SourceError(path, line, "only a code cell can be an exercise or play")
    if exercise is not None and (play or tags):
        raise SourceError(path, line, "an exercise cell takes no other option: it is always run and always graded")
    return SourceCell(cell.cell_type, cell.source, line, exercise, play, tuple(tags))
