"""Judges on this machine: one that dies loses nothing and doubles nothing, and what kills them is given up."""

import json
import os
import signal

import pytest

from tests.autograder.books import everything
from tests.autograder.schedule.conftest import (
    STUDENTS,
    add_student,
    all_gone,
    descendants,
    judges,
    results,
    results_at_least,
    seen,
    wait_until,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("schedule-local")]

KILL_THE_JUDGE = """
import os, signal
ancestors = [os.getpid()]
while ancestors[-1] > 1:
    stat = open(f"/proc/{ancestors[-1]}/stat").read()
    ancestors.append(int(stat.rpartition(")")[2].split()[1]))
judges = [pid for pid in ancestors[:-1] if b"autograder.judge" in open(f"/proc/{pid}/cmdline", "rb").read()]
os.kill(judges[0], signal.SIGKILL)
signal.pause()
"""


def test_a_judge_that_is_killed_loses_nothing_and_doubles_nothing(start, course, undisturbed):
    grader = start(course, "--jobs", 2, "--json")
    wait_until(results_at_least(course, 3, grader))
    (judge,) = judges(grader.pid)
    judge.kill()
    printed, said = grader.communicate(timeout=300)
    assert grader.returncode == 0, said
    assert [outcome["status"] for outcome in json.loads(printed)] == ["graded"] * STUDENTS
    assert results(course) == STUDENTS
    assert everything(course) == undisturbed


def test_several_judges_side_by_side_and_all_killed(start, course, undisturbed):
    grader = start(course, "--jobs", 6)
    wait_until(results_at_least(course, 1, grader))
    for judge in judges(grader.pid):
        judge.kill()
    _, said = grader.communicate(timeout=300)
    assert grader.returncode == 0, said
    assert results(course) == STUDENTS
    assert everything(course) == undisturbed


def test_what_kills_its_judge_every_time_is_given_up_and_the_others_are_graded(run, course, undisturbed):
    add_student(course, "killer", KILL_THE_JUDGE)
    command = ["dlteach", "grade", "90", "--course", course, "--jail", "none", "--jobs", 2]
    done = run(*command, ok=False)
    assert done.returncode == 1
    reason = "it ended the process that was to judge it, 2 times: the process that judges was killed by signal 9"
    assert f"not graded: killer: {reason}" in done.stderr
    assert "Traceback" not in done.stderr
    found = everything(course)
    assert seen(found, ["killer"]) == seen(undisturbed)
    assert [row for row in found["submissions"] if row[0] == "killer"], "who can't be graded is in the gradebook, without points"

    journal = course / ".dlteach" / "90_rows.journal"
    assert journal.read_bytes().count(b'{"kind":"failure"') == 1
    again = run(*command, ok=False)
    assert (again.returncode, f"not graded: killer: {reason}" in again.stderr) == (1, True)
    assert journal.read_bytes().count(b'{"kind":"failure"') == 1, "what is known to kill is not run again"
    run(*command, "--force", "--student", "killer", ok=False)
    assert journal.read_bytes().count(b'{"kind":"failure"') == 2, "unless that is asked for"
    assert everything(course) == found


def test_an_interrupt_from_the_keyboard_reaches_the_judges_too_and_all_end_with_one_sentence(start, course, undisturbed, run):
    grader = start(course)
    wait_until(results_at_least(course, 2, grader))
    below = descendants(grader.pid)
    os.killpg(grader.pid, signal.SIGINT)  # as a terminal does
    _, said = grader.communicate(timeout=60)
    if grader.returncode != 0:  # a quick machine may be done before the interrupt arrives
        assert (grader.returncode, "the same command goes on from here" in said, said.count("\n")) == (130, True, 1), said
    assert all_gone(below)
    run("dlteach", "grade", "90", "--course", course)
    assert everything(course) == undisturbed
