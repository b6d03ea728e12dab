"""Metrics for the training loop: functions of (output, target), like a loss, but for people to look at.

    fit(model, x, y, …, metrics={"accuracy": class_accuracy})

Those of `dlteach.nn`, such as `nn.accuracy(y_true, y_pred)`, compare labels with labels. A model gives scores, which first have
to be turned into labels: that is all that is added here.
"""

import numpy as np

from dlteach import nn
from dlteach.nn._require import require_binary, require_labels, require_numbers, require_same_shape, require_shapes
from dlteach.nn._types import Array


def class_accuracy(logits: Array, labels: Array) -> float:
    """Give the share of samples for which the right class has the highest score.

    accuracy = number of n with argmax_c logits_nc = label_n / N

    Args:
        logits: (N, C), scores, or probabilities: only their order matters.
        labels: (N,), integers from 0 to C − 1.

    Returns:
        A number from 0 to 1.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, or a label is no class number.

    Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, section 2.4.
    """
    require_shapes(logits=(logits, "N C"), labels=(labels, "N"))
    require_numbers(logits=logits)
    require_labels(logits.shape[1], labels=labels)
    return nn.accuracy(labels, np.argmax(logits, axis=1))


def binary_accuracy(logits: Array, targets: Array) -> float:
    """Give the share of right answers where each is a yes or a no of its own: yes is a logit from 0 up, a probability from ½ up.

    accuracy = number of places where (logits ≥ 0) = targets / number of places

    Args:
        logits: (N, 1), or any other shape; scores, not probabilities.
        targets: the same shape, 0 or 1.

    Returns:
        A number from 0 to 1.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes differ, the arrays are empty, or a target is neither 0 nor 1.

    Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, section 2.4.
    """
    require_same_shape(targets=targets, logits=logits)
    require_binary(targets=np.asarray(targets))
    return float(np.mean((logits >= 0) == (targets == 1)))
