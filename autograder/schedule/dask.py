"""Runs jobs on the workers of a Dask cluster: ``dlteach grade --scheduler tcp://host:8786``.

Results are recorded as they come. A Dask worker that dies loses nothing but time, since Dask gives its jobs to another. Jobs that were
there each time when several died are tried again, each with the cluster to itself; the one that kills workers then too is given up.

Scheduler and workers need the same dlteach as the coordinator. Hidden seeds travel with the jobs, so a cluster of several machines should
use Dask's TLS, which its own settings switch on.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import time
from collections import deque
from typing import Any

from autograder.course import GradingError
from autograder.job import Job, Result
from autograder.plan import definition, environment
from autograder.schedule.executor import CHANCES, Broken, Jailed

try:
    import dask
    from distributed import Client, KilledWorker
    from distributed.comm import get_address_host_port

    from autograder.schedule.plugin import JudgePlugin, LeavePlugin, Setting, find_jail, run_job
except ImportError as error:  # pragma: no cover - the extra 'grade' holds it
    raise GradingError("a scheduler needs Dask: pip install 'dlteach[grade]'") from error

CONNECT_SECONDS = 10
WORKER_SECONDS = 60.0
"""How long a cluster may be without workers before that is an error: one that died may be starting again."""
LOOK_SECONDS = 1.0
"""How often to see whether the cluster is still there, while nothing comes from it."""
AHEAD = 2
"""Jobs in Dask's queue for each of its threads."""
GO_ON = "what is done is kept, and the same command goes on from here"

__all__ = ["DaskExecutor", "Setting"]


