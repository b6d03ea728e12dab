"""Activation functions: what a layer does to each of its numbers after the affine map.

They make a deep network more than a shallow one: without them, two affine maps in a row would be a single one, since
(x @ w1) @ w2 = x @ (w1 @ w2).

Each works on every number alone, whatever the shape of the array. Softmax, which looks at whole rows, has a file of its own.
"""

from typing import NamedTuple

import numpy as np

from dlteach.nn._normal import normal_cdf, normal_density
from dlteach.nn._require import require_between, require_numbers, require_same_shape
from dlteach.nn._types import Array, as_float


class LeakyReluCache(NamedTuple):
    """What the backward pass of the leaky ReLU needs to remember of the forward pass."""

    x: Array
    slope: float


class GeluCache(NamedTuple):
    """What the backward pass of the GELU needs to remember of the forward pass."""

    x: Array
    cdf: Array


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
        ValueError: `z` is empty, or its dtype is not of real numbers.

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
        ValueError: `x` is empty, or its dtype is not of real numbers.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    out = sigmoid(x)
    return out, out


def sigmoid_backward(dout: Array, cache: Array) -> Array:
    """Carry the gradient of the loss back through the sigmoid.

    dx = dout · σ(x) · (1 − σ(x))

    The slope of 1 / (1 + exp(−x)) is exp(−x) / (1 + exp(−x))², the product of σ = 1 / (1 + exp(−x)) and
    1 − σ = exp(−x) / (1 + exp(−x)).

    Args:
        dout: gradient of the loss with respect to the output, shape of the output.
        cache: what `sigmoid_forward` kept, its output.

    Returns:
        dx: gradient of the loss with respect to `x`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: `dout` has another shape than `cache`, or a dtype is not of real numbers.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    require_same_shape(dout=dout, cache=cache)
    out = cache
    dx: Array = dout * out * (1 - out)
    return dx


def tanh_forward(x: Array) -> tuple[Array, Array]:
    """Squash every number into the range −1 to 1.

    out = tanh(x) = (exp(x) − exp(−x)) / (exp(x) + exp(−x)) = 2 · σ(2x) − 1

    It is a sigmoid that has been stretched and moved so that 0 stays 0: inputs that lie evenly around 0 give outputs that do
    so, too.

    Args:
        x: array of any shape.

    Returns:
        out: array of the shape of `x`.
        cache: `out` itself, from which the slope can be told, as with the sigmoid.

    Raises:
        TypeError: `x` is neither an array nor a number.
        ValueError: `x` is empty, or its dtype is not of real numbers.

    Source: LeCun, Bottou, Orr and Müller, "Efficient backprop", 1998, section 4.4.
    """
    require_numbers(x=x)
    out = np.tanh(x)
    return out, out


def tanh_backward(dout: Array, cache: Array) -> Array:
    """Carry the gradient of the loss back through the tanh.

    dx = dout · (1 − tanh²(x))

    As tanh(x) = 2 · σ(2x) − 1, its slope is 4 · σ(2x) · (1 − σ(2x)). There 2 · σ(2x) is 1 + tanh(x), and 2 · (1 − σ(2x)) is
    1 − tanh(x); the product of the two is 1 − tanh²(x).

    Args:
        dout: gradient of the loss with respect to the output, shape of the output.
        cache: what `tanh_forward` kept, its output.

    Returns:
        dx: gradient of the loss with respect to `x`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: `dout` has another shape than `cache`, or a dtype is not of real numbers.

    Source: LeCun, Bottou, Orr and Müller, "Efficient backprop", 1998, section 4.4.
    """
    require_same_shape(dout=dout, cache=cache)
    out = cache
    dx: Array = dout * (1 - out * out)
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
        ValueError: `x` is empty, or its dtype is not of real numbers.

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """
    require_numbers(x=x)
    return np.maximum(x, 0), x


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
        ValueError: `dout` has another shape than `cache`, or a dtype is not of real numbers.

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """
    require_same_shape(dout=dout, cache=cache)
    x = cache
    dx: Array = dout * (x > 0)
    return dx


def leaky_relu_forward(x: Array, slope: float = 0.01) -> tuple[Array, LeakyReluCache]:
    """Let positive numbers through and make the others small, but not 0.

    out = x where x > 0, and slope · x elsewhere

    A unit whose input is negative for every sample gets no gradient through a ReLU and never learns again; here it does.
    With a slope from 0 to 1 the larger of x and slope · x is the right one on either side of 0.

    Args:
        x: array of any shape.
        slope: from 0 (the plain ReLU) to 1 (no bend at all).

    Returns:
        out: array of the shape of `x`.
        cache: `(x, slope)`.

    Raises:
        TypeError: `x` is neither an array nor a number.
        ValueError: `x` is empty, its dtype is not of real numbers, or `slope` is not between 0 and 1.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
    """
    require_numbers(x=x)
    require_between(0, 1, slope=slope)
    slope = float(slope)  # a number of NumPy's float64 would make a float32 x float64 as well
    return np.maximum(x, slope * x), LeakyReluCache(x, slope)


def leaky_relu_backward(dout: Array, cache: LeakyReluCache) -> Array:
    """Carry the gradient of the loss back through the leaky ReLU.

    dx = dout where x > 0, and slope · dout elsewhere

    Args:
        dout: gradient of the loss with respect to the output, shape of `x`.
        cache: what `leaky_relu_forward` kept, `(x, slope)`.

    Returns:
        dx: gradient of the loss with respect to `x`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: `dout` has another shape than `x`, or a dtype is not of real numbers.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
    """
    x, slope = cache
    require_same_shape(dout=dout, x=x)
    factor = np.maximum(x > 0, slope, dtype=as_float(dout).dtype)  # True counts as 1; np.where would take six times as long
    dx: Array = dout * factor
    return dx


def gelu_forward(x: Array) -> tuple[Array, GeluCache]:
    """Let each number through in proportion to how large it is among normally distributed numbers: a smooth ReLU.

    out = x · Φ(x)    Φ(x) = P(Z ≤ x) = ½ · (1 + erf(x / √2))    with Z ~ N(0, 1)

    This is the exact GELU, PyTorch's default, and not its approximation by a tanh, which is off by up to 0.0005.

    Args:
        x: array of any shape.

    Returns:
        out: array of the shape of `x`.
        cache: `(x, cdf)`, where `cdf` is Φ(x).

    Raises:
        TypeError: `x` is neither an array nor a number.
        ValueError: `x` is empty, or its dtype is not of real numbers.

    Source: Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", 2016.
    """
    require_numbers(x=x)
    cdf = normal_cdf(x)
    out: Array = x * cdf
    return out, GeluCache(x, cdf)


def gelu_backward(dout: Array, cache: GeluCache) -> Array:
    """Carry the gradient of the loss back through the GELU.

    dx = dout · (Φ(x) + x · φ(x)), by the product rule    φ(x) = Φ'(x) = exp(−x² / 2) / √(2π)

    Args:
        dout: gradient of the loss with respect to the output, shape of `x`.
        cache: what `gelu_forward` kept, `(x, cdf)`.

    Returns:
        dx: gradient of the loss with respect to `x`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: `dout` has another shape than `x`, or a dtype is not of real numbers.

    Source: Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", 2016.
    """
    x, cdf = cache
    require_same_shape(dout=dout, x=x)
    dx: Array = dout * (cdf + x * normal_density(x))
    return dx
