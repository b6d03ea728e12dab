"""Logistic regression, epoch by epoch: the probabilities in the plane, the boundary, the loss, and what was taken for what."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from dlteach import nn
from dlteach.traces import require
from dlteach.traces.binary import Difference, judge, labels_of, matrix_difference, own_labels, own_matrix, real, row_shares, theirs
from dlteach.traces.logistic_words import caption, sentences
from dlteach.traces.own import OwnFunctionError, call, first_difference, name_of, numbers
from dlteach.traces.trace import Array, Bytes, Trace, in_bytes
from dlteach.traces.words import rounded, say_apart

GRID = 48
"""Cells along each side of the map of probabilities."""
MOST_FRAMES = 81
MOST_SAMPLES = 2000
MOST_EPOCHS = 5000

Gradient = Callable[[Array, Array, Array, float], Any]
"""`gradient(x, y, w, b)` gives `dw, db`."""
Predict = Callable[[Array, Array, float, float], Any]
"""`predict(x, w, b, threshold)` gives labels, `(N,)`."""
ConfusionMatrix = Callable[[Array, Array, int], Any]
"""`confusion_matrix(y_true, y_pred, num_classes)` gives counts, row = true class."""
Area = Array | Sequence[Sequence[float]]
"""Which part of the plane is shown: `((x1 from, x1 to), (x2 from, x2 to))`."""


class _Task(NamedTuple):
    """What is to be learned, and how."""

    x: Array
    y: Array
    lr: float
    epochs: int
    threshold: float
    area: Array


class _Run(NamedTuple):
    """A training: weights and bias, and the gradient there, one row for each epoch."""

    w: Array
    b: Array
    dw: Array
    db: Array

    def at(self, epochs: Array) -> _Run:
        """Only these epochs."""
        return _Run(*(part[epochs] for part in self))


class _Decisions(NamedTuple):
    """What the models say of the samples: labels (T, N), confusion matrices (T, 2, 2), and where they differ from ours."""

    labels: Array
    matrix: Array
    differences: tuple[Difference, ...]


def logistic_regression_trace(
    x: Any,
    y: Any,
    lr: float = 0.5,
    epochs: int = 60,
    threshold: float = 0.5,
    *,
    grad: Gradient | None = None,
    predict: Predict | None = None,
    confusion_matrix: ConfusionMatrix | None = None,
    area: Area | None = None,
) -> Trace:
    """Record how logistic regression learns from two features, starting from zero weights.

    z = x @ w + b    p = σ(z)    w ← w − lr · dw    b ← b − lr · db    once per epoch

    A frame is an epoch; of more than 80 epochs, 81 are shown, evenly spread. Each holds `w1`, `w2`, `b`, the gradient there (`dw1`, `dw2`,
    `db`), `loss`, `accuracy`, `precision`, `recall`, `wrong` (N,), `matrix` (2, 2), the boundary's two ends (`boundary_x1`, `boundary_x2`;
    NaN where there is none in the area) and `p` (48, 48), the probabilities in the middle of each cell of the area, row 0 at the bottom.

    Args:
        x: (N, 2), samples.
        y: (N,), labels, 0 or 1.
        lr: learning rate.
        epochs: number of steps; each looks at every sample once.
        threshold: the probability from which on the answer is 1, between 0 and 1.
        grad: the learner's `logistic_gradient(x, y, w, b)`, which gives `dw, db`; it trains in place of ours, and ours runs beside it
            (`ghost_loss`, `ghost_boundary_x1`, `ghost_boundary_x2`).
        predict: the learner's `predict(x, w, b, threshold)`.
        confusion_matrix: the learner's `confusion_matrix(y_true, y_pred, num_classes)`.
        area: which part of the plane is shown; left out, where the samples are.

    Returns:
        The trace. Where a learner's function is in use, `remark` says whether its numbers are ours, and `parted` from which frame on not.

    Raises:
        TypeError: a number is not one, or a function is none.
        ValueError: a shape or a value makes no sense; the message names it.
        OwnFunctionError: a learner's function failed, or gave something that is no gradient, no labels or no matrix.
    """
    task = _task(x, y, lr, epochs, threshold, area)
    grad, predict = theirs("grad", grad, nn.logistic_gradient), theirs("predict", predict, nn.predict)
    confusion_matrix = theirs("confusion_matrix", confusion_matrix, nn.confusion_matrix)
    shown = np.unique(np.rint(np.linspace(0, epochs, min(epochs + 1, MOST_FRAMES))).astype(int))
    with np.errstate(over="ignore", invalid="ignore"):  # with a huge learning rate numbers fly apart: that is shown, not warned of
        run = _train(task, grad)
        decisions = _decide(task, run.at(shown), predict, confusion_matrix)
        frames = {"epoch": shown, **_numbers_of(task, run.at(shown)), **_judged(task.y, decisions)}
        if grad is not None:
            ours = _curve_and_line(task, _train(task, None).at(shown))
            frames |= {f"ghost_{name}": values for name, values in ours.items()}
        differences = (_gradient_difference(task, run, shown, grad), *decisions.differences)
        told = sentences(task.y, task.threshold, task.area.mean(axis=1), decisions.labels, frames)
    parted, remark = judge((grad, predict, confusion_matrix), differences, "epoch")
    return Trace(
        frames=frames,
        fixed=_fixed(task, frames),
        sentences=told,
        caption=caption(len(task.y), task.lr, epochs, task.threshold, frames),
        step="epoch",
        clock="epoch",
        parted=parted,
        remark=remark,
        key_frames=tuple(sorted({0, 1, max(1, len(shown) // 6), len(shown) - 1})),  # most happens in the beginning
    )


def _task(x: Any, y: Any, lr: float, epochs: int, threshold: float, area: Area | None) -> _Task:
    """The arguments, checked, as arrays and plain numbers."""
    samples = _samples(x)
    labels = labels_of(y, len(samples), "x")
    whole = require.whole_from("epochs", epochs, 1, MOST_EPOCHS)
    shown = area_of(samples) if area is None else require.floats("area", area)
    if shown.shape != (2, 2) or not (np.isfinite(shown).all() and (shown[:, 0] < shown[:, 1]).all()):
        raise ValueError(f"area is {area!r}; it needs two ranges, from low to high, one for each feature.")
    return _Task(samples, labels, real("lr", lr, 0, math.inf), whole, real("threshold", threshold, 0, 1), shown)


def _samples(x: Any) -> Array:
    samples = require.floats("x", x)
    if samples.ndim != 2 or samples.shape[1] != 2 or not 1 <= len(samples) <= MOST_SAMPLES:
        raise ValueError(f"x has shape {samples.shape}; it needs (N, 2), with N from 1 to {MOST_SAMPLES}.")
    if not np.isfinite(samples).all():
        raise ValueError("x holds a NaN or an infinite number; it needs real numbers.")
    return samples


def area_of(x: Array) -> Array:
    """The part of the plane, (2, 2), where the samples (N, 2) are, with a little room around."""
    low, high = x.min(axis=0), x.max(axis=0)
    room = np.where(high > low, 0.08 * (high - low), 1.0)
    return np.stack([low - room, high + room], axis=1)


def _train(task: _Task, grad: Gradient | None) -> _Run:
    """Descend from zeros, by the learner's gradient if there is one."""
    w, b = np.zeros(2), 0.0
    rows = []
    for _ in range(task.epochs + 1):
        dw, db = nn.logistic_gradient(task.x, task.y, w, b) if grad is None else _own_gradient(grad, task, w, b)
        rows.append((*w, b, *dw, db))
        w, b = w - task.lr * dw, b - task.lr * db
    path = np.array(rows)
    return _Run(path[:, :2], path[:, 2], path[:, 3:5], path[:, 5])


