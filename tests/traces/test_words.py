"""Numbers in sentences: short, and never another than the picture shows."""

import math

import numpy as np
import pytest

from dlteach.traces.words import listed, rounded, say, say_apart


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5.12, "5.12"),
        (-0.80004, "−0.8"),
        (-1e-300, "0"),  # float32 has no such number, so neither has the picture
        (1.2e-7, "1.2e−7"),
        (123456.7, "123457"),
        (1.2e9, "1.2e9"),
        (3e44, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "not a number"),
        (np.array([-9, 3]), "(−9, 3)"),
    ],
)
def test_a_number_has_four_digits_that_count(number, text):
    assert say(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.5, "0.5"),
        (-0.26894, "−0.269"),
        (2, "2"),
        (-1e-300, "0"),
        (1.24e-7, "1.24e−7"),
        (225625, "225625"),
        (4.99e11, "4.99e11"),
        (math.nan, "not a number"),
        (3e44, "∞"),
    ],
)
def test_a_number_may_also_have_three_digits_after_the_point(number, text):
    assert rounded(number) == text


def test_two_numbers_that_differ_are_written_so_that_one_sees_it():
    assert say_apart(12, 12.8) == ("12", "12.8")
    assert say_apart(20.0001, 20.0) == ("20.0001", "20")
    assert say_apart(1 + 1e-12, 1.0) == ("1.000000000001", "1")
    assert say_apart(np.array([1, 2.00001]), np.array([1.0, 2.0])) == ("(1, 2.00001)", "(1, 2)")
    assert say_apart(0.37754, -0.37754, rounded) == ("0.378", "−0.378")
    assert say_apart(0.37751, 0.37752, rounded) == ("0.37751", "0.37752")


def test_things_are_listed():
    assert [listed("abc"[:many]) for many in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
