"""Logistic regression that can be watched: the boundary, the loss, and what was taken for what, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlteach.traces import Trace, require
from dlteach.traces.logistic import ConfusionMatrix, Gradient, Predict, area_of, logistic_regression_trace
from dlteach.traces.trace import Array
from dlteach.widgets.base import TraceWidget
from dlteach.widgets.given import GivenWidget, argument, names_of
from dlteach.widgets.mathml import ident, math, num, op, row, slot, sub
from dlteach.widgets.view import Axis, Heatmap, Line, Matrix, Panel, Points, Question, Slider, View

RATES = (0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 20.0, 200.0)
EPOCHS = (10, 20, 40, 60, 100, 200, 500, 1000)
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
MOST_TO_DRAG = 20
CELLS = ("true negatives", "false alarms", "missed", "found")
"""What the four counts of a confusion matrix are called, row by row."""


def explore_logistic(
    x: Any,
    y: Any,
    *,
    lr: float = 0.5,
    epochs: int = 60,
    threshold: float = 0.5,
    grad: Gradient | None = None,
    predict: Predict | None = None,
    confusion_matrix: ConfusionMatrix | None = None,
    class_names: Sequence[str] = ("class 0", "class 1"),
    ask: bool = False,
) -> TraceWidget:
    """Watch logistic regression learn from two features.

    z = x @ w + b    p = σ(z)    w ← w − lr · dw    b ← b − lr · db    once per epoch, from zeros

    On the left the plane, coloured by the probability of class 1, with the boundary and the samples; then the loss; then the confusion
    matrix. The knobs are `lr`, `epochs` and `threshold`. Up to 20 samples can be dragged.

    Args:
        x: (N, 2), samples.
        y: (N,), labels, 0 or 1.
        lr: learning rate.
        epochs: number of steps.
        threshold: the probability from which on the answer is 1, between 0 and 1.
        grad: your `logistic_gradient(x, y, w, b)`, which gives `dw, db`; ours runs behind it, in grey.
        predict: your `predict(x, w, b, threshold)`.
        confusion_matrix: your `confusion_matrix(y_true, y_pred, num_classes)`.
        class_names: what the classes 0 and 1 are called.
        ask: stop after the first step, and ask for a prediction.

    Returns:
        The widget. If one of your functions fails, it says so and shows ours.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: a shape or a value makes no sense; the message names it.
    """
    names = names_of(class_names)
    require.flag("ask", ask)
    logistic_regression_trace(x, y, lr, epochs, threshold)  # raises where the arguments make no sense
    samples, labels = np.array(x, dtype=float), np.array(y, dtype=int)
    drag = len(samples) <= MOST_TO_DRAG
    record, params = _recorder(samples, labels, drag)
    params |= {"lr": float(lr), "epochs": int(epochs), "threshold": float(threshold)}
    more = argument("class_names", names, ("class 0", "class 1")) + argument("ask", ask, False)
    own = {"grad": grad, "predict": predict, "confusion_matrix": confusion_matrix}
    view = _view(names, len(samples), drag, ask)
    return GivenWidget("explore_logistic", record, view, params, own, data=() if drag else ("x", "y"), more=more)


def _recorder(samples: Array, labels: Array, drag: bool) -> tuple[Callable[..., Trace], dict[str, Any]]:
    """What records a trace, and the parameters that stand for the samples if they can be dragged: then the picture must not follow."""
    area = area_of(samples)
    if not drag:
        return lambda **params: logistic_regression_trace(samples, labels, **params, area=area), {}
    area = area + np.array([-0.25, 0.25]) * np.ptp(area, axis=1, keepdims=True)  # room to drag to
    return lambda **params: logistic_regression_trace(**params, area=area), {"x": samples.tolist(), "y": labels.tolist()}


def _view(names: tuple[str, str], n: int, drag: bool, ask: bool) -> View:
    """What is shown, and what can be turned."""
    return View(
        title="Logistic regression",
        panels=(_plane(names, drag), _learning_curve(), confusion_panel(names)),
        knobs=(
            Slider(name="lr", label="learning rate", values=RATES),
            Slider(name="epochs", label="epochs", values=EPOCHS),
            Slider(name="threshold", label="threshold", values=THRESHOLDS),
        ),
        equation=_equation(),
        readout=(
            ("epoch", "epoch"),
            ("loss", "loss"),
            ("wrong_count", "wrong points"),
            ("accuracy", "accuracy"),
            ("precision", "precision"),
            ("recall", "recall"),
            ("w1", "w1"),
            ("w2", "w2"),
            ("b", "b"),
        ),
        question=_question(n) if ask else None,
    )


def _plane(names: tuple[str, str], drag: bool) -> Panel:
    """The samples, the probabilities behind them, and the boundary."""
    return Panel(
        title="Samples, probability and boundary",
        x=Axis(label="feature x1", range="x1_range"),
        y=Axis(label="feature x2", range="x2_range"),
        marks=(
            Heatmap(values="p", range=(0, 1), label=f"probability of {names[1]}", palette="diverging", opacity=0.5),
            Line(x="ghost_boundary_x1", y="ghost_boundary_x2", label="boundary with our gradient", ghost=True),
            Line(x="boundary_x1", y="boundary_x2", label="boundary: p = threshold", color="ink", width=2.5),
            Points(
                x="x1",
                y="x2",
                classes="y",
                class_names=names,
                ring="wrong",
                ring_label="wrong",
                drag="x" if drag else None,
                drag_label="sample",
            ),
        ),
        share=1.3,
        height=0.75,
    )


def _learning_curve() -> Panel:
    return Panel(
        title="Learning curve",
        x=Axis(label="epoch", range="epoch_range"),
        y=Axis(label="loss J", range="loss_range"),
        marks=(
            Line(x="epoch", y="ghost_loss", label="with our gradient", ghost=True),
            Line(x="epoch", y="loss", label="loss"),
        ),
    )


def confusion_panel(names: tuple[str, str]) -> Panel:
    """The confusion matrix of two classes: counts, and what each of them is called."""
    return Panel(
        title="Confusion matrix (counts)",
        marks=(
            Matrix(
                values="matrix", rows=names, columns=names, row_title="true", column_title="predicted", shade="matrix_shade", names=CELLS
            ),
        ),
        share=0.9,
    )


def _equation() -> tuple[str, ...]:
    """The model, and the update of its first weight, with the numbers of the frame."""
    x1, x2, w1, w2 = (sub(ident(letter), num(index)) for letter, index in (("x", 1), ("x", 2), ("w", 1), ("w", 2)))
    dw1 = sub(ident("dw"), num(1))
    with_names = row(x1, op("·"), w1, op("+"), x2, op("·"), w2, op("+"), ident("b"))
    with_numbers = row(x1, op("·"), slot("w1", brackets=True), op("+"), x2, op("·"), slot("w2", brackets=True), op("+"))
    step = row(slot("w1"), op("−"), slot("lr"), op("·"), slot("dw1", digits=4, brackets=True))
    return (
        math(ident("z"), op("="), with_names, op("="), with_numbers, slot("b", brackets=True)),
        math(ident("p"), op("="), ident("σ"), op("("), ident("z"), op(")")),
        math(w1, op("←"), w1, op("−"), ident("lr"), op("·"), dw1, op("="), step, op("="), slot("next_w1")),
    )


def _question(n: int) -> Question:
    """How many points will be wrong in the end? Most learners expect the number to fall with the loss."""
    return Question(
        text="The first step is done. How many points will still be wrong after the last epoch?",
        at=lambda trace: min(1, len(trace) - 1),
        truth=_wrong_in_the_end,
        explain=_explain,
        low=0,
        high=n,
        step=1,
        tolerance=max(1, round(0.02 * n)),
    )


def _wrong_in_the_end(trace: Trace) -> float:
    return float(trace.frame(len(trace) - 1)["wrong_count"])


def _explain(trace: Trace) -> str:
    """The answer, with what it teaches: the loss sees more than the count of mistakes."""
    first, last = trace.frame(min(1, len(trace) - 1)), trace.frame(len(trace) - 1)
    counts = f"After the first step {first['wrong_count']:.0f} points are wrong, after the last {last['wrong_count']:.0f}"
    losses = f"the loss goes from {first['loss']:.3f} to {last['loss']:.3f}"
    return f"{counts}; meanwhile {losses}. The loss also sees how sure the model is of each point; counting mistakes does not."
