"""A notebook from its first cell to its last: what runs, what it earns, and what is said where it ends early."""

from __future__ import annotations

import json
import signal
import threading
from typing import Any

import numpy as np
import pytest

from autograder.job import NOT_RUN, CellJob, Job, Limits, Result
from autograder.judge import notebook, prober
from autograder.judge.errors import JudgeError
from autograder.judge.judge import Court, Judge
from autograder.judge.verdicts import derived
from dlteach.checking import limits
from dlteach.exercises.display import MIME
from dlteach.exercises.registry import find
from tests.autograder.judge.fake import FakeZygote, Honest, Reply, check, crashes, exits, job_of

RELU = "backpropagation.relu_forward"
RIGHT = "def relu_forward(x):\n    return np.maximum(x, 0), x"
WRONG = "def relu_forward(x):\n    return np.minimum(x, 0), x"


def plain(index: int, source: str, grade_id: str = "", points: float = 2.0) -> CellJob:
    return CellJob(index, source, grade_id, points if grade_id else 0.0)


def judged(*cells: CellJob, reply: Reply | None = None, status: int = 0, **more: Any) -> Result:
    return Judge(FakeZygote(reply or Honest(), status=status)).judge(job_of(*cells, **more))


def scores(result: Result) -> dict[str, float]:
    return {name: verdict.score for name, verdict in result.verdicts.items()}


def test_cells_run_in_order_and_exercises_are_judged_where_they_stand() -> None:
    honest = Honest()
    result = judged(plain(0, RIGHT), check(2, RELU), plain(3, "print('after')"), plain(5, WRONG), check(6, RELU), reply=honest)
    assert [cell.status for cell in result.cells] == ["ok"] * 5
    assert [cell.index for cell in result.cells] == [0, 2, 3, 5, 6]
    assert [cell.execution_count for cell in result.cells] == [1, 2, 3, 4, 5]
    assert result.cells[2].outputs == [{"output_type": "stream", "name": "stdout", "text": "after\n"}]
    assert scores(result) == {"check-relu_forward": 0.0}
    assert result.verdicts["check-relu_forward"].report["diagnosis"] == "minimum_for_maximum"
    assert (result.key, result.ended, result.sandbox, result.lacks) == ("key", "", "none", ("everything",))
    assert "dlteach.check" not in json.dumps(honest.asked)


def test_a_check_cell_shows_what_it_would_show_if_it_had_run() -> None:
    result = judged(plain(0, RIGHT), check(1, RELU, points=5))
    card, number = result.cells[1].outputs
    report = result.verdicts["check-relu_forward"].report
    assert card["data"] == {
        "text/plain": report["text"],
        "text/html": report["html"],
        MIME: {key: report[key] for key in report if key not in ("html", "text", "call", "signature", "returns")},
    }
    assert number == {"output_type": "execute_result", "data": {"text/plain": "5.0"}, "metadata": {}, "execution_count": 2}
    assert report["passed"]
    assert "5 of 5 points" in report["text"]


def test_a_wrong_answer_is_described_for_whoever_looks_at_the_class() -> None:
    report = judged(plain(0, WRONG), check(1, RELU)).verdicts["check-relu_forward"].report
    assert report["returns"] == "([[0.]], [[3.]])"
    assert report["call"] == "relu_forward(np.array([[3.0]]))"
    assert len(report["signature"]) == 12


def test_cells_that_only_play_are_skipped_but_never_graded_ones() -> None:
    played, graded = CellJob(0, "1/0", skip=True), CellJob(1, "1/0", "test", 2.0, skip=True)
    result = judged(played, graded)
    assert [cell.status for cell in result.cells] == ["skipped", "error"]
    assert scores(result) == {"test": 0.0}


def test_a_plain_graded_cell_earns_by_what_the_worker_saw() -> None:
    def reply(message: dict[str, Any]) -> Any:
        answers = {
            "half": {"value": "1.0"},
            "stderr": {"stderr": True},
            "more": {"value": "7"},
            "tampered": {"tampered": ["numpy.allclose had been replaced"]},
        }
        ran = {"status": "ok", "outputs": [], "value": None, "stderr": False, "tampered": [], "ok": True}
        return {**ran, **answers.get(message.get("source", ""), {})}

    cells = [plain(i, name, name) for i, name in enumerate(["full", "half", "stderr", "more", "tampered"])]
    result = judged(*cells, reply=reply)
    assert scores(result) == {"full": 2.0, "half": 1.0, "stderr": 0.0, "more": 2.0, "tampered": 2.0}
    assert result.flags == ("cell 4: it displayed 7, which is more than its 2 points", "cell 5: numpy.allclose had been replaced")


