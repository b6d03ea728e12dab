"""Metrics: numbers for people to judge a classifier by. They are counts, so they have no gradient and train nothing.

TP (true positives) are the right and FP (false positives) the wrong ones among the answers 1; FN (false negatives) are the
wrong ones among the answers 0.
"""

from typing import Literal, NamedTuple

import numpy as np

from dlteach.nn._require import require_between, require_binary, require_count, require_labels, require_numbers, require_shapes
from dlteach.nn._types import Array


class Scores(NamedTuple):
    """Precision, recall and F1 of one classifier."""

    precision: float
    recall: float
    f1: float


def accuracy(y_true: Array, y_pred: Array) -> float:
    """Give the share of right answers.

    accuracy = number of right answers / N

    Where one class is rare it misleads: if 1 sample in 100 has the label 1, whoever always says 0 is right 99 times in 100.

    Args:
        y_true: (N,), true labels.
        y_pred: (N,), predicted labels.

    Returns:
        A number from 0 to 1.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes differ, or the arrays are empty.

    Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, section 2.4.
    """
    require_shapes(y_true=(y_true, "N"), y_pred=(y_pred, "N"))
    return float(np.mean(y_true == y_pred))


def confusion_matrix(y_true: Array, y_pred: Array, num_classes: int) -> Array:
    """Count how often each class was taken for each.

    matrix[i, j] = number of samples of class i that were predicted to be of class j

    Args:
        y_true: (N,), true labels, integers from 0 to C − 1.
        y_pred: (N,), predicted labels, likewise.
        num_classes: C.

    Returns:
        Integers, (C, C): rows are true classes, columns predicted ones; right answers stand on the diagonal.

    Raises:
        TypeError: `y_true` or `y_pred` is not an array, or `num_classes` is not a whole number.
        ValueError: the shapes differ, the arrays are empty, or a label is no class number.

    Source: Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, section 14.5.
    """
    require_shapes(y_true=(y_true, "N"), y_pred=(y_pred, "N"))
    require_count(1, num_classes=num_classes)
    require_labels(num_classes, y_true=y_true, y_pred=y_pred)
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(matrix, (y_true, y_pred), 1)  # unlike matrix[y_true, y_pred] += 1, this counts a repeated pair every time
    return matrix


def precision(y_true: Array, y_pred: Array) -> float:
    """Give the share of right answers among those that say 1: how far a 1 can be trusted.

    precision = TP / (TP + FP)

    Args:
        y_true: (N,), true labels, 0 or 1.
        y_pred: (N,), predicted labels, 0 or 1.

    Returns:
        A number from 0 to 1; 0.0 where nothing was predicted to be 1.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes differ, the arrays are empty, or a label is neither 0 nor 1.

    Source: van Rijsbergen, "Information Retrieval", 1979, chapter 7.
    """
    require_shapes(y_true=(y_true, "N"), y_pred=(y_pred, "N"))
    require_binary(y_true=y_true, y_pred=y_pred)
    tp = np.sum((y_pred == 1) & (y_true == 1))
    fp = np.sum((y_pred == 1) & (y_true == 0))
    return float(tp / (tp + fp)) if tp else 0.0  # no true positive: 0 over something, or undefined, which counts as 0


def recall(y_true: Array, y_pred: Array) -> float:
    """Give the share of true 1s that were found: how few were missed.

    recall = TP / (TP + FN)

    Args:
        y_true: (N,), true labels, 0 or 1.
        y_pred: (N,), predicted labels, 0 or 1.

    Returns:
        A number from 0 to 1; 0.0 where there was no 1 to find.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes differ, the arrays are empty, or a label is neither 0 nor 1.

    Source: van Rijsbergen, "Information Retrieval", 1979, chapter 7.
    """
    require_shapes(y_true=(y_true, "N"), y_pred=(y_pred, "N"))
    require_binary(y_true=y_true, y_pred=y_pred)
    tp = np.sum((y_pred == 1) & (y_true == 1))
    fn = np.sum((y_pred == 0) & (y_true == 1))
    return float(tp / (tp + fn)) if tp else 0.0


