"""A GRU along whole sequences: the same numbers as step after step, with what the steps share done once for all of them.

Only the product with the state must wait for the step before. The product with the input is one matrix product for all
steps, and so are the gradients of the weights and of the input, after the last step of the way back.
The plain loop is that of `rnn_sequence`, with the steps of a GRU.
"""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.nn.sequences import flat, start_from, time_first


class GruCache(NamedTuple):
    """What the backward pass needs to remember, with the steps first; `h` has one step more, the state before the first."""

    x: Array
    h: Array
    gates: Array
    h_n: Array
    w_xh: Array
    w_hh: Array


class GruGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `gru_forward`."""

    dx: Array
    dh0: Array
    dw_xh: Array
    dw_hh: Array
    db_xh: Array
    db_hh: Array


def gru_forward(
    x: Array, h0: Array, w_xh: Array, w_hh: Array, b_xh: Array, b_hh: Array, lengths: Array | None = None
) -> tuple[Array, GruCache]:
    """Run a GRU along N sequences of T steps; a sequence that has ended holds its state.

    h_t = gru_step(x_t, h_{t−1}) for t = 1 … L_n, and h_t = h_{t−1} from there to T    with h_0 = h0

    Steps are counted from 1 here: x_t is `x[:, t - 1]`, h_t is `h[:, t - 1]`. L_n is `lengths[n]`.

    A sequence that has ended gets z = 1, by a_z = ∞: so h = 0 · n + 1 · h_prev stays as it is to the last digit, and no
    gradient goes into the weights. The gate does by itself what a mask would do.

    Args:
        x: (N, T, D), a batch of sequences.
        h0: (N, H), the state before the first step.
        w_xh: (D, 3H), weights from the input; blocks r, z, n as in `gru_step_forward`.
        w_hh: (H, 3H), weights from the state.
        b_xh: (3H,), the bias on the input's side.
        b_hh: (3H,), the bias on the state's side.
        lengths: (N,), integers from 1 to T, how long each sequence is; None if all have T steps.

    Returns:
        h: (N, T, H), the state after every step; `h[:, -1]` is the last of every sequence, however short.
        cache: what `gru_backward` needs.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, an array does not hold real numbers, or the batch is empty.

    Source: Cho et al., "Learning phrase representations using RNN encoder–decoder for statistical machine translation", 2014.
    """
    require_shapes(x=(x, "N T D"), h0=(h0, "N H"), w_xh=(w_xh, "D 3H"), w_hh=(w_hh, "H 3H"), b_xh=(b_xh, "3H"), b_hh=(b_hh, "3H"))
    require_numbers(x=x, h0=h0, w_xh=w_xh, w_hh=w_hh, b_xh=b_xh, b_hh=b_hh)
    steps, ended = time_first(x, lengths)
    num_steps, num_hidden = len(steps), h0.shape[1]
    dtype = np.result_type(steps, h0, w_xh, w_hh, b_xh, b_hh)
    h, h_n = start_from(h0, num_steps, dtype), np.empty((num_steps, *h0.shape), dtype)  # h[0] is h0; h[t + 1] that after steps[t]
    gates = (flat(steps) @ w_xh + b_xh).reshape(num_steps, -1, 3 * num_hidden)  # at first x_r, x_z and x_n; the loop makes gates of them
    r_and_z = gates[:, :, : 2 * num_hidden]
    r, z, n = np.split(gates, 3, axis=2)  # views, as is r_and_z: writing to them writes to gates
    if ended is not None:
        np.copyto(z, np.inf, where=ended)
    for t in range(num_steps):
        from_h = h[t] @ w_hh + b_hh
        h_n[t] = from_h[:, 2 * num_hidden :]
        r_and_z[t] = _sigmoid(r_and_z[t] + from_h[:, : 2 * num_hidden])
        n[t] = np.tanh(n[t] + r[t] * h_n[t])
        h[t + 1] = (1 - z[t]) * n[t] + z[t] * h[t]
    return h[1:].swapaxes(0, 1), GruCache(steps, h, gates, h_n, w_xh, w_hh)


def gru_backward(dh: Array, cache: GruCache) -> GruGrads:
    """Carry the gradient of the loss back along the sequences, from the last step to the first.

    each step as in `gru_step_backward`, given dh_t plus what comes back from step t + 1; then
    dx = da_x @ w_xhᵀ    dw_xh = Σ_t x_tᵀ @ da_x,t    dw_hh = Σ_t h_{t−1}ᵀ @ da_h,t
    db_xh and db_hh are da_x and da_h, summed over all steps and samples

    How far each a moves the state is known for all steps at once: `da_x` starts as that. On the way back each step is
    multiplied by the gradient that arrives there.

    Args:
        dh: (N, T, H), gradient of the loss with respect to the state after every step. What stands behind the end of a
            sequence goes to its last state, which is held there.
        cache: what `gru_forward` kept.

    Returns:
        dx: (N, T, D), 0 in the padding, dh0: (N, H), dw_xh: (D, 3H), dw_hh: (H, 3H), db_xh: (3H,), db_hh: (3H,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dh` has another shape than the states, or does not hold real numbers.

    Source: Cho et al., "Learning phrase representations using RNN encoder–decoder for statistical machine translation", 2014.
    """
    x, h, gates, h_n, w_xh, w_hh = cache
    require_shapes(h=(h[1:].swapaxes(0, 1), "N T H"), dh=(dh, "N T H"))
    require_numbers(dh=dh)
    r, z, n = np.split(gates, 3, axis=2)
    da_x, da_h = gates * (1 - gates), np.empty_like(gates)  # the slope of σ; so far only slopes: the gradients come in the loop
    da_r, da_z, da_n = np.split(da_x, 3, axis=2)  # views: writing to them writes to da_x
    da_r *= h_n
    da_z *= h[:-1] - n
    da_n[:] = (1 - z) * (1 - n**2)
    num_hidden = h.shape[2]
    w_hh_t = np.ascontiguousarray(w_hh.T)  # copied once, it makes every one of the T products faster
    dh_next = np.zeros_like(h[0])  # what comes back from the step after: at the last one nothing
    for t in reversed(range(len(x))):
        dh_t = dh[:, t] + dh_next
        da_n[t] *= dh_t
        da_z[t] *= dh_t
        da_r[t] *= da_n[t]
        da_h[t] = da_x[t]
        da_h[t, :, 2 * num_hidden :] *= r[t]
        dh_next = da_h[t] @ w_hh_t + z[t] * dh_t
    rows_x, rows_h = flat(da_x), flat(da_h)
    return GruGrads(
        dx=(rows_x @ w_xh.T).reshape(x.shape).swapaxes(0, 1),
        dh0=dh_next,
        dw_xh=flat(x).T @ rows_x,
        dw_hh=flat(h[:-1]).T @ rows_h,
        db_xh=np.sum(rows_x, axis=0),
        db_hh=np.sum(rows_h, axis=0),
    )


def _sigmoid(a: Array) -> Array:
    """Give σ(a) as ½ · tanh(½a) + ½: one call, no exponent to overflow; right to the last digit of 1, which is all a gate needs."""
    p: Array = 0.5 * np.tanh(0.5 * a) + 0.5
    return p
