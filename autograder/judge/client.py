"""The coordinator's side: start a judge, give it jobs, take results in the order in which they are done."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from autograder.job import Job, Limits, Result
from autograder.judge.errors import JudgeError
from autograder.schedule.executor import Broken, Jailed
from autograder.wire.channel import Channel, ChannelError

BEGIN_SECONDS = 180.0
CLOSE_SECONDS = 10.0
MESSAGE = 1 << 28


class JudgeDied(JudgeError):
    """The judge's process is gone, and the jobs that it had in hand with it."""


class Spawned:
    """A process that will judge, as soon as it is told what. It imports meanwhile, and ends by itself if nobody ever tells it.

    It knows the environment and the path for modules from when it was spawned.
    """

    def __init__(self) -> None:
        self._known = _surroundings()
        self.sock, theirs = socket.socketpair()
        with theirs:
            self.process = _spawn(theirs)

    @property
    def up_to_date(self) -> bool:
        """Whether nothing has changed since that a new process would know: a course's settings are code, and may change it."""
        return self._known == _surroundings()

    def close(self) -> None:
        """End it, and all that it has started."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        try:
            self.process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Spawned:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class JudgeProcess:
    """A judge in a process of its own. To be used from one thread; ``sock`` can be waited for with ``select``.

    Args:
        view: what workers see of the file system (:class:`autograder.jail.View`).
        limits: what each worker may use.
        workers: how many notebooks run at a time.
        spare: whether one more may run while a worker waits for the judge.
        imports: modules that workers have imported from the start.
        jail: the kind of jail; ``off`` for none.
        require_sandbox: refuse to run unless the jail stops everything.
        spawned: the process, if it was spawned beforehand.
    """

    def __init__(
        self,
        view: Any,
        limits: Limits,
        workers: int = 1,
        imports: Sequence[str] = (),
        jail: str = "auto",
        require_sandbox: bool = False,
        spare: bool = False,
        spawned: Spawned | None = None,
    ) -> None:
        self._spawned = spawned or Spawned()
        self.sock = self._spawned.sock
        self._channel = Channel(self.sock, MESSAGE)
        self._jail: Jailed | None = None
        begin = {"do": "begin", "view": view.as_dict(), "limits": asdict(limits), "workers": workers, "spare": spare}
        with suppress(ChannelError):  # which is noticed when the answer is waited for
            self._channel.send({**begin, "imports": list(imports), "jail": jail, "require_sandbox": require_sandbox})

    @property
    def pid(self) -> int:
        """Its process."""
        return self._spawned.process.pid

    @property
    def jail(self) -> Jailed:
        """What the jail is called, and what it can't stop. Waits until the judge is ready."""
        self.wait_until_ready()
        assert self._jail is not None
        return self._jail

    def wait_until_ready(self) -> None:
        """Wait until the judge takes jobs.

        Raises:
            JudgeDied: its process is gone.
            JudgeError: it refuses; the message says why.
        """
        if self._jail is not None:
            return
        answer = self._receive(BEGIN_SECONDS)
        if "error" in answer:
            self.close()
            raise JudgeError(str(answer["error"]))
        self._jail = Jailed(answer["jail"]["name"], tuple(answer["jail"]["lacks"]))

    def submit(self, job: Job) -> None:
        """Give it a job. Raises JudgeDied."""
        try:
            self._channel.send({"do": "judge", "job": job.as_dict()})
        except ChannelError as error:
            raise JudgeDied(self._epitaph()) from error

    def receive(self, timeout: float | None = None) -> Result | Broken:
        """What came of one job, in the order in which they are done.

        Raises:
            TimeoutError: nothing came within ``timeout`` seconds.
            JudgeDied: its process is gone.
            JudgeError: it refused to start.
        """
        self.wait_until_ready()
        if timeout is not None and not select.select([self.sock], [], [], timeout)[0]:
            raise TimeoutError(f"nothing came from the judge within {timeout:g} s")
        answer = self._receive(None)
        if "failed" in answer:
            return Broken(answer["failed"], answer["reason"])
        return Result.from_dict(answer["result"])

    def close(self) -> None:
        """End it, its zygote and all workers."""
        self._spawned.close()

    def _receive(self, timeout: float | None) -> dict[str, Any]:
        try:
            return self._channel.receive(timeout)
        except ChannelError as error:
            raise JudgeDied(self._epitaph()) from error

    def _epitaph(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._spawned.process.wait(1.0)
        status = self._spawned.process.returncode
        how = "hangs" if status is None else f"ended with status {status}" if status >= 0 else f"was killed by signal {-status}"
        return f"the process that judges {how}"

    def __enter__(self) -> JudgeProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _surroundings() -> tuple[list[str], dict[str, str]]:
    return list(sys.path), dict(os.environ)


def _spawn(sock: socket.socket) -> subprocess.Popen[bytes]:
    """One thread for linear algebra: the cases are tiny, and two judges on two cores would get in each other's way."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    command = [sys.executable, "-P", "-m", "autograder.judge", str(sock.fileno())]
    return subprocess.Popen(
        command, env={**os.environ, **threads, "PYTHONPATH": path}, pass_fds=(sock.fileno(),),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
