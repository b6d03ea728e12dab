"""Escaping from the process that runs the code, outliving it, ending it, or harming what stands around it."""

from tests.autograder.redteam.base import NO_EXTREMES, NO_SUMS, NO_TOTAL, SUMS, Item, plain, rows

FAMILY = "escaping and outliving the process"
NAME_IT = """\
import ctypes, os, signal, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(15, b'rt-left')
"""
DAEMON = (
    NAME_IT
    + """\
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for fd in range(3):
                try:
                    os.close(fd)
                except OSError:
                    pass
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
            time.sleep(600)
        os._exit(0)
try:
    daemon()
    print("FORKED")
except OSError as error:
    print(error)
"""
)
WRITE_OUTSIDE = """\
import os, sys, glob
done = []
targets = ["@VICTIM@", "@COURSE@/nbgrader_config.py", "@COURSE@/source/asserts/asserts.ipynb", "../../../nbgrader_config.py"]
for path in [*targets, *glob.glob("../../*/*/*.ipynb"), *glob.glob("@COURSE@/submitted/*/*/*.ipynb")]:
    try:
        with open(path, "a") as file:
            file.write(" ")
        done.append(path)
    except OSError:
        pass
for path in targets:
    for do in (lambda p: os.chmod(p, 0o777), lambda p: os.utime(p, (1, 1)), lambda p: os.rename(p, p + ".gone"), os.unlink):
        try:
            do(path)
            done.append(path)
        except OSError:
            pass
print("WROTE", done)
"""
LIBRARIES = """\
import dlteach, os, numpy, sysconfig
for folder in (os.path.dirname(dlteach.__file__), os.path.dirname(numpy.__file__), sysconfig.get_paths()["purelib"]):
    try:
        with open(os.path.join(folder, "rt_left.py"), "w") as file:
            file.write("")
        print("WROTE", folder)
        os.unlink(os.path.join(folder, "rt_left.py"))
    except OSError as error:
        print(error)
"""
UNSHARE = (
    NAME_IT
    + """\
for flags in (0x10000000, 0x10020000, 0x40000000, 0x20000000):
    print("UNSHARE", libc.unshare(flags), ctypes.get_errno())
print("MOUNT", libc.mount(b"none", b"/", b"tmpfs", 0, None), libc.mount(b"proc", b"/proc", b"proc", 0, None))
print("CHROOT", libc.chroot(b"/proc/1/root"), "SETUID", libc.setuid(0))
"""
)
PTRACE = (
    NAME_IT
    + """\
for pid in (os.getppid(), 1):
    print("PTRACE", libc.ptrace(16, pid, 0, 0), ctypes.get_errno())
    print("PIDFD", libc.syscall(434, pid, 0), libc.syscall(438, 3, 0, 0))
"""
)

ENDED = r"ended|killed|stopped|died|exit|gone|signal|Python process"

