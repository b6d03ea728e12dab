"""What is graded: an assignment as the gradebook knows it, read once, so that nothing downstream opens the gradebook.

All of it is plain, frozen data. ``autograder.read.export`` makes it; reading, planning, judging and recording use it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from autograder.job import Result

CHECK = re.compile(r'import dlteach\ndlteach\.check\("(?P<key>[\w.]+)", points=(?P<points>[\d.]+)\)\s*')
"""The graded cell that the builder writes for an exercise. A cell that says anything else is a plain one."""


@dataclass(frozen=True)
class KnownCell:
    """A cell that nbgrader knows by its ``grade_id``, as it stands in the instructor's notebook.

    ``metadata`` is the whole metadata of that cell in ``source/`` with nbgrader's part completed (``points``, ``checksum``,
    ``schema_version``); ``tests_hidden`` says whether it holds hidden tests.
    """

    grade_id: str
    kind: Literal["code", "markdown", "raw"]
    source: str
    checksum: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float = 0.0
    metadata: dict[str, Any] = field(default_factory=dict)
    tests_hidden: bool = False

    @property
    def exercise(self) -> str | None:
        """The key of the dlteach exercise that this cell checks: ``backpropagation.affine_backward``; None for a plain cell."""
        found = CHECK.fullmatch(self.source) if self.grade and not self.solution and self.kind == "code" else None
        return found["key"] if found else None


@dataclass(frozen=True)
class NotebookSpec:
    """One notebook of an assignment: its known cells in their order, and the kernel it names."""

    name: str
    cells: tuple[KnownCell, ...]
    kernelspec: dict[str, Any] | None = None

    def cell(self, grade_id: str) -> KnownCell | None:
        """The cell of that id, or None."""
        return next((cell for cell in self.cells if cell.grade_id == grade_id), None)


@dataclass(frozen=True)
class Assignment:
    """An assignment: its notebooks, and the data files it ships (paths inside ``source/<name>/``, never notebooks)."""

    name: str
    notebooks: tuple[NotebookSpec, ...]
    source: Path
    data_files: tuple[str, ...] = ()
    duedate: datetime | None = None

    def notebook(self, name: str) -> NotebookSpec:
        """The notebook of that name. Raises KeyError."""
        return {notebook.name: notebook for notebook in self.notebooks}[name]


@dataclass(frozen=True)
class ReadNotebook:
    """A submitted notebook, made safe: valid nbformat 4.5 as plain data, known cells restored, outputs gone. Or why there is none.

    ``missing`` says that it was not handed in. ``repairs`` are sentences for the instructor: what was mended or restored.
    """

    name: str
    content: dict[str, Any] | None
    problem: str = ""
    repairs: tuple[str, ...] = ()
    missing: bool = False


@dataclass(frozen=True)
class Submission:
    """What one student handed in. ``files`` are the other files, by path inside the submission, within the caps.

    ``problem`` says in one sentence why nothing of it can be graded; empty if something can. ``digest`` changes when anything in the folder
    does.
    """

    student: str
    assignment: str
    notebooks: tuple[ReadNotebook, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    timestamp: datetime | None = None
    digest: str = ""
    problem: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graded:
    """A submission and what became of its notebooks, by name. One that is missing or unreadable has no result."""

    submission: Submission
    results: Mapping[str, Result] = field(default_factory=dict)
