"""Runs jobs on the workers of a Dask cluster: ``dlteach grade --scheduler tcp://host:8786``.

A Dask worker neither runs student code nor forks: it starts the same judge that a single machine has, and passes jobs on. Results are
recorded as they come. A worker that dies loses nothing but time, since Dask gives its jobs to another; a job that was there when workers
died, more than once, is given up. Hidden seeds travel with the jobs, so a cluster of several machines should use Dask's TLS.
"""

from __future__ import annotations

import contextlib
import hashlib
import queue
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.course import GradingError
from autograder.jail import view_of_python
from autograder.job import Job, Limits, Result
from autograder.judge.client import JudgeDied, JudgeProcess
from autograder.schedule.executor import CHANCES, Broken, Jailed

try:
    from distributed import Client, KilledWorker, WorkerPlugin, as_completed, get_worker
except ImportError as error:  # pragma: no cover - the extra 'grade' holds it
    raise GradingError("a scheduler needs Dask: pip install 'dlteach[grade]'") from error

CONNECT_SECONDS = 20
AHEAD = 2
"""Jobs in Dask's queue for each of its threads."""


@dataclass(frozen=True)
class Setting:
    """What a worker must know to start a judge: ``data`` are the assignment's files, ``hidden`` a folder to keep out of sight."""

    hidden: str
    limits: Limits
    torch: bool = False
    jail: str = "auto"
    require_sandbox: bool = False
    data: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """A name for the plugin that holds it: different for different settings."""
        facts = repr((self.hidden, asdict(self.limits), self.torch, self.jail, self.require_sandbox, sorted(self.data.items())))
        return f"dlteach-judge-{hashlib.sha256(facts.encode()).hexdigest()[:16]}"


class JudgePlugin(WorkerPlugin):
    """Keeps judges on a Dask worker, as many as it runs tasks at a time, each started when it is first needed."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.name = setting.name

    def setup(self, worker: Any) -> None:
        """Put the assignment's files where judges can show them to their workers."""
        self.folder = tempfile.TemporaryDirectory(prefix="dlteach-data-")
        data = {}
        for name, content in self.setting.data.items():
            path = Path(self.folder.name) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            data[name] = str(path)
        self.view = view_of_python(Path(self.setting.hidden), data)
        self.idle: queue.SimpleQueue[JudgeProcess] = queue.SimpleQueue()

    def teardown(self, worker: Any) -> None:
        """Stop the judges."""
        with contextlib.suppress(queue.Empty):
            while True:
                self.idle.get_nowait().close()
        self.folder.cleanup()

    def judge(self, job: Job) -> dict[str, Any]:
        """What comes of a job, as plain data; a judge that dies of it is started again as often as there are chances."""
        reason = ""
        for _ in range(CHANCES):
            try:
                judge = self._take()
                judge.submit(job)
                answer = judge.receive()
            except JudgeDied as died:
                judge.close()
                reason = str(died)
                continue
            self.idle.put(judge)
            if isinstance(answer, Result):
                return {"result": answer.as_dict()}
            reason = answer.reason
        return {"broken": f"it ended the process that was to judge it, {CHANCES} times: {reason}"}

    def jailed(self) -> Jailed:
        """What the jail is on this worker."""
        judge = self._take()
        self.idle.put(judge)
        return judge.jail

    def _take(self) -> JudgeProcess:
        with contextlib.suppress(queue.Empty):
            return self.idle.get_nowait()
        setting = self.setting
        judge = JudgeProcess(self.view, setting.limits, 1, setting.torch, setting.jail, setting.require_sandbox)
        judge.wait_until_ready()
        return judge


def run_job(name: str, job: dict[str, Any]) -> dict[str, Any]:
    """The task that a Dask worker runs."""
    plugin: Any = get_worker().plugins[name]
    return dict(plugin.judge(Job.from_dict(job)))


def find_jail(name: str) -> Jailed:
    """What the jail is on the Dask worker that runs this."""
    plugin: Any = get_worker().plugins[name]
    jailed: Jailed = plugin.jailed()
    return jailed


class DaskExecutor:
    """The workers of a Dask cluster.

    Args:
        address: the scheduler's, such as ``tcp://host:8786``.
        setting: what the judges need to know.

    Raises:
        GradingError: nobody answers there, the cluster has no workers, or a jail is required and isn't there.
    """

    def __init__(self, address: str, setting: Setting) -> None:
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise GradingError(f"no Dask scheduler answers at {address}: {error}") from error
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            self._client.close()
            raise GradingError(f"the Dask cluster at {address} has no workers") from error
        self._name = setting.name
        self._client.register_plugin(JudgePlugin(setting))
        self._done = as_completed(with_results=False)
        self._keys: dict[Any, str] = {}
        self.wait_until_ready()

    def wait_until_ready(self) -> Jailed:
        """Start a judge on every worker and take the weakest jail for the name of all."""
        try:
            jails: dict[str, Jailed] = self._client.run(find_jail, self._name)
        except Exception as error:
            self.close(now=True)
            raise GradingError(f"a Dask worker can't start a judge: {error}") from error
        self.jail = max(jails.values(), key=lambda jail: len(jail.lacks))
        return self.jail

    @property
    def room(self) -> int:
        """How many more jobs to hand over now."""
        threads = sum(dict(self._client.nthreads()).values())
        return max(1 - self.busy, AHEAD * threads - self.busy)

    @property
    def busy(self) -> int:
        """How many jobs were handed over and haven't come back."""
        return len(self._keys)

    def submit(self, job: Job) -> None:
        """Hand a job to the cluster."""
        future = self._client.submit(run_job, self._name, job.as_dict(), pure=False, retries=0)
        self._keys[future.key] = job.key
        self._done.add(future)

    def receive(self) -> Result | Broken:
        """What came of one job."""
        future = next(self._done)
        key = self._keys.pop(future.key)
        try:
            answer = future.result()
        except KilledWorker as error:
            return Broken(key, f"the workers that ran it died: {error}")
        except Exception as error:  # a worker's own trouble (no disk, no memory) is this job's trouble, not the class's
            return Broken(key, f"a Dask worker failed on it: {type(error).__name__}: {error}")
        finally:
            future.release()
        return Result.from_dict(answer["result"]) if "result" in answer else Broken(key, answer["broken"])

    def close(self, now: bool = False) -> None:
        """Let go of the cluster; the judges on its workers end."""
        with contextlib.suppress(Exception):  # a scheduler that is gone needs no goodbye
            self._client.unregister_worker_plugin(self._name)
        self._client.close()
