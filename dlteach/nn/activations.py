"""Activation functions: what a layer does to its numbers after the affine map.

Those that work on each number alone (sigmoid, ReLU) take arrays of any shape, or a plain number. Softmax works on rows.
"""

import numpy as np

from dlteach.nn._require import require_numbers, require_same_shape, require_shapes
from dlteach.nn._types import Array


def sigmoid(z: Array) -> Array:
    """Squash every number into the range 0 to 1.

    σ(z) = 1 / (1 + exp(−z))

    Computed as exp(min(z, 0)) / (1 + exp(−|z|)), which is the same number: for z ≥ 0 as it stands, for z < 0 after
    multiplying top and bottom by exp(z). No exponent is ever positive, so nothing overflows, and σ(0) is exactly ½.

    Args:
        z: array of any shape, or a number.

    Returns:
        Array of the shape of `z` (a number for a number).

    Raises:
        TypeError: `z` is neither an array nor a number.
        ValueError: `z` is empty.

    Source: Cox, "The regression analysis of binary sequences", 1958 (as a model of probability).
    """
    require_numbers(z=z)
    p: Array = np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))
    return p


def sigmoid_forward(x: Array) -> tuple[Array, Array]:
    """Apply the sigmoid, and keep its output for the backward pass.

    out = σ(x)

    Args:
        x: array of any shape.

    Returns:
        out: array of the shape of `x`.
        cache: `out` itself. The slope of the sigmoid can be told from its output, so `x` need not be kept.

    Raises:
        TypeError: `x` is neither an array nor a number.
        ValueError: `x` is empty.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    out = sigmoid(x)
    return out, out


def sigmoid_backward(dout: Array, cache: Array) -> Array:
    """Carry the gradient of the loss back through the sigmoid.

    dx = dout · σ(x) · (1 − σ(x))

    Args:
        dout: gradient of the loss with respect to the output, shape of the output.
        cache: what `sigmoid_forward` kept, its output.

    Returns:
        dx: gradient of the loss with respect to `x`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: `dout` has another shape than `cache`.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    require_same_shape(dout=dout, cache=cache)
    out = cache
    dx: Array = dout * out * (1 - out)
    return dx


def relu_forward(x: Array) -> tuple[Array, Array]:
    """Let positive numbers through and replace the others by 0.

    out = max(0, x)

    Args:
        x: array of any shape.

    Returns:
        out: array of the shape of `x`.
        cache: `x` itself. The backward pass asks of each number only whether it was positive.

    Raises:
        TypeError: `x` is neither an array nor a number.
        ValueError: `x` is empty.

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """
    require_numbers(x=x)
    return np.maximum(0, x), x


def relu_backward(dout: Array, cache: Array) -> Array:
    """Carry the gradient of the loss back through the ReLU.

    dx = dout where x > 0, and 0 elsewhere

    At x = 0 the ReLU has a corner and no slope; like PyTorch we take 0 there.

    Args:
        dout: gradient of the loss with respect to the output, shape of `x`.
        cache: what `relu_forward` kept, its input `x`.

    Returns:
        dx: gradient of the loss with respect to `x`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: `dout` has another shape than `cache`.

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """
    require_same_shape(dout=dout, cache=cache)
    x = cache
    dx: Array = dout * (x > 0)
    return dx


def softmax(logits: Array) -> Array:
    """Turn each row of scores into probabilities, which are positive and sum to 1.

    p_c = exp(s_c) / Σ_k exp(s_k)

    The largest score of the row is taken off first. That multiplies top and bottom by the same number, so it changes
    nothing but the size of the exponents: none is positive any more, and none can overflow.

    Args:
        logits: (N, C), scores of C classes for each of N samples.

    Returns:
        Probabilities, (N, C).

    Raises:
        TypeError: `logits` is not an array of numbers.
        ValueError: `logits` is empty or does not have two axes.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.
    """
    require_shapes(logits=(logits, "N C"))
    require_numbers(logits=logits)
    exponentials = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    p: Array = exponentials / np.sum(exponentials, axis=1, keepdims=True)
    return p


def log_softmax(logits: Array) -> Array:
    """Give the logarithms of the softmax, without ever taking the logarithm of a probability that became 0.

    log p_c = s_c − log Σ_k exp(s_k)

    Args:
        logits: (N, C), scores of C classes for each of N samples.

    Returns:
        Logarithms of the probabilities, (N, C).

    Raises:
        TypeError: `logits` is not an array of numbers.
        ValueError: `logits` is empty or does not have two axes.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.3.
    """
    require_shapes(logits=(logits, "N C"))
    require_numbers(logits=logits)
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_p: Array = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return log_p
