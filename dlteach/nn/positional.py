"""Positional encoding: attention cannot tell first from last, so the place of a word is added to its vector."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from dlteach.nn._require import require_count
from dlteach.nn._types import Array


def positional_encoding(num_steps: int, num_features: int, dtype: DTypeLike = np.float64) -> Array:
    """Give every place in a sequence a vector of its own, made of sines and cosines.

    PE[t, 2i] = sin(t / 10000^(2i/D))    PE[t, 2i+1] = cos(t / 10000^(2i/D))

    i counts the pairs of columns from 0, and each pair is the hand of a clock. The first turns fastest, once in 2π, or about
    six steps; the last needs 10000^((D−2)/D) times as long, close to 10000 for a large D. k steps further, every hand has turned
    by an angle that depends on k alone, and so "three words ago" is the same rotation wherever one stands.

    Args:
        num_steps: T, the length of the sequence.
        num_features: D, the size of the word vectors. If it is odd, the last sine has no cosine.
        dtype: what kind of floating-point numbers to give.

    Returns:
        Numbers from −1 to 1, (T, D), to be added to (N, T, D).

    Raises:
        TypeError: a size is not a whole number.
        ValueError: a size is below 1, or `dtype` is not a floating-point one.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.5.
    """
    require_count(1, num_steps=num_steps, num_features=num_features)
    _require_floating(dtype)
    rates = 10000.0 ** (-np.arange(0, num_features, 2) / num_features)  # 1 / 10000^(2i/D) for every pair i
    angles = np.arange(num_steps)[:, None] * rates
    encoding = np.empty((num_steps, num_features), dtype=dtype)
    encoding[:, 0::2] = np.sin(angles)
    encoding[:, 1::2] = np.cos(angles[:, : num_features // 2])
    return encoding


def _require_floating(dtype: Any) -> None:
    """Raise unless `dtype` can hold fractions."""
    if np.dtype(dtype).kind != "f":
        raise ValueError(f"dtype is {np.dtype(dtype)}; it needs a floating-point one, such as np.float32.")
