"""Losses: one number that says how wrong a batch of predictions is. Each is the mean over the batch.

Both losses here start from logits, the scores before the sigmoid or the softmax. Going through the probabilities would
lose those that round to 0 or 1, and with them the gradient of the worst mistakes.
"""

import numpy as np

from dlteach.nn._require import require_binary, require_labels, require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.nn.activations import log_softmax


def binary_cross_entropy(z: Array, y: Array) -> float:
    """Say how wrong the probabilities p = σ(z) are for labels that are 0 or 1.

    J = −mean[ y · log p + (1 − y) · log(1 − p) ]

    With p = σ(z) the two logarithms are −log(1 + exp(−z)) and −log(1 + exp(z)), so the loss of a sample is
    log(1 + exp(∓z)) with the sign its label picks. A confident mistake of 1000 costs 1000.0, neither infinity nor less.

    Args:
        z: (N,), logits.
        y: (N,), labels, 0 or 1.

    Returns:
        The mean loss.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes differ, the batch is empty, or a label is neither 0 nor 1.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, equation 4.90.
    """
    require_shapes(z=(z, "N"), y=(y, "N"))
    require_numbers(z=z)
    require_binary(y=y)
    return float(np.mean(np.logaddexp(0, np.where(y == 1, -z, z))))


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Say how wrong the probabilities p = softmax(logits) are for one right class per sample, and in which direction.

    J = −mean_n log p_n,label(n)    dJ/dlogits = (p − one_hot(labels)) / N

    Softmax and loss are one function because their gradients together are this simple: probability minus truth.

    Args:
        logits: (N, C), scores.
        labels: (N,), integers from 0 to C − 1.

    Returns:
        loss: the mean loss.
        dlogits: (N, C), gradient of the loss with respect to `logits`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, or a label is no class number.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, section 4.3.4.
    """
    require_shapes(logits=(logits, "N C"), labels=(labels, "N"))
    require_labels(logits.shape[1], labels=labels)
    log_p = log_softmax(logits)
    rows = np.arange(len(labels))
    loss = -np.mean(log_p[rows, labels])
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    return float(loss), dlogits / len(labels)
