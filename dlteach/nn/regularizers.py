"""Penalties on large weights: what is added to the loss so that a network prefers the simpler explanation."""

import math

import numpy as np

from dlteach.nn._require import require_between, require_numbers
from dlteach.nn._types import Array, as_float


def l1_penalty(w: Array, strength: float) -> tuple[float, Array]:
    """Charge for the size of every weight, so that weights that are not needed become exactly 0.

    penalty = strength · Σ |w|    dw = strength · sign(w)

    The pull towards 0 is the same however small a weight is. At 0 itself there is no slope, and we take 0.

    Args:
        w: array of any shape.
        strength: a number, 0 or more.

    Returns:
        penalty: a number to add to the loss.
        dw: what to add to the gradient of the loss with respect to `w`, same shape.

    Raises:
        TypeError: `w` is neither an array nor a number.
        ValueError: `w` is empty, its dtype is not of real numbers, or `strength` is negative.

    Source: Tibshirani, "Regression shrinkage and selection via the lasso", 1996.
    """
    require_numbers(w=w)
    require_between(0, math.inf, strength=strength)
    strength = float(strength)  # a number of NumPy's float64 would make a float32 gradient float64 as well
    return strength * float(np.sum(np.abs(w))), strength * np.sign(as_float(w))


def l2_penalty(w: Array, strength: float) -> tuple[float, Array]:
    """Charge for the square of every weight, so that all of them stay small.

    penalty = ½ · strength · Σ w²    dw = strength · w

    The pull towards 0 is in proportion to the weight, hence the other name, weight decay. The ½ is there to cancel the 2
    that the derivative brings.

    Args:
        w: array of any shape.
        strength: a number, 0 or more.

    Returns:
        penalty: a number to add to the loss.
        dw: what to add to the gradient of the loss with respect to `w`, same shape.

    Raises:
        TypeError: `w` is neither an array nor a number.
        ValueError: `w` is empty, its dtype is not of real numbers, or `strength` is negative.

    Source: Krogh and Hertz, "A simple weight decay can improve generalization", 1991.
    """
    require_numbers(w=w)
    require_between(0, math.inf, strength=strength)
    strength = float(strength)
    w = as_float(w)
    return strength * float(np.sum(w * w)) / 2, strength * w
