"""Distances between all pairs of points: broadcasting at its most useful."""

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array, as_float


def pairwise_distances(a: Array, b: Array) -> Array:
    """Measure the straight line from every point of one set to every point of another.

    distance_nm = √ Σ_d (a_nd − b_md)²

    `a[:, None]` is (N, 1, D) and `b` is (M, D): broadcasting stretches both to (N, M, D), one difference for each pair. The
    expanded square, |a|² − 2 · (a @ b) + |b|², needs less memory, but where points lie close together it takes the difference
    of two large numbers and few digits are left.

    Args:
        a: (N, D), points.
        b: (M, D), points.

    Returns:
        (N, M).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the points differ in their number of features, a set is empty, or a dtype is not of real numbers.

    Source: Harris et al., "Array programming with NumPy", 2020 (broadcasting).
    """
    require_shapes(a=(a, "N D"), b=(b, "M D"))
    require_numbers(a=a, b=b)
    distances: Array = np.sqrt(np.sum((as_float(a)[:, None] - b) ** 2, axis=-1))
    return distances
