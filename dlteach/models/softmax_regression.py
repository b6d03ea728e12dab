"""Softmax regression: logistic regression for any number of classes, and a network without a hidden layer."""

import numpy as np

from dlteach import nn
from dlteach.nn._require import require_count, require_labels, require_numbers, require_positive, require_shapes
from dlteach.nn._types import Array, as_float


def softmax_regression_predict(x: Array, w: Array, b: Array) -> Array:
    """Decide for the class with the largest score, which is the one with the largest probability.

    label = argmax_c (x @ w + b)_c

    Args:
        x: (N, D), samples.
        w: (D, C), weights, a column for each class.
        b: (C,), bias.

    Returns:
        Integers, (N,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or the batch is empty.

    Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, section 4.4.
    """
    require_numbers(x=x, w=w, b=b)
    logits, _ = nn.affine_forward(x, w, b)
    winners: Array = np.argmax(logits, axis=1)
    return winners


def softmax_regression_gradient(x: Array, labels: Array, w: Array, b: Array) -> tuple[float, Array, Array]:
    """Give the mean cross-entropy, and its gradient with respect to the weights and the bias.

    dw = xᵀ @ (p − one_hot(labels)) / N    db = mean_n(p_n − one_hot(label_n))    with p = softmax(x @ w + b)

    Args:
        x: (N, D), samples.
        labels: (N,), integers from 0 to C − 1.
        w: (D, C), weights, a column for each class.
        b: (C,), bias.

    Returns:
        loss: a number. dw: (D, C). db: (C,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, or a label is no class number.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, equation 4.109.
    """
    require_numbers(x=x, w=w, b=b)
    logits, cache = nn.affine_forward(x, w, b)
    loss, dlogits = nn.softmax_cross_entropy(logits, labels)
    _, dw, db = nn.affine_backward(dlogits, cache)
    return loss, dw, db


def train_softmax_regression(x: Array, labels: Array, num_classes: int, lr: float, epochs: int) -> tuple[Array, Array]:
    """Fit weights and bias by gradient descent on all samples at once, starting from zeros.

    w ← w − lr · dw    b ← b − lr · db    once per epoch

    Args:
        x: (N, D), samples.
        labels: (N,), integers from 0 to C − 1.
        num_classes: C. It is asked for because the largest class may be missing from a part of the data.
        lr: learning rate.
        epochs: number of steps; each looks at every sample once.

    Returns:
        w: (D, C). b: (C,).

    Raises:
        TypeError: an argument is not an array, or `num_classes` or `epochs` is not a whole number.
        ValueError: the shapes do not fit together, the batch is empty, a label is no class number, `num_classes` is below 2,
            `lr` is not above 0, or `epochs` is negative.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, section 4.3.4.
    """
    require_shapes(x=(x, "N D"), labels=(labels, "N"))
    require_numbers(x=x)
    require_count(2, num_classes=num_classes)
    require_labels(num_classes, labels=labels)
    require_positive(lr=lr)
    require_count(0, epochs=epochs)
    samples = as_float(x)
    w = np.zeros((x.shape[1], num_classes), samples.dtype)
    b = np.zeros(num_classes, samples.dtype)
    lr = float(lr)  # a number of NumPy's float64 would make float32 weights float64 as well
    for _ in range(epochs):
        _, dw, db = softmax_regression_gradient(samples, labels, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b
