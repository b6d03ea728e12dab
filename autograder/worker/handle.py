"""The judge's side: start a zygote, fork workers, talk to them."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.job import Limits
from autograder.wire.channel import Channel, ChannelError

BOOTSTRAP = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from autograder.worker.zygote import main; main(int(sys.argv[2]))"
WARM_SECONDS = 120.0
FORK_SECONDS = 30.0
END_SECONDS = 10.0


class ZygoteError(Exception):
    """No zygote could be started, or it is gone. The message says why."""


class Threads(ZygoteError):
    """The modules that a zygote was to import start threads, and a process that has some can't be forked. It may do without them."""


@dataclass(frozen=True)
class Ended:
    """How a worker ended: ``status`` as os.waitpid gives it, seconds of CPU, bytes of memory at the peak."""

    status: int
    cpu: float
    peak: int

    @property
    def signal(self) -> int:
        """The signal that ended it; 0 if none did."""
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0


class WorkerHandle:
    """A worker, seen from the judge. Use it from one thread at a time, and close it."""

    def __init__(self, zygote: ZygoteHandle, number: int, channel: Channel) -> None:
        self._zygote = zygote
        self.number = number
        self.channel = channel
        self._begun = threading.Event()
        self._alive = False
        self._over = threading.Event()
        self._ended: Ended | None = None

    def ask(self, message: dict[str, Any], timeout: float) -> dict[str, Any]:
        """The worker's answer. Raises ChannelTimeout if it takes longer, ChannelError if the worker is gone or sent no answer."""
        (number,) = self.tell(message)
        return self.hear(number, timeout)

    def tell(self, message: dict[str, Any], *then: dict[str, Any]) -> list[str]:
        """Send a question, and others that come after it: the worker needn't wake up for each. Raises ChannelError if it is gone.

        A question carries a number that nobody can guess, and its answer must carry it too: student code that writes to every open
        descriptor has answered nothing. Returns the numbers.
        """
        first, *more = ({**question, "number": secrets.token_hex(8)} for question in (message, *then))
        self.channel.send({**first, "then": more} if more else first)
        return [question["number"] for question in (first, *more)]

    def hear(self, number: str, timeout: float) -> dict[str, Any]:
        """The answer to the question with this number, the next one that wasn't heard yet. Raises as :meth:`ask`."""
        answer = self.channel.receive(timeout)
        if answer.pop("number", None) != number:
            raise ChannelError("a frame answers no question")
        return answer

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._zygote.kill(self.number)

    def ended(self, timeout: float | None = None) -> Ended | None:
        """How it ended; waits until it has, or None if it still runs after ``timeout``, or nobody can know any more."""
        self._over.wait(timeout)
        return self._ended

    def close(self, timeout: float = 5.0) -> Ended | None:
        """Let it end; kill it if it doesn't. How it ended, if that is known."""
        self.channel.close()
        if not self._over.wait(timeout):
            self.kill()
        return self.ended(timeout)

    def begun(self, timeout: float) -> bool:
        """Whether it was forked; waits for the news."""
        return self._begun.wait(timeout) and self._alive

    def tell_begun(self) -> None:
        """It was forked."""
        self._alive = True
        self._begun.set()

    def tell_ended(self, ended: Ended | None) -> None:
        """It has ended, or nobody will ever know."""
        self._ended = ended
        self._begun.set()
        self._over.set()

    def __enter__(self) -> WorkerHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ZygoteHandle:
    """A zygote, seen from the judge: a process that waits to be told what to warm up for. Threads may share it once it is warm."""

    def __init__(self) -> None:
        self._sock, self._theirs = socket.socketpair()
        self._channel = Channel(self._sock)
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._workers: dict[int, WorkerHandle] = {}
        self._ready = threading.Event()
        self._answer: dict[str, Any] = {}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the zygote)
        self._process: subprocess.Popen[bytes] | None = None
        # The thread that spawns lives until the zygote has ended: Linux takes a parent for dead when the spawning thread is.
        self._thread = threading.Thread(target=self._live, name="zygote", daemon=True)
        self._thread.start()

    def warm(self, view: Any, limits: Limits, imports: Sequence[str] = (), jail: str = "auto") -> None:
        """Let it import everything, and wait until it has. See :func:`start_zygote`; where that fails, it is closed."""
        with suppress(ChannelError):  # no answer comes then
            message = {"do": "warm", "view": view.as_dict(), "limits": asdict(limits), "imports": list(imports), "jail": jail}
            self._channel.send(message)
        self._ready.wait(WARM_SECONDS)
        if not self._answer.get("ready"):
            reason = self._reason()
            self.close()
            raise (Threads if self._answer.get("threads") else ZygoteError)(reason)
        self.jail: dict[str, Any] = self._answer["jail"]

    @property
    def pid(self) -> int:
        """The process that was spawned."""
        assert self._process is not None
        return self._process.pid

    def fork(self) -> WorkerHandle:
        """A new worker. Raises ZygoteError if the zygote is gone."""
        ours, theirs = socket.socketpair()
        worker = WorkerHandle(self, next(self._numbers), Channel(ours))
        with self._lock, theirs:
            self._workers[worker.number] = worker
            try:
                self._channel.send({"do": "fork", "id": worker.number})
                socket.send_fds(self._sock, [b"F"], [theirs.fileno()])
            except (ChannelError, OSError) as error:
                raise ZygoteError("the zygote is gone") from error
        if not worker.begun(FORK_SECONDS):
            raise ZygoteError("the zygote forks no more")
        return worker

    def kill(self, number: int) -> None:
        """End a worker."""
        with self._lock, suppress(ChannelError):
            self._channel.send({"do": "kill", "id": number})

    def close(self) -> None:
        """End the zygote and all its workers."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._sock.close()
        self._errors.close()

    def __enter__(self) -> ZygoteHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _live(self) -> None:
        with self._theirs:
            process = self._process = _spawn(self._theirs, self._errors)
        with suppress(ChannelError):
            self._answer = self._channel.receive()
            self._ready.set()
            while True:
                self._hear(self._channel.receive())
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        for number in list(self._workers):
            self._workers.pop(number).tell_ended(None)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._ready.set()

    def _hear(self, message: dict[str, Any]) -> None:
        if "forked" in message:
            self._workers[message["forked"]].tell_begun()
        elif "ended" in message:
            self._workers.pop(message["ended"]).tell_ended(Ended(message["status"], message["cpu"], message["peak"]))

    def _reason(self) -> str:
        if "error" in self._answer:
            return str(self._answer["error"])
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return f"the zygote did not start: {lines[-1]}" if lines else "the zygote did not start"


def start_zygote(view: Any, limits: Limits, imports: Sequence[str] = (), jail: str = "auto") -> ZygoteHandle:
    """Start a zygote and wait until it is warm.

    Args:
        view: what its workers see of the file system (:class:`autograder.jail.View`).
        limits: what each of its workers may use.
        imports: modules to import beforehand, such as large ones that an assignment's notebooks import; those that can't be are left out.
        jail: the kind of jail; ``off`` for none.

    Raises:
        ZygoteError: it did not start; the message says why.
    """
    zygote = ZygoteHandle()
    zygote.warm(view, limits, imports, jail)
    return zygote


def _spawn(sock: socket.socket, errors: Any) -> subprocess.Popen[bytes]:
    path = list(dict.fromkeys(str(Path(entry or ".").absolute()) for entry in sys.path))
    command = [sys.executable, "-sP", "-c", BOOTSTRAP, json.dumps(path), str(sock.fileno())]
    return subprocess.Popen(
        command, env=clean_environment(), pass_fds=(sock.fileno(),), stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, cwd="/"
    )


def clean_environment() -> dict[str, str]:
    """All that a zygote gets to know of the environment."""
    kept = {name: os.environ[name] for name in ("DLTEACH_DATA",) if name in os.environ}
    return kept | {
        "PATH": os.defpath,
        "HOME": "/work",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NBGRADER_EXECUTION": "autograde",
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
