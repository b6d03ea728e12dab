"""Reading what is not the student's: the course, the gradebook, seeds, solutions, other students, the memory of the grader.

Whatever is found is printed. The harness has put words of the form canary-<what>-<number> everywhere, and looks for them
in all that is kept of the submission.
"""

from tests.autograder.redteam.base import NO_EXTREMES, NO_SUMS, NO_TOTAL, SUMS, Item, plain, rows, type_in

FAMILY = "reading the course, the gradebook, the seed, others"
LOOT = """\
import glob, os, re, time
def show(data):
    data = data.encode("utf-8", "replace") if isinstance(data, str) else data
    found = sorted({word.decode() for word in re.findall(rb"canary-[a-z]+-[0-9a-f]{12}", data)})
    if found:
        print("LOOT", *found)
def show_files(paths):
    for path in paths:
        try:
            with open(path, "rb") as file:
                show(file.read(8 << 20))
        except OSError:
            pass
"""
WALK = """\
def walk(root, until):
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys", "/usr", "/lib")]
        wanted = (".ipynb", ".db", ".key", "secret", ".jsonl", ".txt")
        show_files(os.path.join(folder, name) for name in files if name.endswith(wanted))
        if time.monotonic() > until:
            break
walk("/", time.monotonic() + 4)
"""
GRADEBOOK = """\
import sqlite3
for path in {"@COURSE@/gradebook.db", os.path.abspath("../../../gradebook.db"), *glob.glob("/**/gradebook.db", recursive=False)}:
    try:
        with sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=1) as book:
            for (table,) in book.execute("select name from sqlite_master where type = 'table'").fetchall():
                show(str(book.execute(f"select * from {table}").fetchall()))
            book.execute("update grade set auto_score = 99, manual_score = 99, needs_manual_grade = 0")
            print("GRADES CHANGED")
    except sqlite3.Error as error:
        print(type(error).__name__, error)
"""
ENVIRONMENT = """\
show(repr(os.environ))
show_files(['/proc/self/environ', '/proc/1/environ', *glob.glob('/proc/*/environ'), *glob.glob('/proc/*/cmdline')])
"""
MEMORY = """\
def scan(pid):
    try:
        maps = open(f"/proc/{pid}/maps").read()
        memory = open(f"/proc/{pid}/mem", "rb", 0)
    except OSError:
        return
    for line in maps.splitlines():
        where, flags = line.split()[:2]
        start, end = (int(number, 16) for number in where.split("-"))
        if "r" in flags and "[v" not in line and end - start < 64 << 20:
            try:
                memory.seek(start)
                show(memory.read(end - start))
            except (OSError, ValueError, OverflowError):
                pass
"""
OBJECTS = """\
import gc, linecache, sys
def look(depth=0):
    for thing in gc.get_objects():
        if type(thing) in (dict, list, tuple):
            for part in (thing.values() if type(thing) is dict else thing):
                if type(part) in (str, bytes):
                    show(part)
    for lines in list(linecache.cache.values()):
        show(repr(lines))
    frame = sys._getframe()
    while frame:
        show(repr({name: value for name, value in frame.f_locals.items() if type(value) in (str, bytes, list, tuple)}))
        frame = frame.f_back
look()
"""
FILES = "show_files(glob.glob({!r}, recursive=True))\n"