class DaskExecutor:
    """The workers of a Dask cluster.

    Args:
        address: the scheduler's, such as ``tcp://host:8786``.
        setting: what the judges need to know.
        patience: seconds for which the cluster may be without workers.

    Raises:
        GradingError: nobody answers there, or the cluster has no workers.
    """

    def __init__(self, address: str, setting: Setting, patience: float = WORKER_SECONDS) -> None:
        quieten()
        self._address, self._setting, self._patience = address, setting, patience
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._in_hand: dict[str, tuple[Any, Job]] = {}
        self._suspects: deque[Job] = deque()
        self._tried: dict[str, int] = {}
        self._deserted_since: float | None = None
        self.jail = Jailed("")
        try:
            get_address_host_port(address)  # Client says the same of a bad address, and then leaves a traceback behind
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="dlteach")
        except (OSError, ValueError, ImportError) as error:
            raise GradingError(f"no Dask scheduler answers at '{address}': {_first_line(error)}") from error
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Have judges started on every worker that there is or will be."""
        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except TimeoutError as error:
            raise GradingError(f"the Dask cluster at {self._address} has no workers; 'dask worker {self._address}' starts one") from error
        except OSError as error:
            raise self._lost() from error
        try:
            self._client.register_plugin(LeavePlugin(self._client.id, self._setting.name))
            self._client.register_plugin(JudgePlugin(self._setting))
        except Exception as error:
            raise GradingError(f"the Dask cluster at {self._address} can't be prepared: {_said(error)}") from error

    def wait_until_ready(self) -> Jailed:
        """Wait until every worker has a judge; the weakest of their jails stands for all.

        Raises:
            GradingError: a worker can't start one, refuses to, or has other versions of what code runs in.
        """
        try:
            found: dict[str, dict[str, Any]] = self._client.run(find_jail, self._setting.name)
        except Exception as error:
            raise GradingError(f"a Dask worker can't start a judge: {_said(error)}") from error
        for worker, facts in found.items():
            if facts["environment"] != environment():
                said = differences(facts["environment"], environment())
                raise GradingError(f"the Dask worker at {worker} would judge otherwise than this machine: {said}; install the same on both")
        jails = [Jailed(facts["jail"]["name"], tuple(facts["jail"]["lacks"])) for facts in found.values()]
        if not jails:
            raise self._deserted()
        self.jail = max(jails, key=lambda jail: len(jail.lacks))
        return self.jail

    @property
    def room(self) -> int:
        """How many more jobs to hand over now."""
        return max(1, AHEAD * self._threads()) - self.busy

    @property
    def busy(self) -> int:
        """How many jobs were handed over and haven't come back."""
        return len(self._in_hand) + len(self._suspects)

    def submit(self, job: Job) -> None:
        """Hand a job to the cluster."""
        definitions = {cell.exercise: definition(cell.exercise) for cell in job.cells if cell.exercise}
        try:
            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):  # a job holds the student's files
                future = self._client.submit(run_job, self._setting.name, job.as_dict(), definitions, pure=False)
        except Exception as error:
            raise self._lost() from error
        self._in_hand[future.key] = future, job
        future.add_done_callback(self._done.put)

    def receive(self) -> Result | Broken:
        """What came of one job.

        Raises:
            GradingError: the scheduler or all workers are gone.
        """
        while True:
            alone = not self._in_hand
            if alone:
                self.submit(self._suspects.popleft())
            future = self._next()
            answer = self._answer(future)
            _, job = self._in_hand.pop(future.key)
            if "result" in answer:
                return Result.from_dict(answer["result"])
            if "broken" in answer:
                return Broken(job.key, answer["broken"])
            if "killed" not in answer:
                self._try_again(job, answer["trouble"])
            elif alone:
                return Broken(job.key, answer["killed"])
            else:
                self._suspects.append(job)

    def close(self) -> None:
        """Let go of the cluster. The scheduler sees to it that the judges on its workers end."""
        with contextlib.suppress(Exception):  # a scheduler that is gone needs no goodbye
            self._client.close(timeout=CONNECT_SECONDS)

    def _next(self) -> Any:
        """A job that has ended, one way or another."""
        while True:
            try:
                return self._done.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                self._threads()

    def _answer(self, future: Any) -> dict[str, Any]:
        """What :func:`run_job` says, or ``killed``: it never came to say it."""
        while True:
            if future.status == "cancelled":
                raise self._lost()
            try:
                answer: dict[str, Any] = future.result(timeout=LOOK_SECONDS)
                return answer
            except TimeoutError:  # it was ready, and then the worker that had it died: another works it out again
                self._threads()
            except KilledWorker:
                return {"killed": "it ended the Dask workers that were to judge it, again and again"}
            except Exception as error:
                if future.status != "cancelled":
                    return {"trouble": _said(error)}

    def _try_again(self, job: Job, trouble: str) -> None:
        """Give a job to the cluster again that a worker could not begin with. Raises GradingError if that is no use."""
        tried = self._tried[job.key] = self._tried.get(job.key, 0) + 1
        if tried >= CHANCES:
            raise GradingError(f"{trouble}; {GO_ON}")
        self.submit(job)

    def _threads(self) -> int:
        """How many jobs the cluster can run at a time. Raises GradingError if the scheduler is gone, or the workers are, for too long."""
        try:
            threads = sum(dict(self._client.nthreads()).values())
        except Exception as error:
            raise self._lost() from error
        if threads:
            self._deserted_since = None
            return threads
        now = time.monotonic()
        self._deserted_since = self._deserted_since or now
        if now - self._deserted_since > self._patience:
            raise self._deserted()
        return 0

    def _lost(self) -> GradingError:
        return GradingError(f"the Dask scheduler at {self._address} is gone; {GO_ON}")

    def _deserted(self) -> GradingError:
        return GradingError(f"the Dask cluster at {self._address} has had no workers for {self._patience:g} s; {GO_ON}")


def quieten() -> None:
    """Let Dask's own loggers keep to themselves what we say in a sentence."""
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def differences(theirs: list[Any], ours: list[Any]) -> str:
    """How two environments differ, in words: "it has numpy 2.1.0, not 2.2.0"."""
    python, machine, packages, sources = theirs
    here = [("Python", ours[0]), ("a processor of the kind", ours[1]), *((name, version) for name, version in ours[2])]
    there = dict([("Python", python), ("a processor of the kind", machine), *((name, version) for name, version in packages)])
    found = [f"{name} {there.get(name) or 'nowhere'}, not {version or 'nowhere'}" for name, version in here if there.get(name) != version]
    if not found and sources != ours[3]:
        found = ["other sources of dlteach"]
    return f"it has {', '.join(found)}"


def _said(error: Exception) -> str:
    """An exception in one line. What a worker raised arrives as it was."""
    return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
