"""One step of an LSTM: a cell keeps what it knows by default, and gates decide what is forgotten, written and shown."""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.nn.activations import sigmoid


class LstmStepCache(NamedTuple):
    """What the backward pass needs to remember of one step: its inputs, the gates, and the tanh of the new cell."""

    x: Array
    h_prev: Array
    c_prev: Array
    w_xh: Array
    w_hh: Array
    i: Array
    f: Array
    g: Array
    o: Array
    tanh_c: Array


class LstmStepGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `lstm_step_forward`."""

    dx: Array
    dh_prev: Array
    dc_prev: Array
    dw_xh: Array
    dw_hh: Array
    db: Array


def lstm_step_forward(
    x: Array, h_prev: Array, c_prev: Array, w_xh: Array, w_hh: Array, b: Array
) -> tuple[Array, Array, LstmStepCache]:
    """Take one step: forget some of the cell, write something new to it, and show some of it.

    a_i, a_f, a_g, a_o = the four quarters of x @ w_xh + h_prev @ w_hh + b
    i = σ(a_i)    f = σ(a_f)    g = tanh(a_g)    o = σ(a_o)
    c = f · c_prev + i · g
    h = o · tanh(c)

    Gates lie between 0 and 1: i says how much of the candidate g is written, f how much of the cell is kept, o how much
    of it is shown. The four blocks stand side by side in the weights in PyTorch's order i, f, g, o. There is one bias;
    PyTorch's `LSTM` has two, `bias_ih` and `bias_hh`, and ours is their sum.

    Args:
        x: (N, D), what N sequences have at this step.
        h_prev: (N, H), the state after the step before; zeros before the first.
        c_prev: (N, H), the cell after the step before; zeros before the first.
        w_xh: (D, 4H), weights from the input.
        w_hh: (H, 4H), weights from the state.
        b: (4H,), the bias.

    Returns:
        h: (N, H), the new state.
        c: (N, H), the new cell.
        cache: `(x, h_prev, c_prev, w_xh, w_hh, i, f, g, o, tanh_c)`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, an array does not hold real numbers, or the batch is empty.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; the forget gate is from Gers, Schmidhuber and
    Cummins, "Learning to forget: continual prediction with LSTM", 2000.
    """
    require_shapes(
        x=(x, "N D"), h_prev=(h_prev, "N H"), c_prev=(c_prev, "N H"), w_xh=(w_xh, "D 4H"), w_hh=(w_hh, "H 4H"), b=(b, "4H")
    )
    require_numbers(x=x, h_prev=h_prev, c_prev=c_prev, w_xh=w_xh, w_hh=w_hh, b=b)
    a_i, a_f, a_g, a_o = np.split(x @ w_xh + h_prev @ w_hh + b, 4, axis=1)
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    c = f * c_prev + i * g
    tanh_c = np.tanh(c)
    h = o * tanh_c
    return h, c, LstmStepCache(x, h_prev, c_prev, w_xh, w_hh, i, f, g, o, tanh_c)


def lstm_step_backward(dh: Array, dc: Array, cache: LstmStepCache) -> LstmStepGrads:
    """Carry the gradient of the loss from the new state and the new cell back to all that made them.

    dc ← dc + dh · o · (1 − tanh² c)
    da_i = dc · g · i · (1 − i)    da_f = dc · c_prev · f · (1 − f)    da_g = dc · i · (1 − g²)    da_o = dh · tanh(c) · o · (1 − o)
    dc_prev = dc · f
    dx = da @ w_xhᵀ    dh_prev = da @ w_hhᵀ    dw_xh = xᵀ @ da    dw_hh = h_prevᵀ @ da    db = Σ_n da_n

    The cell reaches the loss in two ways, through the next step and through h, and the first line adds them up. On its way
    directly from cell to cell a gradient is only multiplied by f: while that gate stays open, it does not vanish. A second
    way goes through h_prev and the gates, where it may.

    Args:
        dh: (N, H), gradient of the loss with respect to `h`.
        dc: (N, H), gradient of the loss with respect to `c`, as it comes from the next step; zeros at the last.
        cache: what `lstm_step_forward` kept.

    Returns:
        dx: (N, D), dh_prev: (N, H), dc_prev: (N, H), dw_xh: (D, 4H), dw_hh: (H, 4H), db: (4H,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dh` or `dc` has another shape than the state, or does not hold real numbers.

    Source: Graves and Schmidhuber, "Framewise phoneme classification with bidirectional LSTM and other neural network architectures", 2005.
    """
    x, h_prev, c_prev, w_xh, w_hh, i, f, g, o, tanh_c = cache
    require_shapes(h_prev=(h_prev, "N H"), dh=(dh, "N H"), dc=(dc, "N H"))
    require_numbers(dh=dh, dc=dc)
    dc = dc + dh * o * (1 - tanh_c**2)
    da_i = dc * g * i * (1 - i)
    da_f = dc * c_prev * f * (1 - f)
    da_g = dc * i * (1 - g**2)
    da_o = dh * tanh_c * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    return LstmStepGrads(
        dx=da @ w_xh.T, dh_prev=da @ w_hh.T, dc_prev=dc * f, dw_xh=x.T @ da, dw_hh=h_prev.T @ da, db=np.sum(da, axis=0)
    )
