"""The rehearsal: before a jail is entered, a copy of it is entered and locked by a process that then tries to get out."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.jail.attacks import ATTACKS
from autograder.jail.bait import Bait
from autograder.jail.ladder import JailError
from autograder.job import Limits

if TYPE_CHECKING:
    from autograder.jail.jail import Jail

SENTENCES = {
    "read": "It can read files outside of its view.",
    "see": "It can find out which files exist outside of its view.",
    "write": "It can write files outside of its own folder.",
    "attributes": "It can change the modes and times of files outside of its own folder.",
    "memory": "It can look into the memory, environment or open files of other processes.",
    "meddle": "It can change the limits or the priority of other processes.",
    "signal": "It can kill other processes.",
    "network": "It can use the network.",
    "unix": "It can talk to local services through unix sockets.",
    "fork": "It can start processes.",
    "exec": "It can start other programs.",
    "daemon": "It can leave a process behind that outlives it.",
    "threads": "It can start threads without end.",
    "disk": "It can fill the disk.",
    "file": "It can write files of any length.",
    "allocate": "It can take more memory than it is allowed.",
    "hoard": "It can keep memory that no limit counts.",
    "kernel": "It can use rare parts of the kernel, in which most holes are found.",
    "namespaces": "It can make namespaces and mount file systems of its own.",
    "root": "It can act as root.",
}
"""Every goal of an attack, as a sentence about hostile code."""

ALLOWED_WITH_PROCESSES = {"fork", "exec"}
_TIMEOUT = 20.0
_PATIENCE = 0.5  # how long a killed process may take to be gone
_EXECUTED = 42


def small(limits: Limits) -> Limits:
    """Limits that are reached quickly, kept by the same means."""
    return replace(limits, disk=min(limits.disk, 1 << 20), file_size=min(limits.file_size, 1 << 18), memory=min(limits.memory, 256 << 20))


def rehearse(enter: Callable[[Limits], Jail], limits: Limits) -> list[str]:
    """Enter a jail in a throw-away process, lock a worker, and let it try to get out.

    Args:
        enter: makes the jail, for given limits.
        limits: those of the workers to come.

    Returns:
        What it could do, as sentences; empty if it could do nothing.

    Raises:
        JailError: the jail does not work here. The message is the reason.
    """
    limits = small(limits)
    bait = Bait()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _enter_and_attack(enter, limits, bait, writing)
    os.close(writing)
    try:
        goals = _read_report(reading) | bait.reached()
        if limits.processes:
            goals -= ALLOWED_WITH_PROCESSES
        return [sentence for goal, sentence in SENTENCES.items() if goal in goals]
    finally:
        os.close(reading)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        bait.close()


def _read_report(reading: int) -> set[str]:
    """Which goals were reached, by all that comes out of the pipe. The pipe ends when nobody is left in the jail."""
    until, text = time.monotonic() + _TIMEOUT, b""
    while select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
        part = os.read(reading, 1 << 16)
        if not part:
            break
        text += part
    lines = [json.loads(line) for line in text.splitlines()]
    problems = [line["problem"] for line in lines if "problem" in line]
    if problems:
        raise JailError(problems[0])
    if not any("after" in line for line in lines):
        raise JailError("the rehearsal ended without a report.")
    return {goal for line in lines for goal in line["goals"]}


def _say(writing: int, **message: Any) -> None:
    os.write(writing, json.dumps(message).encode() + b"\n")


def _enter_and_attack(enter: Callable[[Limits], Jail], limits: Limits, bait: Bait, writing: int) -> NoReturn:
    """The throw-away process: enter, fork a worker, and see what is left when it has ended."""
    try:
        jail = enter(limits)
        alive, held = os.pipe()
        pid = jail.fork()
        if pid == 0:
            _attack(jail, limits, bait, writing, held)
        os.close(held)
        ended = jail.reap(pid, wait=True)
        assert ended is not None
        goals = ["exec"] if os.waitstatus_to_exitcode(ended[0]) == _EXECUTED else []
        if not select.select([alive], [], [], _PATIENCE)[0]:
            goals.append("daemon")
        _say(writing, goals=goals, after=True)
        jail.close()
    except BaseException as error:
        _say(writing, problem=f"{type(error).__name__}: {error}")
    finally:
        os._exit(0)


def _attack(jail: Jail, limits: Limits, bait: Bait, writing: int, held: int) -> NoReturn:
    """The worker: lock, see that what notebooks need is there, try everything, and at last try to become another program."""
    status = 1
    try:
        jail.lock([writing, held], limits)
        _need(jail)
        goals = set()
        for goal, attack in ATTACKS:
            with contextlib.suppress(OSError, MemoryError):
                if goal not in goals and attack(bait, limits):
                    goals.add(goal)
        _say(writing, goals=sorted(goals))
        status = 0
        os.execv("/bin/sh", ["sh", "-c", f"exit {_EXECUTED}"])
    except BaseException as error:
        if status:
            _say(writing, problem=f"{type(error).__name__}: {error}")
    finally:
        os._exit(status)


def _need(jail: Jail) -> None:
    """Fail unless a notebook could live here: with threads, an event loop, its library, and a file of its own."""
    for end in socket.socketpair():
        end.close()
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    if jail.can_open_files:
        with open(os.__file__, "rb") as library, open("note", "wb") as note:
            note.write(library.read(1))
        os.unlink("note")
