"""An LSTM along whole sequences: the same numbers as step after step, with what the steps share done once for all of them.

Only the product with the state must wait for the step before. The product with the input is one matrix product for all
steps, and so are the gradients of the weights and of the input, after the last step of the way back.
The plain loop is that of `rnn_sequence`, with the steps of an LSTM.
"""

from typing import Any, NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.nn.sequences import flat, start_from, time_first


class LstmCache(NamedTuple):
    """What the backward pass needs to remember, with the steps first; `h` and `c` have one step more, what came before."""

    x: Array
    h: Array
    c: Array
    tanh_c: Array
    gates: Array
    ended: Array | None
    w_xh: Array
    w_hh: Array


class LstmGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `lstm_forward`."""

    dx: Array
    dh0: Array
    dc0: Array
    dw_xh: Array
    dw_hh: Array
    db: Array


def lstm_forward(
    x: Array, h0: Array, c0: Array, w_xh: Array, w_hh: Array, b: Array, lengths: Array | None = None
) -> tuple[Array, Array, LstmCache]:
    """Run an LSTM along N sequences of T steps; a sequence that has ended holds its state.

    h_t, c_t = lstm_step(x_t, h_{t−1}, c_{t−1}) for t = 1 … L_n, and h_{t−1}, c_{t−1} from there to T    with h_0 = h0, c_0 = c0

    Steps are counted from 1 here: x_t is `x[:, t - 1]`, h_t is `h[:, t - 1]`. L_n is `lengths[n]`.

    Because σ(a) = ½ · tanh(½a) + ½, one call of tanh serves all four gates, and no exponent can overflow. A sequence that
    has ended gets i = 0, f = 1 and o = 0, by a_i = −∞ and so on: its cell stays as it is to the last digit, no gradient
    goes into the weights, and only h must be carried over by hand.

    Args:
        x: (N, T, D), a batch of sequences.
        h0: (N, H), the state before the first step.
        c0: (N, H), the cell before the first step.
        w_xh: (D, 4H), weights from the input; blocks i, f, g, o as in `lstm_step_forward`.
        w_hh: (H, 4H), weights from the state.
        b: (4H,), the bias.
        lengths: (N,), integers from 1 to T, how long each sequence is; None if all have T steps.

    Returns:
        h: (N, T, H), the state after every step; `h[:, -1]` is the last of every sequence, however short.
        c_last: (N, H), the cell after the last step.
        cache: what `lstm_backward` needs.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, an array does not hold real numbers, or the batch is empty.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997.
    """
    require_shapes(x=(x, "N T D"), h0=(h0, "N H"), c0=(c0, "N H"), w_xh=(w_xh, "D 4H"), w_hh=(w_hh, "H 4H"), b=(b, "4H"))
    require_numbers(x=x, h0=h0, c0=c0, w_xh=w_xh, w_hh=w_hh, b=b)
    steps, ended = time_first(x, lengths)
    num_steps = len(steps)
    dtype = np.result_type(steps, h0, c0, w_xh, w_hh, b)
    h, c = start_from(h0, num_steps, dtype), start_from(c0, num_steps, dtype)  # h[0] is h0; h[t + 1] is the state after steps[t]
    tanh_c = np.empty((num_steps, *h0.shape), dtype)
    scale = _repeat((0.5, 0.5, 1, 0.5), h0.shape[1], dtype)  # σ from tanh takes half of a, and gives ½ · tanh + ½
    shift = 1 - scale
    scaled_w_hh = w_hh * scale
    gates = (flat(steps) @ (w_xh * scale)).reshape(num_steps, -1, b.size)  # at first the input's part of a; the loop makes gates of it
    gates += b * scale
    if ended is not None:
        gates[ended[:, :, 0]] = _repeat((-np.inf, np.inf, 0, -np.inf), h0.shape[1], dtype)
    i, f, g, o = np.split(gates, 4, axis=2)  # views: they change with gates
    for t in range(num_steps):
        gates[t] += h[t] @ scaled_w_hh
        np.tanh(gates[t], out=gates[t])
        gates[t] *= scale
        gates[t] += shift  # now they are i, f, g, o
        np.add(f[t] * c[t], i[t] * g[t], out=c[t + 1])
        np.tanh(c[t + 1], out=tanh_c[t])
        np.multiply(o[t], tanh_c[t], out=h[t + 1])
        if ended is not None:
            h[t + 1] += ended[t] * h[t]
    return h[1:].swapaxes(0, 1), c[-1].copy(), LstmCache(steps, h, c, tanh_c, gates, ended, w_xh, w_hh)


def lstm_backward(dh: Array, dc_last: Array, cache: LstmCache) -> LstmGrads:
    """Carry the gradient of the loss back along the sequences, from the last step to the first.

    each step as in `lstm_step_backward`, given dh_t plus what comes back from step t + 1; then
    dx = da @ w_xhᵀ    dw_xh = Σ_t x_tᵀ @ da_t    dw_hh = Σ_t h_{t−1}ᵀ @ da_t    db = Σ_t Σ_n da_t

    How far each a moves the cell, or h, is known for all steps at once: `da` starts as that. On the way back each step is
    multiplied by the gradient that arrives there.

    Args:
        dh: (N, T, H), gradient of the loss with respect to the state after every step. What stands behind the end of a
            sequence goes to its last state, which is held there.
        dc_last: (N, H), gradient of the loss with respect to the last cell; zeros if nothing but `h` is used.
        cache: what `lstm_forward` kept.

    Returns:
        dx: (N, T, D), 0 in the padding, dh0: (N, H), dc0: (N, H), dw_xh: (D, 4H), dw_hh: (H, 4H), db: (4H,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dh` or `dc_last` has another shape than the states, or does not hold real numbers.

    Source: Graves and Schmidhuber, "Framewise phoneme classification with bidirectional LSTM and other neural network architectures", 2005.
    """
    x, h, c, tanh_c, gates, ended, w_xh, w_hh = cache
    require_shapes(h=(h[1:].swapaxes(0, 1), "N T H"), dh=(dh, "N T H"), dc_last=(dc_last, "N H"))
    require_numbers(dh=dh, dc_last=dc_last)
    i, f, g, o = np.split(gates, 4, axis=2)
    da = gates * (1 - gates)  # the slope of σ; so far only slopes: the gradients come in the loop
    da_i, da_f, da_g, da_o = np.split(da, 4, axis=2)  # views: writing to them writes to da
    da_g[:] = 1 - g**2  # the slope of tanh
    da_i *= g
    da_f *= c[:-1]
    da_g *= i
    da_o *= tanh_c
    slope_c = o * (1 - tanh_c**2)
    w_hh_t = np.ascontiguousarray(w_hh.T)  # copied once, it makes every one of the T products faster
    dh_next, dc = np.zeros_like(h[0]), dc_last  # what comes back from the step after
    for t in reversed(range(len(x))):
        dh_t = dh[:, t] + dh_next
        dc = dc + dh_t * slope_c[t]
        da_i[t] *= dc
        da_f[t] *= dc
        da_g[t] *= dc
        da_o[t] *= dh_t
        dh_next = da[t] @ w_hh_t
        dc = dc * f[t]
        if ended is not None:
            dh_next += ended[t] * dh_t
    rows = flat(da)
    dx = (rows @ w_xh.T).reshape(x.shape).swapaxes(0, 1)
    return LstmGrads(
        dx=dx, dh0=dh_next, dc0=dc, dw_xh=flat(x).T @ rows, dw_hh=flat(h[:-1]).T @ rows, db=np.sum(rows, axis=0)
    )


def _repeat(of_each_gate: tuple[float, ...], num_hidden: int, dtype: np.dtype[Any]) -> Array:
    """Give a row of 4H numbers with one number for each of the gates i, f, g, o."""
    return np.repeat(np.array(of_each_gate, dtype), num_hidden)