def test_known_verdicts_are_taken_over_and_look_as_they_did() -> None:
    first = judged(plain(0, WRONG), check(1, RELU))
    honest = Honest()
    known = {name: {"score": v.score, "max_score": v.max_score, "report": v.report} for name, v in first.verdicts.items()}
    again = judged(plain(0, WRONG), check(1, RELU), reply=honest, known=known)
    assert (again.cells, again.verdicts) == (first.cells, first.verdicts)
    assert [message["do"] for message in honest.asked] == ["start", "run"]


def test_an_exercise_that_no_lesson_has_is_said() -> None:
    result = judged(check(0, "nowhere.nothing"))
    assert result.verdicts["check-nothing"].report["headline"].startswith("Nothing to check: no exercise is called 'nowhere.nothing'.")
    assert scores(result) == {"check-nothing": 0.0}


def test_more_points_in_the_cell_than_in_the_gradebook_are_cut() -> None:
    cell = CellJob(1, "", "check", 2.0, RELU, 5.0)
    result = judged(plain(0, RIGHT), cell)
    assert scores(result) == {"check": 2.0}
    assert result.flags == ("cell 2: it displayed 5.0, which is more than its 2 points",)


# Notebooks that end before their last cell


def ends_at(source: str) -> Reply:
    """Honest until it is given this source."""
    honest = Honest()
    return lambda message: None if message.get("source") == source else honest(message)


def exits_at(source: str) -> Reply:
    """Honest until this source calls ``exit()``."""
    honest = Honest()
    ran = {"status": "exit", "outputs": [], "value": None, "stderr": False, "tampered": []}
    return lambda message: ran if message.get("source") == source else honest(message)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (exits(0), "cell 3 ended the Python process"),
        (exits(1), "cell 3 ended the Python process"),
        (crashes(signal.SIGKILL), "cell 3 ended the Python process"),
        (crashes(signal.SIGSEGV), "cell 3 made the Python process crash (SIGSEGV)"),
        (crashes(signal.SIGXCPU), "cell 3 was killed: the notebook used up its 300 s of processor time"),
        (crashes(signal.SIGRTMIN + 5), f"cell 3 made the Python process crash (signal {signal.SIGRTMIN + 5})"),
    ],
)
def test_what_was_earned_before_the_end_stays(status: int, reason: str) -> None:
    cells = [plain(0, RIGHT), check(1, RELU), plain(2, "end"), plain(3, "x = 1", "late"), CellJob(4, "", skip=True)]
    result = judged(*cells, reply=ends_at("end"), status=status)
    assert result.ended == reason
    assert [cell.status for cell in result.cells] == ["ok", "ok", "error", NOT_RUN, "skipped"]
    assert result.cells[2].outputs[0]["evalue"] == reason
    assert scores(result) == {"check-relu_forward": 3.0, "late": 0.0}


def test_exit_ends_the_notebook_as_it_ends_a_kernel() -> None:
    def reply(message: dict[str, Any]) -> Any:
        return {"ok": True, "status": "exit", "outputs": [], "value": None, "stderr": False}

    result = judged(plain(0, "exit()", "test"), plain(1, "x", "late"), reply=reply)
    assert result.ended == "cell 1 ended the Python process"
    assert scores(result) == {"test": 0.0, "late": 0.0}


def test_the_end_may_come_in_the_middle_of_a_check() -> None:
    honest = Honest()
    result = judged(
        plain(0, RIGHT),
        check(1, RELU),
        plain(2, "x = 1", "late"),
        reply=lambda message: None if message["do"] == "probe" else honest(message),
    )
    assert result.ended == "cell 2 ended the Python process"
    assert scores(result) == {"check-relu_forward": 0.0, "late": 0.0}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (ends_at("end"), "cell 1 ended the Python process"),
        (exits_at("end"), "cell 1 ended the Python process"),
        (lambda message: {"ok": True} if message["do"] == "start" else b"no frame", "cell 1 made its Python process say what"),
    ],
    ids=["killed", "exit", "nonsense"],
)
def test_where_the_cell_before_a_check_is_the_end_the_check_is_not_run(reply: Reply, reason: str) -> None:
    result = judged(plain(0, "end", "test"), check(1, RELU), plain(2, "x = 1", "late"), check(3, "nowhere.nothing"), reply=reply)
    assert result.ended.startswith(reason)
    assert [cell.status for cell in result.cells] == ["error", NOT_RUN, NOT_RUN, NOT_RUN]
    assert scores(result) == {"test": 0.0, "check-relu_forward": 0.0, "late": 0.0, "check-nothing": 0.0}


