"""The types that the signatures of `dlteach.nn` are written in."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""A NumPy array. Its shape stands in the docstring, because Python's types cannot say it."""

Number: TypeAlias = float | np.number[Any]
"""A plain number, of Python's or NumPy's making."""

Params: TypeAlias = dict[str, Array]
"""The parameters of a network by name, or their gradients under the same names."""


def as_float(x: Array | Number) -> Array:
    """Give `x` as an array that can hold fractions: whole numbers become float64, float32 stays float32."""
    array = np.asarray(x)
    return array.astype(np.result_type(array, 0.0), copy=False)
