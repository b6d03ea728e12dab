"""What must run, decided by content: the student's cells × the exercises' definitions × what they run in.

Two keys. A *run key* names the code of a notebook and everything it can depend on; the same work, whoever hands it in, is run once. A
*verdict key* names a run and the definition of one exercise: change an exercise, and only that one is probed again.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import inspect
import json
import os
import platform
import secrets
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import dlteach
from autograder.job import CellJob, Job, Limits, Verdict
from autograder.spec import CHECK, Assignment, NotebookSpec, ReadNotebook, Submission
from dlteach.checking import Exercise
from dlteach.exercises.registry import UnknownExercise, find

_PACKAGES = ("numpy", "scipy", "matplotlib", "ipython", "scikit-learn", "pandas", "torch", "ipywidgets", "dlteach")
_RUNS = ("nn", "data", "training", "models", "pytorch", "traces", "widgets")
"""The rooms of dlteach that a lesson's cells run; the exercises and the checking go into the verdict keys."""


@dataclass(frozen=True)
class Planned:
    """A notebook's job, and the keys of its verdicts by grade_id (of dlteach's exercises)."""

    job: Job
    verdict_keys: Mapping[str, str]


class Planner:
    """Makes jobs of submitted notebooks. ``secret`` is the course's; ``skip_tag`` marks cells that only play."""

    def __init__(self, assignment: Assignment, secret: bytes, limits: Limits, skip_tag: str) -> None:
        self.assignment = assignment
        self.secret = secret
        self.limits = limits
        self.skip_tag = skip_tag
        shipped = [(name, _digest_of((assignment.source / name).read_bytes())) for name in assignment.data_files]
        self._surroundings = [environment(), shipped]

    def plan(self, submission: Submission, notebook: ReadNotebook) -> Planned:
        """The job of one notebook. It has content: the caller has seen to that."""
        assert notebook.content is not None
        spec = self.assignment.notebook(notebook.name)
        cells = tuple(self._cells(notebook.content, spec))
        handed_in = {name: data for name, data in sorted(submission.files.items()) if name != "timestamp.txt"}
        files = {name: base64.b64encode(data).decode("ascii") for name, data in handed_in.items()}
        own = [(name, _digest_of(data)) for name, data in handed_in.items()]
        ran = [[cell.index, cell.source, cell.skip, bool(cell.exercise), cell.grade_id, cell.points] for cell in cells]
        run_key = _digest(self._surroundings, own, ran)
        verdict_keys = {
            cell.grade_id: _digest(run_key, cell.grade_id, cell.exercise_points, definition(cell.exercise))
            for cell in cells
            if cell.exercise
        }
        job_key = _digest(run_key, sorted(verdict_keys.items()))
        seed = int.from_bytes(hmac.digest(self.secret, run_key.encode(), "sha256")[:8])
        return Planned(Job(job_key, cells, seed, self.limits, files), verdict_keys)

    def _cells(self, content: Mapping[str, Any], spec: NotebookSpec) -> Iterable[CellJob]:
        for index, cell in enumerate(content["cells"]):
            if cell["cell_type"] != "code":
                continue
            known = spec.cell(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
            source = cell["source"]
            skip = self.skip_tag in cell["metadata"].get("tags", [])
            if known is None or not known.grade or known.solution:
                yield CellJob(index, source, skip=skip)
                continue
            check = CHECK.fullmatch(known.source) if _is_known(known.exercise) else None
            exercise, worth = (check["key"], float(check["points"])) if check else ("", 0.0)
            yield CellJob(index, source, known.grade_id, known.points, exercise, worth)


def with_known(planned: Planned, verdicts: Mapping[str, Verdict]) -> Job:
    """The job, with the verdicts that are known already: those exercises are not probed again."""
    job = planned.job
    known = {grade_id: asdict(verdict) for grade_id, verdict in verdicts.items()}
    return Job(job.key, job.cells, job.seed, job.limits, job.files, known)


def course_secret(folder: Path) -> bytes:
    """The secret that hidden cases are drawn from; made when it is first asked for, readable for its owner alone."""
    path = folder / "secret"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"secret.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32), encoding="ascii")
        try:
            os.link(fresh, path)  # of two that make one at the same moment, the first wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return bytes.fromhex(path.read_text(encoding="ascii"))


@functools.cache
def environment() -> list[Any]:
    """What a notebook's code runs in: versions, and the sources of dlteach that it can call."""
    versions: list[list[str | None]] = []
    for package in _PACKAGES:
        try:
            versions.append([package, version(package)])
        except PackageNotFoundError:
            versions.append([package, None])
    home = Path(dlteach.__file__).parent
    sources = sorted(path for room in _RUNS for path in (home / room).rglob("*.py"))
    return [platform.python_version(), platform.machine(), versions, _digest_of(b"".join(path.read_bytes() for path in sources))]


@functools.cache
def definition(key: str) -> str:
    """A digest of everything that an exercise's verdict depends on: its data, the modules its functions stand in, and the checking."""
    exercise = find(key)
    functions: list[Callable[..., Any]] = [exercise.reference, exercise.cases, *(item.function for item in exercise.misconceptions)]
    functions += [function for function in (exercise.probe, exercise.own_gradient) if function]
    needed = [find(f"{exercise.lesson}.{name}").reference for name in exercise.needs]
    modules = sorted({inspect.unwrap(function).__module__ for function in [*functions, *needed]})
    return _digest(_facts(exercise), [[name, _source(name)] for name in modules], _checking())


def _facts(exercise: Exercise) -> list[Any]:
    criteria = [asdict(criterion) for criterion in exercise.criteria]
    said = [[item.id, item.says, item.hint] for item in exercise.misconceptions]
    return [exercise.key, exercise.returns, criteria, said, exercise.needs, exercise.forbids, exercise.rtol]


def _source(module: str) -> str:
    path = inspect.getsourcefile(sys.modules[module])
    return _digest_of(Path(path).read_bytes()) if path else ""


@functools.cache
def _checking() -> str:
    folder = Path(dlteach.__file__).parent / "checking"
    return _digest_of(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py"))))


def _is_known(key: str | None) -> bool:
    try:
        return key is not None and bool(find(key))
    except UnknownExercise:
        return False


def _digest(*parts: Any) -> str:
    return _digest_of(json.dumps(parts, separators=(",", ":"), sort_keys=True).encode("utf-8", "replace"))


def _digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
