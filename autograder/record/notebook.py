"""The notebook as it is kept in ``autograded/``: what was handed in with the outputs of the run, in nbformat's own layout."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.job import Result
from autograder.spec import NotebookSpec, ReadNotebook

OURS = "dlteach"
"""The key in the notebook's metadata under which is kept how it was graded."""

_LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": ".".join(map(str, sys.version_info[:3])),
}
"""What a Python kernel says of its language. nbconvert colours code by it."""


def executed(read: ReadNotebook, result: Result | None) -> dict[str, Any]:
    """The notebook with the outputs of its run; without any if it didn't run. Nothing given is changed."""
    assert read.content is not None
    cells = [_emptied(cell) for cell in read.content["cells"]]
    for ran in result.cells if result else ():
        if 0 <= ran.index < len(cells) and cells[ran.index]["cell_type"] == "code":
            cells[ran.index] = {**cells[ran.index], "outputs": ran.outputs, "execution_count": ran.execution_count}
    return {**read.content, "cells": cells, "metadata": _metadata(read, result)}


def stand_in(spec: NotebookSpec, reason: str) -> dict[str, Any]:
    """What formgrader opens in place of a notebook that couldn't be read: the reason, and an empty cell for each that can get points."""
    cells: list[dict[str, Any]] = [_cell(0, "markdown", f"**{spec.name}.ipynb could not be graded**\n\n    {reason}", {})]
    for known in spec.cells:
        if known.grade or known.solution or known.task:
            cells.append(_cell(len(cells), known.kind, "", {"nbgrader": known.metadata.get("nbgrader", {})}))
    metadata: dict[str, Any] = {"language_info": _LANGUAGE, OURS: {"ended": reason}}
    if spec.kernelspec:
        metadata["kernelspec"] = spec.kernelspec
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(number: int, kind: str, source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": metadata, "source": source}
    return _emptied(cell)


def _emptied(cell: Mapping[str, Any]) -> dict[str, Any]:
    return {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else dict(cell)


def _metadata(read: ReadNotebook, result: Result | None) -> dict[str, Any]:
    assert read.content is not None
    metadata = {**read.content["metadata"], "language_info": _LANGUAGE}
    metadata.pop(OURS, None)  # a student's own says nothing of how we graded
    said: dict[str, Any] = {"repairs": list(read.repairs)}
    if result:
        said |= {"ended": result.ended, "flags": list(result.flags), "sandbox": result.sandbox, "lacks": list(result.lacks)}
    said = {key: value for key, value in said.items() if value}
    return {**metadata, OURS: said} if said else metadata


def notebook_bytes(notebook: Mapping[str, Any]) -> bytes:
    """The file as ``nbformat.write`` writes it, but for the line breaks: a line for each cell, which is written ten times as fast.

    Nor is it validated, which takes longer than the grading.
    """
    dropped = ("orig_nbformat", "orig_nbformat_minor", "signature")
    metadata = {key: value for key, value in notebook["metadata"].items() if key not in dropped}
    cells = ",\n".join(_json(_split(cell)) for cell in notebook["cells"])
    rest = _json({key: value for key, value in notebook.items() if key != "cells"} | {"metadata": metadata})
    text = f'{{"cells": [\n{cells}\n],\n{rest[1:]}\n'
    return text.encode("utf-8", "replace")  # half a surrogate pair, which JSON can hold and UTF-8 can't, becomes a question mark


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False)


def _split(cell: Mapping[str, Any]) -> dict[str, Any]:
    cell = {**cell, "source": _lines(cell["source"])}
    cell["metadata"] = {key: value for key, value in cell["metadata"].items() if key != "trusted"}
    if "attachments" in cell:
        cell["attachments"] = {name: _split_bundle(bundle) for name, bundle in cell["attachments"].items()}
    if cell["cell_type"] == "code":
        cell["outputs"] = [_split_output(output) for output in cell["outputs"]]
    return cell


def _split_output(output: Mapping[str, Any]) -> Mapping[str, Any]:
    if output["output_type"] in ("execute_result", "display_data"):
        return {**output, "data": _split_bundle(output.get("data", {}))}
    return {**output, "text": _lines(output["text"])} if output["output_type"] == "stream" else output


def _split_bundle(bundle: Mapping[str, Any]) -> dict[str, Any]:
    split = ("application/javascript", "image/svg+xml")
    return {mime: _lines(value) if mime.startswith("text/") or mime in split else value for mime, value in bundle.items()}


def _lines(text: Any) -> Sequence[str] | Any:
    return text.splitlines(True) if isinstance(text, str) else text
