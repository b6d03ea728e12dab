"""A worker that lies, or talks nonsense, harms nobody but its own notebook: there is a result, and no points come of it."""

from __future__ import annotations

import base64
import json
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.job import CellJob, Limits, Result
from autograder.judge import notebook
from autograder.judge.judge import Judge
from autograder.wire.plain import pack
from dlteach.checking.run import Failure, Outcome, Run
from dlteach.checking.snapshot import Strange
from dlteach.exercises.display import MIME
from tests.autograder.judge.fake import FakeZygote, Honest, check, job_of

RELU = "backpropagation.relu_forward"
RIGHT = CellJob(0, "def relu_forward(x):\n    return np.maximum(x, 0), x")
LATER = CellJob(2, "x = 1", "later", 1.0)


def judged_with(forge: Callable[[dict[str, Any], dict[str, Any]], Any], do: str) -> Result:
    """Judge a right answer whose worker changes what it says to one kind of question."""
    honest = Honest()

    def reply(message: dict[str, Any]) -> Any:
        said = honest(message)
        asked = message["do"] == do and (do != "run" or message["source"] == "x = 1")
        return forge(message, said) if asked else said

    return Judge(FakeZygote(reply)).judge(job_of(RIGHT, check(1, RELU), LATER))


def run_of(message: dict[str, Any], value: Any, **more: Any) -> dict[str, Any]:
    outcomes = tuple(Outcome(value) for _ in message["cases"])
    return {"run": pack(Run(outcomes, **more)), "missing": None, "left": [5.0, 15.0]}


def nested(depth: int) -> Any:
    deep: Any = []
    for _ in range(depth):
        deep = [deep]
    return deep


def answered(**changed: Any) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    return lambda message, said: {**said, **changed}


def outcome(**changed: Any) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    """The honest run with one part of every outcome changed."""

    def forge(message: dict[str, Any], said: dict[str, Any]) -> Any:
        run = json.loads(json.dumps(said["run"]))
        for item in run["Run"]["outcomes"]["tuple"]:
            item["Outcome"].update(changed)
        return {**said, "run": run}

    return forge


NONSENSE: dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]] = {
    "no run": answered(run=None),
    "nothing": lambda message, said: {},
    "an error": lambda message, said: {"error": "no"},
    "a report": lambda message, said: {"report": {"points": 3}, "left": [5, 15]},
    "a run that is a number": answered(run=3.0),
    "a run that is points": answered(run={"Report": {"points": 3}}),
    "an outcome too few": lambda message, said: {**said, "run": pack(Run((Outcome(1.0),) * (len(message["cases"]) - 1)))},
    "an outcome too many": lambda message, said: {**said, "run": pack(Run((Outcome(1.0),) * (len(message["cases"]) + 1)))},
    "no outcomes": answered(run=pack(Run(()))),
    "deep nesting": answered(run=nested(500)),
    "a deep value": outcome(value=nested(30)),
    "a huge array": outcome(value={"array": ["<f8", [1 << 40], ""]}),
    "an array that hides its size": outcome(value={"array": ["<f8", [0, 1 << 50], ""]}),
    "an array of objects": outcome(value={"array": ["|O", [1], "gASVAAAA"]}),
    "NaN that is no JSON": outcome(value=float("nan")),
    "a result and a failure": outcome(failure=pack(Failure("raised"))),
    "a changed argument that there isn't": outcome(changed={"tuple": ["everything"]}),
    "a flood of words": outcome(printed="x" * 9000),
    "a flood of warnings": outcome(warned={"tuple": ["w"] * 100}),
    "time that isn't a number": answered(left=["5", 15]),
    "time that isn't said": answered(left=None),
    "missing, as a list": answered(missing=["x"], run=[]),
    "tampering that is no list": answered(tampered="nothing"),
    "no JSON": lambda message, said: b"\0\0\0\4nope",
    "a JSON list": lambda message, said: b"\0\0\0\2[]",
    "an endless frame": lambda message, said: struct.pack(">I", 0xFFFFFFFF),
    "half a surrogate pair": lambda message, said: b'\0\0\0\x15{"missing": "\\ud800"}',
}


