"""One trained model, many classifiers: what each threshold makes of the same probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dlteach import nn
from dlteach.traces import require
from dlteach.traces.binary import Difference, judge, labels_of, matrix_difference, own_matrix, row_shares, theirs
from dlteach.traces.own import call, first_difference, name_of, numbers
from dlteach.traces.trace import Array, Trace
from dlteach.traces.words import rounded, say_apart

BINS = 20
MOST_SAMPLES = 10_000
MOST_THRESHOLDS = 500
THRESHOLDS = tuple(round(0.01 * percent, 2) for percent in range(2, 99))
"""0.02, 0.03 … 0.98"""
KEY_THRESHOLDS = (0.1, 0.3, 0.5, 0.9)
"""Those to print."""

Metric = Callable[[Array, Array], Any]
"""`metric(y_true, y_pred)` gives a number."""
ConfusionMatrix = Callable[[Array, Array, int], Any]
"""`confusion_matrix(y_true, y_pred, num_classes)` gives counts, row = true class."""

METRICS: dict[str, Metric] = {"precision": nn.precision, "recall": nn.recall, "f1": nn.f1_score}


class _Measured(NamedTuple):
    """What one function gave at every threshold, what ours gives, and where they differ."""

    own: Array
    ours: Array
    difference: Difference | None = None


def threshold_trace(
    p: Any,
    y: Any,
    thresholds: Any = None,
    *,
    confusion_matrix: ConfusionMatrix | None = None,
    precision: Metric | None = None,
    recall: Metric | None = None,
    f1_score: Metric | None = None,
) -> Trace:
    """Record what becomes of the same probabilities at every threshold.

    label = 1 if p ≥ threshold, else 0

    A frame is a threshold. It holds `threshold`, `matrix` (2, 2) and `precision`, `recall`, `f1`, `accuracy`. The same at every frame are
    the curves over all thresholds (`thresholds`, `precisions`, `recalls`, `f1s`) and the outline of a histogram of p for each class
    (`bins`, `share_0`, `share_1`: the share of that class in each twentieth).

    Args:
        p: (N,), the probability of class 1 that a model gave to each sample; any model, any number of features.
        y: (N,), labels, 0 or 1.
        thresholds: (T,), growing, from 0 to 1; left out, 0.02, 0.03 … 0.98.
        confusion_matrix: the learner's `confusion_matrix(y_true, y_pred, num_classes)`, in place of ours.
        precision: the learner's `precision(y_true, y_pred)`; where it differs, our curve stands behind it (`ghost_precisions`).
        recall: the learner's `recall(y_true, y_pred)`; likewise (`ghost_recalls`).
        f1_score: the learner's `f1_score(y_true, y_pred)`; likewise (`ghost_f1s`).

    Returns:
        The trace. Where a learner's function is in use, `remark` says whether its numbers are ours, and `parted` from which frame on not.

    Raises:
        TypeError: `p` is not numbers, or a function is none.
        ValueError: a shape or a value makes no sense; the message names it.
        OwnFunctionError: a learner's function failed, or gave something that is no number or no matrix.
    """
    p, y, steps = _data(p, y, THRESHOLDS if thresholds is None else thresholds)
    given = {"precision": precision, "recall": recall, "f1": f1_score}
    metrics = {name: theirs("f1_score" if name == "f1" else name, metric, METRICS[name]) for name, metric in given.items()}
    confusion = theirs("confusion_matrix", confusion_matrix, nn.confusion_matrix)
    labels = (p >= steps[:, None]).astype(int)
    with np.errstate(divide="ignore", invalid="ignore"):  # the learner's 0 / 0: a NaN in the picture says it better than a warning
        matrix = _counted(y, labels, steps, confusion)
        measured = {name: _measured(y, labels, steps, METRICS[name], metric) for name, metric in metrics.items()}
    differences = [found.difference for found in (*measured.values(), matrix)]
    parted, remark = judge((*metrics.values(), confusion), differences, "threshold")
    frames = {"threshold": steps, "matrix": matrix.own, "matrix_shade": row_shares(matrix.own), "accuracy": (labels == y).mean(axis=1)}
    frames |= {name: found.own for name, found in measured.items()}
    return Trace(
        frames=frames,
        fixed=_curves(steps, measured) | _histogram(p, y),
        sentences=[_sentence(y, labels[t], {name: values[t] for name, values in frames.items()}) for t in range(len(steps))],
        caption=_caption(y, steps),
        step="threshold",
        clock="threshold",
        parted=parted,
        remark=remark,
        key_frames=tuple(sorted({int(np.argmin(np.abs(steps - key))) for key in KEY_THRESHOLDS})),
    )


def _data(p: Any, y: Any, thresholds: Any) -> tuple[Array, Array, Array]:
    """Probabilities, labels and thresholds, checked."""
    chances, steps = _row("p", p, MOST_SAMPLES), _row("thresholds", thresholds, MOST_THRESHOLDS)
    if (np.diff(steps) <= 0).any():
        raise ValueError(f"thresholds begins with {steps[:5].tolist()}; each needs to be larger than the one before.")
    return chances, labels_of(y, len(chances), "p"), steps


def _row(name: str, values: Any, most: int) -> Array:
    """A row of numbers from 0 to 1, checked."""
    row = require.floats(name, values)
    if row.ndim != 1 or not 1 <= len(row) <= most:
        raise ValueError(f"{name} has shape {row.shape}; it needs to be one row, of 1 to {most} numbers.")
    wrong = row[~((row >= 0) & (row <= 1))]
    if wrong.size:
        raise ValueError(f"{name} holds {wrong[0]:g}; it needs numbers from 0 to 1 (the sigmoid makes them from scores).")
    return row


def _counted(y: Array, labels: Array, steps: Array, confusion: ConfusionMatrix | None) -> _Measured:
    """The confusion matrix at every threshold, (T, 2, 2)."""
    ours = np.array([nn.confusion_matrix(y, said, 2) for said in labels])
    if confusion is None:
        return _Measured(ours, ours)
    own = np.array([own_matrix(confusion, y, said) for said in labels])
    frame = first_difference(own, ours)
    if frame is None:
        return _Measured(own, ours)
    both = matrix_difference(confusion, own[frame], ours[frame])
    return _Measured(own, ours, Difference(frame, f"At threshold {steps[frame]:g}, {both}"))


def _measured(y: Array, labels: Array, steps: Array, metric: Metric, own: Metric | None) -> _Measured:
    """One metric at every threshold, (T,), and ours beside it if the learner's is in use."""
    ours = np.array([metric(y, said) for said in labels])
    if own is None:
        return _Measured(ours, ours)
    found = np.array([numbers(own, call(own, y.copy(), said.copy()), ()) for said in labels])
    frame = first_difference(found, ours)
    if frame is None:
        return _Measured(found, ours)
    yours, right = say_apart(found[frame], ours[frame], rounded)
    both = f"{name_of(own)} gives {yours}, ours gives {right}"
    return _Measured(found, ours, Difference(frame, f"At threshold {steps[frame]:g}, {both}."))


