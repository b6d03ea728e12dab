"""Cross-entropy losses: how surprised a classifier is by the right answers. Each is the mean over what was to be classified.

All start from logits, the scores before the sigmoid or the softmax. Going through the probabilities would lose those that
round to 0 or 1, and with them the gradient of the worst mistakes.
"""

import numpy as np

from dlteach.nn._require import require_binary, require_labels, require_mask, require_numbers, require_same_shape, require_shapes
from dlteach.nn._types import Array, as_float
from dlteach.nn.activations import sigmoid
from dlteach.nn.softmax import log_softmax


def binary_cross_entropy(z: Array, y: Array) -> float:
    """Say how wrong the probabilities p = σ(z) are for labels that are 0 or 1.

    J = −mean[ y · log p + (1 − y) · log(1 − p) ]

    With p = σ(z) the two logarithms are −log(1 + exp(−z)) and −log(1 + exp(z)), so the loss of a sample is log(1 + exp(−z))
    for the label 1 and log(1 + exp(z)) for the label 0. For a logit of 1000 and the label 0 that is 1000.0, where −log(1 − p)
    would be infinite, since p rounds to 1.

    Args:
        z: (N,), logits.
        y: (N,), labels, 0 or 1.

    Returns:
        The mean loss.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes differ, the batch is empty, the dtype of `z` is not of real numbers, or a label is neither 0
            nor 1.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, equation 4.90.
    """
    require_shapes(z=(z, "N"), y=(y, "N"))
    require_numbers(z=z)
    require_binary(y=y)
    # logaddexp(0, a) = log(exp(0) + exp(a)) = log(1 + exp(a)), without the overflow
    return float(np.mean(np.logaddexp(0, np.where(y == 1, -z, z))))


def sigmoid_cross_entropy(logits: Array, targets: Array) -> tuple[float, Array]:
    """Say how wrong the probabilities p = σ(logits) are, each a yes or no of its own, and in which direction.

    J = −mean[ t · log p + (1 − t) · log(1 − p) ]    dJ/dz = (p − t) / size    with z the logits and t the targets

    For several labels per sample, which do not exclude each other, for images with pixels from 0 to 1, and for GANs. With
    targets of 0 and 1 it is `binary_cross_entropy`, in any shape and with its gradient.

    The gradient: −log p has the slope p − 1 along z, and −log(1 − p) has p (see `logistic_gradient`); and
    t · (p − 1) + (1 − t) · p = p − t.

    The loss is computed as mean[ max(z, 0) − z · t + log(1 + exp(−|z|)) ], which is the same number: −log p = log(1 + exp(−z))
    and −log(1 − p) = z + log(1 + exp(−z)), so t times the one and 1 − t times the other make z − z · t + log(1 + exp(−z)). Where
    z is negative, −z is taken out of the logarithm, so that no exponent is positive.

    Args:
        logits: array of any shape.
        targets: the same shape, from 0 to 1.

    Returns:
        loss: the mean over all numbers.
        dlogits: gradient of the loss with respect to `logits`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: the shapes differ, the arrays are empty, a dtype is not of real numbers, or a target is not from 0 to 1.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.2.
    """
    require_same_shape(targets=targets, logits=logits)
    _require_probabilities(targets=targets)
    logits = as_float(logits)
    targets = np.asarray(targets).astype(logits.dtype, copy=False)  # float64 targets would make float32 logits float64 as well
    loss = np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))
    return float(loss), (sigmoid(logits) - targets) / logits.size


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Say how wrong the probabilities p = softmax(logits) are for one right class per sample, and in which direction.

    J = −mean_n log p_n,label(n)    dJ/dlogits = (p − one_hot(labels)) / N

    Softmax and loss are one function because their gradients together are this simple: probability minus truth.
    Why: −log p_label = log Σ_k exp(s_k) − s_label, with s the logits of the row. Along s_c the first term has the slope
    exp(s_c) / Σ_k exp(s_k) = p_c, and the second −1 if c is the label, else 0.

    Args:
        logits: (N, C), scores.
        labels: (N,), integers from 0 to C − 1.

    Returns:
        loss: the mean loss.
        dlogits: (N, C), gradient of the loss with respect to `logits`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, the dtype of `logits` is not of real numbers, or a
            label is no class number.

    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, section 4.3.4.
    """
    _require_no_one_hot(logits=logits, labels=labels)
    require_shapes(logits=(logits, "N C"), labels=(labels, "N"))
    require_labels(logits.shape[1], labels=labels)
    log_p = log_softmax(logits)
    rows = np.arange(len(labels))
    loss = -np.mean(log_p[rows, labels])
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    return float(loss), dlogits / len(labels)


def sequence_cross_entropy(logits: Array, labels: Array, mask: Array) -> tuple[float, Array]:
    """Say how wrong the probabilities of a batch of sequences are, step by step, leaving the padding out.

    J = −Σ_nt mask_nt · log p_nt,label(nt) / Σ_nt mask_nt    dJ/dlogits_nt = mask_nt · (p_nt − one_hot(label_nt)) / Σ mask

    Every real token counts the same, whether its sentence is short or long. At padding the gradient is 0, whatever stands
    there: neither its logits nor its labels are looked at.

    Args:
        logits: (N, T, V), scores of the V words of the vocabulary at every time step.
        labels: (N, T), integers from 0 to V − 1.
        mask: (N, T), True at real tokens, False at padding.

    Returns:
        loss: the mean over the real tokens.
        dlogits: (N, T, V), gradient of the loss with respect to `logits`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, an array is empty, the dtype of `logits` is not of real numbers, `mask`
            does not hold True and False or is False everywhere, or a label of a real token is not in the vocabulary.

    Source: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014.
    """
    require_shapes(logits=(logits, "N T V"), labels=(labels, "N T"), mask=(mask, "N T"))
    require_numbers(logits=logits)
    require_mask(mask=mask)
    _require_any(mask=mask)
    loss, dreal = softmax_cross_entropy(logits[mask], labels[mask])
    dlogits = np.zeros(logits.shape, dreal.dtype)
    dlogits[mask] = dreal
    return loss, dlogits


def _require_probabilities(**arguments: Array) -> None:
    """Raise unless every argument holds nothing but numbers from 0 to 1."""
    for name, values in arguments.items():
        values = np.asarray(values)
        wrong = values[~((values >= 0) & (values <= 1))]  # NaN is refused too
        if wrong.size:
            raise ValueError(f"{name} has the value {wrong[0]}; it needs numbers from 0 to 1.")


def _require_no_one_hot(logits: Array, labels: Array) -> None:
    """Raise if the labels are one-hot rows, as some libraries want them."""
    if isinstance(labels, np.ndarray) and labels.ndim == 2 and labels.shape == np.shape(logits):
        raise ValueError(
            f"labels has shape {labels.shape}, as one-hot rows have; it needs (N,), the numbers of the classes, "
            "as np.argmax(labels, axis=1) gives."
        )


def _require_any(**arguments: Array) -> None:
    """Raise unless every argument is True somewhere."""
    for name, mask in arguments.items():
        if not mask.any():
            raise ValueError(f"{name} is False everywhere; it needs at least one True, or there is nothing to take the mean of.")