def _own_gradient(grad: Gradient, task: _Task, w: Array, b: float) -> tuple[Array, float]:
    """The learner's gradient at one place. It gets copies: a function that changes its arguments must not change ours."""
    result = call(grad, task.x.copy(), task.y.copy(), w.copy(), b)
    if result is None:
        raise OwnFunctionError(f"{name_of(grad)} returned None: is a return missing?")
    if not isinstance(result, tuple | list) or len(result) != 2:
        many = f"{len(result)} things" if isinstance(result, tuple | list) else "one thing"
        raise OwnFunctionError(f"{name_of(grad)} returned {many}, of type {type(result).__name__}; it should be two: dw and db.")
    return numbers(grad, result[0], (2,), "dw"), float(numbers(grad, result[1], (), "db"))


def _gradient_difference(task: _Task, run: _Run, shown: Array, grad: Gradient | None) -> Difference | None:
    """Where the learner's gradient first differs from ours, both taken at the learner's weights.

    Comparing the weights instead would blame the learner for rounding, which grows in a long training at a large learning rate.
    """
    if grad is None:
        return None
    ours = np.array([np.hstack(nn.logistic_gradient(task.x, task.y, w, b)) for w, b in zip(run.w[:-1], run.b[:-1], strict=True)])
    own = np.column_stack([run.dw, run.db])[:-1]
    epoch = first_difference(own, ours)
    if epoch is None:
        return None
    entry = int(np.argmax(np.nan_to_num(np.abs(own[epoch] - ours[epoch]), nan=np.inf)))
    name = ("dw[0]", "dw[1]", "db")[entry]
    yours, right = say_apart(own[epoch, entry], ours[epoch, entry])
    both = f"{name_of(grad)} gives {name} = {yours}, ours gives {right}"
    return Difference(int(np.searchsorted(shown, epoch + 1)), f"In the step from epoch {epoch} to {epoch + 1}, {both}.")


