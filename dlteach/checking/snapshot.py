"""Turn whatever a function returned into plain data, so that nothing of the student's code reaches the verdict.

Arrays, numbers, strings, tuples, lists and dicts pass through as copies; everything else becomes a :class:`Strange`, which only
remembers what it was called. Plain data can be compared safely, printed safely, and sent to another process.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_SIZE = 1_000_000  # entries of all arrays in a result; the cases are tiny, so anything near this is a mistake
MAX_ITEMS = 1_000  # items of a list, tuple or dict
MAX_PIECES = 10_000  # items of all of them in a result
MAX_DEPTH = 6
MAX_TEXT = 200


@dataclass(frozen=True)
class Strange:
    """Something that is not plain data: the name of its type, and the beginning of its repr."""

    kind: str
    text: str = ""


@dataclass
class _Room:
    """How much more of one result is kept."""

    pieces: int = MAX_PIECES
    entries: int = MAX_SIZE


def freeze(value: Any) -> Any:
    """A plain copy of ``value``. Never raises: hostile objects (a ``__repr__`` that fails, say) become :class:`Strange`."""
    return _safely(value, 0, _Room())


def _safely(value: Any, depth: int, room: _Room) -> Any:
    try:
        return _freeze(value, depth, room)
    except Exception:
        return Strange(kind_of(value))


def _freeze(value: Any, depth: int, room: _Room) -> Any:
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return printable(value, MAX_TEXT)
    if kind is np.ndarray:
        return _freeze_array(value, room)
    if isinstance(value, np.generic):
        return value if value.dtype.kind in "biufc" else Strange(kind_of(value), _text(value))
    if kind is complex:
        return value
    if isinstance(value, numbers.Real):
        return _freeze_number(value)
    if depth < MAX_DEPTH and isinstance(value, tuple | list | dict):
        return _freeze_container(value, depth, room)
    return Strange(kind_of(value), _text(value))


def _freeze_array(value: np.ndarray, room: _Room) -> Any:
    if value.dtype.kind not in "biufc":
        return Strange(f"array of dtype {value.dtype}", _text(value))
    if value.size > room.entries:
        return Strange(f"array of shape {value.shape}", "far larger than any right answer")
    room.entries -= value.size
    return value.copy() if value.ndim else value[()]  # an array without axes is a number


def _freeze_number(value: numbers.Real) -> Any:
    if isinstance(value, numbers.Integral) and abs(int(value)) < 2**63:
        return int(value)
    return float(value)


def _freeze_container(value: Any, depth: int, room: _Room) -> Any:
    if len(value) > min(MAX_ITEMS, room.pieces):
        return Strange(f"{kind_of(value)} of {len(value)} items")
    room.pieces -= len(value)
    if isinstance(value, dict):
        return {_freeze_key(key): _safely(item, depth + 1, room) for key, item in value.items()}
    items = [_safely(item, depth + 1, room) for item in value]
    return tuple(items) if isinstance(value, tuple) else items


def _freeze_key(key: Any) -> str | int:
    if type(key) is int and abs(key) < 2**63:
        return key
    return printable(key, MAX_TEXT) if type(key) is str else _text(key)


def thaw(value: Any) -> Any:
    """A fresh, writable copy of a case's plain data, to hand to a function that may scribble on it."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    if type(value) in (tuple, list):
        return type(value)(thaw(item) for item in value)
    return value


def same(a: Any, b: Any, rtol: float = 0.0) -> bool:
    """Whether two pieces of plain data agree: same kinds, shapes and numbers (NaN equals NaN), to ``rtol`` of the largest entry."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)) or a.shape != b.shape:
            return False
        if identical(a, b):
            return True
        return _family(a) == _family(b) and close(a, b, rtol)
    if is_number(a) and is_number(b):
        if type(a) is type(b) and a == b:
            return True
        return _family(a) == _family(b) and close(a, b, rtol)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], rtol) for key in a)
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(same(x, y, rtol) for x, y in zip(a, b, strict=True))
    if isinstance(a, Strange) and isinstance(b, Strange):
        return a.kind == b.kind
    return type(a) is type(b) and bool(a == b)


def identical(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays agree in every bit: that they do is likely, and seen ten times as fast as by comparing numbers."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def _family(value: Any) -> str:
    """Truth values, whole numbers, real or complex ones."""
    kind = np.asarray(value).dtype.kind
    return "i" if kind == "u" else kind


def close(got: Any, expected: Any, rtol: float) -> bool:
    """Whether ``got`` equals ``expected`` up to ``rtol`` times the largest absolute value expected (1 if that is 0)."""
    return bool(np.all(close_mask(np.asarray(got), np.asarray(expected), rtol)))


def close_mask(got: np.ndarray, expected: np.ndarray, rtol: float) -> np.ndarray:
    """Entry by entry: True where ``got`` is right. Shapes must agree."""
    finite = np.abs(expected[np.isfinite(expected)])
    scale = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= rtol * scale if got.dtype.kind != "b" else got == expected
    mask: np.ndarray = near | (got == expected) | (np.isnan(got) & np.isnan(expected))
    return mask


def is_number(value: Any) -> bool:
    """A plain number: Python's or NumPy's, bool included."""
    return isinstance(value, bool | int | float | complex | np.generic)


def kind_of(value: Any) -> str:
    """The name of a value's type, as a student knows it."""
    return printable(type(value).__name__, 60)


def printable(text: str, limit: int | None = None) -> str:
    """The beginning of a text, fit to be written anywhere: half a surrogate pair, which UTF-8 has no bytes for, becomes ``?``."""
    return str(text)[:limit].encode("utf-8", "replace").decode("utf-8")


def _text(value: Any) -> str:
    try:
        return printable(repr(value), MAX_TEXT)
    except Exception:
        return ""
