"""Workers in this process, for tests of the judge: an honest one, and ones that say what a test wants them to."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import threading
import traceback
from collections.abc import Callable
from typing import Any

from autograder.job import CellJob, Job, Limits
from autograder.wire.channel import Channel, ChannelError
from autograder.worker.handle import Ended, ZygoteError
from autograder.worker.probes import answer
from tests.exercises.bank import cell as run_cell

Reply = Callable[[dict[str, Any]], Any]
"""Answers a question: with a dict, with the bytes to put on the wire, or with None to end."""


class Honest:
    """Runs cells and answers probes."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {}
        self.asked: list[dict[str, Any]] = []

    def __call__(self, message: dict[str, Any]) -> Any:
        self.asked.append(message)
        if message["do"] == "start":
            return {"ok": True}
        return self.run(message["source"]) if message["do"] == "run" else answer(message, self.namespace)

    def run(self, source: str) -> dict[str, Any]:
        """Run a cell; what it prints is its output."""
        ran: dict[str, Any] = {"status": "ok", "outputs": [], "value": None, "stderr": False, "tampered": []}
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                self.namespace = run_cell(source, self.namespace)
            except Exception as error:
                lines = traceback.format_exception_only(error)
                ran |= {"status": "error", "outputs": [{"output_type": "error", "ename": "E", "evalue": str(error), "traceback": lines}]}
        if printed.getvalue():
            ran["outputs"].append({"output_type": "stream", "name": "stdout", "text": printed.getvalue()})
        return ran


class FakeWorker:
    """A worker that is a thread. ``status`` is how it will have ended when it ends by itself."""

    def __init__(self, reply: Reply, status: int = 0) -> None:
        ours, self._theirs = socket.socketpair()
        self.channel = Channel(ours)
        self._reply, self._status = reply, status
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def _live(self) -> None:
        channel = Channel(self._theirs)
        with contextlib.suppress(ChannelError, OSError):
            while (said := self._reply(channel.receive())) is not None:
                if isinstance(said, bytes):
                    self._theirs.sendall(said)
                else:
                    channel.send(said)
        self._theirs.close()
        self._over.set()

    def tell(self, *messages: dict[str, Any]) -> list[str]:
        for message in messages:
            self.channel.send(message)
        return ["" for _ in messages]

    def hear(self, number: str, timeout: float) -> dict[str, Any]:
        return self.channel.receive(timeout)

    def kill(self) -> None:
        if not self._over.is_set():
            self._status = int(signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._theirs.shutdown(socket.SHUT_RDWR)
        self._over.set()

    def ended(self, timeout: float | None = None) -> Ended | None:
        return Ended(self._status, 0.5, 1 << 20) if self._over.wait(timeout) else None

    def close(self, timeout: float = 5.0) -> Ended | None:
        self.channel.close()
        return self.ended(timeout)


class FakeZygote:
    """Hands out fake workers; ``workers`` are what the next ones answer."""

    def __init__(self, *replies: Reply, status: int = 0) -> None:
        self.replies = list(replies)
        self.status = status
        self.jail = {"name": "none", "layers": {}, "lacks": ["everything"]}
        self.closed = False

    def fork(self) -> FakeWorker:
        if self.closed or not self.replies:
            raise ZygoteError("the zygote is gone")
        return FakeWorker(self.replies.pop(0), self.status)

    def close(self) -> None:
        self.closed = True


def exits(status: int) -> int:
    """The status of a process that left with this code, as os.waitpid gives it."""
    return status << 8


def crashes(number: int) -> int:
    """The status of a process that a signal ended."""
    assert os.WIFSIGNALED(number)
    return number


def check(index: int, exercise: str, points: float = 3.0) -> CellJob:
    """The check cell that the builder writes."""
    source = f'import dlteach\ndlteach.check("{exercise}", points={points:g})\n'
    return CellJob(index, source, f"check-{exercise.rpartition('.')[2]}", points, exercise, points)


def job_of(*cells: CellJob, seed: int = 11, limits: Limits | None = None, **more: Any) -> Job:
    """A job, after it went through a socket."""
    job = Job("key", cells, seed, limits or Limits(), **more)
    return Job.from_dict(json.loads(json.dumps(job.as_dict())))
