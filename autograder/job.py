"""What the coordinator asks of a judge, and what it gets back. Both travel as JSON: every class turns into plain data and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NOT_RUN = "not run"
"""The status of a cell that was not reached: the process had ended before."""


@dataclass(frozen=True)
class Limits:
    """How much a notebook may use, in bytes and seconds. ``memory`` is what it may add to the worker that it starts from."""

    cell_seconds: float = 60.0
    notebook_seconds: float = 300.0
    cpu_seconds: int = 300
    memory: int = 1 << 30
    processes: int = 0
    file_size: int = 32 << 20
    disk: int = 64 << 20
    open_files: int = 256
    output_bytes: int = 2 << 20
    cell_output_bytes: int = 512 << 10


@dataclass(frozen=True)
class CellJob:
    """A code cell to run. ``grade_id`` is set where it is graded; ``exercise`` where the judge checks it instead of running it;
    ``skip`` where it only plays. ``index`` is its place in the notebook."""

    index: int
    source: str
    grade_id: str = ""
    points: float = 0.0
    exercise: str = ""
    exercise_points: float = 0.0
    skip: bool = False


@dataclass(frozen=True)
class Job:
    """One notebook to run and judge. ``key`` names the work by its content; ``seed`` makes the hidden cases, and no worker ever sees it.

    ``known`` are verdicts of earlier runs, by grade_id: those exercises aren't probed again. ``files`` are the student's own, in base64.
    """

    key: str
    cells: tuple[CellJob, ...]
    seed: int
    limits: Limits = field(default_factory=Limits)
    files: dict[str, str] = field(default_factory=dict)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The job as JSON data. Nothing is copied, as ``dataclasses.asdict`` would do at every depth."""
        return {**vars(self), "cells": [vars(cell) for cell in self.cells], "limits": vars(self.limits)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Job:
        """The job that :meth:`as_dict` described."""
        cells = tuple(CellJob(**cell) for cell in data["cells"])
        return cls(**{**data, "cells": cells, "limits": Limits(**data["limits"])})


@dataclass(frozen=True)
class CellResult:
    """What became of a cell: nbformat outputs, ``ok``, ``error``, ``skipped`` or ``not run``, and its number in the run."""

    index: int
    status: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    execution_count: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What a graded cell earned, and, for an exercise of dlteach, the report (:meth:`dlteach.checking.Report.as_dict` and more)."""

    grade_id: str
    score: float
    max_score: float
    report: dict[str, Any] | None = None


@dataclass(frozen=True)
class Result:
    """What became of a job.

    ``ended`` says in one sentence why the run stopped early; ``flags`` are sentences about tampering that was seen; ``sandbox`` is what the
    jail is called, and ``lacks`` what it can't stop here.
    """

    key: str
    cells: tuple[CellResult, ...]
    verdicts: dict[str, Verdict]
    ended: str = ""
    flags: tuple[str, ...] = ()
    sandbox: str = ""
    lacks: tuple[str, ...] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON data. Nothing is copied, as ``dataclasses.asdict`` would do at every depth."""
        verdicts = {name: vars(verdict) for name, verdict in self.verdicts.items()}
        return {**vars(self), "cells": [vars(cell) for cell in self.cells], "verdicts": verdicts}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Result:
        """The result that :meth:`as_dict` described."""
        cells = tuple(CellResult(**cell) for cell in data["cells"])
        verdicts = {name: Verdict(**verdict) for name, verdict in data["verdicts"].items()}
        return cls(**{**data, "cells": cells, "verdicts": verdicts, "flags": tuple(data["flags"]), "lacks": tuple(data["lacks"])})
