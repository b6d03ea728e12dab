"""A program that enters a jail and says what happened: the tests start it, because nobody leaves a jail.

It gets one JSON object as its argument and prints one as its answer. It can first become an ordinary user, or live on a kernel that
refuses some calls.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
USER = 65534


def imprison(*, user: bool = False, refuse: str = "", timeout: float = 60, **request: Any) -> dict[str, Any]:
    """Run this program.

    Args:
        user: as an ordinary user, if the tests run as root.
        refuse: calls of the kernel that this machine shall not have.
        timeout: seconds.
        **request: ``kind``, ``limits``, ``view`` as for ``enter``; ``code`` for a worker to run, which puts its answer in ``answer``.
    """
    done = subprocess.run(
        arguments(user=user, refuse=refuse, **request), capture_output=True, text=True, timeout=timeout, env=environment()
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def arguments(**request: Any) -> list[str]:
    return [sys.executable, __file__, json.dumps(request)]


def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"], "HOME": "/nonexistent", "OPENBLAS_NUM_THREADS": "1"}


def become_user() -> None:
    """Turn root into an ordinary user who can reach this interpreter, even where it lies in a folder that is root's alone."""
    from autograder.jail.syscalls import call, mount

    needed = sorted({os.path.realpath(path) for path in (sys.base_prefix, sys.prefix, REPOSITORY)})
    closed = {top for path in needed if (top := _closed_folder(Path(path)))}
    if closed:
        call("unshare", 0x20000)
        mount(None, "/", None, 0x44000)
    for top in closed:
        inner = {path: os.open(path, os.O_PATH) for path in needed if path.startswith(f"{top}/")}
        mount("open", str(top), "tmpfs", 0, "mode=755")
        for path, descriptor in inner.items():
            os.makedirs(path)
            mount(f"/proc/self/fd/{descriptor}", path, None, 0x5000)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)


def _closed_folder(path: Path) -> Path | None:
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 1), None)


def refuse_calls(names: str) -> None:
    """Live on a kernel without these calls."""
    from autograder.jail import limits, seccomp

    limits.no_new_privileges()
    seccomp.install(seccomp.checks() + seccomp.refuse_all(names, errno.EPERM) + seccomp._LET)


def main(request: dict[str, Any]) -> None:
    from autograder.jail import JailError, View, enter, view_of_python
    from autograder.job import Limits

    if "drop" in request:
        from autograder.jail.limits import keep_capabilities

        (now,) = (int(line.split()[1], 16) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
        keep_capabilities([number for number in range(32) if now >> number & 1 and number not in request["drop"]])
    if "abi" in request:
        from autograder.jail import landlock

        landlock.version = lambda: request["abi"]
    if request.get("refuse"):
        refuse_calls(request["refuse"])
    limits = Limits(**request.get("limits", {}))
    view = View.from_dict(request["view"]) if "view" in request else view_of_python(None, request.get("data", {}))
    answer: dict[str, Any] = {}
    bait = make_bait() if request.get("attacks") else None
    try:
        jail = enter(view, limits, request.get("kind", "auto"))
    except (JailError, ValueError) as error:
        print(json.dumps({"error": str(error)}))
        return
    answer |= {"name": jail.name, "lacks": list(jail.lacks), "layers": jail.layers, "uid": os.getuid()}
    reading, writing = os.pipe()
    pid = jail.fork()
    if pid == 0:
        live(jail, limits, request, writing, bait)
    os.close(writing)
    for descriptor in request.get("keep", []):
        os.close(descriptor)
    if request.get("kill"):
        time.sleep(0.2)
        jail.kill_group(pid)
    status, _ = jail.reap(pid, wait=True) or (0, None)
    with open(reading, "rb") as pipe:
        answer["worker"] = json.loads(pipe.read() or b"null")
    answer |= {"status": os.waitstatus_to_exitcode(status), "left": sorted(map(str, left_in(jail)))}
    jail.close()
    print(json.dumps(answer), flush=True)


def left_in(jail: Any) -> list[Path]:
    return [] if jail._scratch is None else [path for path in jail._scratch.base.glob("work-*") if path.name != "work-0"]


def make_bait() -> Any:
    """The bait, in a process that goes on; the one that made it waits outside and takes it away."""
    from autograder.jail.bait import Bait

    bait = Bait()
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        bait.close()
        os._exit(0)
    return bait


def live(jail: Any, limits: Any, request: dict[str, Any], writing: int, bait: Any) -> None:
    """The worker: lock, do as asked, answer."""
    names: dict[str, Any] = {"jail": jail, "answer": None, "os": os, "sys": sys, "json": json, "ctypes": ctypes, "tempfile": tempfile}
    code = compile(request.get("code", ""), "<cell>", "exec")
    try:
        jail.lock([writing, *request.get("keep", [])], limits)
        if bait is not None:
            names["answer"] = {attack.__name__[1:]: attempt(attack, bait, limits) for attack in attacks()}
        exec(code, names)
    except BaseException as error:
        try:
            names["answer"] = "".join(traceback.format_exception(error))
        except OSError:
            names["answer"] = repr(error)
    finally:
        os.write(writing, json.dumps(names["answer"]).encode())
        os._exit(0)


def attacks() -> list[Any]:
    from autograder.jail.attacks import ATTACKS

    return [attack for _, attack in ATTACKS]


def attempt(attack: Any, bait: Any, limits: Any) -> bool:
    try:
        return bool(attack(bait, limits))
    except (OSError, MemoryError):
        return False


if __name__ == "__main__":
    wanted = json.loads(sys.argv[1])
    if wanted.pop("user", False) and os.geteuid() == 0:
        become_user()
        os.execv(sys.executable, arguments(**wanted))
    main(wanted)
