"""What stands on a Dask worker while a class is graded: judges, in processes of their own, started before the first job comes.

The Dask worker itself neither runs student code nor forks. It passes jobs on to a judge and answers with plain data.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distributed import SchedulerPlugin, WorkerPlugin, get_worker

from autograder.jail import view_of_python
from autograder.job import Job, Limits, Result
from autograder.judge.client import JudgeDied, JudgeProcess
from autograder.judge.errors import JudgeError
from autograder.plan import definition, environment
from autograder.schedule.executor import CHANCES
from dlteach.exercises.registry import UnknownExercise


@dataclass(frozen=True)
class Setting:
    """What a Dask worker must know to start a judge.

    ``data`` are the assignment's files, ``hidden`` a folder to keep out of sight. ``name`` is this run's alone: another run on the same
    cluster has judges of its own.
    """

    hidden: str
    limits: Limits
    imports: tuple[str, ...] = ()
    jail: str = "auto"
    require_sandbox: bool = False
    data: Mapping[str, bytes] = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"dlteach-judges-{uuid.uuid4().hex}")


class Judges:
    """As many judges as a Dask worker runs tasks at a time. Each serves one thread at a time; one that died is replaced when needed."""

    def __init__(self, setting: Setting, folder: Path, count: int) -> None:
        data = {}
        for name, content in setting.data.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            data[name] = str(path)
        self._setting = setting
        self._view = view_of_python(Path(setting.hidden), data)
        self._lock = threading.Lock()
        self._closed = False
        self._all: set[JudgeProcess] = set()
        self._idle = [self._start() for _ in range(count)]

    def judge(self, job: Job) -> dict[str, Any]:
        """What comes of a job, as plain data; a judge that dies of it is replaced as often as there are chances.

        Raises:
            JudgeError: there can be no judge on this machine, whatever the job.
        """
        reason = ""
        for _ in range(CHANCES):
            judge = self._take()
            try:
                judge.submit(job)
                answer = judge.receive()
            except JudgeDied as died:
                self._drop(judge)
                reason = str(died)
                continue
            self._put_back(judge)
            if isinstance(answer, Result):
                return {"result": answer.as_dict()}
            reason = answer.reason
        return {"broken": f"it ended the process that was to judge it, {CHANCES} times: {reason}"}

    def jail(self) -> dict[str, Any]:
        """What the jail is on this machine. Raises JudgeError."""
        judge = self._take()
        self._put_back(judge)
        return {"name": judge.jail.name, "lacks": list(judge.jail.lacks)}

    def close(self) -> None:
        """Stop all judges, and what they are doing."""
        with self._lock:
            self._closed = True
            judges = list(self._all)
        for judge in judges:
            judge.close()

    def _start(self) -> JudgeProcess:
        setting = self._setting
        with self._lock:
            if self._closed:
                raise JudgeError("the run that it was for is over")
            judge = JudgeProcess(self._view, setting.limits, 1, setting.imports, setting.jail, setting.require_sandbox)
            self._all.add(judge)
        return judge

    def _take(self) -> JudgeProcess:
        with self._lock:
            judge = self._idle.pop() if self._idle else None
        judge = judge or self._start()
        try:
            judge.wait_until_ready()
        except JudgeError:
            self._drop(judge)
            raise
        return judge

    def _put_back(self, judge: JudgeProcess) -> None:
        with self._lock:
            self._idle.append(judge)

    def _drop(self, judge: JudgeProcess) -> None:
        judge.close()
        with self._lock:
            self._all.discard(judge)


class JudgePlugin(WorkerPlugin):
    """Keeps judges on a Dask worker while a run lasts."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.name = setting.name
        self.judges: Judges | None = None

    async def setup(self, worker: Any) -> None:
        """Start the judges, without waiting until they are ready."""
        # Dask clears its own folder away even after a worker that was killed.
        self.folder = tempfile.TemporaryDirectory(prefix="dlteach-data-", dir=worker.local_directory, ignore_cleanup_errors=True)
        self.judges = await asyncio.to_thread(Judges, self.setting, Path(self.folder.name), worker.state.nthreads)

    async def teardown(self, worker: Any) -> None:
        """Stop the judges."""
        if self.judges is not None:
            await asyncio.to_thread(self.judges.close)
        self.folder.cleanup()


class LeavePlugin(SchedulerPlugin):
    """Takes the judges off the workers when the one they work for is gone, even if it was killed and had no time to say so."""

    def __init__(self, client: str, judges: str) -> None:
        self.client = client
        self.judges = judges
        self.name = f"{judges}-leave"
        self.leaving: asyncio.Task[None] | None = None

    def remove_client(self, scheduler: Any, client: str) -> None:
        """Called by the scheduler when a client's connection is closed."""
        if client == self.client and self.leaving is None:
            self.leaving = asyncio.get_running_loop().create_task(self._leave(scheduler))

    async def _leave(self, scheduler: Any) -> None:
        with contextlib.suppress(ValueError):  # the client went before it had sent any judges
            await scheduler.unregister_worker_plugin(None, self.judges)
        scheduler.remove_plugin(self.name)


def run_job(name: str, job: dict[str, Any], definitions: dict[str, str]) -> dict[str, Any]:
    """The task that a Dask worker runs. It raises nothing: Dask would write the job, with its hidden seed, into the worker's log.

    Returns:
        ``result``, or ``broken``: why the job is to blame, or ``trouble``: why this worker is.
    """
    try:
        other = next((key for key, digest in definitions.items() if _definition(key) != digest), None)
        if other is not None:
            return {"trouble": f"{_address()} has another version of the exercise {other}, or none"}
        return _judges(name, get_worker()).judge(Job.from_dict(job))
    except JudgeError as error:
        return {"trouble": f"{_address()} can't judge: {error}"}
    except Exception as error:
        return {"broken": f"a Dask worker failed on it: {type(error).__name__}"}


async def find_jail(name: str, dask_worker: Any) -> dict[str, Any]:
    """What the jail is on a Dask worker, and what code runs in there."""
    return {"jail": await asyncio.to_thread(_judges(name, dask_worker).jail), "environment": environment()}


def _judges(name: str, worker: Any) -> Judges:
    plugin = worker.plugins.get(name)
    if plugin is None or plugin.judges is None:
        raise JudgeError("it could not be prepared; its log says why")
    judges: Judges = plugin.judges
    return judges


def _address() -> str:
    return f"the Dask worker at {get_worker().address}"


def _definition(key: str) -> str:
    try:
        return definition(key)
    except UnknownExercise:
        return ""
