"""Whole numbers as rows of 0 and 1: what a network can multiply with."""

import numpy as np
from numpy.typing import DTypeLike

from dlteach.nn._require import require_count, require_labels, require_mask, require_shapes
from dlteach.nn._types import Array


def one_hot(labels: Array, num_classes: int, dtype: DTypeLike = np.float64) -> Array:
    """Write every class number as a row with a single 1, in the column of that class.

    row_c = 1 if c = label, else 0

    A class number is a name and not an amount: 2 is not twice 1. In the row no class is larger than another.

    Args:
        labels: (N,), integers from 0 to C − 1.
        num_classes: C.
        dtype: of the result.

    Returns:
        (N, C).

    Raises:
        TypeError: `labels` is not an array, or `num_classes` is not a whole number.
        ValueError: `labels` is empty or does not have one axis, or a label is no class number.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, section 4.1 (1-of-K coding).
    """
    require_shapes(labels=(labels, "N"))
    require_count(1, num_classes=num_classes)
    require_labels(num_classes, labels=labels)
    encoded: Array = np.zeros((len(labels), num_classes), dtype)
    encoded[np.arange(len(labels)), labels] = 1
    return encoded


def multi_hot(tokens: Array, mask: Array, vocabulary_size: int, dtype: DTypeLike = np.float64) -> Array:
    """Write every text as a row with a 1 in the column of each word that is in it, however often and wherever it stands.

    row_v = 1 if token v is among the real tokens of the text, else 0

    Args:
        tokens: (N, T), integers from 0 to V − 1; short texts are filled up.
        mask: (N, T), True where a token is real and False where it only fills up.
        vocabulary_size: V.
        dtype: of the result.

    Returns:
        (N, V).

    Raises:
        TypeError: an argument is not an array, or `vocabulary_size` is not a whole number.
        ValueError: the shapes differ or are empty, `mask` holds other things than True and False, or a token is no number
            of a word.

    Source: Harris, "Distributional structure", 1954 (a text as the bag of its words).
    """
    require_shapes(tokens=(tokens, "N T"), mask=(mask, "N T"))
    require_mask(mask=mask)
    require_count(1, vocabulary_size=vocabulary_size)
    require_labels(vocabulary_size, tokens=tokens)
    encoded: Array = np.zeros((len(tokens), vocabulary_size), dtype)
    text, place = np.nonzero(mask)
    encoded[text, tokens[text, place]] = 1  # a repeated word writes its 1 again: no harm
    return encoded
