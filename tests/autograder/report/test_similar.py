"""Whose code is alike beyond chance."""

import functools
import itertools
import math

import pytest

from autograder.report.similar import BY_CHANCE, MOST, chance, least_weight, similar_pairs
from dlteach.exercises.registry import lessons
from tests.autograder.report.handwriting import answers_of, disguised, generator, habits, honest

EXERCISES = next(lesson for lesson in lessons() if lesson.number == 5).exercises
GIVEN = {exercise.name: ["", *answers_of(exercise)] for exercise in EXERCISES}


def class_of(number, seed=7):
    """A class in which everybody writes their own answers."""
    return {exercise: dict(answers) for exercise, answers in _written(number, seed).items()}


@functools.cache
def _written(number, seed):
    rng = generator(seed)
    sources = {exercise.name: {} for exercise in EXERCISES}
    for student in range(number):
        habit = habits(rng)
        for exercise in EXERCISES:
            sources[exercise.name][f"s{student:04}"] = honest(exercise, rng, habit)
    return sources


def copy(sources, first, second, rng=None, exercises=None):
    """One student hands in what another wrote, disguised if there is randomness for it."""
    for exercise in exercises or sources:
        theirs = sources[exercise][first]
        sources[exercise][second] = disguised(theirs, rng) if rng else theirs


def named(pairs):
    return [(pair.first, pair.second) for pair in pairs]


@pytest.mark.parametrize("number", [12, 40, 100])
def test_a_copy_in_disguise_comes_first(number):
    sources = class_of(number)
    copy(sources, "s0000", "s0001", generator(1))
    pairs = similar_pairs(sources, GIVEN)
    assert named(pairs)[0] == ("s0000", "s0001")
    assert all(item.share == 1.0 for item in pairs[0].exercises[:3])
    assert not any(item.word_for_word for item in pairs[0].exercises)


@pytest.mark.parametrize("seed", range(7, 11))
def test_a_class_that_writes_by_itself_is_left_alone(seed):
    assert len(similar_pairs(class_of(40, seed), GIVEN)) <= 1


def test_a_copy_word_for_word_is_called_that_and_weighs_more_than_a_disguised_one():
    plain, hidden = class_of(40), class_of(40)
    copy(plain, "s0000", "s0001")
    copy(hidden, "s0000", "s0001", generator(1))
    word_for_word, disguise = similar_pairs(plain, GIVEN)[0], similar_pairs(hidden, GIVEN)[0]
    assert all(item.word_for_word for item in word_for_word.exercises)
    assert word_for_word.weight >= disguise.weight


def test_half_of_a_notebook_is_enough_and_its_exercises_are_named():
    sources = class_of(100)
    copied = [exercise.name for exercise in EXERCISES if exercise.points >= 2]
    copy(sources, "s0000", "s0001", exercises=copied)
    pair = similar_pairs(sources, GIVEN)[0]
    assert (pair.first, pair.second) == ("s0000", "s0001")
    assert {item.exercise for item in pair.exercises} <= set(copied)
    assert [item.weight for item in pair.exercises] == sorted((item.weight for item in pair.exercises), reverse=True)


def test_what_was_handed_out_or_stands_in_the_bank_says_nothing():
    rng = generator(3)
    known = {exercise.name: rng.choice(answers_of(exercise)) for exercise in EXERCISES}
    sources = class_of(40)
    for exercise, student in itertools.product(known, ("s0000", "s0001")):
        sources[exercise][student] = known[exercise]
    assert ("s0000", "s0001") not in named(similar_pairs(sources, GIVEN))


def test_what_everybody_writes_says_nothing():
    one = class_of(1)
    sources = {exercise: {f"s{student:04}": answers["s0000"] for student in range(40)} for exercise, answers in one.items()}
    assert similar_pairs(sources, GIVEN) == []


def test_a_group_is_held_together_by_as_few_pairs_as_need_be():
    sources = class_of(100)
    for student in range(1, 6):
        copy(sources, "s0000", f"s{student:04}", generator(student))
    pairs = similar_pairs(sources, GIVEN)
    group = tuple(f"s{student:04}" for student in range(6))
    assert sum({pair.first, pair.second} <= set(group) for pair in pairs) == 5
    assert pairs[0].group == group


def test_at_most_so_many_pairs_are_listed():
    sources = class_of(100)
    for student in range(0, 100, 2):
        copy(sources, f"s{student:04}", f"s{student + 1:04}", generator(student))
    pairs = similar_pairs(sources, GIVEN)
    assert len(pairs) == MOST
    assert [pair.weight for pair in pairs] == sorted((pair.weight for pair in pairs), reverse=True)


def test_the_same_class_gives_the_same_list():
    sources = class_of(40)
    copy(sources, "s0000", "s0001", generator(1))
    backwards = {exercise: dict(reversed(answers.items())) for exercise, answers in reversed(sources.items())}
    assert named(similar_pairs(sources, GIVEN)) == named(similar_pairs(backwards, GIVEN))


@pytest.mark.parametrize(
    "sources", [{}, {"f": {}}, {"f": {"ann": ""}}, {"f": {"ann": "x", "ben": "x"}}, {"f": {"ann": "(", "ben": "\x00"}, "g": {}}]
)
def test_next_to_nothing_is_no_trouble(sources):
    assert similar_pairs(sources, {}) == []


def test_code_is_shown_without_what_steers_a_terminal_and_not_without_end():
    sources = class_of(40)
    copy(sources, "s0000", "s0001")
    sources["softmax"]["s0001"] += "\n# \x1b[2J" + "x" * 100_000
    pair = similar_pairs(sources, GIVEN)[0]
    shown = "".join(item.left + item.right for item in pair.exercises)
    assert "\x1b" not in shown
    assert len(shown) < 200_000


def test_the_bound_is_what_chance_hardly_reaches():
    for students, exercises in ((12, 3), (100, 11), (1000, 11)):
        least = least_weight(students, exercises)
        assert chance(least, exercises) * students * (students - 1) / 2 == pytest.approx(BY_CHANCE, rel=0.01)


def test_chance_is_what_a_simulation_of_the_method_gives():
    rng = generator(5)
    weights = []
    for _ in range(20_000):
        p = [rng.random() for _ in range(11)]
        weights.append(sum(-math.log(each) for each in p if each <= 0.05))
    for least in (3.0, 6.0, 9.0):
        assert chance(least, 11) == pytest.approx(sum(weight >= least for weight in weights) / len(weights), rel=0.12)


def test_who_left_something_out_is_compared_in_the_rest():
    sources = class_of(40)
    copy(sources, "s0000", "s0001", generator(1))
    for exercise in list(sources)[::3]:
        del sources[exercise]["s0001"]
    assert named(similar_pairs(sources, GIVEN))[0] == ("s0000", "s0001")


def test_every_made_up_answer_is_a_function():
    for exercise, answers in class_of(5).items():
        for source in answers.values():
            compile(source, exercise, "exec")
            assert source.startswith(f"def {exercise}(")
