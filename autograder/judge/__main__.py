"""The judge as a process: ``python -m autograder.judge [DESCRIPTOR]``. It talks frames over a socket at that descriptor, 3 by default.

First ``{"do": "begin", ...}``, answered by ``{"ready": true, "jail": {...}}`` or ``{"error": sentence}``. Then any number of
``{"do": "judge", "job": {...}}``, each answered by ``{"result": {...}}`` or ``{"failed": key, "reason": sentence}`` when it is done. When
the other side is gone, everything ends.
"""

from __future__ import annotations

import ctypes
import gc
import math
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from autograder.jail.view import View
from autograder.job import Job, Limits
from autograder.judge.errors import JudgeError
from autograder.wire.channel import Channel, ChannelError
from autograder.worker.handle import Threads, ZygoteError, ZygoteHandle, start_zygote

if TYPE_CHECKING:
    from autograder.judge.judge import Court

PR_SET_DUMPABLE = 4
FEW_COLLECTIONS = 50_000
"""New objects before Python looks for garbage: it would do so a hundred times while modules are imported, of which none is garbage."""

QUICK_SECONDS = 1.0
"""A notebook that takes no longer may be run beside as many as there are processors."""

MESSAGE = 1 << 28  # bytes of one job: the files of a submission travel in it


class Refused(Exception):
    """Nothing is judged under these circumstances. The message says why."""


def main(descriptor: int = 3) -> None:
    """Serve until the other side is gone."""
    keep_memory_private()
    gc.set_threshold(FEW_COLLECTIONS)
    channel = Channel(socket.socket(fileno=descriptor), MESSAGE)
    try:
        message, court = begin(channel)
    except (ZygoteError, Refused) as error:
        channel.send({"error": str(error)})
        return
    except ChannelError:
        return
    try:
        channel.send({"ready": True, "jail": court.jail})
        serve(channel, court, int(message["workers"]), bool(message["spare"]))
    except ChannelError:
        pass
    finally:
        court.close()
        os._exit(0)  # threads may still wait for workers that are no more


def keep_memory_private() -> None:
    """Forbid other processes of the same user to look into this one's memory, where there is such a switch."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)


def begin(channel: Channel) -> tuple[dict[str, Any], Court]:
    """Hear what to begin with, and start a zygote for it; what judges is imported meanwhile. Returns the message, and who judges.

    Raises ChannelError, ZygoteError, or Refused if a sandbox is required and something of it is missing.
    """
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(hear, channel, ZygoteHandle())
        from autograder.judge.judge import Court
        from dlteach.exercises.registry import lessons

        lessons()
        message, zygote = first.result()
    started = iter([zygote])
    court = Court(lambda: next(started, None) or start(message))
    lacks = court.jail["lacks"]
    if message["require_sandbox"] and lacks:
        court.close()
        raise Refused(f"a sandbox is required, and the one that works here ({court.jail['name']}) is not whole: {' '.join(lacks)}")
    return message, court


def hear(channel: Channel, zygote: ZygoteHandle) -> tuple[dict[str, Any], ZygoteHandle]:
    """The first message, and a zygote that is warm for it. Raises ChannelError, ZygoteError."""
    try:
        message = channel.receive()
    except ChannelError:
        zygote.close()
        raise
    return message, start(message, zygote)


def start(message: dict[str, Any], zygote: ZygoteHandle | None = None) -> ZygoteHandle:
    """A warm zygote, as the first message says: this one, if there is one. Raises ZygoteError."""
    view, limits = View.from_dict(message["view"]), Limits(**message["limits"])
    zygote = zygote or ZygoteHandle()
    try:
        zygote.warm(view, limits, message["imports"], message["jail"])
    except Threads:  # a library started some; notebooks import it themselves then
        return start_zygote(view, limits, (), message["jail"])
    return zygote


def serve(channel: Channel, court: Court, workers: int, spare: bool) -> None:
    """Take jobs until the other side is gone. Raises ChannelError when it is.

    A worker waits for its judge a third of the time; a ``spare`` one runs then, as long as notebooks are quick. Where they are not, it
    would only take time away from the others, and each has so many seconds.
    """
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    sending = threading.Lock()
    pace = Pace()

    def work(spare: bool) -> None:
        while True:
            while spare and not pace.quick:
                time.sleep(QUICK_SECONDS / 10)
            job = jobs.get()
            with pace.running():
                answer = judged(court, job)
            with sending:
                channel.send(answer)

    for number in range(workers + spare):
        threading.Thread(target=work, args=(number >= workers,), name=f"judge {number}", daemon=True).start()
    while True:
        message = channel.receive()
        jobs.put(Job.from_dict(message["job"]))


class Pace:
    """Whether the last notebook was quick, and those that run now may still be."""

    def __init__(self) -> None:
        self._began: set[float] = set()
        self._last = math.inf

    @property
    def quick(self) -> bool:
        """Whether none takes longer than :data:`QUICK_SECONDS`."""
        now = time.monotonic()
        return max(self._last, *(now - began for began in list(self._began)), 0.0) < QUICK_SECONDS

    @contextmanager
    def running(self) -> Iterator[None]:
        """While a notebook runs."""
        began = time.monotonic()
        self._began.add(began)
        try:
            yield
        finally:
            self._began.discard(began)
            self._last = time.monotonic() - began


def judged(court: Court, job: Job) -> dict[str, Any]:
    """The answer to one job."""
    try:
        return {"result": court.judge(job).as_dict()}
    except JudgeError as error:
        return {"failed": job.key, "reason": str(error)}
    except Exception as error:  # a mistake of ours: this job fails, the others go on
        return {"failed": job.key, "reason": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the coordinator says when it is over
    main(*map(int, sys.argv[1:]))
