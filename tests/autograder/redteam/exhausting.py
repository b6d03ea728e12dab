"""Exhausting time, memory, processes and disk. Where nothing would stop them, they stop by themselves before a machine is harmed."""

from tests.autograder.redteam.base import NO_EXTREMES, SUMS, Item, plain, rows

TIME, MEMORY, PROCESSES, DISK = (f"exhausting {what}" for what in ("time", "memory", "processes", "disk"))

SWALLOW = """\
while True:
    try:
        while True: pass
    except BaseException:
        pass"""
IN_FUNCTION = "def smallest_and_largest(x):\n    "


def many_slow_cells(made):
    from nbformat.v4 import new_code_cell

    made.cells += [new_code_cell("import time; time.sleep(4)", id=f"slow-{n}") for n in range(400)]


TIME_ITEMS: list[Item] = [
    rows("loop", TIME, "while True: pass", SUMS, "while True: pass", 2),
    rows("loop-swallows", TIME, "a loop that swallows every exception", SUMS, SWALLOW, 2),
    rows(
        "loop-swallows-while-checked",
        TIME,
        "the function is a loop that swallows every exception",
        SUMS,
        "def smallest_and_largest(x):\n    " + SWALLOW.replace("\n", "\n    "),
        2,
    ),
    plain("loop-plain", TIME, "the tested function never ends", "def total(x):\n    while True: pass"),
    plain(
        "loop-swallows-plain",
        TIME,
        "the tested function never ends and swallows every exception",
        "def total(x):\n    " + SWALLOW.replace("\n", "\n    "),
    ),
    rows("sleep", TIME, "sleeps for 10⁶ s", SUMS, "import time\ntime.sleep(1e6)", 2),
    rows("sleep-while-checked", TIME, "the function sleeps for 10⁶ s", SUMS, "import time\n" + IN_FUNCTION + "time.sleep(1e6)", 2),
    rows(
        "regular-expression",
        TIME,
        "a regular expression that takes for ever, inside C",
        SUMS,
        "import re\nre.match(r'(a+)+b', 'a' * 60)",
        2,
    ),
    rows("big-power", TIME, "10 ** 10 ** 9, inside C, while it is checked", SUMS, IN_FUNCTION + "return 10 ** 10 ** 9", 2),
    rows(
        "big-matrix",
        TIME,
        "singular values of a matrix of 8000 × 8000, inside C",
        SUMS,
        "import numpy as np\nnp.linalg.svd(np.random.rand(8000, 8000))",
        2,
    ),
    rows("input", TIME, "waits for input()", SUMS, "input('?')\n" + NO_EXTREMES, 2),
    rows(
        "waits-for-a-pipe",
        TIME,
        "reads from a pipe into which nobody writes, and joins a thread that never ends",
        SUMS,
        """\
import os, threading
read, write = os.pipe()
os.read(read, 1)""",
        2,
    ),
    rows(
        "deadlock",
        TIME,
        "takes a lock twice while it is checked",
        SUMS,
        "import threading\nlock = threading.Lock()\n" + IN_FUNCTION + "lock.acquire(); lock.acquire()",
        2,
    ),
    rows("slow-cells", TIME, "400 cells of 4 s each: all within the limit of a cell", change=many_slow_cells, long=True),
    rows("await-for-ever", TIME, "awaits what never comes", SUMS, "import asyncio\nawait asyncio.Event().wait()", 2),
]

