"""A class of twelve, each with something of their own, graded wherever notebooks can be run."""

import json
import shutil
import subprocess
import sys
import time

import psutil
import pytest

from dlteach.authoring import build_release
from tests.autograder.books import everything
from tests.conftest import OWN
from tests.own.ownlesson import LESSON
from tests.submissions import answered, hand_in

STUDENTS = 12
ASSIGNMENT = "90_rows"
ROWS = [
    "def row_sums(x):\n    return x.sum(axis=1)",
    "def row_sums(x):\n    return x.sum(axis=0)",
    "def row_sums(x:",
    "import os\nos._exit(3)",
]
EXTREMES = [
    "def smallest_and_largest(x):\n    return x.min(axis=1), x.max(axis=1)",
    "def smallest_and_largest(x):\n    return x.max(axis=1), x.min(axis=1)",
]
SLOWLY = "import time\ntime.sleep(0.4)\n"
"""The class takes some seconds, so that there is a middle of the run in which something can happen."""


@pytest.fixture(scope="session")
def untouched(run, tmp_path_factory):
    """A course in which twelve have handed in and nothing is graded. It ships a data file that the notebooks read."""
    folder = tmp_path_factory.mktemp("scale") / "course"
    run("dlteach", "course", "init", folder, "--lessons", "90", "--sources", OWN / "sources")
    run("nbgrader", "generate_assignment", ASSIGNMENT, cwd=folder)
    (folder / "source" / ASSIGNMENT / "tables").mkdir()
    (folder / "source" / ASSIGNMENT / "tables" / "numbers.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    for number in range(STUDENTS):
        reading = f"print({number}, open('tables/numbers.csv').read())\n"
        answers = {"row_sums": SLOWLY + reading + ROWS[number % 4], "smallest_and_largest": EXTREMES[number // 4 % 2]}
        hand_in(folder, f"student{number:02d}", ASSIGNMENT, answered(build_release(LESSON, OWN / "sources"), answers))
    (folder / ".dlteach").mkdir()
    (folder / ".dlteach" / "secret").write_text("5a" * 32, encoding="ascii")
    return folder


@pytest.fixture(scope="session")
def undisturbed(run, untouched, tmp_path_factory):
    """What grading leaves behind on one machine where nothing happens."""
    course = copy_of(untouched, tmp_path_factory.mktemp("undisturbed"))
    run("dlteach", "grade", "90", "--course", course)
    return everything(course)


@pytest.fixture
def course(untouched, tmp_path):
    """A copy of the course for one test."""
    return copy_of(untouched, tmp_path)


@pytest.fixture
def start(environment):
    """Start ``dlteach grade 90`` with more options; in the end nothing of it is left, whatever happened."""
    started = []

    def start(course, *options):
        command = [sys.executable, "-m", "dlteach.cli", "grade", "90", "--course", str(course), *map(str, options)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, env=environment, start_new_session=True, **pipes))
        return started[-1]

    yield start
    for grader in started:
        end(grader)


def copy_of(course, folder):
    shutil.copytree(course, folder / "course")
    return folder / "course"


def add_student(course, student, answer):
    """Let one more hand in: ``answer`` is what stands in the first cell."""
    release = build_release(LESSON, OWN / "sources")
    hand_in(course, student, ASSIGNMENT, answered(release, {"row_sums": answer, "smallest_and_largest": EXTREMES[0]}))


def end(process):
    """Kill a process and all below it, and see that they are gone."""
    below = descendants(process.pid)
    for one in [*below, process]:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            pass
    process.communicate()
    assert all_gone(below)


def descendants(pid):
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def judges(pid):
    """The judges that a process, or one that it started, has started."""
    return [process for process in descendants(pid) if "autograder.judge" in commands(process)]


def commands(process):
    """The command line of a process; empty if it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def all_gone(processes):
    return not psutil.wait_procs(processes, timeout=30)[1]


def wait_until(true, seconds=120):
    """Wait for a condition; it must come."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.01)


def results(course):
    """How many results stand in the journal."""
    journal = course / ".dlteach" / f"{ASSIGNMENT}.journal"
    return journal.read_bytes().count(b'{"kind":"result"') if journal.exists() else 0


def results_at_least(course, count, grader):
    """A condition to wait for: so many results are known, and the grader still runs."""

    def true():
        assert grader.poll() is None, f"it was done before: {grader.communicate()}"
        return results(course) >= count

    return true


def seen(found, leave_out=()):
    """What people see of a graded class, some students left out: everything but the notebooks in ``autograded``, which name the jail."""
    tables = {name: [row for row in part if row[0] not in leave_out] for name, part in found.items() if isinstance(part, list)}
    return tables, {path: page for path, page in found["feedback"].items() if path.split("/")[0] not in leave_out}


class Cluster:
    """A Dask scheduler and workers on loopback, each with a nanny that starts it again when it dies."""

    def __init__(self, folder, environment, workers=2, python_path=None):
        self.folder, self.log = folder, folder / "log"
        settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "PYTHONUNBUFFERED": "1"}
        self.environment = {**environment, **settings, **({"PYTHONPATH": str(python_path)} if python_path else {})}
        file = folder / "scheduler.json"
        self.scheduler = self.spawn("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file)
        wait_until(lambda: file.exists() and file.stat().st_size)
        self.address = json.loads(file.read_text(encoding="utf-8"))["address"]
        self.nannies = [self.add_worker() for _ in range(workers)]
        wait_until(lambda: self.log.read_text(encoding="utf-8").count("Register worker") == workers)

    def add_worker(self):
        place = ["--host", "127.0.0.1", "--no-dashboard", "--local-directory", self.folder]
        return self.spawn("worker", self.address, "--nthreads", "1", "--death-timeout", "60", *place)

    def spawn(self, what, *options):
        command = [sys.executable, "-m", "dask", what, *map(str, options)]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT)

    def workers(self):
        """The processes that run tasks: not the nannies, which look after them."""
        below = [process for nanny in self.nannies for process in descendants(nanny.pid)]
        return [process for process in below if "spawn_main" in " ".join(commands(process))]

    def judges(self):
        return [judge for nanny in self.nannies for judge in judges(nanny.pid)]

    def close(self):
        for process in [*self.nannies, self.scheduler]:
            end(process)


@pytest.fixture
def new_cluster(environment, tmp_path):
    """Make clusters, which are gone in the end."""
    made = []

    def new_cluster(**options):
        folder = tmp_path / f"cluster{len(made)}"
        folder.mkdir()
        made.append(Cluster(folder, environment, **options))
        return made[-1]

    yield new_cluster
    for cluster in made:
        cluster.close()


@pytest.fixture(scope="module")
def cluster(environment, tmp_path_factory):
    """A cluster of two workers that the tests of a file share."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), environment)
    yield cluster
    cluster.close()