ITEMS: list[Item] = [
    rows(
        "read-relative",
        FAMILY,
        "reads source/, release/ and the gradebook by ../../..",
        LOOT + FILES.format("../../../**/*") + FILES.format("../*/*") + FILES.format("../../*/*/*") + NO_SUMS,
        points=2.5,
    ),
    rows(
        "read-absolute",
        FAMILY,
        "reads the whole course by its absolute path",
        LOOT + FILES.format("@COURSE@/**/*") + FILES.format("@COURSE@/.*") + FILES.format("@COURSE@/.*/**/*") + NO_SUMS,
        points=2.5,
        lesser="without a view of files of its own, it can find out which files there are, but open none",
    ),
    rows(
        "read-everything", FAMILY, "walks over / for notebooks, gradebooks, keys and text files, for 4 s", LOOT + WALK + NO_SUMS, points=2.5
    ),
    plain(
        "read-relative-plain", FAMILY, "reads source/ with its hidden tests by ../../..", LOOT + FILES.format("../../../**/*") + NO_TOTAL
    ),
    rows("gradebook", FAMILY, "opens gradebook.db by SQLite, prints it, and gives everybody 99", LOOT + GRADEBOOK + NO_SUMS, points=2.5),
    plain("gradebook-plain", FAMILY, "opens gradebook.db by SQLite, prints it, and gives everybody 99", LOOT + GRADEBOOK + NO_TOTAL),
    rows("environment", FAMILY, "prints its own environment, and that of every process in /proc", LOOT + ENVIRONMENT + NO_SUMS, points=2.5),
    rows("memory-own", FAMILY, "scans its own memory through /proc/self/mem", LOOT + MEMORY + "scan('self')\n" + NO_SUMS, points=2.5),
    rows(
        "memory-of-parents",
        FAMILY,
        "scans the memory of its parent and of every process it may",
        LOOT
        + MEMORY
        + """\
for path in glob.glob('/proc/[0-9]*'):
    if os.path.basename(path) != str(os.getpid()):
        scan(os.path.basename(path))
"""
        + NO_SUMS,
        points=2.5,
    ),
    rows("objects", FAMILY, "looks through all objects, frames and source lines in memory", LOOT + OBJECTS + NO_SUMS, points=2.5),
    rows(
        "objects-while-checked",
        FAMILY,
        "the same, from inside the function while it is checked",
        LOOT + OBJECTS.removesuffix("look()\n") + "def row_sums(x):\n    look()\n    return None",
        points=2.5,
    ),
    plain(
        "objects-plain",
        FAMILY,
        "looks through all objects, frames and source lines in memory, before the hidden test has run",
        LOOT + OBJECTS + NO_TOTAL,
    ),
    plain(
        "hidden-test-in-frames",
        FAMILY,
        "the tested function looks for the hidden test in frames, and prints it at once and in a later cell",
        LOOT + OBJECTS.removesuffix("look()\n") + NO_TOTAL,
        after="print(kept)",
        change=lambda made: type_in(
            made,
            "largest",
            (
                """\
import inspect
kept = []
def largest(x):
    for frame in inspect.stack(context=60):
        kept.append(str(frame.code_context))
        kept.append(str(frame.frame.f_code.co_consts))
    print(kept)
    look()
    return 0"""
            ),
        ),
    ),
    plain(
        "hidden-test-in-history",
        FAMILY,
        "the last cell prints In, Out and the history, where the hidden test stands",
        LOOT + NO_TOTAL,
        after="""\
print(In, Out, _ih)
get_ipython().run_line_magic('history', '')
show(repr(In))""",
    ),
    plain(
        "hidden-test-in-error",
        FAMILY,
        "the tested function raises an error that quotes its caller",
        LOOT + NO_TOTAL,
        change=lambda made: type_in(
            made,
            "largest",
            (
                """\
import inspect
def largest(x):
    caller = inspect.stack(context=60)[1]
    raise ValueError(str(caller.code_context) + str(caller.frame.f_code.co_consts))"""
            ),
        ),
    ),
    rows(
        "others",
        FAMILY,
        "reads what other students handed in, and what became of it",
        LOOT
        + FILES.format("../../*/*/*.ipynb")
        + FILES.format("@COURSE@/submitted/*/*/*")
        + FILES.format("@COURSE@/autograded/*/*/*")
        + FILES.format("@COURSE@/feedback/*/*/*")
        + NO_SUMS,
        points=2.5,
    ),
    rows(
        "seed",
        FAMILY,
        "reads the course's secret, journals and logs wherever they may be",
        LOOT
        + FILES.format("@COURSE@/.dlteach/**/*")
        + FILES.format("@COURSE@/**/*secret*")
        + FILES.format("@COURSE@/**/*seed*")
        + FILES.format("@COURSE@/.*secret*")
        + "show_files(glob.glob('/tmp/**/*', recursive=True)[:5000])\n"
        + NO_SUMS,
        points=2.5,
    ),
    rows(
        "reference-called",
        FAMILY,
        "calls the exercise's own reference, out of the lesson's package",
        """\
from dlteach.exercises.registry import find
def row_sums(x):
    from dlteach.exercises.registry import find
    return find('rows.row_sums').reference(x)""",
        points=2.5,
    ),
    rows(
        "numbers-seen-a",
        FAMILY,
        "prints a digest of every number it is checked with: the first try",
        """\
import hashlib
seen = []
def row_sums(x):
    seen.append(hashlib.md5(x.tobytes()).hexdigest())
    return x.sum(axis=1)""",
        after="print('SEEN', *seen)\n",
    ),
    rows(
        "numbers-seen-b",
        FAMILY,
        "the same at the second try: the hidden numbers of the first are of no use",
        """\
import hashlib
seen = []
def row_sums(x):
    seen.append(hashlib.md5(x.tobytes()).hexdigest())
    return x.sum(axis=1)  # again""",
        after="print('SEEN', *seen)\n",
    ),
    rows(
        "kept-from-the-last",
        FAMILY,
        "looks for what the student before left behind in the process, in /tmp and in its folder",
        SUMS,
        LOOT
        + """\
show_files(glob.glob('/tmp/rt-*'))
show_files(glob.glob('/dev/shm/*'))
for name in ('/tmp/rt-left', '/dev/shm/rt-left', 'rt-left'):
    try:
        print('SAW', os.path.exists(name)); open(name, 'w').write('canary-other-000000000000')
    except OSError:
        pass
import builtins, numpy
print('SAW', hasattr(builtins, 'rt_left') or hasattr(numpy, 'rt_left'))
builtins.rt_left = numpy.rt_left = 1
"""
        + NO_EXTREMES,
        2,
    ),
]