@pytest.mark.parametrize("forge", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_about_an_exercise_ends_the_notebook(forge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "DYING_SECONDS", 0.1)
    result = judged_with(forge, "probe")
    assert result.ended.startswith("cell 2 made its Python process say what no answer can be")
    assert {name: verdict.score for name, verdict in result.verdicts.items()} == {"check-relu_forward": 0.0, "later": 0.0}
    json.dumps(result.as_dict(), allow_nan=False).encode()


big = np.zeros((150, 150))
STRANGE_VALUES: dict[str, Any] = {
    "NaN": np.full((3, 4), np.nan),
    "a number": np.nan,
    "infinity": -np.inf,
    "big arrays": (big, big),
    "an empty array": np.zeros((0, 100_000)),
    "complex": (np.ones((3, 4)) * 1j, 1j),
    "texts": ("<script>alert(1)</script>", "</td>"),
    "dicts": ({"a": {"b": [{}]}, 3: None},) * 2,
    "something strange": Strange("", "<b>"),
    "a tower": [[[[[[[[1]]]]]]]],
    "a crowd": ([list(range(1000))] * 4, None),
    "wide": (np.full((1, 1), np.longdouble(1) / 3), np.clongdouble(1j)),
    "tiny integers": (np.array([[1]], "i1"), np.array([[200]], "u1")),
    "truth": (True, np.array([[True]])),
    "half floats": (np.array([[1]], ">f2"), np.float16(3)),
}


@pytest.mark.parametrize("value", STRANGE_VALUES.values(), ids=STRANGE_VALUES)
def test_whatever_a_function_claims_to_return_is_wrong_at_worst(value: Any) -> None:
    result = judged_with(lambda message, said: run_of(message, value), "probe")
    assert result.ended == ""
    report = result.verdicts["check-relu_forward"].report
    assert result.verdicts["check-relu_forward"].score == 0.0
    assert "The check itself failed" not in report["headline"]
    assert "<script" not in report["html"]
    assert result.verdicts["later"].score == 1.0
    json.dumps(result.as_dict(), allow_nan=False).encode()


def test_a_source_that_no_parser_survives_costs_nothing_else() -> None:
    for source in (
        "(" * 9000,
        "-" * 9000 + "1",
        "a" + ".b" * 4000,
        "x if y else " * 700 + "z",
        "[" * 100 + "]" * 100,
        "lambda: " * 1000 + "1",
        "\0",
    ):
        result = judged_with(
            lambda message, said, source=source: {**said, "run": {"Run": {**said["run"]["Run"], "source": source}}}, "probe"
        )
        assert result.verdicts["check-relu_forward"].score == 3.0


def test_only_what_is_forbidden_can_be_said_to_be() -> None:
    def forge(message: dict[str, Any], said: dict[str, Any]) -> Any:
        return {**said, "run": {"Run": {**said["run"]["Run"], "forbidden": {"tuple": ["<img src=x>", "torch", "torch"]}}}}

    report = judged_with(forge, "probe").verdicts["check-relu_forward"].report
    assert report["forbidden"] == ["torch"]


def test_what_is_said_in_place_of_a_function_is_escaped_and_short() -> None:
    def reply(message: dict[str, Any], honest: Honest = Honest()) -> Any:  # noqa: B008
        return {"missing": "<script>" * 50, "run": None, "left": [5, 15]} if message["do"] == "probe" else honest(message)

    result = Judge(FakeZygote(reply)).judge(job_of(RIGHT, check(1, RELU)))
    report = result.verdicts["check-relu_forward"].report
    assert len(report["headline"]) <= 300
    assert "<script" not in report["html"]
    assert result.verdicts["check-relu_forward"].score == 0.0


def test_a_worker_cannot_buy_time_by_saying_that_there_is_some() -> None:
    asked: list[list[float]] = []

    def forge(message: dict[str, Any], said: dict[str, Any]) -> Any:
        asked.append(message["left"])
        return {**run_of(message, 0.0), "left": [1e300, float("inf")]} if len(asked) < 2 else {**run_of(message, 0.0), "left": [-5, 15]}

    judged_with(forge, "probe")
    assert all(cpu <= 5.0 and wall <= 15.0 for cpu, wall in asked)


def test_late_answers_are_not_taken_for_the_next_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "GRACE", 0.2)
    honest = Honest()

    def reply(message: dict[str, Any]) -> Any:
        if message.get("source") == "x = 1":
            time.sleep(1.0)
        return honest(message)

    cells = (CellJob(0, "x = 1"), CellJob(1, "y = 2", "later", 1.0))
    result = Judge(FakeZygote(reply)).judge(job_of(*cells, limits=Limits(cell_seconds=0.1)))
    assert result.ended == "cell 1 took too long and could not be stopped"
    assert result.verdicts["later"].score == 0.0


