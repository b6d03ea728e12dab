"""Softmax: from the scores of the classes to their probabilities, and to the logarithms of these.

Both work along the last axis, `(..., C)`: a batch of rows `(N, C)`, every time step of a batch of sequences `(N, T, C)`, and so on.
"""

import numpy as np

from dlteach.nn._require import require_numbers, require_same_shape, require_shapes
from dlteach.nn._types import Array


def softmax(logits: Array) -> Array:
    """Turn each row of scores into probabilities, which are positive and sum to 1.

    p_c = exp(s_c) / Σ_k exp(s_k)    with s_1, …, s_C the logits of one row

    exp turns every score into a positive number and keeps their order. The largest score of the row is taken off first. That
    divides top and bottom by the same number, so it changes nothing but the size of the exponents: none is positive any more,
    and none can overflow.

    Args:
        logits: (..., C), scores of C classes.

    Returns:
        Probabilities, (..., C).

    Raises:
        TypeError: `logits` is not an array.
        ValueError: `logits` is empty, a single number, or its dtype is not of real numbers.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.
    """
    require_shapes(logits=(logits, "... C"))
    require_numbers(logits=logits)
    exponentials = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    p: Array = exponentials / np.sum(exponentials, axis=-1, keepdims=True)
    return p


def softmax_forward(logits: Array) -> tuple[Array, Array]:
    """Apply the softmax, and keep its output for the backward pass.

    out_c = exp(s_c) / Σ_k exp(s_k)    with s_1, …, s_C the logits of one row

    Args:
        logits: (..., C), scores of C classes.

    Returns:
        out: (..., C), probabilities.
        cache: `out` itself.

    Raises:
        TypeError: `logits` is not an array.
        ValueError: `logits` is empty, a single number, or its dtype is not of real numbers.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.
    """
    out = softmax(logits)
    return out, out


def softmax_backward(dout: Array, cache: Array) -> Array:
    """Carry the gradient of the loss back through the softmax.

    dlogits_c = p_c · (dout_c − Σ_k dout_k · p_k)

    A score that rises takes probability from all others, so what counts is by how much dout_c is above the mean of all dout_k,
    weighted by their probabilities.

    Why: with s_1, …, s_C the logits of one row, the quotient rule gives ∂p_c/∂s_c = p_c · (1 − p_c), and
    ∂p_k/∂s_c = −p_k · p_c for every other k. So Σ_k dout_k · ∂p_k/∂s_c = p_c · dout_c − p_c · Σ_k dout_k · p_k.

    Args:
        dout: (..., C), gradient of the loss with respect to the probabilities.
        cache: what `softmax_forward` kept, the probabilities p.

    Returns:
        dlogits: (..., C).

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dout` has another shape than `cache`, or a dtype is not of real numbers.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.3.
    """
    require_shapes(cache=(cache, "... C"))
    require_same_shape(dout=dout, cache=cache)
    p = cache
    dlogits: Array = p * (dout - np.sum(dout * p, axis=-1, keepdims=True))
    return dlogits


def log_softmax(logits: Array) -> Array:
    """Give the logarithms of the softmax, without ever taking the logarithm of a probability that became 0.

    log p_c = s_c − log Σ_k exp(s_k)    with s_1, …, s_C the logits of one row

    The largest score is taken off first, as in `softmax`; it cancels.

    Args:
        logits: (..., C), scores of C classes.

    Returns:
        Logarithms of the probabilities, (..., C).

    Raises:
        TypeError: `logits` is not an array.
        ValueError: `logits` is empty, a single number, or its dtype is not of real numbers.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.3.
    """
    require_shapes(logits=(logits, "... C"))
    require_numbers(logits=logits)
    shifted = logits - np.max(logits, axis=-1, keepdims=True)
    log_p: Array = shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    return log_p


def log_softmax_forward(logits: Array) -> tuple[Array, Array]:
    """Apply the log-softmax, and keep its output for the backward pass.

    out_c = s_c − log Σ_k exp(s_k)    with s_1, …, s_C the logits of one row

    Args:
        logits: (..., C), scores of C classes.

    Returns:
        out: (..., C), logarithms of the probabilities.
        cache: `out` itself.

    Raises:
        TypeError: `logits` is not an array.
        ValueError: `logits` is empty, a single number, or its dtype is not of real numbers.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.3.
    """
    out = log_softmax(logits)
    return out, out


def log_softmax_backward(dout: Array, cache: Array) -> Array:
    """Carry the gradient of the loss back through the log-softmax.

    dlogits_c = dout_c − p_c · Σ_k dout_k    with p = exp(out)

    Why: the logit s_c stands in its own logarithm, and in the log Σ_k exp(s_k) that all C of them share, where its slope
    is p_c.

    Args:
        dout: (..., C), gradient of the loss with respect to the logarithms.
        cache: what `log_softmax_forward` kept, the logarithms.

    Returns:
        dlogits: (..., C).

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dout` has another shape than `cache`, or a dtype is not of real numbers.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.3.
    """
    require_shapes(cache=(cache, "... C"))
    require_same_shape(dout=dout, cache=cache)
    log_p = cache
    dlogits: Array = dout - np.exp(log_p) * np.sum(dout, axis=-1, keepdims=True)
    return dlogits
