"""Losses of regression: how far predicted numbers are from the true ones. Each is the mean over all numbers of the batch.

They differ in what they make of a large error. Squared, it outweighs many small ones; taken by its size, it counts no more than
its size. Huber's loss squares the small errors, and takes the large ones by their size.
"""

import numpy as np

from dlteach.nn._require import require_positive, require_same_shape
from dlteach.nn._types import Array, as_float


def mean_squared_error(pred: Array, target: Array) -> tuple[float, Array]:
    """Take the mean of the squared errors, and its gradient.

    J = mean[ (pred − target)² ]    dJ/dpred = 2 · (pred − target) / size

    An error of 10 costs a hundred times as much as an error of 1: a single outlier can decide where a line goes.

    Args:
        pred: array of any shape, what the model says.
        target: the same shape, what is true.

    Returns:
        loss: the mean over all numbers.
        dpred: gradient of the loss with respect to `pred`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: the shapes differ, the arrays are empty, or a dtype is not of real numbers.

    Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, section 2.4.
    """
    require_same_shape(pred=pred, target=target)
    error = _difference(pred, target)
    return float(np.mean(error * error)), 2 * error / error.size


def mean_absolute_error(pred: Array, target: Array) -> tuple[float, Array]:
    """Take the mean of the sizes of the errors, and its gradient.

    J = mean |pred − target|    dJ/dpred = sign(pred − target) / size

    An error of 10 costs ten times as much as an error of 1, and pulls no harder. Where an error is exactly 0 the loss has a
    corner and no slope; like PyTorch we take 0 there.

    Args:
        pred: array of any shape, what the model says.
        target: the same shape, what is true.

    Returns:
        loss: the mean over all numbers.
        dpred: gradient of the loss with respect to `pred`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: the shapes differ, the arrays are empty, or a dtype is not of real numbers.

    Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, section 10.6.
    """
    require_same_shape(pred=pred, target=target)
    error = _difference(pred, target)
    return float(np.mean(np.abs(error))), np.sign(error) / error.size


def huber_loss(pred: Array, target: Array, delta: float = 1.0) -> tuple[float, Array]:
    """Take half the square of small errors and the plain size of large ones, joined without a corner; and the gradient.

    J = mean( ½ e²  where |e| ≤ δ,  δ · (|e| − ½ δ)  elsewhere )    with e = pred − target
    dJ/dpred = clip(e, −δ, δ) / size

    With c = clip(e, −δ, δ) both cases are c · (e − ½ c): inside, c is e; outside, it is δ with the sign of e.

    Args:
        pred: array of any shape, what the model says.
        target: the same shape, what is true.
        delta: δ, the size from which on an error counts as large.

    Returns:
        loss: the mean over all numbers.
        dpred: gradient of the loss with respect to `pred`, same shape.

    Raises:
        TypeError: `pred` or `target` is neither an array nor a number.
        ValueError: the shapes differ, the arrays are empty, a dtype is not of real numbers, or `delta` is not above 0.

    Source: Huber, "Robust estimation of a location parameter", 1964.
    """
    require_same_shape(pred=pred, target=target)
    require_positive(delta=delta)
    delta = float(delta)  # a number of NumPy's float64 would make float32 predictions float64 as well
    error = _difference(pred, target)
    clipped = np.clip(error, -delta, delta)
    return float(np.mean(clipped * (error - clipped / 2))), clipped / error.size


def _difference(pred: Array, target: Array) -> Array:
    """Give pred − target in the dtype of `pred`: integer or float64 targets would make float32 predictions float64 as well."""
    pred = as_float(pred)
    difference: Array = pred - np.asarray(target).astype(pred.dtype, copy=False)
    return difference