def test_a_cell_before_a_check_of_nothing_runs_too() -> None:
    result = judged(plain(0, RIGHT), check(1, "nowhere.nothing"), plain(2, "x = 1", "test"))
    assert [(cell.index, cell.status, cell.execution_count) for cell in result.cells] == [(0, "ok", 1), (1, "ok", 2), (2, "ok", 3)]


def test_how_long_a_cell_takes_is_not_the_time_of_the_check_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WALL_SECONDS", 2.0)
    monkeypatch.setattr(prober, "GRACE", 0.0)
    assert scores(judged(plain(0, f"import time\ntime.sleep(2.5)\n{RIGHT}"), check(1, RELU))) == {"check-relu_forward": 3.0}


def test_a_worker_that_does_not_answer_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "GRACE", 0.1)
    never = threading.Event()

    def reply(message: dict[str, Any]) -> Any:
        return {"ok": True} if message["do"] == "start" else never.wait(30)

    result = judged(plain(0, "loop", "test"), reply=reply, limits=Limits(cell_seconds=0.1))
    never.set()
    assert result.ended == "cell 1 took too long and could not be stopped"


def test_the_whole_notebook_has_a_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "GRACE", 5.0)
    honest = Honest()
    cells = [plain(0, "import time\ntime.sleep(0.3)", "first"), plain(1, "x = 1", "late"), check(2, RELU)]
    result = judged(*cells, reply=honest, limits=Limits(notebook_seconds=0.2))
    assert result.ended == "the notebook used up its 0.2 s"
    assert [cell.status for cell in result.cells] == ["ok", NOT_RUN, NOT_RUN]
    assert scores(result) == {"first": 2.0, "late": 0.0, "check-relu_forward": 0.0}
    assert honest.asked[1]["seconds"] <= 0.2


# What is ours


def test_without_a_zygote_there_is_no_verdict_but_an_error_of_ours() -> None:
    with pytest.raises(JudgeError, match="the zygote is gone"):
        Judge(FakeZygote()).judge(job_of(plain(0, "x = 1")))


@pytest.mark.parametrize("answer", [None, {"error": "no disk"}, {}, b"\0\0\0\1x"])
def test_a_worker_that_cannot_even_start_is_no_fault_of_the_student(answer: Any) -> None:
    with pytest.raises(JudgeError, match="a worker did not start"):
        judged(plain(0, "x = 1"), reply=lambda message: answer)


def test_a_dead_zygote_is_replaced_and_its_job_tried_once_more() -> None:
    zygotes = [FakeZygote(), FakeZygote(Honest()), FakeZygote()]
    started: list[FakeZygote] = []

    def start() -> FakeZygote:
        started.append(zygotes[len(started)])
        return started[-1]

    court = Court(start)
    assert court.judge(job_of(plain(0, "x = 1", "test"))).verdicts["test"].score == 2.0
    assert [zygote.closed for zygote in started] == [True, False]
    with pytest.raises(JudgeError):
        court.judge(job_of(plain(0, "x = 1")))
    assert len(started) == 3


# Hidden numbers

TELLS = """
import warnings
def relu_forward(*args):
    print(args)
    warnings.warn(str(args))
    {}
"""


@pytest.mark.parametrize(
    "ending",
    ["raise ValueError(args)", "return args", "return str(args)", "return {str(args): args}", "return np.maximum(args[0], 0), args[0]"],
)
def test_no_hidden_number_is_in_what_anybody_gets_to_see(ending: str) -> None:
    job: Job = job_of(plain(0, TELLS.format(ending)), check(1, RELU), seed=77)
    result = json.dumps(Judge(FakeZygote(Honest())).judge(job).as_dict())
    public, hidden = (numbers_of(RELU, seed) for seed in (0, derived(77, RELU)))
    assert any(number in result for number in public) == (ending != "return np.maximum(args[0], 0), args[0]")
    assert not [number for number in hidden - public if number in result]


def numbers_of(exercise: str, seed: int) -> set[str]:
    """The numbers of all cases, as Python and as NumPy write them."""
    found: set[str] = set()
    for case in find(exercise).cases(np.random.default_rng(seed)):
        for value in case.args.values():
            for entry in np.ravel(value).tolist():
                found |= {repr(entry), f"{entry:.4f}", f"{entry:.6g}", f"{entry:.8f}"} if entry != round(entry) else set()
    return found
