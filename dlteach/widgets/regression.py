"""Linear regression that can be watched: a line among points, and the same walk on the surface of the loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlteach.traces import Trace, require
from dlteach.traces.regression import linear_regression_trace, most_steps, require_points
from dlteach.traces.trace import Array
from dlteach.traces.walk import Descend, Slope
from dlteach.widgets.base import TraceWidget
from dlteach.widgets.descent import NEXT, among, at_time
from dlteach.widgets.given import GivenWidget, argument
from dlteach.widgets.mathml import frac, ident, math, op, row, slot
from dlteach.widgets.view import Axis, Heatmap, Line, Panel, Points, Rule, Segments, Slider, View

RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.06, 0.1, 0.2, 0.3, 0.5, 1.0)
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 300, 500)
MOST_TO_DRAG = 20


def explore_regression(
    x: Any,
    y: Any,
    *,
    lr: float = 0.01,
    steps: int = 100,
    start: Sequence[float] = (0.0, 0.0),
    grad: Slope | None = None,
    descend: Descend | None = None,
    x_label: str = "x",
    y_label: str = "y",
) -> TraceWidget:
    """Watch a line being fitted by gradient descent on the mean squared error.

    y ≈ w · x + b    L(w, b) = mean[ (w·x + b − y)² ]

    On the left the points with the line and its errors; then the loss over w and b, seen from above, with the path; then the loss after
    each step. The knobs are `lr` and `steps`. The start can be dragged, and so can up to 20 points (not with `grad`, which knows its own).

    Args:
        x: (N,), numbers.
        y: (N,), what to predict from them.
        lr: the learning rate, above 0.
        steps: how many steps.
        start: where to begin, (w, b).
        grad: your function in place of our gradient: grad(theta) with theta the array (w, b). Ours walks along in grey.
        descend: your `gradient_descent(grad, start, lr, steps)`; likewise.
        x_label: what x is, with its unit.
        y_label: what y is, with its unit.

    Returns:
        The widget. If your function fails, it says so and shows ours.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: a shape or a value makes no sense; the message names it.
    """
    require.function("grad", grad)
    require.function("descend", descend)
    for name, label in (("x_label", x_label), ("y_label", y_label)):
        if not isinstance(label, str) or not label:
            raise TypeError(f"{name} is {label!r}; it needs to be a text.")
    xs, ys = require_points(x, y)
    trace = linear_regression_trace(xs, ys, lr, steps, start)  # ours: raises where the rest makes no sense
    drag = len(xs) <= MOST_TO_DRAG and grad is None
    params: dict[str, Any] = {"lr": float(lr), "steps": int(steps), "start": [float(number) for number in start]}
    record: Callable[..., Trace] = _record_points
    if drag:
        params["points"] = np.stack([xs, ys], axis=1).tolist()
    else:
        record = lambda **params: linear_regression_trace(xs, ys, **params)
    more = argument("x_label", x_label, "x") + argument("y_label", y_label, "y")
    own = {"grad": grad, "descend": descend}
    view = _view(_frame_around(trace, drag), (x_label, y_label), float(lr), int(steps), len(xs), drag)
    return RegressionWidget("explore_regression", record, view, params, own, data=() if drag else ("x", "y"), more=more)


class RegressionWidget(GivenWidget):
    """A regression. Points that can be dragged are a parameter; in a call they stand as x and y."""

    def _as_python(self, params: Mapping[str, Any]) -> str:
        rest = dict(params)
        points = rest.pop("points", None)
        if points is None:
            return super()._as_python(rest)
        return super()._as_python({"x": [x for x, _ in points], "y": [y for _, y in points], **rest})


def _record_points(points: Sequence[Sequence[float]], **params: Any) -> Trace:
    places = require.floats("points", points)
    if places.ndim != 2 or places.shape[1] != 2:
        raise ValueError(f"points has shape {places.shape}; it needs (N, 2), x and y of each point.")
    return linear_regression_trace(places[:, 0], places[:, 1], **params)


def _frame_around(trace: Trace, drag: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    """The ranges of the axes for the points, and for the first line unless it is far off. They stay when points are dragged."""
    margin = 0.25 if drag else 0.1
    x, y = np.asarray(trace.fixed["x"], dtype=float), np.asarray(trace.fixed["y"], dtype=float)
    first = np.asarray(trace.frames["pred"][0], dtype=float)
    with_line = np.concatenate([y, first])
    return _around(x, margin), _around(with_line if np.ptp(with_line) <= 2 * np.ptp(y) else y, margin)


def _around(numbers: Array, margin: float) -> tuple[float, float]:
    """From where to where the numbers go, with a margin, in numbers that are not too long."""
    spread = float(np.ptp(numbers)) or 1.0
    low, high = float(numbers.min()) - margin * spread, float(numbers.max()) + margin * spread
    digits = 2 - int(np.floor(np.log10(spread)))
    return round(low, digits), round(high, digits)


def _view(ranges: Any, labels: tuple[str, str], lr: float, steps: int, count: int, drag: bool) -> View:
    """What is shown."""
    possible = tuple(each for each in STEPS if each <= most_steps(count))
    return View(
        title="Fitting a line by gradient descent",
        panels=(_points_panel(ranges, labels, drag), _loss_panel(), _history_panel()),
        knobs=(
            Slider(name="lr", label="learning rate", values=among(RATES, lr)),
            Slider(name="steps", label="steps", values=among(possible, steps)),
        ),
        equation=tuple(_equation(name) for name in ("w", "b")),
        readout=(("w", "w"), ("b", "b"), ("loss", "loss"), ("gradient_w", "∂L/∂w"), ("gradient_b", "∂L/∂b"), ("best_loss", "lowest loss")),
        speed=12,
    )


def _points_panel(ranges: tuple[tuple[float, float], tuple[float, float]], labels: tuple[str, str], drag: bool) -> Panel:
    points = Points(x="x", y="y", color="blue", label="points", drag="points" if drag else None, drag_label="point")
    return Panel(
        title="The line among the points",
        x=Axis(label=labels[0], range=ranges[0]),
        y=Axis(label=labels[1], range=ranges[1]),
        marks=(
            Segments(x0="x", y0="y", x1="x", y1="pred", color="purple", width=1, label="error"),
            points,
            Line(x="line_x", y="ghost_line_y", label="our line", ghost=True),
            Line(x="line_x", y="line_y", color="orange", width=3, label="line w · x + b"),
        ),
        height=0.8,
    )


def _loss_panel() -> Panel:
    return Panel(
        title="The loss over w and b, from above",
        x=Axis(label="w", range="w_range"),
        y=Axis(label="b", range="b_range"),
        marks=(
            Heatmap(values="heights", range="heat_range", label="loss (mean squared error)", contours="levels", opacity=0.55),
            Points(x="best_w", y="best_b", marker="star", color="ink", size=6, label="lowest loss"),
            Line(x="ghost_w", y="ghost_b", marker="circle", label="our walk", ghost=True),
            Line(x="w", y="b", color="orange", marker="circle", label="walk"),
            Segments(x0="w", y0="b", x1="next_w", y1="next_b", color="green", arrow=True, width=2.5, label="step to come"),
            Points(x="start_w", y="start_b", marker="square", color="ink", size=5, label="start", drag="start", drag_label="start"),
        ),
        height=0.8,
    )


def _history_panel() -> Panel:
    return Panel(
        title="The loss after each step",
        x=Axis(label="step t", range="step_range"),
        y=Axis(label="loss (mean squared error)", range="loss_range"),
        marks=(
            Rule(at="best_loss", axis="y", dash="dotted", label="lowest loss"),
            Line(x="t", y="ghost_loss", label="our walk", ghost=True),
            Line(x="t", y="loss", color="orange", label="walk"),
        ),
        share=0.8,
        height=0.9,
    )


def _equation(name: str) -> str:
    """w_{t+1} = w_t − lr · ∂L/∂w = … with the numbers of the frame."""
    slope = frac(row(op("∂"), ident("L")), row(op("∂"), ident(name)))
    rule = row(at_time(name, *NEXT), op("="), at_time(name), op("−"), ident("lr"), op("·"), slope)
    numbers = (slot(name, color="orange"), op("−"), slot("lr"), op("·"), slot(f"gradient_{name}", brackets=True, color="purple"))
    return math(rule, op("="), *numbers, op("="), slot(f"next_{name}", color="green"))
