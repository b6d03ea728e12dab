"""One step of a GRU: two gates, no cell; the new state lies between the old one and a candidate."""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.nn.activations import sigmoid


class GruStepCache(NamedTuple):
    """What the backward pass needs to remember of one step: its inputs, the gates, the candidate n and its share of the state."""

    x: Array
    h_prev: Array
    w_xh: Array
    w_hh: Array
    r: Array
    z: Array
    n: Array
    h_n: Array


class GruStepGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `gru_step_forward`."""

    dx: Array
    dh_prev: Array
    dw_xh: Array
    dw_hh: Array
    db_xh: Array
    db_hh: Array


def gru_step_forward(x: Array, h_prev: Array, w_xh: Array, w_hh: Array, b_xh: Array, b_hh: Array) -> tuple[Array, GruStepCache]:
    """Take one step: make a candidate from the input and some of the state, and move some of the way towards it.

    x_r, x_z, x_n = the three thirds of x @ w_xh + b_xh
    h_r, h_z, h_n = the three thirds of h_prev @ w_hh + b_hh
    r = σ(x_r + h_r)    z = σ(x_z + h_z)    n = tanh(x_n + r · h_n)
    h = (1 − z) · n + z · h_prev

    The reset gate r says how much of the old state the candidate n may see, the update gate z how much of it stays as it
    is. As in PyTorch, the blocks stand in the order r, z, n, and r comes after the product with w_hh (the paper has it
    before). So the two biases of n do not merge, and both are kept.

    Args:
        x: (N, D), what N sequences have at this step.
        h_prev: (N, H), the state after the step before; zeros before the first.
        w_xh: (D, 3H), weights from the input.
        w_hh: (H, 3H), weights from the state.
        b_xh: (3H,), the bias on the input's side.
        b_hh: (3H,), the bias on the state's side.

    Returns:
        h: (N, H), the new state.
        cache: `(x, h_prev, w_xh, w_hh, r, z, n, h_n)`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, an array does not hold real numbers, or the batch is empty.

    Source: Cho et al., "Learning phrase representations using RNN encoder–decoder for statistical machine translation", 2014.
    """
    require_shapes(x=(x, "N D"), h_prev=(h_prev, "N H"), w_xh=(w_xh, "D 3H"), w_hh=(w_hh, "H 3H"), b_xh=(b_xh, "3H"), b_hh=(b_hh, "3H"))
    require_numbers(x=x, h_prev=h_prev, w_xh=w_xh, w_hh=w_hh, b_xh=b_xh, b_hh=b_hh)
    x_r, x_z, x_n = np.split(x @ w_xh + b_xh, 3, axis=1)
    h_r, h_z, h_n = np.split(h_prev @ w_hh + b_hh, 3, axis=1)
    r = sigmoid(x_r + h_r)
    z = sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    h = (1 - z) * n + z * h_prev
    return h, GruStepCache(x, h_prev, w_xh, w_hh, r, z, n, h_n)


def gru_step_backward(dh: Array, cache: GruStepCache) -> GruStepGrads:
    """Carry the gradient of the loss from the new state back to the input, the old state and the weights.

    da_n = dh · (1 − z) · (1 − n²)    da_z = dh · (h_prev − n) · z · (1 − z)    da_r = da_n · h_n · r · (1 − r)
    on the input's side     da_x = (da_r, da_z, da_n)        dx = da_x @ w_xhᵀ    dw_xh = xᵀ @ da_x
    on the state's side     da_h = (da_r, da_z, r · da_n)    dh_prev = da_h @ w_hhᵀ + z · dh    dw_hh = h_prevᵀ @ da_h
    db_xh and db_hh are da_x and da_h, summed over the samples

    Here a_r, a_z and a_n are what stands inside σ, σ and tanh. The two sides differ in n alone, where r stands in between.
    The old state reaches the new one in two ways, through the product and directly as z · h_prev.

    Args:
        dh: (N, H), gradient of the loss with respect to `h`.
        cache: what `gru_step_forward` kept.

    Returns:
        dx: (N, D), dh_prev: (N, H), dw_xh: (D, 3H), dw_hh: (H, 3H), db_xh: (3H,), db_hh: (3H,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dh` has another shape than `h`, or does not hold real numbers.

    Source: Cho et al., "Learning phrase representations using RNN encoder–decoder for statistical machine translation", 2014.
    """
    x, h_prev, w_xh, w_hh, r, z, n, h_n = cache
    require_shapes(h_prev=(h_prev, "N H"), dh=(dh, "N H"))
    require_numbers(dh=dh)
    da_n = dh * (1 - z) * (1 - n**2)
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_r = da_n * h_n * r * (1 - r)
    da_x = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, r * da_n], axis=1)
    return GruStepGrads(
        dx=da_x @ w_xh.T,
        dh_prev=da_h @ w_hh.T + z * dh,
        dw_xh=x.T @ da_x,
        dw_hh=h_prev.T @ da_h,
        db_xh=np.sum(da_x, axis=0),
        db_hh=np.sum(da_h, axis=0),
    )
