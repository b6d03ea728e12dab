"""The affine map of a dense layer: every output is a weighted sum of all inputs, plus a bias."""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
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


class AffineParameterGrads(NamedTuple):
    """The gradient of the loss with respect to the parameters of `affine_forward`."""

    dw: Array
    db: Array


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, AffineCache]:
    """Map N samples of D features to H outputs each.

    out = x @ w + b

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
        ValueError: the shapes do not fit together, the batch is empty, or a dtype is not of real numbers.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.1.
    """
    require_shapes(x=(x, "N D"), w=(w, "D H"), b=(b, "H"))
    require_numbers(x=x, w=w, b=b)
    return x @ w + b, AffineCache(x, w)


def affine_backward(dout: Array, cache: AffineCache) -> AffineGrads:
    """Carry the gradient of the loss back to the input, the weights and the bias.

    dx_nd = Σ_h dout_nh · w_dh    dw_dh = Σ_n x_nd · dout_nh    db_h = Σ_n dout_nh
    as matrices: dx = dout @ wᵀ    dw = xᵀ @ dout

    With single numbers, out = x · w + b has the slope w along x, x along w, and 1 along b; each is multiplied by dout.
    Then the ways are added up: x_nd feeds all H outputs of its row, and w_dh and b_h meet all N samples.

    Args:
        dout: (N, H), gradient of the loss with respect to `out`.
        cache: what `affine_forward` kept, `(x, w)`.

    Returns:
        dx: (N, D), dw: (D, H), db: (H,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, or a dtype is not of real numbers.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    x, w = cache
    require_shapes(x=(x, "N D"), w=(w, "D H"), dout=(dout, "N H"))
    require_numbers(x=x, w=w, dout=dout)
    return AffineGrads(dx=dout @ w.T, dw=x.T @ dout, db=np.sum(dout, axis=0))


def affine_parameter_gradients(dout: Array, cache: AffineCache) -> AffineParameterGrads:
    """Do the part of `affine_backward` that learning needs in the first layer, where nobody asks how the data should change.

    dw = xᵀ @ dout    db_h = Σ_n dout_nh

    Args:
        dout: (N, H), gradient of the loss with respect to `out`.
        cache: what `affine_forward` kept, `(x, w)`.

    Returns:
        dw: (D, H), db: (H,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, or a dtype is not of real numbers.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    x, w = cache
    require_shapes(x=(x, "N D"), w=(w, "D H"), dout=(dout, "N H"))
    require_numbers(x=x, w=w, dout=dout)
    return AffineParameterGrads(dw=x.T @ dout, db=np.sum(dout, axis=0))
