"""Linear regression: predict a number as a weighted sum, fitted step by step or solved in one go."""

from collections.abc import Callable

import numpy as np

from dlteach import nn
from dlteach.nn._require import require_count, require_numbers, require_positive, require_scalar, require_shapes
from dlteach.nn._types import Array, as_float


def linear_predict(x: Array, w: Array, b: float) -> Array:
    """Predict a number for each sample.

    pred = x @ w + b

    Args:
        x: (N, D), samples.
        w: (D,), weights.
        b: bias, a number.

    Returns:
        pred: (N,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or the batch is empty.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, equation 3.1.
    """
    require_shapes(x=(x, "N D"), w=(w, "D"))
    require_numbers(x=x, w=w)
    require_scalar(b=b)
    return x @ w + float(b)  # a plain number: NumPy's own float64 would widen float32


def linear_gradient(
    x: Array, y: Array, w: Array, b: float, loss: Callable[[Array, Array], tuple[float, Array]] = nn.mean_squared_error
) -> tuple[float, Array, float]:
    """Give the loss of linear regression, and its gradient with respect to the weights and the bias.

    dw = xᵀ @ dpred    db = Σ_n dpred_n    with dpred from the loss, 2 · (pred − y) / N for the squared error

    Args:
        x: (N, D), samples.
        y: (N,), the numbers to predict.
        w: (D,), weights.
        b: bias, a number.
        loss: function of predictions and truth that gives the loss and its gradient with respect to the predictions:
            `nn.mean_squared_error`, `nn.mean_absolute_error` or `nn.huber_loss`.

    Returns:
        loss: a number. dw: (D,). db: a number.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or the batch is empty.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, section 3.1.3.
    """
    require_shapes(x=(x, "N D"), y=(y, "N"), w=(w, "D"))
    require_numbers(y=y)
    pred = linear_predict(x, w, b)
    value, dpred = loss(pred, y)
    return value, x.T @ dpred, float(np.sum(dpred))


def train_linear_regression(
    x: Array,
    y: Array,
    lr: float,
    epochs: int,
    loss: Callable[[Array, Array], tuple[float, Array]] = nn.mean_squared_error,
) -> tuple[Array, float]:
    """Fit weights and bias by gradient descent on all samples at once, starting from zeros.

    w ← w − lr · dw    b ← b − lr · db    once per epoch

    Args:
        x: (N, D), samples; scale them first, so that one learning rate suits all features.
        y: (N,), the numbers to predict.
        lr: learning rate.
        epochs: number of steps; each looks at every sample once.
        loss: as for `linear_gradient`. The squared error chases outliers, the absolute error and Huber's much less.

    Returns:
        w: (D,). b: a number.

    Raises:
        TypeError: an argument is not an array, or `epochs` is not a whole number.
        ValueError: the shapes do not fit together, the batch is empty, `lr` is not above 0, or `epochs` is negative.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, section 3.1.3.
    """
    require_shapes(x=(x, "N D"), y=(y, "N"))
    require_numbers(x=x, y=y)
    require_positive(lr=lr)
    require_count(0, epochs=epochs)
    w, b, lr = np.zeros(x.shape[1], dtype=as_float(x).dtype), 0.0, float(lr)  # plain, as NumPy's own float64 would widen float32
    for _ in range(epochs):
        _, dw, db = linear_gradient(as_float(x), y, w, b, loss)
        w, b = w - lr * dw, b - lr * db
    return w, b


def solve_linear_regression(x: Array, y: Array) -> tuple[Array, float]:
    """Fit weights and bias by least squares, in one go: no learning rate, no steps.

    w = argmin_w ‖x_c @ w − y_c‖²    b = mean(y) − mean(x) @ w    with x_c and y_c the samples less their mean

    The best bias puts the line through the middle of the samples; once that is taken off, the weights are on their own.
    They are found by singular values rather than from (x_cᵀ @ x_c)⁻¹ @ x_cᵀ @ y_c, which squares every rounding error and
    fails where features depend on each other. There, many weights are equally good, and the shortest `w` is given.

    Args:
        x: (N, D), samples.
        y: (N,), the numbers to predict.

    Returns:
        w: (D,). b: a number.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, or a number is NaN or infinite.

    Source: Golub and Van Loan, "Matrix Computations", 2013, section 5.5.
    """
    require_shapes(x=(x, "N D"), y=(y, "N"))
    require_numbers(x=x, y=y)
    for name, values in {"x": x, "y": y}.items():
        if not np.all(np.isfinite(values)):
            raise ValueError(f"{name} holds a NaN or an infinity; it needs finite numbers.")
    samples = as_float(x)
    truth = y.astype(samples.dtype)
    mean_x, mean_y = np.mean(samples, axis=0), np.mean(truth)
    w: Array = np.linalg.lstsq(samples - mean_x, truth - mean_y, rcond=None)[0]
    return w, float(mean_y - mean_x @ w)
