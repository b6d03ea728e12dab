"""Compare one result with the expected one, gate by gate: it ran, its type, its shape, its values, its manners.

The first gate that fails is the one worth talking about: there is no point in discussing the numbers of an array of the wrong shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlteach.checking.exercise import Exercise
from dlteach.checking.run import Failure, Outcome
from dlteach.checking.snapshot import Strange, close_mask, identical, is_number
from dlteach.checking.words import a_kind, plural, two_numbers

MANY_KEYS = 8


@dataclass(frozen=True)
class Finding:
    """Why a result fails: the gate ("runs", "type", "shape", "value" or "properties"), one sentence, and, where it helps, what was got
    and expected at the first difference."""

    gate: str
    says: str
    got: Any = None
    expected: Any = None
    where: tuple[int, ...] | None = None
    output: str = ""


@dataclass(frozen=True)
class Missing:
    """Stands for a result that is not there; ``says`` tells why."""

    says: str


def outputs(exercise: Exercise, outcome: Outcome) -> dict[str, Any]:
    """The results by name, from what the function returned; one that is not there is :class:`Missing`."""
    wanted = exercise.returns
    if len(wanted) == 1:
        return {wanted[0]: outcome.value}
    value = outcome.value
    if not isinstance(value, tuple | list):
        says = f"it returns {a_kind(value)}; it should return {len(wanted)} things: {', '.join(wanted)}."
        return dict.fromkeys(wanted, Missing(says))
    if len(value) != len(wanted):
        says = f"it returns {plural(len(value), 'thing')}; it should return {len(wanted)}: {', '.join(wanted)}."
        return dict.fromkeys(wanted, Missing(says))
    return dict(zip(wanted, value, strict=True))


def leaves(name: str, expected: Any, got: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name, expected and got of every array or number in a result; a dict has one for each key."""
    if not isinstance(expected, dict):
        yield name, expected, got
        return
    for key, item in expected.items():
        label = f"{name}[{key!r}]"
        if isinstance(got, Missing):
            yield label, item, got
        elif not isinstance(got, dict):
            yield label, item, Missing(f"`{name}` is {a_kind(got)}; it should be a dict with the keys {_keys(expected)}.")
        elif key not in got:
            lost = ", ".join(repr(key) for key in expected if key not in got)
            yield label, item, Missing(f"`{name}` lacks {lost}: it should have the keys {_keys(expected)}, and it has {_keys(got)}.")
        else:
            yield label, item, got[key]


def _keys(mapping: dict[Any, Any]) -> str:
    first = [repr(key) for key in list(mapping)[:MANY_KEYS]]
    return ", ".join([*first, "…"] if len(mapping) > MANY_KEYS else first) or "none"


def compare_outcome(exercise: Exercise, output: str | None, expected: Outcome, got: Outcome) -> Finding | None:
    """The first gate at which one case fails, or None. ``output`` names the result to look at, None all of them."""
    if got.failure is not None:
        return Finding("runs", failure_sentence(exercise, got.failure))
    for label, want, have in selected(exercise, output, expected, got):
        finding = compare_value(label, want, have, exercise.rtol)
        if finding:
            return finding
    return manners(got)


def selected(exercise: Exercise, output: str | None, expected: Outcome, got: Outcome) -> list[tuple[str, Any, Any]]:
    """The leaves that a criterion looks at: name, expected, got."""
    wanted, had = outputs(exercise, expected), outputs(exercise, got)
    found = [leaf for name in exercise.returns for leaf in leaves(name, wanted[name], had[name])]
    return [leaf for leaf in found if output is None or leaf[0] == output or leaf[0].startswith(output + "[")]