ITEMS: list[Item] = [
    rows(
        "daemon",
        FAMILY,
        "forks twice and sleeps on as a daemon",
        SUMS,
        DAEMON + NO_EXTREMES,
        2,
    ),
    rows(
        "daemon-while-checked",
        FAMILY,
        "the same, from inside the function while it is checked",
        SUMS,
        DAEMON.replace(
            """\
try:
    daemon()
    print("FORKED")
except OSError as error:
    print(error)
""",
            "",
        )
        + "def smallest_and_largest(x):\n    daemon()",
        2,
    ),
    plain("daemon-plain", FAMILY, "forks twice and sleeps on as a daemon", DAEMON + NO_TOTAL),
    rows("exit-python", FAMILY, "os._exit(0) in an answer", SUMS, "import os\nos._exit(0)", 2, reason=ENDED),
    rows("exit-python-first", FAMILY, "os._exit(3) in the first answer", "import os\nos._exit(3)", points=0, reason=ENDED),
    rows(
        "exit-while-checked",
        FAMILY,
        "os._exit(0) in the function",
        SUMS,
        """\
import os
def smallest_and_largest(x):
    os._exit(0)""",
        2,
        reason=ENDED,
    ),
    plain("exit-plain", FAMILY, "os._exit(0) in the tested function", "import os\ndef total(x):\n    os._exit(0)", reason=ENDED),
    plain(
        "exit-as-passed",
        FAMILY,
        "forks inside the tested function; the child writes 'ok' everywhere and both end",
        """\
import os
def total(x):
    for fd in range(256):
        try:
            os.write(fd, b'ok 2.0\\n')
        except OSError:
            pass
    os._exit(0)""",
        reason=ENDED,
    ),
    rows("segfault", FAMILY, "reads address 0 by ctypes", SUMS, "import ctypes\nctypes.string_at(0)", 2, reason=ENDED),
    rows(
        "abort",
        FAMILY,
        "calls abort() while it is checked",
        SUMS,
        """\
import ctypes
def smallest_and_largest(x):
    ctypes.CDLL(None).abort()""",
        2,
        reason=ENDED,
    ),
    rows("kill-itself", FAMILY, "SIGKILL to itself", SUMS, "import os\nos.kill(os.getpid(), 9)", 2),
    rows("kill-parent", FAMILY, "SIGKILL to its parent", SUMS, "import os\nos.kill(os.getppid(), 9)\n" + NO_EXTREMES, 2),
    rows("kill-everybody", FAMILY, "SIGKILL to every process it may (kill -1)", SUMS, "import os\nos.kill(-1, 9)\n" + NO_EXTREMES, 2),
    rows(
        "kill-group",
        FAMILY,
        "SIGKILL to its process group, and SIGSTOP to its parent",
        SUMS,
        """\
import os
try:
    os.kill(os.getppid(), 19)
except OSError:
    pass
os.killpg(0, 9)
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "kill-siblings",
        FAMILY,
        "SIGKILL to every Python in /proc, and to the 200 numbers around its own",
        SUMS,
        """\
import os, glob
mine = os.getpid()
for pid in {*range(mine - 100, mine + 100), *(int(p[6:]) for p in glob.glob('/proc/[0-9]*'))} - {mine}:
    try:
        os.kill(pid, 9)
    except OSError:
        pass
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "signals-blocked",
        FAMILY,
        "blocks and ignores every signal, then loops",
        SUMS,
        """\
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True: pass""",
        2,
    ),
    rows(
        "stops-itself",
        FAMILY,
        "SIGSTOP to itself",
        SUMS,
        """\
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "becomes-another",
        FAMILY,
        "exec: becomes another program that prints a score",
        SUMS,
        """\
import os, sys
try:
    os.execv(sys.executable, [sys.executable, '-c', 'print(2.5)'])
except OSError as error:
    print(error)
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "shell",
        FAMILY,
        "runs programs: !id, subprocess, os.system, %pip install",
        SUMS,
        "!id\n!ls -la @COURSE@\nimport os\nos.system('id')\n" + NO_EXTREMES,
        2,
    ),
    rows(
        "at-exit",
        FAMILY,
        "atexit, a thread and a finalizer that print a score after the end",
        SUMS,
        """\
import atexit, threading, time, os
atexit.register(lambda: os.write(1, b'2.5'))
threading.Thread(target=lambda: (time.sleep(1), os.write(1, b'2.5')), daemon=False).start()
class Last:
    def __del__(self): os.write(1, b'2.5'); os._exit(0)
last = Last()
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "threads-that-stay",
        FAMILY,
        "a thread goes on after the cell, and swaps the other function when it is checked",
        SUMS,
        """\
import threading, time
def swap():
    while True:
        get_ipython().user_ns['smallest_and_largest'] = 3
        time.sleep(0.001)
shell = get_ipython()
threading.Thread(target=swap, daemon=True).start()
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "writes-outside", FAMILY, "writes to, renames and deletes files of the course and of others", SUMS, WRITE_OUTSIDE + NO_EXTREMES, 2
    ),
    plain("writes-outside-plain", FAMILY, "writes to, renames and deletes files of the course and of others", WRITE_OUTSIDE + NO_TOTAL),
    rows("writes-libraries", FAMILY, "puts a module beside NumPy, dlteach and in site-packages", SUMS, LIBRARIES + NO_EXTREMES, 2),
    rows("unshares", FAMILY, "makes user namespaces of its own, mounts, changes root and user", SUMS, UNSHARE + NO_EXTREMES, 2),
    rows("traces", FAMILY, "attaches to its parent by ptrace, and takes its file descriptors", SUMS, PTRACE + NO_EXTREMES, 2),
    rows(
        "recursion",
        FAMILY,
        "takes the recursion limit away and recurses until the stack overflows",
        SUMS,
        """\
import sys
sys.setrecursionlimit(10**9)
def deep(n):
    return [deep(n + 1) for _ in range(1)]
deep(0)
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "builtins-deleted",
        FAMILY,
        "deletes print, open, __import__, len and 20 others from builtins",
        SUMS,
        """\
import builtins
for name in ('print', 'open', 'len', 'isinstance', 'getattr', 'dict', 'list', 'str', 'repr', 'type', 'Exception', '__import__'):
    delattr(builtins, name)""",
        2,
    ),
    rows(
        "leaves-by-exception",
        FAMILY,
        "cells raise SystemExit, KeyboardInterrupt and GeneratorExit",
        SUMS,
        "raise KeyboardInterrupt",
        2,
        before="raise SystemExit(0)",
        after="raise GeneratorExit",
    ),
    rows(
        "system-exit-while-checked",
        FAMILY,
        "the function raises SystemExit",
        SUMS,
        "def smallest_and_largest(x):\n    raise SystemExit(0)",
        2,
    ),
    rows(
        "interrupt-while-checked",
        FAMILY,
        "the function raises KeyboardInterrupt",
        SUMS,
        "def smallest_and_largest(x):\n    raise KeyboardInterrupt",
        2,
    ),
    rows(
        "generator-exit-while-checked",
        FAMILY,
        "the function raises GeneratorExit",
        SUMS,
        "def smallest_and_largest(x):\n    raise GeneratorExit",
        2,
    ),
    rows(
        "own-base-exception",
        FAMILY,
        "the function raises an exception whose str, repr and class lie",
        SUMS,
        """\
class Liar(BaseException):
    __class__ = property(lambda self: AssertionError)
    def __str__(self): raise self
    __repr__ = __str__
    args = property(lambda self: [self] * 10**6)
def smallest_and_largest(x):
    raise Liar()""",
        2,
    ),
    rows(
        "shell-wrecked",
        FAMILY,
        "the interactive shell's own parts are None",
        NO_SUMS,
        """\
shell = get_ipython()
for name in ('user_ns', 'display_pub', 'displayhook', 'events', 'display_formatter', 'history_manager', 'user_module'):
    try:
        setattr(shell, name, None)
    except Exception:
        pass
""",
        0,
    ),
]
