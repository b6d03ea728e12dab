"""The zygote: a process that has imported everything once and forks a worker for every notebook.

It is spawned with a clean environment, goes into its jail before NumPy is imported, and never holds a secret. It ends, and its workers with
it, when the judge's end of its socket closes.
"""

from __future__ import annotations

import gc
import os
import select
import socket
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.jail import Jail, JailError, View, enter
from autograder.job import Limits
from autograder.wire.channel import Channel, ChannelError

if TYPE_CHECKING:
    from autograder.worker.cells import Runner

LATE_IMPORTS = ("matplotlib.pyplot",)
"""What notebooks import that were not expected to; in a jail in which no file can be opened they could not."""


class Zygote:
    """Forks workers, kills them, and tells how they ended."""

    def __init__(self, channel: Channel, jail: Jail, runner: Runner, limits: Limits, given: tuple[str, ...]) -> None:
        self.channel = channel
        self.jail = jail
        self.runner = runner
        self.limits = limits
        self.given = given
        self.workers: dict[int, tuple[int, int]] = {}  # a descriptor that tells of the end → (id, process)
        self.poll = select.poll()
        self.poll.register(channel.sock, select.POLLIN)

    def serve(self) -> None:
        """Do what is asked until nobody is there to ask."""
        with suppress(ChannelError):
            while True:
                for descriptor, _ in self.poll.poll():
                    if descriptor == self.channel.sock.fileno():
                        self.obey(self.channel.receive())
                    else:
                        self.bury(descriptor)

    def obey(self, message: dict[str, Any]) -> None:
        """Do one thing."""
        if message.get("do") == "fork":
            self.fork(int(message["id"]))
        elif message.get("do") == "kill":
            for number, process in list(self.workers.values()):
                if number == message["id"]:
                    self.jail.kill_group(process)

    def fork(self, number: int) -> None:
        """Fork a worker that talks over the descriptor that comes with the message."""
        _, (descriptor, *_), _, _ = socket.recv_fds(self.channel.sock, 1, 1)
        process = self.jail.fork()
        if process == 0:
            self.live(descriptor)
        os.close(descriptor)
        ended = os.pidfd_open(process)
        self.workers[ended] = number, process
        self.poll.register(ended, select.POLLIN)
        self.channel.send({"forked": number})

    def live(self, descriptor: int) -> NoReturn:
        """The life of a worker. Never returns."""
        channel = Channel(socket.socket(fileno=descriptor))
        try:
            from autograder.worker.outputs import Descriptor
            from autograder.worker.worker import work

            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            self.runner.outputs.files = Descriptor("stdout", 1), Descriptor("stderr", 2)
            self.jail.lock((0, 1, 2, descriptor), self.limits)
            work(self.runner, channel, self.jail.work, self.jail.data, self.given)
        except BaseException as error:
            with suppress(BaseException):
                channel.send({"error": f"the worker could not go on: {type(error).__name__}: {error}"})
        finally:
            os._exit(0)

    def bury(self, descriptor: int) -> None:
        """A worker has ended: tell how."""
        number, process = self.workers.pop(descriptor)
        self.poll.unregister(descriptor)
        os.close(descriptor)
        ended = self.jail.reap(process, wait=True)
        assert ended is not None  # it was waited for
        status, usage = ended
        cpu = usage.ru_utime + usage.ru_stime
        self.channel.send({"ended": number, "status": status, "cpu": cpu, "peak": usage.ru_maxrss * 1024})


def main(descriptor: int = 3) -> None:
    """The whole life of a zygote."""
    channel = Channel(socket.socket(fileno=descriptor))
    message = channel.receive()
    limits, view = Limits(**message["limits"]), View.from_dict(message["view"])
    try:
        jail = enter(view, limits, message.get("jail", "auto"))
    except JailError as error:
        channel.send({"error": str(error)})
        return
    os.environ["HOME"] = os.environ["TMPDIR"] = str(jail.work)  # there may be a /tmp here, but nothing can be written there
    tempfile.tempdir = None
    os.chdir(jail.work)
    try:
        gc.disable()  # nothing of what is imported is garbage; to look for some, again and again, takes a third of the time
        from autograder.worker.warmup import warm

        runner = warm([*message["imports"], *(() if jail.can_open_files else LATE_IMPORTS)])
        gc.enable()
        channel.send({"ready": True, "jail": {"name": jail.name, "layers": jail.layers, "lacks": list(jail.lacks)}})
        Zygote(channel, jail, runner, limits, tuple(view.data)).serve()
    except RuntimeError as error:
        channel.send({"error": str(error), "threads": jail.can_open_files})  # where no file can be opened, nothing is imported later
    finally:
        jail.close()
