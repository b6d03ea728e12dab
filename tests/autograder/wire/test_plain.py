"""Plain data crosses as it is, with its exact types; anything else is refused by a PlainError, and by nothing worse."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.wire import arrays, plain
from autograder.wire.plain import PlainError, pack, unpack
from dlteach.checking import Case, Named
from dlteach.checking.callables import TABLE
from dlteach.checking.run import Failure, Outcome, Run
from dlteach.checking.snapshot import Strange, freeze
from tests.exercises.bank import EXERCISES

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
whole = st.integers(-(1 << 63), (1 << 63) - 1)
dtypes = st.sampled_from(sorted(set(arrays.DTYPES) - arrays.WIDE)).map(np.dtype)
some_arrays = npst.arrays(dtypes, npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
scalars = dtypes.flatmap(lambda dtype: npst.arrays(dtype, ())).map(lambda array: array[()])
leaves = st.none() | st.booleans() | whole | st.floats() | st.complex_numbers() | texts | some_arrays | scalars
leaves |= st.builds(Strange, texts, texts)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(texts | whole, inner, max_size=3),
    max_leaves=12,
)
failures = st.builds(Failure, st.sampled_from(plain.FAILURES), texts, texts, texts, whole)
some_texts = st.lists(texts, max_size=3).map(tuple)
outcomes = st.builds(Outcome, values, st.none() | failures, some_texts, st.booleans(), texts, some_texts)
runs = st.builds(Run, st.lists(outcomes, max_size=3).map(tuple), some_texts, st.booleans(), texts)
named = st.builds(Named, st.sampled_from(sorted(TABLE)), st.dictionaries(texts, values, max_size=2))
cases = st.builds(Case, st.dictionaries(texts, values | named, max_size=3), texts, st.dictionaries(texts, whole, max_size=3))
everything = values | failures | outcomes | runs | named | cases


def crossed(value: Any) -> Any:
    """A value after it went through a socket."""
    return unpack(json.loads(json.dumps(pack(value), allow_nan=False)))


def identical(a: Any, b: Any) -> bool:
    """Equal down to types, signs of zero, and bits; any NaN equals any other."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        if repr(a.dtype) != repr(b.dtype):
            return False
        return a.shape == b.shape and np.array_equal(np.isnan(a), np.isnan(b)) and repr(a) == repr(b)
    if isinstance(a, float | complex):
        return repr(a) == repr(b)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(identical(a[key], b[key]) for key in a)
    if type(a) in plain.RECORDS:
        return all(identical(getattr(a, name), getattr(b, name)) for name in vars(a))
    return bool(a == b)


@given(everything)
def test_everything_that_may_cross_arrives_as_it_was(value: Any) -> None:
    assert identical(crossed(value), value)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_every_case_of_every_exercise_crosses(exercise: Any) -> None:
    for case in exercise.cases(np.random.default_rng(3)):
        assert identical(crossed(case), case)


@pytest.mark.parametrize("dtype", ["longdouble", "clongdouble"])
def test_wide_numbers_cross_to_their_last_bit(dtype: str) -> None:
    third = np.ones(3, dtype) / 3
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -1.5, 1e300], dtype)
    for array in (third, special, third.reshape(3, 1), third[:0]):
        got = crossed(array)
        assert got.dtype == array.dtype
        np.testing.assert_array_equal(got, array)


def test_what_comes_back_can_be_written_to_and_shares_nothing() -> None:
    array = np.arange(3.0)
    got = crossed(array)
    got[0] = 5
    assert array[0] == 0


def test_a_truth_value_is_zero_or_one_whatever_its_byte_was() -> None:
    got = unpack({"array": ["|b1", [3], base64.b64encode(bytes([0, 1, 255])).decode()]})
    assert got.view(np.uint8).tolist() == [0, 1, 1]


class Float(float):
    """A subclass of a plain type may do anything when it is looked at."""