def compare_value(label: str, expected: Any, got: Any, rtol: float) -> Finding | None:
    """Type, then shape, then values of one array or number."""
    if isinstance(got, Missing):
        return Finding("type", got.says, output=label)
    wrong = type_sentence(label, expected, got)
    if wrong:
        return Finding("type", wrong, got, expected, output=label)
    want, have = np.asarray(expected), np.asarray(got)
    if want.shape != have.shape:
        says = f"`{label}` has the shape {have.shape}; it should have {want.shape}."
        if want.ndim == 0:
            says = f"`{label}` is an array of shape {have.shape}; it should be a single number."
        return Finding("shape", says, got, expected, output=label)
    if identical(have, want):
        return None
    right = close_mask(have, want, rtol)
    if right.all():
        return None
    where = tuple(int(i) for i in np.argwhere(~right)[0])
    return Finding("value", value_sentence(label, have, want, right, where), got, expected, where, label)


def value_sentence(label: str, got: np.ndarray, expected: np.ndarray, right: np.ndarray, where: tuple[int, ...]) -> str:
    """What differs, in how many places, and where first."""
    mine, wanted = two_numbers(got[where], expected[where])
    if got.ndim == 0:
        return f"`{label}` is {mine}; it should be {wanted}."
    wrong = int((~right).sum())
    place = "[" + ", ".join(map(str, where)) + "]"
    some = f"in {wrong} of {plural(right.size, 'place')}, first at {place}" if right.size > 1 else f"at {place}"
    return f"`{label}` is wrong {some}: {mine} where {wanted} is expected."


def type_sentence(label: str, expected: Any, got: Any) -> str | None:
    """What is wrong with the type of a result, or None. Arrays must be arrays; a number is any real number or 0-d array."""
    whole = np.asarray(expected).dtype.kind in "iu"
    if got is None:
        return f"`{label}` is None. Is there a `return` with a value at the end of the function?"
    if isinstance(got, Strange):
        return f"`{label}` is {a_kind(got)}; it should be {_wanted(expected)}."
    is_array = isinstance(got, np.ndarray)
    if isinstance(expected, np.ndarray) and expected.ndim > 0 and not is_array:
        return f"`{label}` is {a_kind(got)}; it should be {_wanted(expected)}."
    if not is_array and not is_number(got):
        return f"`{label}` is {a_kind(got)}; it should be {_wanted(expected)}."
    dtype = np.asarray(got).dtype
    if dtype.kind not in ("iu" if whole else "iuf"):
        if np.ndim(expected) == 0 and np.ndim(got) == 0:
            return f"`{label}` is {_dtype_words(dtype, np.asarray(got).item())}; it should be {_wanted(expected)}."
        return f"`{label}` holds {_dtype_words(dtype)}; it should hold {'integers' if whole else 'real numbers'}."
    return None


def _wanted(expected: Any) -> str:
    array = np.asarray(expected)
    if array.ndim == 0:
        return "a whole number" if array.dtype.kind in "iu" else "a number"
    return f"a NumPy array of shape {array.shape}"


def _dtype_words(dtype: np.dtype[Any], value: Any = None) -> str:
    """What an array holds, or, with a value, what that single number is."""
    if value is not None:
        return {"b": str(value), "f": f"the float {value!r}", "c": f"the complex number {value}"}.get(dtype.kind, str(value))
    return {"b": "True and False", "f": f"floats ({dtype})", "c": "complex numbers"}.get(dtype.kind, str(dtype))


def manners(got: Outcome) -> Finding | None:
    """The last gate: a right answer that changes its inputs, or answers differently the second time."""
    if got.changed:
        which = " and ".join(f"`{name}`" for name in got.changed)
        return Finding("properties", f"it changes its input {which}: whoever called it finds other numbers in there afterwards.")
    if got.unstable:
        return Finding("properties", "called twice with the same input, it gives two different answers.")
    return None


def failure_sentence(exercise: Exercise, failure: Failure) -> str:
    """A call that ended without a result, in one sentence."""
    if failure.kind == "stub":
        return f"`{exercise.name}` is not written yet."
    if failure.kind == "time":
        return f"`{exercise.name}` does not come to an end (stopped after 5 seconds of work, or 15 of waiting). Does a loop never finish?"
    place = f", at `{failure.line}`" if failure.line else ""
    message = re.sub(r", with gufunc signature \S+", "", failure.message).strip()
    message = f": {message}" if message else ""
    return f"`{exercise.name}` stops with {failure.type}{message}{place}"
