"""A worker: one process for one notebook. It answers the judge's questions, one at a time, until the judge is gone."""

from __future__ import annotations

import base64
import os
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.job import Limits
from autograder.wire.channel import Channel, ChannelError
from autograder.worker.cells import Runner
from autograder.worker.probes import answer

MESSAGE = 1 << 28  # bytes of one question: the files of a submission travel in one


class Worker:
    """Answers questions about one notebook."""

    def __init__(self, runner: Runner, work: Path, data: Path, given: tuple[str, ...]) -> None:
        self.runner = runner
        self.work = work
        self.data = data
        self.given = given
        self.actions: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "start": self.start,
            "run": self.run,
            "probe": self.ask_probes,
            "used": self.ask_probes,
            "own_gradient": self.ask_probes,
        }

    def serve(self, channel: Channel) -> None:
        """Answer until the other side is gone."""
        while True:
            message = channel.receive()
            for question in (message, *message.pop("then", ())):
                number = question.pop("number", None)
                channel.send({**self.answer(question), "number": number})

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question; ``{"error": sentence}`` if there is none."""
        action = self.actions.get(str(message.get("do")))
        if action is None:
            return {"error": f"nobody here can do {message.get('do')!r}"}
        try:
            return action(message)
        except ChannelError:
            raise
        except BaseException as error:
            return {"error": f"{type(error).__name__} while doing {message.get('do')!r}"}

    def start(self, message: dict[str, Any]) -> dict[str, Any]:
        """Write the student's files to the working directory, and let the assignment's stand beside them."""
        limits = Limits(**message.get("limits", {}))
        outputs = self.runner.outputs
        outputs.per_cell, outputs.total = limits.cell_output_bytes, limits.output_bytes
        os.chdir(self.work)
        with suppress(OSError):  # a jail in which no file can be opened, or no room for them: the cells that need them will say so
            for name, content in message.get("files", {}).items():
                self._place(name).write_bytes(base64.b64decode(content))
        with suppress(OSError):
            for name in self.given:
                target = self._place(name)
                target.unlink(missing_ok=True)
                target.symlink_to(self.data / name)
        # The assignment's own modules come first, as they do in a notebook; the student's last, so that none stands in for a library.
        sys.path[:] = [*([str(self.data)] if self.given else []), *sys.path, str(self.work)]
        seed(int(message.get("seed", 0)))
        return {"ok": True}

    def _place(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or parts[0] == "/":
            raise ValueError(f"{name!r} is no path inside the working directory")
        target = self.work.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def run(self, message: dict[str, Any]) -> dict[str, Any]:
        """Run a cell."""
        source, count = str(message["source"]), message.get("count")
        return self.runner.run(source, bool(message.get("graded")), float(message["seconds"]), None if count is None else int(count))

    def ask_probes(self, message: dict[str, Any]) -> dict[str, Any]:
        """Try the student's functions. The libraries may be what the student made of them: the judge compares elsewhere."""
        self.runner.connect()
        self.runner.outputs.begin()
        return answer(message, self.runner.shell.user_ns)


def seed(number: int) -> None:
    """Start the generators that nobody seeds at the same numbers each time, so that a second run gives the same."""
    random.seed(number)
    sys.modules["numpy"].random.seed(number)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(number)


def work(runner: Runner, channel: Channel, place: Path, data: Path, given: tuple[str, ...]) -> None:
    """What a worker does with its life, once it is locked in."""
    channel.limit = MESSAGE
    runner.connect()
    with suppress(ChannelError):
        Worker(runner, place, data, given).serve(channel)