@pytest.mark.parametrize(
    "value",
    [
        Float(1.0),
        object(),
        {1.5: 2},
        {("a",): 1},
        {True: 1},
        1 << 63,
        -(1 << 63) - 1,
        b"bytes",
        {1, 2},
        np.array([object()]),
        np.array(["text"]),
        np.zeros(2, [("a", float)]),
        np.array(["2020"], "datetime64[Y]"),
        np.str_("text"),
        np.zeros((0, 1 << 40)),
        np.broadcast_to(0.0, (2000, 2000)),
        "\ud800",
        {"\ud800": 1},
        "x" * (plain.MAX_TEXT + 1),
        len,
        int,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_plain_data_is_not_packed(value: Any) -> None:
    with pytest.raises(PlainError):
        pack(value)


def test_too_much_is_not_packed() -> None:
    deep: Any = []
    for _ in range(plain.MAX_DEPTH + 1):
        deep = [deep]
    for value in (deep, [0] * plain.MAX_PIECES, [np.zeros(100_000)] * 6):
        with pytest.raises(PlainError):
            pack(value)


def test_whatever_a_function_returned_can_cross_once_it_is_frozen() -> None:
    strange = [
        object(),
        {1.5: 2, True: 3, 1 << 70: 4, "\ud800": 5},
        "\ud800" * 500,
        1 << 100,
        np.ma.array([1]),
        {"x" * 50_000: 1},
        [[[[[[[[[]]]]]]]]],
    ]
    for value in strange:
        crossed(freeze(value))


def array(dtype: Any = "<f8", shape: Any = (2,), data: Any = bytes(16)) -> dict[str, Any]:
    """The description of an array, one part of it wrong."""
    return {
        "array": [
            dtype,
            list(shape) if isinstance(shape, tuple) else shape,
            base64.b64encode(data).decode() if isinstance(data, bytes) else data,
        ]
    }


def run(**changed: Any) -> dict[str, Any]:
    """The description of a run, one part of it wrong."""
    body = pack(Run((Outcome(1.0),)))["Run"]
    return {"Run": {**body, **changed}}


def outcome(**changed: Any) -> dict[str, Any]:
    """The same of one outcome in a run."""
    body = pack(Outcome(1.0))["Outcome"]
    return run(outcomes={"tuple": [{"Outcome": {**body, **changed}}]})


HOSTILE: dict[str, Any] = {
    "a tag nobody has": {"eval": "1"},
    "no tag": {},
    "two tags": {"tuple": [], "dict": []},
    "a class of ours that isn't data": {"Exercise": {}},
    "an integer beyond 64 bits": 1 << 64,
    "infinity as JSON": math.inf,
    "NaN as JSON": math.nan,
    "a float by another name": {"float": "1e5"},
    "a float that isn't a name": {"float": [1]},
    "a complex of integers": {"complex": [1, 2]},
    "a complex of one": {"complex": [1.0]},
    "half a surrogate pair": "\ud800",
    "a long text": "x" * 20_000,
    "a tuple of nothing": {"tuple": None},
    "a tuple that is a text": {"tuple": "abc"},
    "a dict that is an object": {"dict": {"a": 1}},
    "a dict with one key twice": {"dict": [["a", 1], ["a", 2]]},
    "a dict with 1 and True": {"dict": [[1, 1], [True, 2]]},
    "a dict with a float key": {"dict": [[1.5, 1]]},
    "a dict with a list key": {"dict": [[[], 1]]},
    "a dict with half a pair": {"dict": [["a"]]},
    "an array of objects": array("|O"),
    "a structured array": array([["a", "<f8"]]),
    "an array of text": array("<U4"),
    "an array of dates": array("<M8[s]"),
    "a dtype that is code": array("__import__('os')"),
    "a shape that is too large for its bytes": array(shape=(3,)),
    "a shape that is too small": array(shape=(1,)),
    "a negative shape": array(shape=(-2, -1)),
    "minus one": array(shape=(-1,)),
    "a huge shape of nothing": array(shape=(0, 1 << 62), data=b""),
    "a shape that overflows": array(shape=(1 << 32, 1 << 32), data=b""),
    "a shape of floats": array(shape=(2.0,)),
    "a shape of truth values": array(shape=(True, 2)),
    "a shape that is a number": array(shape=2),
    "a hundred axes": array(shape=(1,) * 100, data=bytes(8)),
    "no base64": array(data="!!!!"),
    "base64 that isn't ASCII": array(data="é" * 16),
    "bytes that are a list": array(data=[0] * 16),
    "an array of two parts": {"array": ["<f8", [1]]},
    "a scalar with axes": {"scalar": array()["array"]},
    "a run of nothing": {"Run": None},
    "a run with a part too many": run(points=100),
    "a run with a part too few": {"Run": {"outcomes": {"tuple": []}}},
    "a run whose outcomes are values": run(outcomes={"tuple": [1.0]}),
    "a run whose outcomes are a list": run(outcomes=[]),
    "a run inside a run": run(outcomes={"tuple": [run()]}),
    "a run that says nothing about limits": run(limited=None),
    "a run whose source is no text": run(source=5),
    "a run whose forbidden names are one name": run(forbidden="abc"),
    "an outcome whose failure is a text": outcome(failure="raised"),
    "an outcome whose failure is a run": outcome(failure=run()),
    "an outcome with a run for a value": outcome(value=run()),
    "an outcome with a function by name for a value": outcome(value=pack(Named("parabola_slope", {"a": 1.0}))),
    "an outcome that is unstable by 1": outcome(unstable=1),
    "an outcome that changed a list": outcome(changed=["x"]),
    "a failure of a kind there isn't": outcome(value=None, failure={"Failure": {**pack(Failure("time"))["Failure"], "kind": "right"}}),
    "a function by a name that isn't in the table": {"Named": {"name": "__import__('os').system", "params": {"dict": []}}},
    "something strange inside": {"Strange": {"kind": 1, "text": ""}},
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_describes_nothing_is_refused(data: Any) -> None:
    with pytest.raises(PlainError):
        unpack(data)


def test_too_much_is_refused() -> None:
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    million = array(shape=(200_000,), data=bytes(1_600_000))
    for data in (deep, [0] * 60_000, {"tuple": [[]] * 60_000}, [million] * 3):
        with pytest.raises(PlainError):
            unpack(data)


json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)
tags = st.sampled_from(["tuple", "dict", "float", "complex", "array", "scalar", *plain.READERS])


@given(json_data | st.dictionaries(tags, json_data, min_size=1, max_size=1))
def test_any_json_is_understood_or_refused(data: Any) -> None:
    try:
        unpack(data)
    except PlainError:
        pass


@settings(max_examples=300)
@given(everything, st.data())
def test_a_description_with_one_piece_changed_is_understood_or_refused(value: Any, data: st.DataObject) -> None:
    changed = json.loads(json.dumps(pack(value)))
    place, key = None, None
    here = changed
    while isinstance(here, dict | list) and here:
        place, key = here, data.draw(st.sampled_from(list(here) if isinstance(here, dict) else list(range(len(here)))))
        here = here[key]
        if data.draw(st.booleans()):
            break
    if place is not None:
        place[key] = data.draw(json_data)
    try:
        unpack(changed)
    except PlainError:
        pass
