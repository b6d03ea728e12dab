"""One step of a recurrent network: the state so far and the next input make the next state."""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array


class RnnStepCache(NamedTuple):
    """What the backward pass needs to remember of one step."""

    x: Array
    h_prev: Array
    w_xh: Array
    w_hh: Array
    h: Array


class RnnStepGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `rnn_step_forward`."""

    dx: Array
    dh_prev: Array
    dw_xh: Array
    dw_hh: Array
    db: Array


def rnn_step_forward(x: Array, h_prev: Array, w_xh: Array, w_hh: Array, b: Array) -> tuple[Array, RnnStepCache]:
    """Take one step: mix the input with the state so far into a new state.

    h = tanh(x @ w_xh + h_prev @ w_hh + b)

    The same weights serve at every step, so that a sequence may have any length. One bias is enough, since two would only
    be added up; PyTorch's `RNN` has two all the same, `bias_ih` and `bias_hh`: ours is their sum.

    Args:
        x: (N, D), what N sequences have at this step.
        h_prev: (N, H), the state after the step before; zeros before the first.
        w_xh: (D, H), weights from the input to the state.
        w_hh: (H, H), weights from the state to the state.
        b: (H,), the bias.

    Returns:
        h: (N, H), the new state.
        cache: `(x, h_prev, w_xh, w_hh, h)`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, an array does not hold real numbers, or the batch is empty.

    Source: Elman, "Finding structure in time", 1990.
    """
    require_shapes(x=(x, "N D"), h_prev=(h_prev, "N H"), w_xh=(w_xh, "D H"), w_hh=(w_hh, "H H"), b=(b, "H"))
    require_numbers(x=x, h_prev=h_prev, w_xh=w_xh, w_hh=w_hh, b=b)
    h: Array = np.tanh(x @ w_xh + h_prev @ w_hh + b)
    return h, RnnStepCache(x, h_prev, w_xh, w_hh, h)


def rnn_step_backward(dh: Array, cache: RnnStepCache) -> RnnStepGrads:
    """Carry the gradient of the loss from the new state back to the input, the old state and the weights.

    da = dh · (1 − h²)
    dx = da @ w_xhᵀ    dh_prev = da @ w_hhᵀ    dw_xh = xᵀ @ da    dw_hh = h_prevᵀ @ da    db = Σ_n da_n

    Here a is what stands inside the tanh, whose slope 1 − tanh² can be told from its output. The rest is the affine map
    twice over. Back through T steps, `dh_prev` meets w_hh T times: that is why it vanishes or explodes.

    Args:
        dh: (N, H), gradient of the loss with respect to `h`, by every way there is: through the output of this step and
            through the steps that follow.
        cache: what `rnn_step_forward` kept.

    Returns:
        dx: (N, D), dh_prev: (N, H), dw_xh: (D, H), dw_hh: (H, H), db: (H,). The weights serve at every step: their
        gradients over a sequence are the sums of these.

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dh` has another shape than `h`, or does not hold real numbers.

    Source: Werbos, "Backpropagation through time: what it does and how to do it", 1990.
    """
    x, h_prev, w_xh, w_hh, h = cache
    require_shapes(h=(h, "N H"), dh=(dh, "N H"))
    require_numbers(dh=dh)
    da = dh * (1 - h**2)
    return RnnStepGrads(dx=da @ w_xh.T, dh_prev=da @ w_hh.T, dw_xh=x.T @ da, dw_hh=h_prev.T @ da, db=np.sum(da, axis=0))