def _decide(task: _Task, models: _Run, predict: Predict | None, confusion: ConfusionMatrix | None) -> _Decisions:
    """What each model says of each sample, and the counts of what was taken for what."""
    x, y, threshold = task.x, task.y, task.threshold
    each = list(zip(models.w, models.b, strict=True))
    labels = ours = np.array([nn.predict(x, w, b, threshold) for w, b in each])
    if predict is not None:
        labels = np.array([own_labels(predict, call(predict, x.copy(), w.copy(), b, threshold), len(x)) for w, b in each])
    matrix = counts = np.array([nn.confusion_matrix(y, said, 2) for said in labels])
    if confusion is not None:
        matrix = np.array([own_matrix(confusion, y, said) for said in labels])
    differences = []
    if predict is not None and (frame := first_difference(labels, ours)) is not None:
        differences.append(Difference(frame, _label_difference(task, models, predict, labels, ours, frame)))
    if confusion is not None and (frame := first_difference(matrix, counts)) is not None:
        differences.append(Difference(frame, matrix_difference(confusion, matrix[frame], counts[frame])))
    return _Decisions(labels, matrix, tuple(differences))


def _label_difference(task: _Task, models: _Run, predict: Predict, labels: Array, ours: Array, frame: int) -> str:
    """Both answers for a sample about which the learner's function and ours differ."""
    sample = int(np.flatnonzero(labels[frame] != ours[frame])[0])
    x1, x2 = task.x[sample]
    p = float(nn.sigmoid(task.x[sample] @ models.w[frame] + models.b[frame]))
    point = f"({rounded(x1, 2)}, {rounded(x2, 2)})"
    both = f"{name_of(predict)} gives {labels[frame, sample]} for the point {point}, ours gives {ours[frame, sample]}"
    return f"{both}: its probability is {rounded(p)}, the threshold {task.threshold:g}."


def _numbers_of(task: _Task, models: _Run) -> dict[str, Array | Bytes]:
    """What the models are, at each frame."""
    (low1, high1), (low2, high2) = task.area
    middle = (np.arange(GRID) + 0.5) / GRID
    grid = np.stack(np.meshgrid(low1 + (high1 - low1) * middle, low2 + (high2 - low2) * middle), axis=-1)
    p = nn.sigmoid(np.einsum("rcd,td->trc", grid, models.w) + models.b[:, None, None])
    return {
        "w1": models.w[:, 0],
        "w2": models.w[:, 1],
        "b": models.b,
        "dw1": models.dw[:, 0],
        "dw2": models.dw[:, 1],
        "db": models.db,
        "next_w1": models.w[:, 0] - task.lr * models.dw[:, 0],
        "p": in_bytes(np.nan_to_num(p, nan=0.5), 0, 1),  # where the weights are no numbers any more, nothing is known
        **_curve_and_line(task, models),
    }


def _curve_and_line(task: _Task, models: _Run) -> dict[str, Array | Bytes]:
    """What is drawn of ours beside the learner's as well: the loss, and the two ends of the boundary."""
    score = math.log(task.threshold / (1 - task.threshold))  # p = threshold exactly where z is this
    pairs = list(zip(models.w, models.b, strict=True))
    ends = np.array([_boundary(w, score - b, task.area) for w, b in pairs])
    losses = np.array([nn.binary_cross_entropy(task.x @ w + b, task.y) for w, b in pairs])
    return {"loss": losses, "boundary_x1": ends[:, :, 0], "boundary_x2": ends[:, :, 1]}


def _boundary(w: Array, score: float, area: Array) -> Array:
    """The two ends, (2, 2), of the line x @ w = score in the area; NaN if it does not cross it."""
    ends = []
    if np.isfinite(w).all() and math.isfinite(score):
        for axis, other in ((0, 1), (1, 0)):
            for border in area[axis] if w[other] else ():  # where the line meets the two borders at which this feature is fixed
                place = (score - w[axis] * border) / w[other]
                if area[other][0] <= place <= area[other][1]:
                    ends.append((border, place) if axis == 0 else (place, border))
    return np.array([min(ends), max(ends)]) if len(ends) > 1 else np.full((2, 2), np.nan)


def _judged(y: Array, decisions: _Decisions) -> dict[str, Array | Bytes]:
    """How good the answers are, at each frame."""
    wrong = decisions.labels != y
    return {
        "wrong": Bytes(wrong.astype(np.uint8), 0, 255),  # 0 and 1, a byte each
        "wrong_count": wrong.sum(axis=1),
        "accuracy": 1 - wrong.mean(axis=1),
        "precision": np.array([nn.precision(y, said) for said in decisions.labels]),
        "recall": np.array([nn.recall(y, said) for said in decisions.labels]),
        "matrix": decisions.matrix,
        "matrix_shade": row_shares(decisions.matrix),
    }


def _fixed(task: _Task, frames: dict[str, Any]) -> dict[str, Array | Bytes | float]:
    """What is the same at every frame: the samples, the knobs, and the ranges of the axes."""
    losses = np.concatenate([frames["loss"], frames.get("ghost_loss", [])])
    highest = np.max(losses, initial=0.1, where=np.isfinite(losses))
    return {
        "x1": task.x[:, 0],
        "x2": task.x[:, 1],
        "y": task.y,
        "lr": task.lr,
        "threshold": task.threshold,
        "x1_range": task.area[0],
        "x2_range": task.area[1],
        "epoch_range": np.array([0, task.epochs]),
        "loss_range": np.array([0, min(1.08 * highest, 1e30)]),  # beyond, float32 has no number any more
    }
