"""Labels with known counts, for the exercises that count."""

from collections.abc import Sequence

import numpy as np

from dlteach.checking import Case

# TP, FP, FN, TN: for each of these precision, recall, F1, accuracy and all that gets mixed up with them are different numbers
EIGHTEEN = ((2, 8, 3, 5), (8, 2, 5, 3), (8, 5, 2, 3))
NINETEEN = ((7, 4, 6, 2), (7, 5, 4, 3), (7, 6, 4, 2))


def labels_from_counts(rng: np.random.Generator, counts: np.ndarray) -> dict[str, np.ndarray]:
    """True and predicted labels, in random order: ``counts[i, j]`` samples are of class i and were taken for class j."""
    pairs = np.argwhere(counts >= 0).repeat(counts.ravel(), axis=0)
    y_true, y_pred = rng.permutation(pairs).T
    return {"y_true": y_true.copy(), "y_pred": y_pred.copy()}


def binary_case(rng: np.random.Generator, tp: int, fp: int, fn: int, tn: int, kind: str = "generic") -> Case:
    """Labels 0 and 1 with these numbers of true and false positives and negatives."""
    return Case(labels_from_counts(rng, np.array([[tn, fp], [fn, tp]])), kind=kind, sizes={"N": tp + fp + fn + tn})


def metric_cases(rng: np.random.Generator) -> Sequence[Case]:
    """Cases for precision, recall and F1: in the last ones nothing was found, and some or all of the three are undefined."""
    return [
        binary_case(rng, tp=1, fp=1, fn=2, tn=0, kind="smallest"),
        binary_case(rng, *EIGHTEEN[rng.integers(3)]),
        binary_case(rng, *NINETEEN[rng.integers(3)]),
        binary_case(rng, tp=1, fp=0, fn=0, tn=0, kind="one"),
        binary_case(rng, tp=0, fp=0, fn=1, tn=2, kind="nothing"),
        binary_case(rng, tp=0, fp=2, fn=0, tn=1, kind="nothing"),
        binary_case(rng, tp=0, fp=0, fn=0, tn=2, kind="nothing"),
        binary_case(rng, tp=0, fp=2, fn=3, tn=1, kind="nothing"),
    ]
