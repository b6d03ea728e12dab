"""Killed at any moment, the grader goes on where it was: in the end all is as if nothing had happened."""

import os
import random
import shutil
import signal
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

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("killed")]
STUDENTS = 40
ROWS = [
    "def row_sums(x):\n    return x.sum(axis=1)",
    "def row_sums(x):\n    return x.sum(axis=0)",
    "def row_sums(x:",
    "raise ValueError(3)",
]
EXTREMES = [
    "def smallest_and_largest(x):\n    return x.min(axis=1), x.max(axis=1)",
    "def smallest_and_largest(x):\n    return x.max(axis=1), x.min(axis=1)",
    "import os\nos._exit(3)",
]


@pytest.fixture(scope="module")
def untouched(run, tmp_path_factory):
    """A course in which forty have handed in, each something of their own, and nothing is graded."""
    folder = tmp_path_factory.mktemp("killed") / "course"
    run("dlteach", "course", "init", folder, "--lessons", "90", "--sources", OWN / "sources")
    run("nbgrader", "generate_assignment", "90_rows", cwd=folder)
    release = build_release(LESSON, OWN / "sources")
    for number in range(STUDENTS):
        rows = f"{ROWS[number % len(ROWS)]}\n# student {number}"
        extremes = EXTREMES[2 if number == 17 else number // 4 % 2]
        hand_in(folder, f"student{number:02d}", "90_rows", answered(release, {"row_sums": rows, "smallest_and_largest": extremes}))
    hand_in(folder, "broken", "90_rows", '{"cells": [')
    return folder


@pytest.fixture(scope="module")
def undisturbed(run, untouched, tmp_path_factory):
    """What grading leaves behind where nothing happens, and how long that took."""
    course = copy_of(untouched, tmp_path_factory.mktemp("undisturbed"))
    started = time.monotonic()
    run("dlteach", "grade", "90", "--course", course, ok=False)
    return everything(course), time.monotonic() - started


def copy_of(course, folder):
    shutil.copytree(course, folder / "course")
    shutil.copyfile(folder_secret(course), folder_secret(folder / "course"))
    return folder / "course"


def folder_secret(course):
    """The same hidden cases in every copy."""
    private = course / ".dlteach"
    private.mkdir(exist_ok=True)
    secret = private / "secret"
    if not secret.exists():
        secret.write_text("5a" * 32, encoding="ascii")
    return secret


def start(course, environment):
    command = [sys.executable, "-m", "dlteach.cli", "grade", "90", "--course", str(course)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def kill_once(untouched, folder, environment, moment, run):
    """Kill the grader at a moment, see that all it had started is gone, and grade again. Returns the course."""
    course = copy_of(untouched, folder)
    grader = start(course, environment)
    started = psutil.Process(grader.pid)
    time.sleep(moment)
    below = started.children(recursive=True) if grader.poll() is None else []
    grader.send_signal(signal.SIGKILL)
    grader.communicate()
    _, alive = psutil.wait_procs(below, timeout=20)
    assert not alive, "what the grader had started ends with it"
    again = run("dlteach", "grade", "90", "--course", course, ok=False)
    assert again.returncode == 1, again.stderr  # one notebook is broken
    return course


@pytest.mark.parametrize("number", [*range(5), *(pytest.param(number, marks=pytest.mark.soak) for number in range(5, 50))])
def test_killed_at_a_random_moment_and_started_again_it_ends_as_if_nothing_had_happened(
    number, untouched, undisturbed, environment, run, tmp_path
):
    expected, seconds = undisturbed
    part = (number % 5 + random.Random(number).random()) / 5  # every fifth of the time is hit, in the short run too
    course = kill_once(untouched, tmp_path, environment, part * seconds, run)
    found = everything(course)
    for what in expected:
        assert found[what] == expected[what], what


def test_an_interrupt_stops_it_with_a_sentence_and_what_is_done_is_kept(untouched, undisturbed, environment, run, tmp_path):
    expected = undisturbed[0]
    course = copy_of(untouched, tmp_path)
    grader = start(course, environment)
    journal = course / ".dlteach" / "90_rows.journal"
    until = time.monotonic() + 60
    while not (journal.exists() and b'"kind":"recorded"' in journal.read_bytes()) and time.monotonic() < until:
        time.sleep(0.02)
    below = psutil.Process(grader.pid).children(recursive=True)
    os.kill(grader.pid, signal.SIGINT)
    _, said = grader.communicate(timeout=60)
    assert not psutil.wait_procs(below, timeout=20)[1]
    if grader.returncode != 1:  # it may have been quicker than the interrupt
        assert (grader.returncode, "the same command goes on from here" in said) == (130, True), said
    assert "Traceback" not in said
    run("dlteach", "grade", "90", "--course", course, ok=False)
    assert everything(course) == expected


def test_only_one_grades_at_a_time(untouched, environment, run, tmp_path):
    course = copy_of(untouched, tmp_path)
    first = start(course, environment)
    journal = course / ".dlteach" / "90_rows.journal"
    until = time.monotonic() + 60
    while not (journal.exists() and journal.stat().st_size) and time.monotonic() < until:
        time.sleep(0.02)
    second = run("dlteach", "grade", "90", "--course", course, ok=False)
    first.communicate()
    assert (second.returncode, "another 'dlteach grade' is at work" in second.stderr) == (1, True)