# Answers about plain cells

display = {"output_type": "display_data", "metadata": {}}
RAN = {"status": "ok", "outputs": [], "value": None, "stderr": False, "tampered": []}
BAD_ANSWERS: dict[str, dict[str, Any]] = {
    "no status": {**RAN, "status": None},
    "a status there isn't": {**RAN, "status": "right"},
    "a status that is a list": {**RAN, "status": ["ok"]},
    "a value that is a number": {**RAN, "value": 3},
    "a value that is a book": {**RAN, "value": "3" * 100_000},
    "no word about stderr": {**RAN, "stderr": 0},
    "outputs that are a text": {**RAN, "outputs": "text"},
    "an output that is a text": {**RAN, "outputs": ["text"]},
    "an output of no kind": {**RAN, "outputs": [{}]},
    "an output of a kind there isn't": {**RAN, "outputs": [{"output_type": "pyout"}]},
    "a stream there isn't": {**RAN, "outputs": [{"output_type": "stream", "name": "grades", "text": "3"}]},
    "a stream of numbers": {**RAN, "outputs": [{"output_type": "stream", "name": "stdout", "text": 3}]},
    "an error without words": {**RAN, "outputs": [{"output_type": "error"}]},
    "a display without data": {**RAN, "outputs": [display]},
    "a display nested without end": {**RAN, "outputs": [{**display, "data": {"application/json": nested(200)}}]},
    "a display of NaN": {**RAN, "outputs": [{**display, "data": {"application/json": float("nan")}}]},
    "a million outputs": {**RAN, "outputs": [{"output_type": "stream", "name": "stdout", "text": ""}] * 100_000},
    "a flood": {**RAN, "outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000}]},
    "a flood in pieces": {**RAN, "outputs": [{**display, "data": {"application/json": [[]] * 400_000}}]},
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_nonsense_about_a_cell_ends_the_notebook(answer: dict[str, Any]) -> None:
    result = judged_with(lambda message, said: answer, "run")
    assert result.ended.startswith("cell 3 made its Python process say what no answer can be")
    assert {name: verdict.score for name, verdict in result.verdicts.items()} == {"check-relu_forward": 3.0, "later": 0.0}


def test_outputs_are_rebuilt_as_a_notebook_wants_them() -> None:
    png = base64.b64encode(b"png").decode()
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "\ud800", "extra": 1},
        {**display, "transient": {"display_id": "x"}, "data": {"image/png": png, "text/plain": 3, "no type": "x", MIME: {"points": 3}}},
        {"output_type": "execute_result", "metadata": {}, "data": {"application/json": {"a": [1, None]}}, "execution_count": 999},
    ]
    cell = judged_with(lambda message, said: {**RAN, "outputs": outputs, "grade": 100}, "run").cells[2]
    assert cell.outputs == [
        {"output_type": "stream", "name": "stdout", "text": "?"},
        {"output_type": "display_data", "data": {"image/png": png}, "metadata": {}},
        {"output_type": "execute_result", "data": {"application/json": {"a": [1, None]}}, "metadata": {}, "execution_count": 3},
    ]


def test_a_worker_may_shout_about_tampering_but_not_without_end() -> None:
    result = judged_with(lambda message, said: {**RAN, "tampered": [f"{i}" * 500 for i in range(1000)]}, "run")
    assert len(result.flags) <= 50
    assert max(map(len, result.flags)) < 400
