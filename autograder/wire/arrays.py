"""Arrays of numbers on the wire: ``[dtype, shape, base64]``. A dtype is looked up in a table, never made from what came in."""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Any

import numpy as np

_NATIVE = [np.dtype(code) for code in "?bBhHiIlLqQefdgFDG"]
_ALL = {dtype.newbyteorder("<") for dtype in _NATIVE} | {dtype.newbyteorder(">") for dtype in _NATIVE}
DTYPES = {
    dtype.str: np.dtype(dtype.str) for dtype in _ALL
}  # made anew, so that ours is "native" and not "little-endian": messages say which
"""Truth values, whole numbers, real and complex ones, of both byte orders, by NumPy's names for them."""

WIDE = {name for name, dtype in DTYPES.items() if dtype.kind in "fc" and dtype.itemsize > {"f": 8, "c": 16}[dtype.kind]}
"""``longdouble`` and its complex: some of their bit patterns are no number, so each travels as the sum of two numbers of 64 bits."""


def encode(array: np.ndarray) -> list[Any]:
    """An array, whose dtype is in the table, as JSON data."""
    data = _halves(array) if array.dtype.str in WIDE else array.tobytes()
    return [array.dtype.str, list(array.shape), b64encode(data).decode("ascii")]


def decode(name: str, shape: tuple[int, ...], text: str) -> np.ndarray:
    """The array that :func:`encode` described. Raises ValueError if there aren't as many bytes as the shape needs."""
    try:
        data = b64decode(text, validate=True)
    except Base64Error as error:
        raise ValueError("an array whose bytes aren't base64") from error
    dtype = DTYPES[name]
    wanted = math.prod(shape) * (_narrow(dtype).itemsize * 2 if name in WIDE else dtype.itemsize)
    if len(data) != wanted:
        raise ValueError(f"an array of {len(data)} bytes; it should have {wanted}")
    if name in WIDE:
        return _sum(data, dtype).reshape(shape)
    if dtype.kind == "b":
        truths: np.ndarray = np.frombuffer(data, np.uint8) != 0  # such a byte is 0 or 1, and NumPy relies on that
        return truths.reshape(shape)
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _narrow(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype("<c16" if dtype.kind == "c" else "<f8")


def _halves(array: np.ndarray) -> bytes:
    """The nearest numbers of 64 bits, and what they leave over."""
    with np.errstate(all="ignore"):
        first = array.astype(_narrow(array.dtype))
        rest = np.where(np.isfinite(first), array - first, 0).astype(first.dtype)
    return first.tobytes() + rest.tobytes()


def _sum(data: bytes, dtype: np.dtype[Any]) -> np.ndarray:
    first, rest = np.frombuffer(data, _narrow(dtype)).reshape(2, -1)
    with np.errstate(all="ignore"):
        whole: np.ndarray = (first.astype(dtype) + rest).astype(dtype)
    return whole
