"""Whatever is killed, nobody is left."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time

import psutil
import pytest

from autograder.jail.ladder import LADDER

from .prison import arguments, environment

pytestmark = pytest.mark.slow

ROOT = os.geteuid() == 0
KINDS = [rung.name for rung in LADDER if ROOT or not rung.own_user]
NAMESPACES = [rung.name for rung in LADDER if rung.namespaces]
DAEMON = """
import signal
if os.fork() == 0:
    try:
        os.setsid()
    except OSError:
        pass
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True: signal.pause()
"""
STAY = "\nos.write({descriptor}, b'!')\nimport signal\nwhile True: signal.pause()"


class Prison:
    """A jail with a worker, every process of which holds one end of a pipe."""

    def __init__(self, code: str, **request: object) -> None:
        self.reading, writing = os.pipe()
        code = code.replace("{descriptor}", str(writing))
        request = {"code": code, "keep": [writing], **request}
        self.process = subprocess.Popen(arguments(**request), pass_fds=[writing], env=environment(), stdout=subprocess.DEVNULL)
        os.close(writing)

    def wait_for_worker(self) -> None:
        assert os.read(self.reading, 1) == b"!"

    def everybody_is_gone(self) -> bool:
        """Within ten seconds; what is killed takes a moment to be gone."""
        ready = select.select([self.reading], [], [], 10)[0]
        return bool(ready) and os.read(self.reading, 1) == b""

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.reading)


@pytest.mark.parametrize("kind", KINDS)
def test_a_daemon_does_not_outlive_its_worker(kind: str) -> None:
    prison = Prison(DAEMON, kind=kind, limits={"processes": 4})
    try:
        assert prison.everybody_is_gone()
        assert prison.process.wait(10) == 0
    finally:
        prison.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_jail_takes_its_workers_with_it(kind: str) -> None:
    prison = Prison(STAY, kind=kind)
    try:
        prison.wait_for_worker()
        prison.process.kill()
        assert prison.everybody_is_gone()
    finally:
        prison.close()


@pytest.mark.parametrize("kind", NAMESPACES)
def test_the_process_inside_takes_even_daemons_with_it(kind: str) -> None:
    prison = Prison(DAEMON + STAY, kind=kind, limits={"processes": 4})
    try:
        prison.wait_for_worker()
        (inside,) = psutil.Process(prison.process.pid).children()
        inside.kill()
        assert prison.everybody_is_gone()
        assert prison.process.wait(10) == 128 + signal.SIGKILL
    finally:
        prison.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_is_killed_with_all_that_it_started(kind: str) -> None:
    """The jail's own process kills it, after a while."""
    code = DAEMON + STAY
    prison = Prison(code, kind=kind, limits={"processes": 4}, kill=True)
    try:
        prison.wait_for_worker()
        assert prison.everybody_is_gone()
        assert prison.process.wait(10) == 0
    finally:
        prison.close()


def test_the_jail_ends_with_its_parent() -> None:
    """A parent that is killed has no time to say so."""
    reading, writing = os.pipe()
    code = STAY.replace("{descriptor}", str(writing))
    script = f"import subprocess, time; subprocess.Popen({arguments(code=code, keep=[writing])!r}, pass_fds=[{writing}]); time.sleep(60)"
    parent = subprocess.Popen([arguments()[0], "-c", script], pass_fds=[writing], env=environment())
    os.close(writing)
    try:
        assert os.read(reading, 1) == b"!"
        parent.kill()
        parent.wait()
        until = time.monotonic() + 10
        while select.select([reading], [], [], max(0, until - time.monotonic()))[0]:
            if not os.read(reading, 1):
                return
        raise AssertionError("somebody is left")
    finally:
        parent.kill()
        parent.wait()
        os.close(reading)
