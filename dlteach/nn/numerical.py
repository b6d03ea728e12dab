"""Gradients by trying it out: nudge an input, see how the output moves. Slow, but hard to get wrong: a check on the rest."""

from collections.abc import Callable

import numpy as np

from dlteach.nn._require import require_numbers, require_same_shape, require_scalar
from dlteach.nn._types import Array, Number, as_float


def numerical_gradient(f: Callable[[Array], Number], x: Array, h: float = 1e-5) -> Array:
    """Estimate the gradient of a function that turns an array into one number, by central differences.

    ∂f/∂x_i ≈ ( f(x + h·e_i) − f(x − h·e_i) ) / (2h)    with e_i = 1 at place i and 0 elsewhere

    Looking both ways makes the error shrink like h², against h for one way. At a corner, such as ReLU's at 0, it gives the
    mean of the two slopes. `f` is called twice for every number in `x`, with float64 copies: in float32 a difference as small as
    h would drown in rounding.

    Args:
        f: function of an array like `x` that gives one number.
        x: array of any shape, or a number; it is not changed.
        h: size of the nudge.

    Returns:
        The gradient, shape of `x` (a number for a number).

    Raises:
        TypeError: `x` is neither an array nor a number.
        ValueError: `x` is empty, its dtype is not of real numbers, or `f` gives more than one number.

    Source: Nocedal and Wright, "Numerical Optimization", 2006, section 8.1.
    """
    require_numbers(x=x)
    require_scalar(h=h)
    gradient = np.zeros_like(as_float(x))
    for index in np.ndindex(gradient.shape):
        nudge = np.zeros(gradient.shape)
        nudge[index] = h
        rise = f(x + nudge) - f(x - nudge)
        require_scalar(**{"f(x)": rise})
        gradient[index] = rise / (2 * h)
    return gradient[()]  # [()] takes the number out of an array of shape (), and leaves every other array as it is


def numerical_backward(f: Callable[[Array], Array], x: Array, dout: Array, h: float = 1e-5) -> Array:
    """Estimate what a backward function should give: the gradient of the loss with respect to `x`, through `f`.

    dx ≈ numerical gradient of Σ dout · f(x)

    The sum stands in for the rest of the network: it is the simplest loss whose gradient at the output is `dout`.

    Args:
        f: function of an array like `x` that gives an array.
        x: array of any shape, or a number; it is not changed.
        dout: gradient of the loss with respect to `f(x)`, same shape.
        h: size of the nudge.

    Returns:
        dx: shape of `x`.

    Raises:
        TypeError: `x` or `dout` is neither an array nor a number.
        ValueError: an array is empty, a dtype is not of real numbers, or `f(x)` has another shape than `dout`.

    Source: Griewank and Walther, "Evaluating Derivatives", 2008, section 3.2 (adjoints).
    """

    def loss(x: Array) -> Number:
        out = f(x)
        require_same_shape(**{"dout": dout, "f(x)": out})
        return float(np.sum(dout * out))

    return numerical_gradient(loss, x, h)


def relative_error(a: Array, b: Array) -> float:
    """Say how far two arrays are apart at worst, as a share of the size of their numbers.

    max_i |a_i − b_i| / max(|a_i| + |b_i|, 10⁻⁸)

    Two gradients that agree give about 10⁻⁷ or less; two of opposite sign give 1. The 10⁻⁸ keeps 0 against 0 from being 0/0.

    Args:
        a: array of any shape, or a number.
        b: the same shape.

    Returns:
        The largest relative error, between 0 and 1.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: the shapes differ, the arrays are empty, or a dtype is not of real numbers.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 11.5 (comparing derivatives).
    """
    require_same_shape(a=a, b=b)
    return float(np.max(np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-8)))
