"""Attention: every step looks at all others, and takes more from those that matter more to it."""

import math
from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_broadcast, require_mask, require_numbers, require_shapes
from dlteach.nn._types import Array, as_float


class AttentionCache(NamedTuple):
    """What the backward pass needs to remember of the forward pass; `weights` is also worth a look."""

    q: Array
    k: Array
    v: Array
    weights: Array


class AttentionGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `attention_forward`."""

    dq: Array
    dk: Array
    dv: Array


def attention_forward(q: Array, k: Array, v: Array, mask: Array | None = None) -> tuple[Array, AttentionCache]:
    """Give each query the mean of the values, weighted by how well their keys fit the query.

    scores = q @ kᵀ / √D    weights = softmax(scores)    out = weights @ v    (ᵀ swaps the last two axes)

    Where a dictionary gives the value of the one key that is equal, attention gives a blend of all of them. The weights here
    are calculated afresh for every input, and not learned. A query that may look nowhere gets 0.

    Why √D: a score is a sum of D products. If the numbers of q and k are independent, with mean 0 and spread 1, so is each
    product; but variances add up, and the sum has the spread √D. Dividing brings it back to 1. Larger scores would drive the
    softmax to 0 and 1, where it has no slope.

    Args:
        q: (..., T, D), what each of T steps looks for.
        k: (..., S, D), what each of S steps offers.
        v: (..., S, M), what each of these steps has to say.
        mask: True where a query may look, of a shape that broadcasts to (..., T, S); None lets all look everywhere.

    Returns:
        out: (..., T, M).
        cache: `(q, k, v, weights)`; the weights are (..., T, S), and each row sums to 1 (or is 0, if it may look nowhere).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, an array is empty, or `mask` is not of True and False.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.1.
    """
    require_shapes(q=(q, "... T D"), k=(k, "... S D"), v=(v, "... S M"))
    require_numbers(q=q, k=k, v=v)
    _require_same_leading_axes(q=q, k=k, v=v)
    scores = (q / math.sqrt(q.shape[-1])) @ np.swapaxes(k, -1, -2)  # (..., T, S); q is divided, T·D numbers, and not the T·S scores
    if mask is not None:
        require_mask(mask=mask)
        require_broadcast(scores.shape, mask=mask)
        scores = np.where(mask, scores, -np.inf)  # exp(−∞) = 0, so no weight
    weights = _softmax_or_zero(scores)
    return weights @ v, AttentionCache(q, k, v, weights)


def attention_backward(dout: Array, cache: AttentionCache) -> AttentionGrads:
    """Carry the gradient of the loss back to queries, keys and values.

    dv = weightsᵀ @ dout    dweights = dout @ vᵀ    dscores = weights · (dweights − Σ_s weights · dweights)
    dq = dscores @ k / √D    dk = dscoresᵀ @ q / √D

    dscores is the way back through the softmax (`softmax_backward`): what counts for a score is how much more the loss gains
    from its value than from the weighted mean of all. Where the mask hid something the weight is 0, and hence the gradient
    of its score too; so the mask need not be kept.

    Args:
        dout: (..., T, M), gradient of the loss with respect to `out`.
        cache: what `attention_forward` kept, `(q, k, v, weights)`.

    Returns:
        dq: (..., T, D), dk: (..., S, D), dv: (..., S, M).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or an array is empty.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.1.
    """
    q, k, v, weights = cache
    require_shapes(q=(q, "... T D"), k=(k, "... S D"), v=(v, "... S M"), weights=(weights, "... T S"), dout=(dout, "... T M"))
    require_numbers(dout=dout)
    _require_same_leading_axes(q=q, k=k, v=v, weights=weights, dout=dout)
    dv = np.swapaxes(weights, -1, -2) @ dout
    dweights = as_float(dout @ np.swapaxes(v, -1, -2))
    dweights -= np.sum(weights * dweights, axis=-1, keepdims=True)
    dscores = np.multiply(weights, dweights, out=dweights)  # written over dweights: nobody needs it again
    root = math.sqrt(q.shape[-1])
    return AttentionGrads(dq=dscores @ k / root, dk=np.swapaxes(dscores, -1, -2) @ q / root, dv=dv)


def _softmax_or_zero(scores: Array) -> Array:
    """Give the softmax of the last axis, written over the scores; a row of nothing but −∞ becomes 0, where 0/0 is NaN."""
    top = np.max(scores, axis=-1, keepdims=True)
    scores -= np.where(top > -np.inf, top, 0)  # −∞ − (−∞) is NaN too
    weights: Array = np.exp(scores, out=scores)
    total = np.sum(weights, axis=-1, keepdims=True)
    weights /= np.where(total > 0, total, 1)
    return weights


def _require_same_leading_axes(**arguments: Array) -> None:
    """Raise unless all arrays agree in every axis but the last two."""
    first, *others = arguments
    for name in others:
        if arguments[name].shape[:-2] != arguments[first].shape[:-2]:
            needs = f"{arguments[first].shape[:-2]} before its last two axes, as {first} has"
            raise ValueError(f"{name} has shape {arguments[name].shape}; it needs {needs}.")