def f1_score(y_true: Array, y_pred: Array) -> float:
    """Give the harmonic mean of precision and recall: high only where both are.

    F1 = 2 · precision · recall / (precision + recall) = TP / (TP + ½ (FP + FN))

    Args:
        y_true: (N,), true labels, 0 or 1.
        y_pred: (N,), predicted labels, 0 or 1.

    Returns:
        A number from 0 to 1; 0.0 where there is no true positive.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes differ, the arrays are empty, or a label is neither 0 nor 1.

    Source: van Rijsbergen, "Information Retrieval", 1979, chapter 7.
    """
    require_shapes(y_true=(y_true, "N"), y_pred=(y_pred, "N"))
    require_binary(y_true=y_true, y_pred=y_pred)
    tp = np.sum((y_pred == 1) & (y_true == 1))
    fp = np.sum((y_pred == 1) & (y_true == 0))
    fn = np.sum((y_pred == 0) & (y_true == 1))
    return float(tp / (tp + 0.5 * (fp + fn))) if tp else 0.0


def averaged_scores(y_true: Array, y_pred: Array, num_classes: int, average: Literal["macro", "micro"] = "macro") -> Scores:
    """Give precision, recall and F1 for more than two classes, as a mean over the classes.

    With class c as the 1 and all others as the 0 there are TP_c, FP_c and FN_c.
    macro: mean over c of the scores of class c    micro: the scores of Σ_c TP_c, Σ_c FP_c and Σ_c FN_c

    In the macro mean a rare class counts as much as a common one. In the micro mean every sample counts the same; as
    every sample has one class and one answer, each wrong answer is one FP and one FN, and all three are the accuracy.

    Args:
        y_true: (N,), true labels, integers from 0 to C − 1.
        y_pred: (N,), predicted labels, likewise.
        num_classes: C.
        average: "macro" or "micro".

    Returns:
        `(precision, recall, f1)`, numbers from 0 to 1. Where a class has no true positive its scores are 0.0.

    Raises:
        TypeError: `y_true` or `y_pred` is not an array, or `num_classes` is not a whole number.
        ValueError: the shapes differ, the arrays are empty, a label is no class number, or `average` is neither word.

    Source: Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, section 13.6.
    """
    _require_average(average)
    matrix = confusion_matrix(y_true, y_pred, num_classes)
    tp = np.diagonal(matrix)
    fp = np.sum(matrix, axis=0) - tp  # said to be of this class, less those that are
    fn = np.sum(matrix, axis=1) - tp
    if average == "micro":
        tp, fp, fn = np.sum(tp), np.sum(fp), np.sum(fn)
    precisions, recalls, f1s = _share(tp, tp + fp), _share(tp, tp + fn), _share(tp, tp + 0.5 * (fp + fn))
    return Scores(float(np.mean(precisions)), float(np.mean(recalls)), float(np.mean(f1s)))


def top_k_accuracy(logits: Array, labels: Array, k: int) -> float:
    """Give the share of samples whose class is among the k with the highest scores.

    top-k accuracy = (number of samples with the right class among the k highest scores) / N

    Of classes with the same score the lower number comes first, as in `np.argmax`; so k = 1 is the accuracy.

    Args:
        logits: (N, C), scores; probabilities will do as well, since only their order matters.
        labels: (N,), integers from 0 to C − 1.
        k: how many guesses count, from 1 to C.

    Returns:
        A number from 0 to 1.

    Raises:
        TypeError: an argument is not an array, or `k` is not a whole number.
        ValueError: the shapes do not fit together, the batch is empty, a label is no class number, or `k` is out of range.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012.
    """
    require_shapes(logits=(logits, "N C"), labels=(labels, "N"))
    require_numbers(logits=logits)
    require_labels(logits.shape[1], labels=labels)
    require_count(1, k=k)
    require_between(1, logits.shape[1], k=k)
    guesses = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return float(np.mean(np.any(guesses == labels[:, None], axis=1)))


def _share(part: Array, whole: Array) -> Array:
    """Divide, but 0 by anything is 0, and 0 by 0 too."""
    shares: Array = part / np.where(part == 0, 1, whole)
    return shares


def _require_average(average: str) -> None:
    """Raise unless `average` is one of the two means there are."""
    if average not in ("macro", "micro"):
        raise ValueError(f"average is {average!r}; it needs to be 'macro' or 'micro'.")
