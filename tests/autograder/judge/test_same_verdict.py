"""A function in another process gets the verdict that it gets in this one; hidden numbers change only that of hard-coded answers."""

from __future__ import annotations

import inspect
import json
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.judge.prober import RemoteProber
from autograder.judge.turn import Turn
from autograder.judge.verdicts import derived, described
from autograder.worker.probes import answer
from dlteach.checking import PUBLIC_SEED, Exercise, Report, examine
from dlteach.checking.examine import SECRET_ROOM, _secret, examine_with, known
from dlteach.checking.probe import prepared
from dlteach.checking.snapshot import freeze
from dlteach.exercises.checks import under_way
from tests.exercises.bank import EXERCISES, cell, from_bank, peers

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)


def over_the_wire(namespace: dict[str, Any]) -> Callable[[dict[str, Any], float], tuple[dict[str, Any], float]]:
    """Questions about a namespace, as JSON in both directions, answered in no time."""
    return lambda message, _: (json.loads(json.dumps(answer(json.loads(json.dumps(message)), namespace))), 0.0)


def remote(exercise: Exercise, namespace: dict[str, Any], **options: Any) -> Report:
    prober = RemoteProber(exercise, over_the_wire(namespace))
    return examine_with(prober, peers=peers(exercise), **options)


def local(exercise: Exercise, namespace: dict[str, Any], **options: Any) -> Report:
    with under_way(exercise):
        return examine(exercise, namespace, peers=peers(exercise), **options)


def answers_of(exercise: Exercise) -> dict[str, dict[str, Any]]:
    """Everything that the bank knows a student to write, and what is no function at all."""
    parameters = ", ".join(inspect.signature(exercise.reference).parameters)
    ours = {name: peer.reference for name, peer in peers(exercise).items()}
    found = {"reference": {exercise.name: exercise.reference, **ours}}
    found |= {f"accepted {function.__name__}": from_bank(exercise, function) for function in exercise.accepted}
    found |= {item.id: from_bank(exercise, item.function) for item in exercise.misconceptions}
    found["the needed functions are wrong"] = {**from_bank(exercise, exercise.accepted[0]), **dict.fromkeys(ours, lambda *_: 0)}
    found["stub"] = cell(f"def {exercise.name}({parameters}):\n    raise NotImplementedError()")
    found["talks"] = cell(f"def {exercise.name}({parameters}):\n    print('a word')\n    raise ValueError('no idea')")
    return found | {"nothing": {}, "a number": {exercise.name: 3}, "a class": {exercise.name: int}}


@each_exercise
def test_the_same_report_from_another_process(exercise: Exercise) -> None:
    for name, namespace in answers_of(exercise).items():
        here, there = local(exercise, namespace), remote(exercise, namespace)
        assert there.as_dict() == here.as_dict(), name
        assert (str(there), there.html()) == (str(here), here.html()), name


@each_exercise
def test_hidden_numbers_change_no_points(exercise: Exercise) -> None:
    for name, namespace in answers_of(exercise).items():
        hidden = remote(exercise, namespace, seed=derived(5, exercise.key))
        assert hidden.points == local(exercise, namespace).points, name
        assert hidden.diagnosis == local(exercise, namespace).diagnosis, name


@each_exercise
def test_an_answer_that_is_hard_coded_is_told_from_a_right_one(exercise: Exercise) -> None:
    known = [(case.args, freeze(exercise.reference(*prepared(case).args.values()))) for case in exercise.cases(np.random.default_rng(0))]

    def remembers(*mine: Any) -> Any:
        for args, right in known:
            if all(callable(a) or same_numbers(a, b) for a, b in zip(mine, args.values(), strict=True)):
                return right
        return None

    assert local(exercise, {exercise.name: remembers}).passed
    hidden = remote(exercise, {exercise.name: remembers}, seed=derived(5, exercise.key))
    assert hidden.points < exercise.points
    assert hidden.diagnosis == "hard_coded"


def same_numbers(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return all(same_numbers(a[key], b[key]) for key in b)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(same_numbers, a, b))
    return np.array_equal(a, b)


def test_seeds_differ_by_exercise_and_by_work_and_are_never_the_public_one() -> None:
    seeds = {derived(seed, exercise.key) for seed in range(50) for exercise in EXERCISES}
    assert len(seeds) == 50 * len(EXERCISES)
    assert min(seeds) > 0


def test_wrong_answers_of_one_kind_have_one_signature_and_others_another() -> None:
    exercise = next(item for item in EXERCISES if item.name == "relu_forward")

    def signed(source: str) -> Any:
        return described(remote(exercise, cell(source), seed=derived(5, exercise.key))).get("signature")

    one = signed("def relu_forward(x):\n    return np.where(x > 0, 2.5 * x + 1, 0), x")
    same = signed("def relu_forward(v):\n    out = np.zeros(v.shape)\n    out[v > 0] = (v[v > 0] * 5 + 2) / 2\n    return out, v")
    other = signed("def relu_forward(x):\n    return np.where(x > 0, 2.5 * x + 2, 0), x")
    assert one == same != other
    assert signed("def relu_forward(x):\n    return np.maximum(x, 0), x") is None
    errors = [signed(f"def relu_forward(x):\n    raise ValueError({text!r})") for text in ("a", "a", "b")]
    assert errors[0] == errors[1] != errors[2]


def test_hidden_numbers_of_a_whole_class_do_not_crowd_out_the_public_ones() -> None:
    exercise = next(item for item in EXERCISES if item.name == "relu_forward")
    namespace = cell("def relu_forward(x):\n    return x, x")
    public = known(exercise, PUBLIC_SEED, {})[0]
    for seed in range(1, 3 * SECRET_ROOM):
        remote(exercise, namespace, seed=seed)
    assert known(exercise, PUBLIC_SEED, {})[0] is public
    assert len(_secret) <= SECRET_ROOM


def test_others_compute_while_one_waits() -> None:
    turn, order = Turn(), []
    waiting, done = threading.Event(), threading.Event()

    def one() -> None:
        with turn:
            order.append("one computes")
            with turn.given_up():
                waiting.set()
                done.wait(10)
            order.append("one goes on")

    thread = threading.Thread(target=one)
    thread.start()
    waiting.wait(10)
    with turn:
        order.append("two computes")
        done.set()
        order.append("two goes on")
    thread.join(10)
    assert order == ["one computes", "two computes", "two goes on", "one goes on"]
