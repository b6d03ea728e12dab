"""Small widgets that have one of everything: what the browser's side is tried on, apart from any lesson."""

import numpy as np

from dlteach.traces import Trace
from dlteach.widgets import TraceWidget
from dlteach.widgets.mathml import ident, math, num, op, slot, sub
from dlteach.widgets.view import Axis, Bars, Choice, Heatmap, Line, Panel, Points, Question, Rule, Slider, Toggle, View

STEPS = 20
RATES = (0.01, 0.03, 0.1, 0.3, 1.0)


def record(lr=0.1, start=(4.0, 0.0), rule="plain", noise=False, steps=STEPS, own=False):
    """Steps down a parabola, x ← x − lr · x. A rate above 1 is refused."""
    if lr > 1:
        raise ValueError(f"lr is {lr}; it needs to be at most 1.")
    x = np.zeros(steps + 1)
    x[0] = start[0]
    for t in range(steps):
        x[t + 1] = x[t] - lr * x[t] * (0.5 if rule == "half" else 1) + (0.1 if noise else 0)
    curve = np.linspace(-5, 5, 41)
    a, b = np.meshgrid(curve, curve)
    return Trace(
        frames={"x": x, "y": x**2 / 2, "slope": x, "loss": x**2 / 2, "bars": np.stack([x, -x], axis=1)},
        fixed={
            "lr": lr,
            "curve": curve,
            "height": curve**2 / 2,
            "start_x": start[0],
            "start_y": start[0] ** 2 / 2,
            "valley": (a**2 + b**2 / 4) / 2,
            **({"ours": 0.5} if own else {}),
        },
        sentences=[f"At step {t}, x is {x[t]:.2f} and the loss is {x[t] ** 2 / 2:.2f}." for t in range(steps + 1)],
        caption=f"{steps} steps down a parabola.",
        parted=7 if own else None,
        remark="From step 7 on, your step is twice ours." if own else "",
    )


PICTURE = Panel(
    title="The parabola",
    x=Axis(label="x", range=(-5, 5)),
    y=Axis(label="y", range=(0, 12.5)),
    marks=(
        Line(x="curve", y="height", label="height", color="ink"),
        Line(x="x", y="y", label="steps", marker="circle", color="blue"),
        Points(x="start_x", y="start_y", drag="start", drag_label="start", color="orange", marker="square"),
    ),
)
VALLEY = Panel(
    title="The valley",
    x=Axis(label="a", range=(-5, 5)),
    y=Axis(label="b", range=(-5, 5)),
    marks=(Heatmap(values="valley", range=(0, 16), label="height"), Rule(at="x", axis="x", label="x")),
    square=True,
    height=1,
)
BARS = Panel(title="The bars", y=Axis(label="size", range=(-4, 4)), marks=(Bars(values="bars", names=("x", "−x")),))

EQUATION = (
    math(
        sub(ident("x"), ident("next")),
        op("="),
        slot("x", color="blue"),
        op("−"),
        slot("lr", digits=2),
        op("·"),
        slot("slope", brackets=True, color="orange"),
    ),
    math(ident("ours"), op("="), slot("ours", digits=1), op("+"), num(0)),
)
KNOBS = (
    Slider(name="lr", label="learning rate", values=RATES),
    Slider(name="steps", label="steps", values=(5, 10, 20, 40), unit="steps"),
    Choice(name="rule", label="rule", options=(("plain", "the plain rule"), ("half", "half a step"))),
    Toggle(name="noise", label="with noise"),
)
OPTIONS = Question(
    text="Will x come closer to 0?",
    options=("yes", "no", "it stays where it is"),
    at=lambda trace: 5,
    truth=lambda trace: "yes" if abs(trace.frame(len(trace) - 1)["x"]) < 4 else "no",
    explain=lambda trace: "Each step takes a part of x away.",
)
NUMBER = Question(
    text="How large is x at the end?",
    low=0,
    high=4,
    step=0.5,
    unit="m",
    tolerance=0.25,
    at=lambda trace: 5,
    truth=lambda trace: round(float(trace.frame(len(trace) - 1)["x"]), 2),
    explain=lambda trace: "It is 0.9 times as large after each step.",
)

PARAMS = {"lr": 0.1, "start": [4.0, 0.0], "rule": "plain", "noise": False, "steps": STEPS}


def descent(*, question=None, own=False, panels=(PICTURE, VALLEY, BARS), knobs=KNOBS, title="Down the parabola", **params):
    """A widget with everything; `own` as if the learner's own function were in it."""
    view = View(
        title=title,
        panels=panels,
        knobs=knobs,
        equation=EQUATION,
        readout=(("x", "x"), ("loss", "loss"), ("bars", "both bars"), ("ours", "ours"), ("valley", "valley")),
        question=question,
        speed=12,
    )
    return TraceWidget("explore_parabola", lambda **values: record(own=own, **values), view, {**PARAMS, **params})


def record_points(points=((-2.0, 1.0), (0.0, 2.0), (2.0, 2.5)), offset=0.0):
    """Points with the line of best fit through them."""
    x, y = np.asarray(points, dtype=float).T
    slope, intercept = np.polyfit(x, y, 1)
    ends = np.array([-5.0, 5.0])
    return Trace(
        frames={"line": (slope * ends + intercept + offset)[None]},
        fixed={"x": x, "y": y, "ends": ends},
        sentences=[f"The slope is {slope:.2f}."],
        caption="A line through points.",
    )


def points(**params):
    """A widget with three points that can be moved."""
    panel = Panel(
        title="Points",
        x=Axis(label="size", range=(-5, 5)),
        y=Axis(label="price", range=(0, 5)),
        marks=(Line(x="ends", y="line", label="line"), Points(x="x", y="y", drag="points", drag_label="house", label="houses")),
    )
    view = View(title="A line through points", panels=(panel,))
    return TraceWidget("explore_points", record_points, view, {"points": [[-2.0, 1.0], [0.0, 2.0], [2.0, 2.5]], **params})
