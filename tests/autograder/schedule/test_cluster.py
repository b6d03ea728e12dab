"""The executor on a cluster that fails it: no workers, workers that go, results that go with them, workers that can't judge."""

import pytest

from autograder.course import GradingError
from autograder.job import CellJob, Job, Limits, Result
from autograder.plan import environment as code
from autograder.schedule.dask import DaskExecutor, Setting, differences
from tests.autograder.schedule.conftest import end, results, wait_until
from tests.conftest import OWN

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("schedule-dask")]


def job(key="1 + 1", source="x = 1"):
    return Job(key, (CellJob(0, source, "plain", 1.0),), 5)


@pytest.fixture
def setting(tmp_path):
    return Setting(str(tmp_path), Limits(), jail="none")


@pytest.fixture
def connect(setting):
    """Make executors, which are closed in the end."""
    made = []

    def connect(cluster, **options):
        made.append(DaskExecutor(cluster.address, setting, **options))
        return made[-1]

    yield connect
    for executor in made:
        executor.close()


def test_a_cluster_without_workers_says_so_and_one_that_loses_them_too(connect, new_cluster):
    cluster = new_cluster(workers=0)
    with pytest.raises(GradingError, match=r"the Dask cluster at tcp://.* has no workers; 'dask worker tcp://.*' starts one"):
        connect(cluster, patience=0.5)
    cluster.nannies.append(cluster.add_worker())
    executor = connect(cluster)
    assert executor.wait_until_ready().name == "none"
    executor.submit(job(source="import time\ntime.sleep(600)"))
    executor._patience = 0.5
    judges = cluster.judges()
    end(cluster.nannies[0])
    with pytest.raises(GradingError, match=r"has had no workers for 0.5 s; what is done is kept"):
        executor.receive()
    assert not any(judge.is_running() for judge in judges)


def test_a_result_that_died_with_its_worker_before_it_was_fetched_is_worked_out_again(connect, new_cluster):
    cluster = new_cluster(workers=1)
    executor = connect(cluster)
    executor.wait_until_ready()
    executor.submit(job())
    wait_until(lambda: not executor._done.empty())
    (worker,) = cluster.workers()
    worker.kill()
    worker.wait(30)
    answer = executor.receive()
    assert isinstance(answer, Result)
    assert answer.verdicts["plain"].score == 1.0
    assert (executor.busy, executor.room) == (0, 2)


def test_workers_without_the_lesson_are_named(run, course, new_cluster):
    cluster = new_cluster(python_path=OWN.parents[1])
    done = run("dlteach", "grade", "90", "--course", course, "--scheduler", cluster.address, ok=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "has another version of the exercise rows.row_sums, or none; what is done is kept" in done.stderr
    assert results(course) == 0


def test_a_sandbox_that_is_required_and_not_there_is_one_sentence(run, course, new_cluster):
    cluster = new_cluster(workers=1)
    options = ["--scheduler", cluster.address, "--jail", "none", "--require-sandbox"]
    done = run("dlteach", "grade", "90", "--course", course, *options, ok=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "a sandbox is required, and the one that works here (none) is not whole" in done.stderr


def test_two_runs_on_one_cluster_have_judges_of_their_own(tmp_path, new_cluster):
    cluster = new_cluster(workers=1)
    first, second = (DaskExecutor(cluster.address, Setting(str(tmp_path), Limits(), jail="none")) for _ in range(2))
    first.wait_until_ready()
    second.wait_until_ready()
    assert len(cluster.judges()) == 2
    first.close()
    wait_until(lambda: len(cluster.judges()) == 1)
    second.submit(job())
    assert second.receive().verdicts["plain"].score == 1.0
    second.close()
    wait_until(lambda: not cluster.judges())
    wait_until(lambda: not list(cluster.folder.rglob("dlteach-data-*")))


def test_how_a_worker_differs_is_said_in_words():
    python, machine, packages, sources = code()
    other = [[name, "0.1" if name == "numpy" else version] for name, version in packages]
    numpy = dict(map(tuple, packages))["numpy"]
    assert differences([python, machine, other, sources], code()) == f"it has numpy 0.1, not {numpy}"
    assert differences([python, machine, packages, "?"], code()) == "it has other sources of dlteach"
    assert differences(["3.9", machine, packages, "?"], code()).startswith("it has Python 3.9, not 3.")