MEMORY_ITEMS: list[Item] = [
    rows(
        "big-list",
        MEMORY,
        "a list of 6 GB",
        SUMS,
        """\
kept = []
for _ in range(6000):
    kept.append(bytearray(1 << 20))
print('TOOK 6 GB')""",
        2,
    ),
    rows(
        "big-array",
        MEMORY,
        "an array of 6 GB, while it is checked",
        SUMS,
        "import numpy as np\n" + IN_FUNCTION + "return np.ones(6 * 2**27), np.ones(3)",
        2,
    ),
    plain("big-array-plain", MEMORY, "an array of 6 GB in the tested function", "def total(x):\n    return np.ones(6 * 2**27).sum()"),
    rows(
        "memory-file",
        MEMORY,
        "3 GB in memory files (memfd), which no mapping shows",
        SUMS,
        """\
import os
fd = os.memfd_create('x')
for n in range(3000):
    os.write(fd, bytes(1 << 20))
print('TOOK 3 GB')""",
        2,
    ),
    rows(
        "memory-shared",
        MEMORY,
        "3 GB of System V shared memory, which outlives the process",
        SUMS,
        """\
import ctypes
libc = ctypes.CDLL(None)
keys = [libc.shmget(0, 1 << 28, 0o1600) for _ in range(12)]
libc.shmat.restype = ctypes.c_void_p
for key in keys:
    if key >= 0:
        at = libc.shmat(key, None, 0)
        if at and at != 2**64 - 1:
            ctypes.memset(at, 1, 1 << 28)
            libc.shmdt(ctypes.c_void_p(at))
print('TOOK', sum(key >= 0 for key in keys))""",
        2,
    ),
    rows(
        "memory-mapped",
        MEMORY,
        "maps 6 GB that nobody owns, and writes to it",
        SUMS,
        """\
import mmap
kept = []
for n in range(24):
    m = mmap.mmap(-1, 1 << 28)
    m.write(bytes(1 << 28))
    kept.append(m)
print('TOOK 6 GB')""",
        2,
    ),
    rows(
        "strings-grow",
        MEMORY,
        "doubles a string in a loop, and swallows MemoryError",
        SUMS,
        """\
word = 'x' * 1000
for _ in range(22):
    try:
        word += word
    except MemoryError:
        pass""",
        2,
    ),
]

PROCESS_ITEMS: list[Item] = [
    rows(
        "fork-bomb",
        PROCESSES,
        "300 processes that sleep for 20 s",
        SUMS,
        """\
import os, time
made = 0
for _ in range(300):
    try:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        made += 1
    except OSError:
        pass
print('FORKED', made)
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "fork-bomb-while-checked",
        PROCESSES,
        "the same, in the function",
        SUMS,
        "import os, time\n"
        + IN_FUNCTION
        + """\
for _ in range(300):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)""",
        2,
    ),
    rows(
        "forked-answers",
        PROCESSES,
        "forks while it is checked, and both go on to answer",
        SUMS,
        "import os\n" + IN_FUNCTION + "os.fork()\n    return None",
        2,
    ),
    rows(
        "thread-bomb",
        PROCESSES,
        "3000 threads that sleep",
        SUMS,
        """\
import threading, time
made = 0
try:
    for _ in range(3000):
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        made += 1
except RuntimeError:
    pass
print('THREADS', made)
"""
        + NO_EXTREMES,
        2,
        lesser="where workers are the user who grades, no limit on the number of its threads is possible",
    ),
    rows(
        "open-files",
        PROCESSES,
        "opens files until no more can be opened",
        SUMS,
        """\
kept = []
while True:
    kept.append(open('/dev/null'))""",
        2,
    ),
]

DISK_ITEMS: list[Item] = [
    rows(
        "fill-folder",
        DISK,
        "a file of 1 GB in its own folder",
        SUMS,
        """\
done = 0
with open('big', 'wb') as file:
    for _ in range(1000):
        done += file.write(bytes(1 << 20))
print('WROTE', done)""",
        2,
    ),
    rows(
        "fill-many",
        DISK,
        "1 GB in a hundred files",
        SUMS,
        """\
done = 0
for n in range(100):
    with open(f'big{n}', 'wb') as file:
        done += file.write(bytes(10 << 20))
print('WROTE', done)""",
        2,
        lesser="where workers have no file system of their own, it fills the disk until it ends; what it wrote is then deleted",
    ),
    rows(
        "fill-elsewhere",
        DISK,
        "a file of 1 GB in /tmp, /var/tmp, /dev/shm and at home",
        SUMS,
        """\
import os
for folder in ('/tmp', '/var/tmp', '/dev/shm', os.path.expanduser('~')):
    done = 0
    try:
        with open(folder + '/rt-left', 'wb') as file:
            for _ in range(1000):
                done += file.write(bytes(1 << 20))
    except OSError:
        pass
    print('WROTE', done)
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "inodes",
        DISK,
        "100,000 empty files",
        SUMS,
        "for n in range(100_000):\n    open(f'file{n}', 'w').close()",
        2,
        lesser="where workers have no file system of their own, it fills the disk until it ends; what it wrote is then deleted",
    ),
]

ITEMS = [*TIME_ITEMS, *MEMORY_ITEMS, *PROCESS_ITEMS, *DISK_ITEMS]
