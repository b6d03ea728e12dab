"""Gradient clipping: a limit on how large a step may get when the gradient explodes, as it does in long recurrent chains."""

import math

import numpy as np

from dlteach.nn._require import require_dicts, require_numbers, require_positive
from dlteach.nn._types import Params


def clip_by_value(grads: Params, limit: float) -> Params:
    """Cut every number of every gradient off at a limit.

    g ← min(max(g, −limit), limit)

    Each number is treated on its own, so the gradient may point another way afterwards.

    Args:
        grads: gradients by name.
        limit: a number above 0.

    Returns:
        A new dict of new arrays; the given ones stay as they are.

    Raises:
        TypeError: a gradient is neither an array nor a number.
        ValueError: a gradient is empty, its dtype is not of real numbers, or `limit` is not above 0.

    Source: Mikolov, "Statistical language models based on neural networks", 2012.
    """
    require_dicts(grads=grads)
    require_numbers(**{f"grads[{name!r}]": g for name, g in grads.items()})
    require_positive(limit=limit)
    limit = float(limit)  # a number of NumPy's float64 would make float32 gradients float64 as well
    return {name: np.clip(g, -limit, limit) for name, g in grads.items()}


def clip_by_norm(grads: Params, max_norm: float) -> tuple[Params, float]:
    """Shorten the gradient to a largest length where it is longer, without turning it.

    norm = √ Σ g²    g ← g · min(1, max_norm / (norm + 10⁻⁶))    with the sum over all numbers g of all gradients

    All gradients together are one long vector, and all shrink by the same factor. The length is added up in float64: in
    float32 the squares of exploding gradients would be infinite. The 10⁻⁶ is PyTorch's.

    Args:
        grads: gradients by name.
        max_norm: a number above 0.

    Returns:
        grads: a new dict of new arrays; the given ones stay as they are.
        norm: the length before clipping.

    Raises:
        TypeError: a gradient is neither an array nor a number.
        ValueError: a gradient is empty, its dtype is not of real numbers, or `max_norm` is not above 0.

    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013, section 3.2.
    """
    require_dicts(grads=grads)
    require_numbers(**{f"grads[{name!r}]": g for name, g in grads.items()})
    require_positive(max_norm=max_norm)
    norm = math.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in grads.values()))
    factor = min(1.0, float(max_norm) / (norm + 1e-6))
    return {name: g * factor for name, g in grads.items()}, norm
