"""Embedding: each word has a vector of its own, which is learned like any other weight."""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array


class EmbeddingCache(NamedTuple):
    """What the backward pass needs to remember of the forward pass."""

    tokens: Array
    w: Array


def embedding_forward(tokens: Array, w: Array) -> tuple[Array, EmbeddingCache]:
    """Look up the vector of every token.

    out[…] = w[tokens[…]]

    It is the product one_hot(tokens) @ w without the product: all but one of the terms would be 0.

    Args:
        tokens: integers from 0 to V − 1, of any shape; (N, T) for a batch of sentences.
        w: (V, D), one row for each of the V tokens there are.

    Returns:
        out: (..., D), the shape of `tokens` and one more axis.
        cache: `(tokens, w)`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: `tokens` is empty or holds anything but token numbers, or `w` is not (V, D).

    Source: Bengio et al., "A neural probabilistic language model", 2003.
    """
    require_shapes(w=(w, "V D"))
    require_numbers(w=w)
    _require_tokens(tokens, num_tokens=len(w))
    return w[tokens], EmbeddingCache(tokens, w)


def embedding_backward(dout: Array, cache: EmbeddingCache) -> Array:
    """Carry the gradient of the loss back to the vectors that were looked up.

    dw[v] = Σ dout[…] over all places where tokens[…] = v

    A word that stands in the batch three times has fed the loss three times, and its three gradients add up. A word
    that does not stand there gets 0. The tokens themselves are no numbers to calculate with, so they have no gradient.

    Args:
        dout: (..., D), gradient of the loss with respect to `out`.
        cache: what `embedding_forward` kept, `(tokens, w)`.

    Returns:
        dw: (V, D).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or `tokens` holds anything but token numbers.

    Source: Bengio et al., "A neural probabilistic language model", 2003.
    """
    tokens, w = cache
    require_shapes(w=(w, "V D"), dout=(dout, "... D"))
    require_numbers(dout=dout)
    _require_tokens(tokens, num_tokens=len(w))
    _require_leading_shape(tokens.shape, dout)
    dw = np.zeros(w.shape, dtype=dout.dtype)
    np.add.at(dw, tokens, dout)  # dw[tokens] += dout would keep only one of the gradients of a word that comes twice
    return dw


def _require_tokens(tokens: Array, num_tokens: int) -> None:
    """Raise unless `tokens` holds token numbers; −1, which NumPy takes for the last row, is none."""
    if not isinstance(tokens, np.ndarray):
        raise TypeError(f"tokens is a {type(tokens).__name__}; it needs to be a NumPy array.")
    if tokens.dtype.kind not in "iu":
        raise ValueError(f"tokens has dtype {tokens.dtype}; it needs integers, the numbers of the tokens.")
    if tokens.size == 0:
        raise ValueError(f"tokens has shape {tokens.shape}, so it is empty; it needs at least one token.")
    wrong = tokens[(tokens < 0) | (tokens >= num_tokens)]
    if wrong.size:
        raise ValueError(f"tokens has the value {wrong[0]}; it needs token numbers from 0 to {num_tokens - 1}.")


def _require_leading_shape(shape: tuple[int, ...], dout: Array) -> None:
    """Raise unless all axes of `dout` but the last are those of the tokens."""
    if dout.shape[:-1] != shape:
        needs = ", ".join([*map(str, shape), "D"])
        raise ValueError(f"dout has shape {dout.shape}; it needs ({needs}), the shape of tokens and one more axis.")
