"""The affine map of a dense layer: every output is a weighted sum of all inputs, plus a bias."""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_shapes
from dlteach.nn._types import Array


class AffineCache(NamedTuple):
    """What the backward pass needs to remember of the forward pass."""

    x: Array
    w: Array


class AffineGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `affine_forward`."""

    dx: Array
    dw: Array
    db: Array


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, AffineCache]:
    """Map N samples of D features to H outputs each.

    out = x · w + b

    The weights are kept as (in, out), so that a batch multiplies them from the left. PyTorch's `Linear` keeps them as
    (out, in): one transpose carries them either way. There are D·H + H parameters.

    Args:
        x: (N, D), a batch of samples.
        w: (D, H), the weights.
        b: (H,), the bias, added to every row.

    Returns:
        out: (N, H).
        cache: `(x, w)`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or the batch is empty.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.1.
    """
    require_shapes(x=(x, "N D"), w=(w, "D H"), b=(b, "H"))
    return x @ w + b, AffineCache(x, w)


def affine_backward(dout: Array, cache: AffineCache) -> AffineGrads:
    """Carry the gradient of the loss back to the input, the weights and the bias.

    dx = dout · wᵀ    dw = xᵀ · dout    db = Σ_n dout_n

    Every input feeds all H outputs and every weight meets all N samples, and the chain rule adds up those ways: hence
    the sums, which the matrix products hide. The bias is added to each row, so its gradient is the sum over the rows.

    Args:
        dout: (N, H), gradient of the loss with respect to `out`.
        cache: what `affine_forward` kept, `(x, w)`.

    Returns:
        dx: (N, D), dw: (D, H), db: (H,).

    Raises:
        TypeError: an array is none.
        ValueError: the shapes do not fit together, or the batch is empty.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    x, w = cache
    require_shapes(x=(x, "N D"), w=(w, "D H"), dout=(dout, "N H"))
    return AffineGrads(dx=dout @ w.T, dw=x.T @ dout, db=np.sum(dout, axis=0))
