"""Masks: which places attention may look at. True means that it may.

Masks go together by `&`: `causal_mask(T) & padding_mask(lengths, T)[:, None]` is (N, T, T).
"""

import numpy as np

from dlteach.nn._require import require_count, require_lengths, require_shapes
from dlteach.nn._types import Array


def causal_mask(num_steps: int) -> Array:
    """Let every step look at itself and at those before it, but never ahead.

    mask[t, s] = (s ≤ t)

    A network that is to predict the next word must not see it. With this mask it can learn from all the steps of a
    sentence at once, as if it had been given them one after the other.

    Args:
        num_steps: T, the length of the sequence.

    Returns:
        True and False, (T, T): row t says where step t may look.

    Raises:
        TypeError: `num_steps` is not a whole number.
        ValueError: `num_steps` is below 1.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.3.
    """
    require_count(1, num_steps=num_steps)
    return np.tri(num_steps, dtype=bool)


def padding_mask(lengths: Array, num_steps: int) -> Array:
    """Mark the steps that are part of a sequence, and not the padding behind its end.

    mask[n, t] = (t < lengths[n])

    For attention it needs one more axis, `mask[:, None]` of shape (N, 1, T), since every step that looks is told the same.

    Args:
        lengths: (N,), the length of each sequence, integers from 1 to T.
        num_steps: T, what the sequences are padded to.

    Returns:
        True and False, (N, T).

    Raises:
        TypeError: `lengths` is not an array, or `num_steps` is not a whole number.
        ValueError: `lengths` does not have one axis, is empty, or holds a number that is no length.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.3.
    """
    require_shapes(lengths=(lengths, "N"))
    require_count(1, num_steps=num_steps)
    require_lengths(num_steps, lengths=lengths)
    mask: Array = np.arange(num_steps) < lengths[:, None]
    return mask
