"""What stands outside the jail while it is tried out: a secret, listeners, a victim. It tells afterwards what was reached."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import tempfile
from pathlib import Path

from autograder.jail.limits import die_with_parent, set_dumpable

MARK = b"a secret of the process outside"


class Bait:
    """Everything that an attack aims at, made by the process outside and known to the one inside."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dlteach-bait-"))
        self.folder.chmod(0o777)
        self.secret = self.folder / "secret"
        self.secret.write_bytes(MARK)
        self.secret.chmod(0o666)
        self.leaked = os.open(self.folder, os.O_RDONLY)
        self.memory = ctypes.create_string_buffer(MARK)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.tcp_address, self.udp_address = self.tcp.getsockname(), self.udp.getsockname()
        "localhost".encode("idna")  # an address needs this codec, which can't be loaded where no file can be opened
        self.unix_path = str(self.folder / "socket")
        self.unix_abstract = "\0dlteach-" + secrets.token_hex(8)
        self.local = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
        for listener, address in zip(self.local, (self.unix_path, self.unix_abstract), strict=True):
            listener.bind(address)
        os.chmod(self.unix_path, 0o666)
        for listener in (self.tcp, self.udp, *self.local):
            listener.setblocking(False)
        self._before = self._attributes()
        self.victim = self._start_victim()

    def _start_victim(self) -> int:
        """A process that waits, for at most a few seconds, to be read, traced or killed."""
        pid = os.fork()
        if pid == 0:
            set_dumpable(True)
            die_with_parent()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(30)
            while True:
                signal.pause()
        return pid

    def _attributes(self) -> tuple[int, int, int, bytes]:
        status = self.secret.stat()
        return status.st_mode, status.st_uid, int(status.st_mtime), self.secret.read_bytes()

    def reached(self) -> set[str]:
        """Which goals were reached, as seen from outside."""
        goals = set()
        with contextlib.suppress(OSError):
            self.tcp.accept()[0].close()
            goals.add("network")
        for listener, goal in ((self.udp, "network"), *((listener, "unix") for listener in self.local)):
            with contextlib.suppress(OSError):
                listener.recv(16)
                goals.add(goal)
        if os.waitpid(self.victim, os.WNOHANG)[0]:
            self.victim = 0
            goals.add("signal")
        try:
            mode, owner, time, content = self._attributes()
        except OSError:
            return goals | {"write"}
        if content != self._before[3] or len(list(self.folder.iterdir())) != 2:
            goals.add("write")
        elif (mode, owner, time) != self._before[:3]:
            goals.add("attributes")
        return goals

    def close(self) -> None:
        """Take it all away."""
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)
            os.waitpid(self.victim, 0)
        for listener in (self.tcp, self.udp, *self.local):
            listener.close()
        os.close(self.leaked)
        shutil.rmtree(self.folder, ignore_errors=True)
