"""Gradient descent that can be watched: a walker on a curve, or in a landscape, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlteach.traces import Trace, require
from dlteach.traces.descent import fate_of, gradient_descent_trace, start_on
from dlteach.traces.surfaces import SURFACES, Surface, surface_named
from dlteach.traces.walk import Descend, Slope, require_walk
from dlteach.traces.words import say
from dlteach.widgets.base import TraceWidget
from dlteach.widgets.given import GivenWidget, argument
from dlteach.widgets.mathml import ident, math, num, op, row, slot, sub, sup
from dlteach.widgets.view import Axis, Choice, Heatmap, Knob, Line, Panel, Points, Question, Rule, Segments, Slider, View

STEPS = (1, 2, 3, 5, 8, 12, 20, 30, 50, 100, 200)
FATES = {
    "arrives": "She has arrived at the bottom",
    "creeps": "She is still on her way, far from the bottom",
    "swings": "She swings from side to side, and does not arrive",
    "flies apart": "She flies off, farther out with every step",
}


def explore_descent(
    surface: str = "parabola",
    *,
    lr: float = 0.1,
    steps: int = 30,
    start: float | Sequence[float] | None = None,
    grad: Slope | None = None,
    descend: Descend | None = None,
    ask: bool = False,
) -> TraceWidget:
    """Watch gradient descent, step by step.

    x_{t+1} = x_t − lr · f′(x_t)

    Over one number: on the left the curve with the walker, her tangent and her next step, on the right her place after each step. Over two:
    on the left the landscape from above, on the right the height after each step. The knobs are `lr`, `steps` and, unless `grad` belongs to
    one of them, the surface; the start can be dragged.

    Args:
        surface: over one number "parabola", "two_dips" or "hole"; over two "round_bowl", "narrow_bowl", "saddle" or "curved_valley".
        lr: the learning rate, above 0.
        steps: how many steps, from 1 to 500.
        start: where to begin: a number, or two. Left out, a good place of that surface.
        grad: your function in place of our slope: grad(x) is the slope at x. Ours walks along in grey.
        descend: your `gradient_descent(grad, start, lr, steps)`; likewise.
        ask: stop before the first step, and ask for a prediction.

    Returns:
        The widget. If your function fails, it says so and shows ours.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: a value makes no sense; the message names it.
    """
    land = surface_named(surface)
    require_walk(lr, steps)
    begin = start_on(land, start)
    require.function("grad", grad)
    require.function("descend", descend)
    require.flag("ask", ask)
    params = {"surface": surface, "lr": float(lr), "steps": int(steps), "start": plain(begin)}
    view = _curve_view if land.dimensions == 1 else _landscape_view
    knobs = _knobs(land, float(lr), int(steps), choose=grad is None)
    more = argument("ask", ask, False)
    own = {"grad": grad, "descend": descend}
    return DescentWidget("explore_descent", gradient_descent_trace, view(knobs, ask), params, own, more=more)


class DescentWidget(GivenWidget):
    """A descent. Where the surface is changed, the walk begins at a good place of the new one: the old start may not even be on it."""

    _walked: Mapping[str, Any] = {}  # what was walked last; `params` may hold already what the browser asks for

    def _recording(self, params: dict[str, Any], printed: int) -> tuple[Trace, dict[str, Any]]:
        before = self._walked
        if before and params["surface"] != before["surface"]:
            old, new = surface_named(before["surface"]), surface_named(params["surface"])
            if new.dimensions != old.dimensions:
                raise ValueError(f"surface is {new.name!r}, over {new.dimensions} numbers; this widget shows one over {old.dimensions}.")
            if params["start"] == before["start"]:
                params = {**params, "start": plain(start_on(new, None))}
        recorded = super()._recording(params, printed)
        self._walked = params
        return recorded


def plain(place: Any) -> Any:
    """A place as JSON has it: a number, or a list."""
    return np.asarray(place).tolist()


def among(values: Sequence[float], value: float) -> tuple[float, ...]:
    """What a slider can be set to: these values and this one, in order."""
    return tuple(sorted({*values, value}))


def _knobs(land: Surface, lr: float, steps: int, choose: bool) -> tuple[Knob, ...]:
    alike = [each for each in SURFACES.values() if each.dimensions == land.dimensions]
    rates = sorted({rate for each in alike for rate in each.lrs})
    choice = Choice(name="surface", label="surface", options=tuple((each.name, each.title) for each in alike))
    knobs = (
        Slider(name="lr", label="learning rate", values=among(rates, lr)),
        Slider(name="steps", label="steps", values=among(STEPS, steps)),
    )
    return (*knobs, choice) if choose else knobs


def _curve_view(knobs: tuple[Knob, ...], ask: bool) -> View:
    """What is shown of a walk over one number."""
    return View(
        title="Gradient descent on a curve",
        panels=(_curve_panel(), _place_panel()),
        knobs=knobs,
        equation=_curve_equation(),
        readout=(("x", "place"), ("height", "height"), ("slope", "slope"), ("step", "step to come")),
        question=_question() if ask else None,
    )


def _curve_panel() -> Panel:
    return Panel(
        title="The walker on the curve",
        x=Axis(label="place x (no unit)", range="x_range"),
        y=Axis(label="height f(x) (no unit)", range="height_range"),
        marks=(
            Line(x="curve_x", y="curve_y", color="blue", label="curve f"),
            Points(x="minimum_x", y="minimum_height", marker="star", color="ink", size=6, label="lowest point"),
            Line(x="ghost_x", y="ghost_height", marker="circle", label="our walk", ghost=True),
            Line(x="x", y="height", color="orange", marker="circle", width=1.5, label="walk"),
            Line(x="tangent_x", y="tangent_y", color="purple", dash="dashed", width=2.5, label="tangent"),
            Segments(x0="x", y0="height", x1="next", y1="height", color="green", arrow=True, width=2.5, label="step to come"),
            Points(x="start_x", y="start_height", marker="square", color="ink", size=5, label="start", drag="start", drag_label="start"),
        ),
        share=1.1,
    )


def _place_panel() -> Panel:
    return Panel(
        title="The place after each step",
        x=Axis(label="step t", range="step_range"),
        y=Axis(label="place x (no unit)", range="x_range"),
        marks=(
            Rule(at="lowest_0", axis="y", color="ink", dash="dotted", label="lowest point"),
            Rule(at="lowest_1", axis="y", color="grey", dash="dashed", label="bottom of the other dip"),
            Line(x="t", y="ghost_x", marker="circle", label="our walk", ghost=True),
            Line(x="t", y="x", color="orange", marker="circle", width=1.5, label="walk"),
        ),
    )


def _landscape_view(knobs: tuple[Knob, ...], ask: bool) -> View:
    """What is shown of a walk over two numbers."""
    return View(
        title="Gradient descent in a landscape",
        panels=(_map_panel(), _height_panel()),
        knobs=knobs,
        equation=_landscape_equation(),
        readout=(
            ("x0", "x₀"),
            ("x1", "x₁"),
            ("height", "height"),
            ("gradient_0", "gradient, entry 0"),
            ("gradient_1", "gradient, entry 1"),
        ),
        question=_question() if ask else None,
    )


def _map_panel() -> Panel:
    return Panel(
        title="The landscape from above",
        x=Axis(label="x₀ (no unit)", range="x0_range"),
        y=Axis(label="x₁ (no unit)", range="x1_range"),
        marks=(
            Heatmap(values="heights", range="heat_range", label="height (no unit)", contours="levels", opacity=0.55),
            Points(x="minimum_x0", y="minimum_x1", marker="star", color="ink", size=6, label="lowest point"),
            Line(x="ghost_x0", y="ghost_x1", marker="circle", label="our walk", ghost=True),
            Line(x="x0", y="x1", color="orange", marker="circle", label="walk"),
            Segments(
                x0="x0", y0="x1", x1="uphill_0", y1="uphill_1", color="purple", dash="dashed", arrow=True, width=2, label="gradient: uphill"
            ),
            Segments(x0="x0", y0="x1", x1="next_0", y1="next_1", color="green", arrow=True, width=2.5, label="step to come"),
            Points(x="start_x0", y="start_x1", marker="square", color="ink", size=5, label="start", drag="start", drag_label="start"),
        ),
        share=1.6,
        height=0.6,
        square=True,
    )


def _height_panel() -> Panel:
    return Panel(
        title="The height after each step",
        x=Axis(label="step t", range="step_range"),
        y=Axis(label="height (no unit)", range="height_range"),
        marks=(
            Rule(at="lowest", axis="y", color="ink", dash="dotted", label="lowest height"),
            Line(x="t", y="ghost_height", marker="circle", label="our walk", ghost=True),
            Line(x="t", y="height", color="orange", marker="circle", width=1.5, label="walk"),
        ),
        height=0.9,
    )


def at_time(name: str, *more: str) -> str:
    """A name with the index t, or t + 1."""
    return sub(ident(name), row(ident("t"), *more))


NEXT = (op("+"), num(1))
"""What makes t + 1 of t."""


def _curve_equation() -> tuple[str, ...]:
    slope = row(sup(ident("f"), op("′")), op("("), at_time("x"), op(")"))
    return (
        math(at_time("x", *NEXT), op("="), at_time("x"), op("−"), ident("lr"), op("·"), slope),
        math(
            *(slot("next", color="green"), op("="), slot("x", color="orange"), op("−"), slot("lr", digits=2), op("·")),
            slot("slope", brackets=True, color="purple"),
        ),
    )


def pair(first: str, second: str, color: str = "") -> str:
    """Two slots in brackets: ( −9 , 3 )."""
    return row(op("("), slot(first, color=color), op(","), slot(second, color=color), op(")"))


def _landscape_equation() -> tuple[str, ...]:
    gradient = row(op("∇"), ident("f"), op("("), at_time("x"), op(")"))
    return (
        math(at_time("x", *NEXT), op("="), at_time("x"), op("−"), ident("lr"), op("·"), gradient),
        math(
            *(pair("next_0", "next_1", "green"), op("="), pair("x0", "x1", "orange"), op("−"), slot("lr", digits=2), op("·")),
            pair("gradient_0", "gradient_1", "purple"),
        ),
    )


def _question() -> Question:
    return Question(
        text="After the last step, how will the walker have fared?",
        options=tuple(FATES.values()),
        at=lambda trace: 0,
        truth=lambda trace: FATES[fate_of(trace)],
        explain=_explain,
    )


def _explain(trace: Trace) -> str:
    """What became of the walk, with its last places."""
    names = ("x",) if "x" in trace.frames else ("x0", "x1")

    def place(t: int) -> str:
        numbers = np.array([trace.frame(t)[name] for name in names])
        return say(numbers if len(numbers) > 1 else numbers[0])

    last = len(trace) - 1
    from_to = f"from {place(0)} to {place(last)}" if last else ""
    told: Mapping[str, Callable[[], str]] = {
        "arrives": lambda: f"After {last} steps she stands at {place(last)}, so near a lowest point that one sees no difference.",
        "creeps": lambda: f"After {last} steps she has come {from_to}. It goes down, but there is still a way to go.",
        "swings": lambda: f"Every step goes too far, past the bottom: her last two places are {place(last - 1)} and {place(last)}.",
        "flies apart": lambda: f"She ends farther out and higher than she began: she went {from_to}.",
    }
    return told[fate_of(trace)]()
