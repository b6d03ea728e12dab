"""The judge as a process of its own, with real workers: several notebooks at once, deaths on every side, an end that leaves nothing."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.jail.view import View
from autograder.job import CellJob, Job, Limits, Result
from autograder.judge.client import JudgeDied, JudgeProcess, Spawned
from autograder.judge.errors import JudgeError
from autograder.schedule.executor import Broken
from tests.autograder.judge.fake import check, job_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("judge")]

RIGHT = "import numpy as np\ndef relu_forward(x):\n    return np.maximum(x, 0), x"
RELU = "backpropagation.relu_forward"
NOTHING = View(read_only=("/usr",))


def job(key: str, source: str = "x = 1", limits: Limits | None = None) -> Job:
    cells = (CellJob(0, RIGHT), check(1, RELU), CellJob(2, source, "plain", 1.0))
    return Job(key, cells, 5, limits or Limits())


@pytest.fixture(scope="module")
def shared() -> Iterator[JudgeProcess]:
    with JudgeProcess(NOTHING, Limits(), workers=2, jail="off") as judge:
        yield judge


def received(judge: JudgeProcess) -> Result:
    result = judge.receive(60)
    assert isinstance(result, Result), result
    return result


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in found]


def gone(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


def eventually(true: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def test_it_says_what_its_jail_is(shared: JudgeProcess) -> None:
    assert shared.jail.name == "none"
    assert shared.jail.lacks


def test_results_come_in_the_order_in_which_they_are_done(shared: JudgeProcess) -> None:
    shared.submit(job("slow", "import time\ntime.sleep(3)"))
    for number in range(4):
        shared.submit(job(f"quick {number}"))
    assert select.select([shared.sock], [], [], 60)[0]
    keys = [received(shared).key for _ in range(5)]
    assert sorted(keys) == ["quick 0", "quick 1", "quick 2", "quick 3", "slow"]
    assert keys.index("slow") > 0
    with pytest.raises(TimeoutError):
        shared.receive(0.01)


def test_a_worker_in_a_process_earns_what_it_should(shared: JudgeProcess) -> None:
    shared.submit(job("one", "0.5"))
    result = received(shared)
    assert {name: verdict.score for name, verdict in result.verdicts.items()} == {"check-relu_forward": 3.0, "plain": 0.5}
    assert [cell.execution_count for cell in result.cells] == [1, 2, 3]
    assert (result.ended, result.flags, result.sandbox) == ("", (), "none")
    assert result.seconds > 0
    assert result.cpu_seconds > 0
    assert result.peak_memory > 1 << 20


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os\nos._exit(0)", "cell 3 ended the Python process"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "cell 3 made the Python process crash (SIGSEGV)"),
        ("exit()", "cell 3 ended the Python process"),
    ],
)
def test_a_notebook_that_ends_its_process_keeps_what_it_earned(shared: JudgeProcess, source: str, reason: str) -> None:
    shared.submit(job("dies", source))
    result = received(shared)
    assert result.ended == reason
    assert {name: verdict.score for name, verdict in result.verdicts.items()} == {"check-relu_forward": 3.0, "plain": 0.0}


def test_a_function_without_end_costs_its_own_check_only(shared: JudgeProcess) -> None:
    endless = "def relu_forward(x):\n    while True:\n        try:\n            len(x)\n        except:\n            pass"
    shared.submit(job_of(CellJob(0, endless), check(1, RELU), CellJob(2, "x = 1", "plain", 1.0)))
    result = received(shared)
    assert "does not come to an end" in result.verdicts["check-relu_forward"].report["headline"]
    assert result.verdicts["plain"].score == 1.0


def test_a_required_sandbox_that_is_not_there_is_refused() -> None:
    judge = JudgeProcess(NOTHING, Limits(), jail="off", require_sandbox=True)
    with judge, pytest.raises(JudgeError, match=r"a sandbox is required, and the one that works here \(none\) is not whole"):
        judge.wait_until_ready()


def test_a_library_that_starts_threads_is_left_to_the_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()"
    (tmp_path / "threaded.py").write_text(f"import threading, time\n{thread}\nhere = True")
    monkeypatch.syspath_prepend(tmp_path)
    with JudgeProcess(View((str(tmp_path),)), Limits(), jail="off", imports=("threaded",)) as judge:
        judge.submit(job("a", "import threaded\nassert threaded.here"))
        assert received(judge).verdicts["plain"].score == 1.0


def test_a_dead_zygote_is_replaced_and_nothing_is_lost() -> None:
    with JudgeProcess(NOTHING, Limits(), workers=2, jail="off") as judge:
        judge.wait_until_ready()
        (zygote,) = children(judge.pid)
        judge.submit(job("a", "import time\ntime.sleep(1)"))
        judge.submit(job("b"))
        os.kill(zygote, signal.SIGKILL)
        assert {received(judge).key for _ in range(2)} == {"a", "b"}
        assert children(judge.pid) != [zygote]


def test_a_job_that_kills_every_zygote_fails_and_the_next_one_does_not() -> None:
    with JudgeProcess(NOTHING, Limits(), jail="off") as judge:
        judge.submit(job("murder", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"))
        failed = judge.receive(60)
        assert isinstance(failed, Broken)
        assert failed.key == "murder"
        judge.submit(job("next"))
        assert received(judge).verdicts["plain"].score == 1.0


def test_a_dead_judge_is_noticed_whatever_one_was_about_to_do() -> None:
    with JudgeProcess(NOTHING, Limits(), jail="off") as judge:
        judge.wait_until_ready()
        os.kill(judge.pid, signal.SIGKILL)
        with pytest.raises(JudgeDied, match="was killed by signal 9"):
            judge.receive(60)
        with pytest.raises(JudgeDied):
            judge.submit(job("late"))


@pytest.mark.parametrize("how", ["closed", "killed"])
def test_nothing_is_left_behind(how: str) -> None:
    judge = JudgeProcess(NOTHING, Limits(), jail="off")
    judge.wait_until_ready()
    (zygote,) = children(judge.pid)
    judge.submit(job("endless", "import time\ntime.sleep(100)"))
    assert eventually(lambda: bool(children(zygote)))
    (worker,) = children(zygote)
    if how == "killed":
        os.kill(judge.pid, signal.SIGKILL)
    judge.close()
    assert eventually(lambda: gone(zygote) and gone(worker))


def test_a_process_spawned_beforehand_judges_once_it_is_told_what() -> None:
    with Spawned() as spawned, JudgeProcess(NOTHING, Limits(), jail="off", spawned=spawned) as judge:
        assert spawned.up_to_date
        assert judge.pid == spawned.process.pid
        judge.submit(job("first"))
        assert received(judge).key == "first"


def test_one_that_is_never_told_leaves_nothing_behind() -> None:
    spawned = Spawned()
    assert eventually(lambda: bool(children(spawned.process.pid)))
    (zygote,) = children(spawned.process.pid)
    spawned.close()
    assert spawned.process.returncode == 0
    assert eventually(lambda: gone(zygote))


def most_at_once(judge: JudgeProcess, *sources: str) -> int:
    """How many workers were seen beside each other while these cells ran, the later ones once the first was done."""
    (zygote,) = children(judge.pid)
    most = 0
    for several in (sources[:1], sources[1:]):
        for number, source in enumerate(several):
            judge.submit(job(f"job {number} of {len(several)}", source))
        for _ in several:
            while not select.select([judge.sock], [], [], 0.01)[0]:
                most = max(most, len(children(zygote)))
            received(judge)
    return most


def test_a_spare_worker_runs_once_notebooks_are_seen_to_be_quick() -> None:
    with JudgeProcess(NOTHING, Limits(), jail="off", spare=True) as judge:
        judge.wait_until_ready()
        assert most_at_once(judge, "1", *2 * ["import time\ntime.sleep(0.5)"]) == 2


def test_it_takes_no_time_away_from_slow_ones() -> None:
    with JudgeProcess(NOTHING, Limits(), jail="off", spare=True) as judge:
        judge.wait_until_ready()
        assert most_at_once(judge, *3 * ["import time\ntime.sleep(1.2)"]) == 1


def test_one_that_does_not_know_what_a_course_has_set_is_out_of_date(monkeypatch: pytest.MonkeyPatch) -> None:
    with Spawned() as spawned:
        monkeypatch.setenv("DLTEACH_DATA", "/elsewhere")
        assert not spawned.up_to_date
