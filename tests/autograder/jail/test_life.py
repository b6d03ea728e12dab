"""What a notebook needs works inside, on every rung on which files can be opened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from autograder.jail.ladder import LADDER

from .prison import imprison

pytestmark = pytest.mark.slow

KINDS = [rung.name for rung in LADDER if not rung.no_files and (os.geteuid() == 0 or not rung.own_user)]
NEEDED = """
import asyncio, threading, pathlib, shutil, socket, subprocess, time, signal, mmap
def many():
    done = []
    threads = [threading.Thread(target=done.append, args=(i,)) for i in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return len(done)
def tick():
    heard = []
    signal.signal(signal.SIGALRM, lambda *_: heard.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(0.05)
    return len(heard)
def copied():
    pathlib.Path("new").touch()
    os.mkdir("folder")
    shutil.copy2("new", "folder/copy")
    shutil.copytree("folder", "tree")
    return sorted(path.name for path in pathlib.Path("tree").iterdir())
def refused(do):
    try:
        do()
    except OSError:
        return True
"""
EXPECTED: dict[str, Any] = {
    "many()": 20,
    "asyncio.run(asyncio.sleep(0, 'awake'))": "awake",
    "tick()": 1,
    "copied()": ["copy"],
    "ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)()": 7,
    "len(os.urandom(4))": 4,
    "tempfile.NamedTemporaryFile().name.startswith(str(jail.work))": True,
    "os.getcwd() == str(jail.work) == os.path.expanduser('~')": True,
    "(jail.data / 'inner/points.csv').read_text()": "1,2\n",
    "refused(lambda: (jail.data / 'inner/points.csv').write_text(''))": True,
    "refused(lambda: subprocess.run(['true']))": True,
    "refused(lambda: socket.create_connection(('127.0.0.1', 1)))": True,
    "os.kill(os.getpid(), 0)": None,
    "__import__('dlteach').__name__": "dlteach",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_notebook_needs(kind: str, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("1,2\n")
    code = NEEDED + "answer = {" + ", ".join(f"{text!r}: {text}" for text in EXPECTED) + "}"
    told = imprison(kind=kind, code=code, data={"inner/points.csv": str(tmp_path / "points.csv")})["worker"]
    wanted = {text: value for text, value in EXPECTED.items() if kind != "none" or not text.startswith("refused")}
    assert {text: told[text] for text in wanted} == wanted


@pytest.mark.parametrize("kind", [rung.name for rung in LADDER if rung.no_files and (os.geteuid() == 0 or not rung.own_user)])
def test_without_files_what_was_imported_still_works(kind: str) -> None:
    assert imprison(kind=kind, code="import math; answer = math.sqrt(sum(range(5)) - 1)")["worker"] == 3.0


@pytest.mark.parametrize("kind", [*KINDS, "seccomp"])
class TestLimits:
    def test_memory(self, kind: str) -> None:
        code = "try:\n    bytearray(1 << 28)\nexcept MemoryError:\n    answer = len(bytearray(1 << 24))"
        assert imprison(kind=kind, code=code, limits={"memory": 1 << 27})["worker"] == 1 << 24

    def test_processor_time(self, kind: str) -> None:
        assert imprison(kind=kind, code="while True: pass", limits={"cpu_seconds": 1})["status"] < 0

    def test_open_files(self, kind: str) -> None:
        code = "answer = 0\ntry:\n    while True: answer += len(os.pipe())\nexcept OSError as error:\n    pass"
        assert imprison(kind=kind, code=code, limits={"open_files": 40})["worker"] <= 40

    def test_nothing_is_open_that_was_not_kept(self, kind: str) -> None:
        code = """
def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
answer = [descriptor for descriptor in range(1024) if is_open(descriptor)]
"""
        assert len(imprison(kind=kind, code=code)["worker"]) == 4  # the standard ones, which lead nowhere, and the one that answers


def test_the_disk_is_as_large_as_agreed() -> None:
    code = """
answer = 0
try:
    while True:
        with open(f"file-{answer}", "wb") as file: file.write(bytes(1 << 20))
        answer += 1
except OSError as error:
    pass
"""
    assert imprison(code=code, limits={"disk": 5 << 20})["worker"] in (4, 5)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("namespaces")])
def test_what_a_worker_left_is_removed(kind: str) -> None:
    code = "os.makedirs('a/b'); open('a/b/c', 'w').close(); os.symlink('/', 'a/link'); os.chmod('a', 0); answer = True"
    told = imprison(kind=kind, code=code)
    assert told["worker"] is True
    assert told["left"] == []
