"""Build the student's notebook, through the same steps of nbgrader that ``nbgrader generate_assignment`` takes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from dlteach.authoring.errors import require
from dlteach.authoring.notebook import build_source
from dlteach.checking.exercise import Lesson


def build_release(lesson: Lesson, sources: Path | None = None) -> Any:
    """The student's notebook of a lesson: solutions replaced by nbgrader's stub, graded cells locked.

    Args:
        lesson: the lesson.
        sources: the folder of its source; left out, the one dlteach came with.

    Returns:
        A ``NotebookNode``, cell for cell what ``nbgrader generate_assignment`` makes of :func:`build_source`.
    """
    require("nbgrader", "building lessons")
    return release(build_source(lesson, sources))


def release(source: Any) -> Any:
    """The student's version of a notebook with solutions, which is left as it is."""
    from nbgrader.preprocessors import (
        CheckCellMetadata,
        ClearHiddenTests,
        ClearMarkScheme,
        ClearOutput,
        ClearSolutions,
        ComputeChecksums,
        LockCells,
    )

    # nbgrader's own list, without the steps that write to a gradebook or instantiate tests that our lessons don't use
    cleared = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata)
    steps = (*cleared, ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata)
    notebook = copy.deepcopy(source)
    resources: dict[str, Any] = {}
    for step in steps:
        notebook, resources = step().preprocess(notebook, resources)
    return notebook
