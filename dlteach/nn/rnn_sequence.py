"""A recurrent network along whole sequences: the same numbers as step after step, with what the steps share done once.

Without `lengths`, it is this::

    state, states, caches = h0, [], []
    for t in range(T):
        state, cache = rnn_step_forward(x[:, t], state, w_xh, w_hh, b)
        states.append(state)
        caches.append(cache)
    h = np.stack(states, axis=1)

    dstate, dw_hh = 0, 0
    for t in reversed(range(T)):
        step = rnn_step_backward(dh[:, t] + dstate, caches[t])
        dstate = step.dh_prev                # goes to the step before; that of the first step is dh0
        dw_hh = dw_hh + step.dw_hh           # the weights serve at every step, so their gradients add up; so do dw_xh and db

Only the product with the state must wait for the step before. The product with the input is one matrix product for all
steps, and so are the gradients of the weights and of the input, after the last step of the way back.
"""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.nn.sequences import flat, start_from, time_first


class RnnCache(NamedTuple):
    """What the backward pass needs to remember, with the steps first; `h` has one step more, the state before the first."""

    x: Array
    h: Array
    ended: Array | None
    w_xh: Array
    w_hh: Array


class RnnGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `rnn_forward`."""

    dx: Array
    dh0: Array
    dw_xh: Array
    dw_hh: Array
    db: Array


def rnn_forward(x: Array, h0: Array, w_xh: Array, w_hh: Array, b: Array, lengths: Array | None = None) -> tuple[Array, RnnCache]:
    """Run a recurrent network along N sequences of T steps; a sequence that has ended holds its state.

    h_t = tanh(x_t @ w_xh + h_{t−1} @ w_hh + b) for t = 1 … L_n, and h_t = h_{t−1} from there to T    with h_0 = h0

    Steps are counted from 1 here: x_t is `x[:, t - 1]`, h_t is `h[:, t - 1]`. L_n is `lengths[n]`.

    Args:
        x: (N, T, D), a batch of sequences.
        h0: (N, H), the state before the first step.
        w_xh: (D, H), weights from the input to the state.
        w_hh: (H, H), weights from the state to the state.
        b: (H,), the bias.
        lengths: (N,), integers from 1 to T, how long each sequence is; None if all have T steps.

    Returns:
        h: (N, T, H), the state after every step; `h[:, -1]` is the last of every sequence, however short.
        cache: what `rnn_backward` needs.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, an array does not hold real numbers, or the batch is empty.

    Source: Elman, "Finding structure in time", 1990.
    """
    require_shapes(x=(x, "N T D"), h0=(h0, "N H"), w_xh=(w_xh, "D H"), w_hh=(w_hh, "H H"), b=(b, "H"))
    require_numbers(x=x, h0=h0, w_xh=w_xh, w_hh=w_hh, b=b)
    steps, ended = time_first(x, lengths)
    num_steps = len(steps)
    from_x = (flat(steps) @ w_xh + b).reshape(num_steps, -1, b.size)  # (T, N, H)
    h = start_from(h0, num_steps, np.result_type(from_x, h0, w_hh))  # h[0] is h0; h[t + 1] is the state after steps[t]
    for t in range(num_steps):
        np.tanh(from_x[t] + h[t] @ w_hh, out=h[t + 1])
        if ended is not None:
            np.copyto(h[t + 1], h[t], where=ended[t])
    return h[1:].swapaxes(0, 1), RnnCache(steps, h, ended, w_xh, w_hh)


def rnn_backward(dh: Array, cache: RnnCache) -> RnnGrads:
    """Carry the gradient of the loss back along the sequences, from the last step to the first.

    da_t = (dh_t + da_{t+1} @ w_hhᵀ) · (1 − h_t²)
    dx = da @ w_xhᵀ    dw_xh = Σ_t x_tᵀ @ da_t    dw_hh = Σ_t h_{t−1}ᵀ @ da_t    db = Σ_t Σ_n da_t

    A state reaches the loss in two ways, through its own output and through the next step: the first line adds them up.
    Where a sequence has ended there is no step to learn from: da_t = 0, and the gradient goes on to the state before.

    Args:
        dh: (N, T, H), gradient of the loss with respect to the state after every step. What stands behind the end of a
            sequence goes to its last state, which is held there.
        cache: what `rnn_forward` kept.

    Returns:
        dx: (N, T, D), 0 in the padding, dh0: (N, H), dw_xh: (D, H), dw_hh: (H, H), db: (H,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dh` has another shape than the states, or does not hold real numbers.

    Source: Werbos, "Backpropagation through time: what it does and how to do it", 1990.
    """
    x, h, ended, w_xh, w_hh = cache
    require_shapes(h=(h[1:].swapaxes(0, 1), "N T H"), dh=(dh, "N T H"))
    require_numbers(dh=dh)
    slopes = 1 - h[1:] ** 2
    if ended is not None:
        slopes *= ~ended
    da = np.empty_like(slopes)
    w_hh_t = np.ascontiguousarray(w_hh.T)  # copied once, it makes every one of the T products faster
    dh_next = np.zeros_like(h[0])  # what comes back from the step after: at the last one nothing
    for t in reversed(range(len(x))):
        dh_t = dh[:, t] + dh_next
        np.multiply(dh_t, slopes[t], out=da[t])
        dh_next = da[t] @ w_hh_t
        if ended is not None:
            dh_next += ended[t] * dh_t
    rows = flat(da)  # (T·N, H): a sum over steps and samples is one over rows
    dx = (rows @ w_xh.T).reshape(x.shape).swapaxes(0, 1)
    return RnnGrads(dx=dx, dh0=dh_next, dw_xh=flat(x).T @ rows, dw_hh=flat(h[:-1]).T @ rows, db=np.sum(rows, axis=0))
