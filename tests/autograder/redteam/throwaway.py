"""A jail to be thrown away: grade hostile submissions with nbgrader where they can harm nothing, and say what happened.

    unshare ... python throwaway.py TEMPLATE NAME...      (``enter`` makes the whole command)

The process becomes the first of its own process, mount, network and IPC namespaces. Around it stands a root made of read-only
binds and sized memory file systems; nbgrader runs in it as a user without rights. All of it is gone when this process ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[3]
USER = 60001
SECONDS = 200
PROCESSES, MEMORY = 4000, 8 << 30
SYSTEM = ("/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64")
BEFORE, AFTER = "0-anna", "zz-dora"
"""An honest student who was graded before, and one whose turn comes after."""
FEEDBACK = ("injected HTML and names", "reading the course, the gradebook, the seed, others")


def enter(template: Path, *names: str) -> list[str]:
    """The command that grades the items of those names, in a jail of its own. It works for root and, where the kernel lets users
    make namespaces, for everybody."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    apart = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child=KILL", "--propagation", "private"]
    return ["unshare", *user, *apart, sys.executable, __file__, str(template), *names]


def mount(*options: str) -> None:
    """Run ``mount``."""
    subprocess.run(["mount", *options], check=True)


def build(root: Path, template: Path) -> None:
    """A root with the system, the interpreter and the project read-only, and with room of its own elsewhere."""
    mount("-t", "tmpfs", "-o", "size=64m", "none", str(root))
    for path in (*SYSTEM, sys.base_prefix, str(PROJECT), sys.prefix):
        at = root / path.lstrip("/")
        if Path(path).is_symlink():
            at.symlink_to(os.readlink(path))
        elif Path(path).is_dir() and not at.exists():
            at.mkdir(parents=True)
            mount("--bind", path, str(at))
            mount("-o", "remount,bind,ro", str(at))
    for path, size in (("tmp", "2g"), ("class", "2g"), ("home", "64m"), ("dev", "4g"), ("var/tmp", "64m")):
        (root / path).mkdir(parents=True)
        mount("-t", "tmpfs", "-o", f"size={size},mode=1777", "none", str(root / path))
    for device in ("null", "zero", "full", "random", "urandom"):
        (root / "dev" / device).touch()
        mount("--bind", f"/dev/{device}", str(root / "dev" / device))
    (root / "dev/shm").mkdir(mode=0o1777)
    (root / "proc").mkdir()
    mount("-t", "proc", "proc", str(root / "proc"))
    shutil.copytree(template, root / "class", dirs_exist_ok=True, symlinks=True)


def loopback_up() -> None:
    """nbgrader talks to its kernels over loopback, and a new network namespace has it switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP | IFF_RUNNING


def as_user(command: list[str]) -> list[str]:
    """The command without any right: as another user, or, where this is nobody's root, without capabilities."""
    if os.environ["THROWAWAY_ROOT"] == "yes":
        become = ["--reuid", str(USER), "--regid", str(USER), "--clear-groups"]
    else:
        become = ["--bounding-set=-all", "--inh-caps=-all"]
    return ["setpriv", *become, "--no-new-privs", "--", *command]


