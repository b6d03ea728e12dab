"""What a worker answers about a student's functions: plain data whatever they do, and nothing that isn't in the question."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import numpy as np
import pytest

from autograder.wire.plain import MAX_TEXT, pack, unpack
from autograder.worker.probes import answer
from dlteach.checking.run import Run
from dlteach.checking.snapshot import Strange
from dlteach.exercises.registry import find
from tests.exercises.bank import cell

RELU = "backpropagation.relu_forward"
LOSS = "backpropagation.two_layer_loss"
LEFT = [5.0, 15.0]


def asked(do: str, namespace: dict[str, Any], exercise: str = RELU, left: Any = LEFT, **more: Any) -> dict[str, Any]:
    """The answer to a question, after both went through a socket."""
    message = {"do": do, "exercise": exercise, "left": left, **more}
    answered: dict[str, Any] = json.loads(json.dumps(answer(json.loads(json.dumps(message)), namespace), allow_nan=False))
    return answered


def cases(exercise: str = RELU) -> list[Any]:
    return [pack(case) for case in find(exercise).cases(np.random.default_rng(3))]


def probed(source: str, **more: Any) -> Run:
    run = unpack(asked("probe", cell(source), cases=cases(), ours=[], **more)["run"])
    assert isinstance(run, Run)
    assert len(run.outcomes) == len(cases())
    return run


def test_a_function_is_tried_on_every_case() -> None:
    run = probed("def relu_forward(x):\n    return np.maximum(x, 0), x")
    assert all(outcome.failure is None and len(outcome.value) == 2 for outcome in run.outcomes)
    assert run.source.startswith("def relu_forward")


def test_what_is_missing_is_said() -> None:
    answered = asked("probe", {}, cases=cases(), ours=[])
    assert answered == {"run": None, "missing": "`relu_forward` is not defined yet.", "left": LEFT}
    assert asked("probe", {"relu_forward": len}, cases=cases(), ours=[])["missing"] is None


def test_a_thing_that_cannot_be_looked_at_is_no_function() -> None:
    class Hostile:
        @property
        def __class__(self) -> Any:
            raise KeyError

    missing = asked("probe", {"relu_forward": Hostile()}, cases=[], ours=[])["missing"]
    assert missing == "`relu_forward` is something that cannot even be looked at."


def test_our_functions_stand_in_for_those_that_are_named() -> None:
    source = "def softmax(x):\n    return 7.0\ndef softmax_cross_entropy(x, labels):\n    return softmax(x), softmax(x)"
    exercise = "backpropagation.softmax_cross_entropy"
    questions = cases(exercise)
    theirs, ours = (
        unpack(asked("probe", cell(source), exercise, cases=questions, ours=names)["run"]).outcomes[0].value for names in ([], ["softmax"])
    )
    assert theirs == (7.0, 7.0)
    assert isinstance(ours[0], np.ndarray)


def test_only_exercises_of_the_lesson_are_named_as_used() -> None:
    source = "def relu_forward(x):\n    return helper(x)\ndef helper(x):\n    return np.maximum(secret, sigmoid_forward(x))"
    assert asked("used", cell(source))["names"] == ["sigmoid_forward"]
    source += "\ndef sigmoid_forward(x):\n    return softmax(x)"
    assert asked("used", cell(source))["names"] == ["sigmoid_forward", "softmax"]
    assert asked("used", {})["names"] == []


def test_gradients_of_the_students_own_forward_are_measured() -> None:
    key = "backpropagation.relu_backward"
    question = cases(key)[1]
    found = unpack(asked("own_gradient", cell("def relu_forward(x):\n    return 3 * x, x"), key, case=question)["value"])
    assert set(found) == {"dx"}
    assert asked("own_gradient", {}, key, case=question)["value"] is None
    assert asked("own_gradient", {}, "backpropagation.relative_error", case=cases("backpropagation.relative_error")[0])["value"] is None


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "SystemExit", "GeneratorExit", "exit", "Exception"])
def test_no_error_of_a_function_comes_out(error: str) -> None:
    run = probed(f"def relu_forward(x):\n    raise {error}" if error != "exit" else "def relu_forward(x):\n    exit()")
    assert run.outcomes[0].failure is not None
    assert run.outcomes[0].failure.kind == "raised"


def test_what_is_too_much_to_send_becomes_the_name_of_its_kind() -> None:
    run = probed("def relu_forward(x):\n    return np.zeros((900, 1000)), x")
    assert run.outcomes[0].value == Strange("tuple")
    run = probed("def relu_forward(x):\n    return [[0] * 1000] * 9")
    assert run.outcomes[0].value == Strange("list")


def test_a_result_without_end_takes_no_time_without_end() -> None:
    run = probed("def relu_forward(x):\n    return [[0] * 1000] * 1000")
    first = run.outcomes[0].value
    assert isinstance(first, Strange) or first[-1] == Strange("list of 1000 items")


def test_a_source_that_is_too_long_is_left_out() -> None:
    run = probed("def relu_forward(x):\n    return np.maximum(x, 0), x\n" + "    # more\n" * MAX_TEXT + "    pass")
    assert run.source == ""
    assert run.outcomes[0].value is not None


def test_the_time_that_is_left_is_counted_down_from_question_to_question() -> None:
    namespace = cell("def relu_forward(x):\n    while True: pass")
    answered = asked("probe", namespace, left=[0.1, 15.0], cases=cases(), ours=[])
    run = unpack(answered["run"])
    assert {outcome.failure.kind for outcome in run.outcomes} == {"time"}
    assert answered["left"][0] <= 0
    assert answered["left"][1] == 0.0
    started = time.thread_time()
    again = asked("probe", namespace, left=answered["left"], cases=cases(), ours=[])
    assert unpack(again["run"]).outcomes[0].failure.kind == "time"
    assert time.thread_time() - started < 4  # a safety net against a new budget of 5 s, not a measurement


def test_what_a_function_prints_stays_in_its_run(capfd: pytest.CaptureFixture[str]) -> None:
    source = "import os\ndef relu_forward(x):\n    print('one')\n    os.write(2, b'two')\n    return np.maximum(x, 0), x"
    assert {"one", "two"} <= set(probed(source).outcomes[0].printed.split())
    os.write(1, b"after")
    assert capfd.readouterr() == ("after", "")
