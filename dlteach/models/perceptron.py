"""The perceptron: one weighted sum, a yes or a no, and a rule that learns from mistakes alone."""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import (
    require_binary,
    require_count,
    require_generator,
    require_numbers,
    require_positive,
    require_scalar,
    require_shapes,
)
from dlteach.nn._types import Array, as_float


class PerceptronFit(NamedTuple):
    """What training a perceptron gives: the line it found, and how it got there."""

    w: Array
    b: float
    mistakes: tuple[int, ...]


def perceptron_predict(x: Array, w: Array, b: float) -> Array:
    """Say 1 on one side of the line x @ w + b = 0, and 0 on the other.

    y = 1 if x @ w + b ≥ 0, else 0

    Args:
        x: (N, D), samples.
        w: (D,), weights.
        b: bias, a number.

    Returns:
        Integers, (N,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or the batch is empty.

    Source: Rosenblatt, "The perceptron: a probabilistic model for information storage and organization in the brain", 1958.
    """
    require_shapes(x=(x, "N D"), w=(w, "D"))
    require_numbers(x=x, w=w)
    require_scalar(b=b)
    return (x @ w + b >= 0).astype(int)


def perceptron_step(x: Array, y: int, w: Array, b: float, lr: float = 1.0) -> tuple[Array, float]:
    """Show the perceptron one sample: a right answer changes nothing, a wrong one moves the line towards the sample.

    w ← w + lr · (y − ŷ) · x    b ← b + lr · (y − ŷ)    with the answer ŷ

    The error y − ŷ is −1, 0 or 1. Away from the line this is a step of gradient descent on the perceptron criterion
    max(0, −s · (x @ w + b)), with s = 1 for label 1 and −1 for label 0.

    Args:
        x: (D,), one sample.
        y: its label, 0 or 1.
        w: (D,), weights.
        b: bias, a number.
        lr: learning rate.

    Returns:
        w: (D,), a new array. b: a number.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, `y` is neither 0 nor 1, or `lr` is not above 0.

    Source: Rosenblatt, "The perceptron: a probabilistic model for information storage and organization in the brain", 1958.
    """
    require_shapes(x=(x, "D"), w=(w, "D"))
    require_numbers(x=x, w=w)
    require_scalar(y=y, b=b)
    require_binary(y=np.asarray(y))
    require_positive(lr=lr)
    step = float(lr) * (int(y) - int(x @ w + b >= 0))  # a plain number: NumPy's own float64 would widen float32
    return w + step * x.astype(as_float(w).dtype), b + step


def train_perceptron(
    x: Array, y: Array, *, epochs: int = 100, lr: float = 1.0, rng: np.random.Generator | None = None
) -> PerceptronFit:
    """Show the perceptron all samples, again and again, until it makes no mistake.

    Starting from zeros, every epoch takes one step per sample. If a line separates the classes, the number of mistakes is
    finite, however many epochs one allows (Novikoff, 1962). If none does, as for XOR, they never end, and `epochs` stops it.

    Args:
        x: (N, D), samples.
        y: (N,), labels, 0 or 1.
        epochs: at most so many passes over the samples.
        lr: learning rate. Starting from zeros it changes the scale of `w` and `b`, and no answer.
        rng: mixes the samples anew in each epoch; without one they come in the order given.

    Returns:
        w: (D,). b: a number. mistakes: the number of wrong answers in each epoch; the last is 0 if a line was found.

    Raises:
        TypeError: an argument is not an array, `epochs` is not a whole number, or `rng` is no generator.
        ValueError: the shapes do not fit together, the batch is empty, a label is neither 0 nor 1, `epochs` is below 0, or
            `lr` is not above 0.

    Source: Rosenblatt, "The perceptron: a probabilistic model for information storage and organization in the brain", 1958.
    """
    require_shapes(x=(x, "N D"), y=(y, "N"))
    require_numbers(x=x)
    require_binary(y=y)
    require_count(0, epochs=epochs)
    require_positive(lr=lr)
    if rng is not None:
        require_generator(rng)
    w, b = np.zeros(x.shape[1], dtype=as_float(x).dtype), 0.0
    mistakes: list[int] = []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1] > 0):
        wrong = 0
        for sample in np.arange(len(x)) if rng is None else rng.permutation(len(x)):
            stepped_w, stepped_b = perceptron_step(x[sample], y[sample], w, b, lr)
            wrong += stepped_b != b  # the bias moves by ±lr at every mistake, and only then
            w, b = stepped_w, stepped_b
        mistakes.append(wrong)
    return PerceptronFit(w, b, tuple(mistakes))