def limits() -> None:
    """What even a fork bomb or a list of 50 GB may use."""
    resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def others() -> list[str]:
    """The processes here, but for this one."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name, _, rest = (path / "stat").read_text(errors="replace").rpartition(")")
            if path.name != str(os.getpid()) and rest.split()[0] not in "ZX":
                found.append(name.partition("(")[2])
    return found


def nbgrader(course: Path, most: float, *command: str) -> dict[str, Any]:
    """Run a command of nbgrader as the user: how it ended, and what it left behind."""
    environment = {
        **{"PATH": f"{sys.prefix}/bin:/usr/bin:/bin", "HOME": "/home", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"},
        **{"PYTHONPATH": f"{PROJECT}/tests/own:{PROJECT}", "REDTEAM_TOKEN": os.environ["THROWAWAY_CANARY"], "PYTHONDONTWRITEBYTECODE": "1"},
    }
    start = time.monotonic()
    with open("/log", "wb") as log:
        running = subprocess.Popen(
            as_user(["nbgrader", *command]),
            cwd=course,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=limits,
        )
        try:
            status = running.wait(most)
        except subprocess.TimeoutExpired:
            status = None
    seconds = time.monotonic() - start
    until = time.monotonic() + (3 if status is not None else 0)
    while (left := others()) and time.monotonic() < until:
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)  # everything in here but this, the first process
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return {"status": status, "seconds": round(seconds, 1), "left": left if status is not None else []}


def measure(names: list[str]) -> dict[str, Any]:
    """Grade the items and an honest student after them, make their feedback where it matters, and look around."""
    from tests.autograder.redteam.corpus import HONEST, HOSTILE
    from tests.autograder.redteam.harness import Watch, fingerprint, hand_in, kept_of
    from tests.autograder.redteam.template import releases

    items = [item for item in HOSTILE if item.name in names]
    base = items[0].base
    folder, course = Path("/class"), Path("/class/course")
    watch = Watch(folder)
    honest = {one.who: one for one in HONEST if one.base == base and one.who in (BEFORE, AFTER)}
    hand_in([*items, honest[AFTER]], releases(folder), watch.place(course))
    if os.environ["THROWAWAY_ROOT"] == "yes":
        subprocess.run(["chown", "-Rh", f"{USER}:{USER}", "/class"], check=True)
    before, space = fingerprint(course) | watch.fingerprint(), free()
    run = nbgrader(course, SECONDS + 40 * (len(items) - 1), "autograde", base)
    after, used = fingerprint(course) | watch.fingerprint(), space - free()
    if items[0].family in FEEDBACK:
        nbgrader(course, SECONDS, "generate_feedback", base)
    kept = kept_of(course, base)
    common = {
        "status": run["status"],
        "seconds": run["seconds"],
        "left": run["left"],
        "honest": {who: kept[who].score if who in kept and kept[who].grades else None for who in honest},
        "expected": {who: one.points for who, one in honest.items()},
        "heard": sorted(set(watch.listeners.heard)),
        "changed": sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)),
        "megabytes": used >> 20,
    }
    return {item.name: {**common, **own(item, kept.get(item.who), course)} for item in items}


def own(item: Any, kept: Any, course: Path) -> dict[str, Any]:
    """What became of one submission: its points (none if it was lost), what it read, what runs in its page, what it says itself."""
    from tests.autograder.redteam.harness import injected

    there = kept is not None and (course / "autograded" / item.who / item.base).is_dir()
    if kept is None:
        return {"score": None, "read": [], "runs": [], "said": []}
    return {"score": kept.score if there else None, "read": kept.leaks(), "runs": injected(kept.feedback), "said": said(kept.outputs)}


def said(outputs: str) -> list[str]:
    """What an attack itself says of its success."""
    import re

    return re.findall(r"(?:TOOK|FORKED|THREADS|WROTE|GRADES|LISTENS|UNSHARE|MOUNT|PTRACE|PIDFD)[^\\\"\n]{0,80}", outputs)[:6]


def free() -> int:
    """Bytes that are free where a submission could write, all together."""
    found = [os.statvfs(path) for path in ("/tmp", "/class", "/home", "/dev", "/var/tmp")]
    return sum(part.f_bfree * part.f_frsize for part in found)


def main(template: str, *names: str) -> None:
    """Build the jail around this process, measure, and print the result."""
    os.environ["THROWAWAY_ROOT"] = "yes" if os.stat("/proc/self").st_uid == 0 and _is_real_root() else "no"
    from tests.autograder.redteam.harness import CANARIES

    os.environ["THROWAWAY_CANARY"] = CANARIES["environment"]
    root = Path("/mnt")
    build(root, Path(template))
    loopback_up()
    os.chroot(root)
    os.chdir("/")
    print(json.dumps(measure(list(names))))


def _is_real_root() -> bool:
    return Path("/proc/self/uid_map").read_text(encoding="ascii").split()[:3] == ["0", "0", "4294967295"]


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))
    main(*sys.argv[1:])
