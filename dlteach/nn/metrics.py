"""Metrics: numbers for people to judge a classifier by. They are counts, so they have no gradient and train nothing.

Of a binary classifier's answers, TP are right and FP wrong among those that say 1; FN are the ones that say 0 and are wrong.
"""

import numpy as np

from dlteach.nn._require import require_binary, require_count, require_labels, require_shapes
from dlteach.nn._types import Array


def accuracy(y_true: Array, y_pred: Array) -> float:
    """Give the share of right answers.

    accuracy = number of right answers / N

    Where one class is rare it misleads: never to say 1 is right 99 times in 100 if 1 is what 1 in 100 is.

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
        TypeError: a label array is none, or `num_classes` is not a whole number.
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

    F1 = TP / (TP + ½ (FP + FN))

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
