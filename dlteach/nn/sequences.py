"""Sequences in one batch: how they are turned round, and what the three recurrent networks share in walking along them."""

from typing import Any

import numpy as np

from dlteach.nn._require import require_lengths, require_shapes
from dlteach.nn._types import Array, as_float


def reverse_sequences(x: Array, lengths: Array | None = None) -> Array:
    """Turn every sequence round, and leave the padding behind its end where it is.

    out[n, t] = x[n, L_n − 1 − t] for t < L_n, and x[n, t] elsewhere    with L_n = lengths[n]

    A bidirectional network runs a second network along the reversed input and reverses what comes out, so that both have
    their answer for step t at step t. Twice reversed is as before: so the gradient, too, is carried back by this function.

    Args:
        x: (N, T, …), N sequences of T steps, of any dtype: tokens (N, T), features (N, T, D).
        lengths: (N,), integers from 1 to T, how long each sequence is; None if all have T steps.

    Returns:
        out: an array of the shape of `x`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: `x` has fewer than two axes or is empty, or `lengths` does not fit to it.

    Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997.
    """
    _require_sequences(x)
    num_sequences, num_steps = x.shape[:2]
    if lengths is None:
        lengths = np.full(num_sequences, num_steps)
    _require_lengths(num_sequences, num_steps, lengths)
    n, t = np.arange(num_sequences)[:, np.newaxis], np.arange(num_steps)
    length = lengths[:, np.newaxis].astype(int)
    source = np.where(t < length, length - 1 - t, t)
    out: Array = x[n, source]
    return out


def time_first(x: Array, lengths: Array | None) -> tuple[Array, Array | None]:
    """Give `x` (N, T, D) as (T, N, D), and whether each sequence has ended, (T, N, 1); None if all have T steps.

    With the steps first, what one step works on lies together in memory. The padding becomes 0: nothing that stands in
    it, not even a NaN, is to reach a gradient, and 0 · NaN would be NaN.
    """
    steps = np.ascontiguousarray(as_float(x).swapaxes(0, 1))
    if lengths is None:
        return steps, None
    num_steps, num_sequences, _ = steps.shape
    _require_lengths(num_sequences, num_steps, lengths)
    ended = np.arange(num_steps)[:, np.newaxis, np.newaxis] >= lengths[:, np.newaxis]
    return np.where(ended, 0, steps), ended


def start_from(state: Array, num_steps: int, dtype: np.dtype[Any]) -> Array:
    """Give room for the states of all steps, (T + 1, N, H), with the one before the first step filled in."""
    states = np.empty((num_steps + 1, *state.shape), dtype)
    states[0] = state
    return states


def flat(steps: Array) -> Array:
    """Give (T, N, D) as (T·N, D): for a product with weights that all steps share, each is a row like any other."""
    return steps.reshape(-1, steps.shape[-1])


def _require_sequences(x: Array) -> None:
    if not isinstance(x, np.ndarray):
        raise TypeError(f"x is a {type(x).__name__}; it needs to be a NumPy array.")
    if x.ndim < 2 or 0 in x.shape[:2]:
        raise ValueError(f"x has shape {x.shape}; it needs (N, T, ...) with N and T at least 1.")


def _require_lengths(num_sequences: int, num_steps: int, lengths: Array) -> None:
    require_shapes(lengths=(lengths, "N"))
    if len(lengths) != num_sequences:
        raise ValueError(f"lengths has shape {lengths.shape}; it needs (N,) with N = {num_sequences}, as in x.")
    require_lengths(num_steps, lengths=lengths)
