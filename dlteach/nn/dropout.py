"""Dropout: while the network learns, units are left out at random, so that none can rely on the others."""

import numpy as np

from dlteach.nn._require import require_generator, require_numbers, require_same_shape, require_scalar
from dlteach.nn._types import Array, Number, as_float


def dropout_forward(x: Array, p: Number, rng: np.random.Generator) -> tuple[Array, Array]:
    """Set each number to 0 with probability p, and enlarge the others to make up for it.

    out = x · mask    mask = 1 / (1 − p) with probability 1 − p, and 0 with probability p

    On average a number stays what it is: (1 − p) · x / (1 − p) = x. So at test time nothing at all needs to be done, which
    is why this, the "inverted" dropout, is the one in use.

    Args:
        x: array of any shape.
        p: probability to drop a number, from 0 (nothing is dropped) up to, but not including, 1.
        rng: NumPy's random generator.

    Returns:
        out: array of the shape of `x`.
        cache: the mask, of the same shape.

    Raises:
        TypeError: `x` is not an array, or `rng` is no generator.
        ValueError: `x` is empty, or `p` is below 0, or 1 and more.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """
    require_numbers(x=x)
    _require_drop_probability(p)
    require_generator(rng)
    x = as_float(x)
    keep = 1 - float(p)
    mask = (rng.random(x.shape, dtype=np.float32) < keep) * x.dtype.type(1 / keep)
    return x * mask, mask


def dropout_backward(dout: Array, cache: Array) -> Array:
    """Carry the gradient of the loss back through the dropout: through the same holes, enlarged in the same way.

    dx = dout · mask

    Args:
        dout: gradient of the loss with respect to the output, shape of `x`.
        cache: what `dropout_forward` kept, the mask.

    Returns:
        dx: gradient of the loss with respect to `x`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: `dout` has another shape than the mask.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """
    mask = cache
    require_same_shape(dout=dout, mask=mask)
    dx: Array = dout * mask
    return dx


def _require_drop_probability(p: Number) -> None:
    require_scalar(p=p)
    if not 0 <= p < 1:  # NaN is refused too
        raise ValueError(f"p is {p}; it needs to be from 0 up to, but not including, 1.")
