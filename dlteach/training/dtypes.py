"""The dtype of a layer: that of its parameters. In it the layer calculates, whatever comes in."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from dlteach.nn._require import require_numbers
from dlteach.nn._types import Array


def own(array: Array, dtype: DTypeLike) -> Array:
    """Give a fresh array of this dtype: what a layer may write into, wherever the numbers came from."""
    if np.dtype(dtype).kind != "f":
        raise ValueError(f"dtype is {np.dtype(dtype)}; it needs one for fractions, such as float32 or float64.")
    return array.astype(dtype, copy=True)


def cast(x: Array, dtype: np.dtype[Any], name: str = "x") -> Array:
    """Give the input of a layer in the layer's dtype, and without copying where it has that already.

    NumPy would make float64 of whole numbers times float32, and then of every gradient on the way back.
    """
    require_numbers(**{name: x})
    return np.asarray(x, dtype)
