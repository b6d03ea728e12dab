"""The threshold as a knob: what it does to precision, recall and F1, and to the people behind the counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from dlteach.traces.binary import real
from dlteach.traces.threshold import ConfusionMatrix, Metric, threshold_trace
from dlteach.widgets.base import TraceWidget
from dlteach.widgets.given import GivenWidget, argument, names_of
from dlteach.widgets.logistic import confusion_panel
from dlteach.widgets.mathml import frac, ident, math, op, row, slot
from dlteach.widgets.view import Axis, Color, Dash, Line, Panel, Points, Rule, View

CURVES: tuple[tuple[str, str, Color, Dash], ...] = (
    ("precision", "precision", "blue", "solid"),
    ("recall", "recall", "orange", "dashed"),
    ("f1", "F1", "green", "dotted"),
)


def explore_threshold(
    p: Any,
    y: Any,
    *,
    class_names: Sequence[str] = ("no", "yes"),
    threshold: float = 0.5,
    confusion_matrix: ConfusionMatrix | None = None,
    precision: Metric | None = None,
    recall: Metric | None = None,
    f1_score: Metric | None = None,
) -> TraceWidget:
    """Turn the threshold of a classifier, and see at once what becomes of its answers.

    label = 1 if p ≥ threshold, else 0

    On the left precision, recall and F1 over the threshold; then how the probabilities of both classes are spread; then the confusion
    matrix. The player's slider is the threshold, from 0.02 to 0.98: nothing is trained again, so it answers at once.

    Args:
        p: (N,), the probability of class 1 that a model gave to each sample: `sigmoid(x @ w + b)`.
        y: (N,), labels, 0 or 1.
        class_names: what the classes 0 and 1 are called.
        threshold: where to begin, between 0 and 1.
        confusion_matrix: your `confusion_matrix(y_true, y_pred, num_classes)`.
        precision: your `precision(y_true, y_pred)`; where it differs, ours stands behind it, in grey.
        recall: your `recall(y_true, y_pred)`; likewise.
        f1_score: your `f1_score(y_true, y_pred)`; likewise.

    Returns:
        The widget. If one of your functions fails, it says so and shows ours.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: a shape or a value makes no sense; the message names it.
    """
    names, start = names_of(class_names), real("threshold", threshold, 0, 1)
    threshold_trace(p, y)  # raises where the data make no sense
    chances, labels = np.array(p, dtype=float), np.array(y, dtype=int)
    more = argument("class_names", names, ("no", "yes")) + argument("threshold", start, 0.5)
    own = {"confusion_matrix": confusion_matrix, "precision": precision, "recall": recall, "f1_score": f1_score}
    record = partial(threshold_trace, chances, labels)
    widget = GivenWidget("explore_threshold", record, _view(names), {}, own, data=("p", "y"), more=more)
    steps = widget.trace.frames["threshold"]
    widget.t = int(np.argmin(np.abs(np.asarray(steps) - start)))
    return widget


def _view(names: tuple[str, str]) -> View:
    """What is shown. There are no knobs: time is the threshold."""
    return View(
        title="What the threshold does",
        panels=(_curves(), _histogram(names), confusion_panel(names)),
        equation=_equation(),
        readout=(
            ("threshold", "threshold"),
            ("precision", "precision"),
            ("recall", "recall"),
            ("f1", "F1"),
            ("accuracy", "accuracy"),
        ),
        speed=12,
    )


def _curves() -> Panel:
    """Each metric over the threshold, with a dot at the present one."""
    ghosts = (Line(x="thresholds", y=f"ghost_{name}s", label=f"{label}, ours", ghost=True) for name, label, _, _ in CURVES)
    lines = (Line(x="thresholds", y=f"{name}s", label=label, color=color, dash=dash, width=2.5) for name, label, color, dash in CURVES)
    dots = (Points(x="threshold", y=name, color=color) for name, _, color, _ in CURVES)
    return Panel(
        title="Precision, recall and F1",
        x=Axis(label="threshold (a probability)", range=(0, 1)),
        y=Axis(label="share", range=(0, 1.05)),
        marks=(*ghosts, *lines, Rule(at="threshold", axis="x", label="threshold"), *dots),
        share=1.2,
    )


def _histogram(names: tuple[str, str]) -> Panel:
    """How the probabilities of either class are spread. As shares, since a rare class would not be seen beside a common one."""
    return Panel(
        title="Where the two classes are",
        x=Axis(label="probability p from the model", range=(0, 1)),
        y=Axis(label="share of the class, per 0.05", range="share_range"),
        marks=(
            Line(x="bins", y="share_0", label=names[0], color="blue", dash="dashed"),  # the colours that the classes have as points
            Line(x="bins", y="share_1", label=names[1], color="orange"),
            Rule(at="threshold", axis="x", label="threshold"),
        ),
        share=1.1,
    )


def _equation() -> tuple[str, ...]:
    """Precision and recall, with the counts of the frame: the matrix in C order is TN, FP, FN, TP."""
    fp, fn, tp = 1, 2, 3
    parts = []
    for name, other, letters in (("precision", fp, "FP"), ("recall", fn, "FN")):
        words = frac(ident("TP"), row(ident("TP"), op("+"), ident(letters)))
        counts = frac(slot("matrix", tp, digits=0), row(slot("matrix", tp, digits=0), op("+"), slot("matrix", other, digits=0)))
        parts.append(row(ident(name), op("="), words, op("="), counts, op("="), slot(name)))
    return (math(parts[0], '<mspace width="3em"></mspace>', parts[1]),)
