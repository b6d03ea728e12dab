"""Every exercise proves itself: right answers earn everything, wrong ones lose points and are named, mutants die."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from dlteach.checking import Exercise, examine
from tests.exercises.bank import EXERCISES, ONE_LINERS, cell, checked, from_bank, peers

SEEDS = range(20)
MANY_SEEDS = range(1000)
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)


@each_exercise
def test_the_untouched_stub_earns_nothing(exercise: Exercise) -> None:
    parameters = inspect.signature(exercise.reference).parameters.values()
    names = ", ".join(item.name if item.default is item.empty else f"{item.name}={item.default!r}" for item in parameters)
    stub = cell(f"def {exercise.name}({names}):\n    raise NotImplementedError()")
    report = checked(exercise, stub)
    assert report.points == 0
    assert report.headline == f"`{exercise.name}` is not written yet."


@each_exercise
def test_the_bank_is_large_enough(exercise: Exercise) -> None:
    assert len(exercise.misconceptions) >= (3 if exercise.name in ONE_LINERS else 8)
    assert len(exercise.accepted) >= 3
    ids = [misconception.id for misconception in exercise.misconceptions]
    assert len(set(ids)) == len(ids)


@each_exercise
def test_hints_and_messages_are_written_out(exercise: Exercise) -> None:
    texts = [*exercise.hints, *(text for item in exercise.misconceptions for text in (item.says, item.hint))]
    assert all(text.strip() and text[-1] in ".?!)" for text in texts), [text for text in texts if text[-1] not in ".?!)"]
    assert exercise.minutes > 0
    assert exercise.difficulty in (1, 2, 3)


@each_exercise
def test_cases_of_different_seeds_differ_in_numbers_only(exercise: Exercise) -> None:
    def shapes_of(seed: int) -> list[tuple[str, dict[str, int], dict[str, object]]]:
        cases = exercise.cases(np.random.default_rng(seed))
        return [(case.kind, dict(case.sizes), {k: getattr(v, "shape", type(v).__name__) for k, v in case.args.items()}) for case in cases]

    shapes = [shapes_of(seed) for seed in range(5)]
    assert all(others == shapes[0] for others in shapes)
    assert sum(kind == "generic" for kind, *_ in shapes[0]) >= 1


@each_exercise
def test_the_reference_earns_everything(exercise: Exercise) -> None:
    functions = {exercise.name: exercise.reference, **{name: peer.reference for name, peer in peers(exercise).items()}}
    for seed in SEEDS:
        report = checked(exercise, functions, seed=seed, forbid=False)
        assert report.points == exercise.points, (seed, str(report))


@each_exercise
def test_right_answers_written_another_way_earn_everything(exercise: Exercise) -> None:
    for function in exercise.accepted:
        namespace = from_bank(exercise, function)
        for seed in SEEDS:
            report = checked(exercise, namespace, seed=seed)
            assert report.points == exercise.points, (function.__name__, seed, str(report))


@each_exercise
def test_every_misconception_loses_points_and_is_named(exercise: Exercise) -> None:
    for misconception in exercise.misconceptions:
        namespace = from_bank(exercise, misconception.function)
        for seed in SEEDS:
            report = checked(exercise, namespace, seed=seed)
            assert report.points < exercise.points, (misconception.id, seed)
            assert report.diagnosis == misconception.id, (misconception.id, seed, str(report))


@each_exercise
def test_a_hidden_seed_earns_what_the_public_one_earns(exercise: Exercise) -> None:
    for misconception in exercise.misconceptions:
        namespace = from_bank(exercise, misconception.function)
        hidden = examine(exercise, namespace, peers=peers(exercise), seed=7)
        assert hidden.points == checked(exercise, namespace).points
        assert hidden.diagnosis == misconception.id


@pytest.mark.soak
@each_exercise
def test_a_thousand_seeds_give_one_verdict_and_one_diagnosis(exercise: Exercise) -> None:
    ours = {name: peer.reference for name, peer in peers(exercise).items()}
    variants = [("reference", {exercise.name: exercise.reference, **ours}, False, None)]
    variants += [(function.__name__, from_bank(exercise, function), True, None) for function in exercise.accepted]
    variants += [(item.id, from_bank(exercise, item.function), True, item.id) for item in exercise.misconceptions]
    points: dict[str, float] = {}
    for seed in MANY_SEEDS:
        for name, functions, forbid, diagnosis in variants:
            report = checked(exercise, functions, seed=seed, forbid=forbid)
            assert report.diagnosis == diagnosis, (name, seed, str(report))
            assert report.points == points.setdefault(name, report.points), (name, seed)
            assert (report.points == exercise.points) == (diagnosis is None), (name, seed)
