"""What the traces of yes-or-no classifiers share: checks of their data, and the learner's functions beside ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from dlteach.traces import require
from dlteach.traces.own import OwnFunctionError, call, name_of, numbers
from dlteach.traces.trace import Array
from dlteach.traces.words import listed, rounded

Function = Callable[..., Any]


class Difference(NamedTuple):
    """Where one of the learner's functions parts from ours: the frame, and a sentence with both numbers."""

    frame: int
    sentence: str


def real(name: str, value: Any, low: float, high: float) -> float:
    """The argument as a plain number. Raises TypeError or ValueError unless it is one between low and high, neither included."""
    if not low < require.number(name, value) < high:
        raise ValueError(f"{name} is {value}; it needs to be above {low:g} and below {high:g}.")
    return float(value)


def labels_of(y: Any, count: int, beside: str) -> Array:
    """The labels as integers. Raises ValueError unless there are `count` of them, as many as in `beside`, each 0 or 1."""
    labels = np.asarray(y)
    if labels.shape != (count,):
        raise ValueError(f"y has shape {labels.shape}; it needs ({count},), one label for each entry of {beside}.")
    if labels.dtype.kind not in "biuf" or not np.isin(labels, (0, 1)).all():
        raise ValueError(f"y holds {np.unique(labels)[:5].tolist()}; it needs 0 or 1 everywhere.")
    return labels.astype(int)


def theirs(name: str, function: Function | None, ours: Function) -> Function | None:
    """The learner's function; None if there is none, or if it is ours. Raises TypeError if it is no function."""
    require.function(name, function)
    return None if function is ours else function


def own_labels(function: Function, result: Any, count: int) -> Array:
    """What the learner's function gave as labels, as integers. Raises OwnFunctionError unless they are 0 or 1."""
    found = numbers(function, result, (count,), "labels")
    wrong = found[(found != 0) & (found != 1)]
    if wrong.size:
        raise OwnFunctionError(f"{name_of(function)} returned the label {rounded(wrong[0])}; a label is 0 or 1.")
    return found.astype(int)


def own_matrix(function: Function, y: Array, y_pred: Array) -> Array:
    """The learner's confusion matrix, (2, 2)."""
    return numbers(function, call(function, y.copy(), y_pred.copy(), 2), (2, 2), "a matrix")


def matrix_difference(function: Function, own: Array, ours: Array) -> str:
    """Both counts, where two confusion matrices differ first."""
    row, column = np.argwhere(own != ours)[0]
    return (
        f"{name_of(function)} counts {rounded(own[row, column])} in row {row}, column {column}; ours counts {rounded(ours[row, column])}."
    )


def judge(functions: Sequence[Function | None], differences: Sequence[Difference | None], frame: str) -> tuple[int | None, str]:
    """What a trace says about the learner's functions: `parted` and `remark`. `frame` is what one frame is called."""
    found = sorted(difference for difference in differences if difference is not None)
    if found:
        return found[0].frame, " ".join(difference.sentence for difference in found)
    names = [name_of(function) for function in functions if function is not None]
    if not names:
        return None, ""
    return None, f"{listed(names)} {'give' if len(names) > 1 else 'gives'} our numbers at every {frame}."


def row_shares(matrices: Array) -> Array:
    """Each count as a share of its row, from 0 to 1, `(T, 2, 2)`: what a matrix is shaded by. An empty row has shares of 0."""
    sums = matrices.sum(axis=-1, keepdims=True)
    shares: Array = np.divide(matrices, sums, out=np.zeros(matrices.shape), where=np.isfinite(sums) & (sums != 0))
    shares[~np.isfinite(shares)] = 0  # a learner's own matrix can hold anything
    np.clip(shares, 0, 1, out=shares)
    return shares
