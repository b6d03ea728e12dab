"""Logistic regression: one weighted sum, squashed into a probability, trained by gradient descent."""

import numpy as np

from dlteach.nn._require import require_binary, require_count, require_numbers, require_scalar, require_shapes
from dlteach.nn._types import Array, as_float
from dlteach.nn.activations import sigmoid


def logistic_gradient(x: Array, y: Array, w: Array, b: float) -> tuple[Array, float]:
    """Give the gradient of the mean binary cross-entropy with respect to the weights and the bias.

    dw = xᵀ @ (p − y) / N    db = mean(p − y)    with p = σ(z) and z = x @ w + b

    Why: the loss of a sample is log(1 + exp(−z)) for y = 1 and log(1 + exp(z)) for y = 0 (see `binary_cross_entropy`). Their
    slopes along z are −exp(−z) / (1 + exp(−z)) = p − 1 and exp(z) / (1 + exp(z)) = p: both are p − y. From there on it is
    `affine_backward` with dout = (p − y) / N.

    Args:
        x: (N, D), samples.
        y: (N,), labels, 0 or 1.
        w: (D,), weights.
        b: bias, a number.

    Returns:
        dw: (D,), db: a number.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, a dtype is not of real numbers, or a label is neither
            0 nor 1.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, equation 4.91.
    """
    require_shapes(x=(x, "N D"), y=(y, "N"), w=(w, "D"))
    require_scalar(b=b)
    require_numbers(x=x, w=w, b=b)
    require_binary(y=y)
    error = sigmoid(x @ w + float(b)) - (y == 1)  # p − y; True counts as 1, and unlike an int64 label leaves float32 alone
    return x.T @ error / len(x), float(np.mean(error))


def predict(x: Array, w: Array, b: float, threshold: float = 0.5) -> Array:
    """Decide for class 1 where its probability reaches the threshold, and for class 0 elsewhere.

    label = 1 if σ(x @ w + b) ≥ threshold, else 0

    Args:
        x: (N, D), samples.
        w: (D,), weights.
        b: bias, a number.
        threshold: the probability from which on the answer is 1.

    Returns:
        Integers, (N,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, or a dtype is not of real numbers.

    Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, section 4.4.
    """
    require_shapes(x=(x, "N D"), w=(w, "D"))
    require_scalar(b=b, threshold=threshold)
    require_numbers(x=x, w=w, b=b)
    return (sigmoid(x @ w + b) >= threshold).astype(int)


def train_logistic_regression(x: Array, y: Array, lr: float, epochs: int) -> tuple[Array, float]:
    """Fit weights and bias by gradient descent on all samples at once, starting from zeros.

    w ← w − lr · dw    b ← b − lr · db    once per epoch

    Starting from zeros is safe here: the loss is convex, and there is no hidden layer whose units must be told apart.

    Args:
        x: (N, D), samples.
        y: (N,), labels, 0 or 1.
        lr: learning rate.
        epochs: number of steps; each looks at every sample once.

    Returns:
        w: (D,), b: a number.

    Raises:
        TypeError: an argument is not an array, or `epochs` is not a whole number.
        ValueError: the shapes do not fit together, the batch is empty, the dtype of `x` is not of real numbers, a label is
            neither 0 nor 1, or `epochs` is negative.

    Source: Cox, "The regression analysis of binary sequences", 1958 (the model); Cauchy, 1847 (the descent).
    """
    require_shapes(x=(x, "N D"), y=(y, "N"))
    require_numbers(x=x)
    require_scalar(lr=lr)
    require_count(0, epochs=epochs)
    w, b = np.zeros(x.shape[1], dtype=as_float(x).dtype), 0.0
    for _ in range(epochs):
        dw, db = logistic_gradient(x, y, w, b)
        w, b = w - float(lr) * dw, b - float(lr) * db
    return w, b
