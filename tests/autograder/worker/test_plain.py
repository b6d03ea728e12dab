"""Displays become plain JSON data of bounded size."""

import json
import math

import numpy as np
import pytest

from autograder.worker.plain import TooBig, plain_text, to_plain


class Lying(str):
    def __len__(self):
        return 0


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("a", "a"),
        (Lying("abc"), "abc"),
        (True, True),
        (None, None),
        (5, 5),
        (1 << 5000, "a very large integer"),
        (0.5, 0.5),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (np.float64(0.5), 0.5),
        (b"ab", "YWI="),
        ((1, [2, {"a": 3}]), [1, [2, {"a": 3}]]),
        ({1: 2}, {"int": 2}),
        (object(), "object"),
        ("\ud800", "?"),
    ],
)
def test_a_value_becomes_json(value, plain):
    result, size = to_plain(value, 10_000)
    assert result == plain
    assert type(result) is type(plain)
    assert size <= 200
    json.dumps(result, allow_nan=False).encode()


@pytest.mark.parametrize("value", ["x" * 101, ["x"] * 30, {"x" * 60: "x" * 60}, b"x" * 90, "é" * 60])
def test_too_much_is_refused(value):
    with pytest.raises(TooBig):
        to_plain(value, 100)


def test_data_that_contains_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(TooBig):
        to_plain(value, 10_000)


def test_a_text_is_cut_by_characters():
    assert plain_text("abc", 2) == "ab"
    assert plain_text("abc", -1) == ""
