"""Run a command, and say what it left behind: which of its processes are still there when it has ended.

    python launch.py REPORT.json SECONDS COMMAND...

Every process below it that loses its parent becomes its own child (``PR_SET_CHILD_SUBREAPER``), so that none can hide. All are killed.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 3.0


def below(root):
    """The processes that descend from one, by number, with their command lines. The dead that wait to be buried don't count."""
    parents, names = {}, {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (path / "stat").read_text(errors="replace").rpartition(")")
            state, parent = rest.split()[:2]
            names[int(path.name)] = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip() or name
        except OSError:
            continue
        if state not in "ZX":
            parents[int(path.name)] = int(parent)
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid: names[pid] for pid in found - {root} if pid in names}


def bury():
    """Reap every child that has ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def main(report, seconds, command):
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    start = time.monotonic()
    running = subprocess.Popen(command)
    try:
        status = running.wait(float(seconds))
    except subprocess.TimeoutExpired:
        running.kill()
        status = None
    took = time.monotonic() - start
    until = time.monotonic() + GRACE_S
    while (left := below(os.getpid())) and time.monotonic() < until:
        bury()
        time.sleep(0.05)
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    Path(report).write_text(json.dumps({"status": status, "seconds": took, "left": list(left.values())}), encoding="utf-8")
    bury()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