def _curves(steps: Array, measured: dict[str, _Measured]) -> dict[str, Array]:
    """Each metric over all thresholds, and ours behind the learner's where they are not the same."""
    ghosts = {f"ghost_{name}s": found.ours for name, found in measured.items() if found.difference is not None}
    return {"thresholds": steps, **{f"{name}s": found.own for name, found in measured.items()}, **ghosts}


def _histogram(p: Array, y: Array) -> dict[str, Array]:
    """The outline of a histogram of p for each class: two corners for each bin, and one on the ground at either end."""
    edges = np.linspace(0, 1, BINS + 1)
    outline = {"bins": np.repeat(edges, 2)}
    for label in (0, 1):
        counts, _ = np.histogram(p[y == label], edges)
        outline[f"share_{label}"] = np.concatenate([[0], np.repeat(counts / max(1, counts.sum()), 2), [0]])
    highest = max(outline["share_0"].max(), outline["share_1"].max())
    return {**outline, "share_range": np.array([0, 1.08 * highest])}


def _sentence(y: Array, labels: Array, now: dict[str, Any]) -> str:
    """What one threshold does, in words and numbers."""
    positives, alarms = int(y.sum()), int(labels.sum())
    found = int((labels & y).sum())
    false = "1 is a false alarm" if alarms - found == 1 else f"{alarms - found} are false alarms"
    counts = f"{alarms} of {len(y)} {_be(alarms)} called 1."
    counts += f" Of the {positives} that are 1, {found} {_be(found)} found and {positives - found} missed; {false}."
    said = {name: rounded(now[name]) for name in ("precision", "recall", "f1", "accuracy")}
    metrics = f"Precision {said['precision']}, recall {said['recall']}, F1 {said['f1']}, accuracy {said['accuracy']}."
    return f"Threshold {now['threshold']:g}: {counts} {metrics}"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _caption(y: Array, steps: Array) -> str:
    return (
        f"{len(y)} samples, {int(y.sum())} of them of class 1, judged at {len(steps)} thresholds from {steps[0]:g} to {steps[-1]:g}: "
        "precision, recall and F1, the probabilities of both classes, and the confusion matrix."
    )
