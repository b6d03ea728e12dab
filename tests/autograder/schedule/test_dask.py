"""`dlteach grade --scheduler`: the same grades from a cluster, whatever dies in it."""

import json
import os
import signal

import nbformat
import pytest

from tests.autograder.books import everything
from tests.autograder.schedule.conftest import STUDENTS, add_student, all_gone, results, results_at_least, seen, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("schedule-dask")]

ANCESTORS = """
import os, signal
ancestors = [os.getpid()]
while ancestors[-1] > 1:
    stat = open(f"/proc/{ancestors[-1]}/stat").read()
    ancestors.append(int(stat.rpartition(")")[2].split()[1]))
commands = {pid: open(f"/proc/{pid}/cmdline", "rb").read().replace(b"\\0", b" ").decode() for pid in ancestors}
"""
KILL_THE_DASK_WORKER = f"""{ANCESTORS}
workers = [pid for pid in ancestors if "spawn_main" in commands[pid]]
os.kill(workers[0], signal.SIGKILL)
signal.pause()
"""


def nobody_judges(cluster):
    return lambda: not cluster.judges()


def test_the_same_as_on_one_machine_and_the_judges_go_when_it_is_over(run, course, undisturbed, cluster):
    done = run("dlteach", "grade", "90", "--course", course, "--scheduler", cluster.address, "--json")
    assert everything(course) == undisturbed
    assert [outcome["status"] for outcome in json.loads(done.stdout)] == ["graded"] * STUDENTS
    assert all(remark.endswith("ended the Python process") for remark in done.stderr.splitlines()), done.stderr
    wait_until(nobody_judges(cluster))


def test_a_dask_worker_runs_no_student_code_and_forks_none(run, course, cluster):
    add_student(course, "curious", f"{ANCESTORS}\nimport sys\nprint([commands[pid] for pid in ancestors], 'distributed' in sys.modules)")
    run("dlteach", "grade", "90", "--course", course, "--scheduler", cluster.address, "--jail", "none", "--student", "curious")
    notebook = nbformat.read(course / "autograded" / "curious" / "90_rows" / "90_rows.ipynb", as_version=4)
    (printed,) = [output.text for cell in notebook.cells for output in cell.get("outputs", []) if "spawn_main" in output.get("text", "")]
    _, above, judge, dask, *_ = printed.split("', '")
    assert "autograder.worker.zygote" in above
    assert "-m autograder.judge" in judge, "the judge was started afresh, from a command line"
    assert "spawn_main" in dask
    assert printed.rstrip().endswith("False")


def test_a_dask_worker_that_is_killed_loses_nothing(start, course, undisturbed, cluster):
    grader = start(course, "--scheduler", cluster.address)
    wait_until(results_at_least(course, 2, grader))
    cluster.workers()[0].kill()
    _, said = grader.communicate(timeout=300)
    assert (grader.returncode, "Traceback" in said) == (0, False), said
    assert results(course) == STUDENTS
    assert everything(course) == undisturbed
    wait_until(nobody_judges(cluster))


def test_what_kills_dask_workers_is_given_up_after_a_few_and_the_others_are_graded(run, course, undisturbed, cluster):
    add_student(course, "killer", KILL_THE_DASK_WORKER)
    before = cluster.log.read_text(encoding="utf-8").count("Register worker")
    done = run("dlteach", "grade", "90", "--course", course, "--scheduler", cluster.address, "--jail", "none", ok=False)
    log = cluster.log.read_text(encoding="utf-8")
    deaths = log.count("Register worker") - before
    assert done.returncode == 1
    assert "not graded: killer: it ended the Dask workers that were to judge it, again and again" in done.stderr
    assert "Traceback" not in done.stderr
    assert seen(everything(course), ["killer"]) == seen(undisturbed)
    assert deaths <= 4  # two while others were there, two alone
    assert "KilledWorker" in log or "died while trying to run it" in log
    assert not [word for word in ("row_sums", "seed") if word in log], "no job, with its hidden seed, stands in Dask's log"
    wait_until(nobody_judges(cluster))


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGKILL])
def test_stopped_or_killed_it_leaves_no_judges_and_goes_on_later(signum, run, start, course, undisturbed, cluster):
    grader = start(course, "--scheduler", cluster.address)
    wait_until(results_at_least(course, 2, grader))
    os.kill(grader.pid, signum)
    _, said = grader.communicate(timeout=60)
    wait_until(nobody_judges(cluster))
    known = results(course)
    if signum == signal.SIGINT:
        assert (grader.returncode, said.count("\n"), "the same command goes on from here" in said) == (130, 1, True), said
    run("dlteach", "grade", "90", "--course", course, "--scheduler", cluster.address)
    assert known < STUDENTS == results(course)
    assert everything(course) == undisturbed


def test_a_scheduler_that_dies_is_one_sentence_and_the_next_run_goes_on_without_it(run, start, course, undisturbed, new_cluster):
    cluster = new_cluster()
    grader = start(course, "--scheduler", cluster.address)
    wait_until(results_at_least(course, 2, grader))
    judges = cluster.judges()
    cluster.scheduler.kill()
    _, said = grader.communicate(timeout=120)
    sentence = f"dlteach: the Dask scheduler at {cluster.address} is gone; what is done is kept, and the same command goes on from here\n"
    assert (grader.returncode, said) == (1, sentence)
    assert all_gone(judges)
    known = results(course)
    run("dlteach", "grade", "90", "--course", course)
    assert 0 < known < STUDENTS == results(course)
    assert everything(course) == undisturbed


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "somewhere", "ftp://127.0.0.1:8786"])
def test_no_scheduler_is_one_sentence(address, run, course):
    done = run("dlteach", "grade", "90", "--course", course, "--scheduler", address, ok=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith(f"dlteach: no Dask scheduler answers at '{address}': ")
