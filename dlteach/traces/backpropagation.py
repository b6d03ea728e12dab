"""Back-propagation on a small computation graph: values go forward, then gradients come back, one at a time."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from dlteach import nn
from dlteach.traces import require
from dlteach.traces.graphs import Graph, Station, graph_named
from dlteach.traces.own import first_difference, name_of
from dlteach.traces.stations import (
    ACTIVATIONS,
    BACKWARD,
    FORWARD,
    Backward,
    Function,
    activation_gradient,
    affine_gradients,
    in_brackets,
    require_backward,
)
from dlteach.traces.trace import Array, Trace
from dlteach.traces.words import listed, rounded, say_apart

LIMIT = 5.0
"""Numbers go from −5 to 5: beyond, the sigmoid is 1 to the last digit, and the loss infinite."""


def backpropagation_trace(
    graph: str = "neuron",
    values: Mapping[str, float] | None = None,
    *,
    activation: str | None = None,
    backward: Backward | None = None,
) -> Trace:
    """Record back-propagation on a small computation graph.

    dL/d(input) = dL/d(output) · d(output)/d(input): at every station, what arrives times its own slope; where paths part, add up.

    First all values go forward, station by station, then the gradients of the loss come back, edge by edge.

    Args:
        graph: "neuron" (L = loss of σ(w · x + b)), "hidden_unit" (a network of one input, one hidden unit and a sigmoid), or
            "two_paths" (u = a · x, v = b · x, L = u + c · v).
        values: the numbers that go in, by name, each from −5 to 5, and the label `y`, 0 or 1. What is left out is as in lesson 05.
        activation: of the hidden unit: "relu", "tanh" or "sigmoid". The neuron can only have "sigmoid"; "two_paths" has none.
        backward: the learner's functions by station: `{"affine": affine_backward, "relu": relu_backward, "sigmoid":
            sigmoid_backward}`, with the signatures of lesson 05. They are called on arrays of shape (1, 1).

    Returns:
        A trace. With E edges, in the order of `graph_named(graph).edges`, and M nodes, as in its `.nodes`: `value (T, E)` and
        `gradient (T, E)`, NaN where not known yet; `active (T, E)`, 1 where a value and −1 where a gradient has just been found;
        `active_nodes (T, M)`; `upstream`, `slope` and `product (T,)`, the chain rule of the present frame; and the numbers once
        more by name, `x`, `dx`, `w`, `dw`, …, `(T,)` each. If the learner's functions are used, `ghost_gradient (T, E)` is ours.

    Raises:
        ValueError: there is no such graph, activation, number or station, or a number lies outside.
        TypeError: a number is none, or `backward` holds something that is no function.
        OwnFunctionError: a function of the learner failed, or gave something else than it should.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    chart = graph_named(graph, activation)
    numbers = _require_values(graph, chart, values or {})
    own = {kind: f for kind, f in require_backward(backward).items() if kind in {station.kind for station in chart.stations}}
    run = _Run(chart, numbers)
    ours = run.back({})
    frames = run.frames(run.back(own) if own else ours, ours, own)
    arrays = {name: np.array([frame[name] for frame in frames]) for name in frames[0] if name != "sentence"}
    if not own:
        del arrays["ghost_gradient"]
    parted = first_difference(arrays["gradient"], arrays["ghost_gradient"]) if own else None
    return Trace(
        frames={**arrays, **_by_name(chart, arrays)},
        sentences=[frame["sentence"] for frame in frames],
        caption=_caption(chart, run.numbers, arrays["gradient"][-1]),
        parted=parted,
        remark=_remark(chart, own, arrays, parted) if own else "",
        key_frames=(0, len(chart.stations), (len(chart.stations) + len(frames)) // 2, len(frames) - 1),
    )


class _Back(NamedTuple):
    """A gradient found on the way back: on which edge, through which station, and of what it is the product."""

    edge: int
    station: Station | None
    gradient: float
    upstream: float
    slope: float


class _Run:
    """The way forward, kept so that the way back can be walked with different functions."""

    def __init__(self, chart: Graph, numbers: Mapping[str, float]) -> None:
        self.chart, self.numbers = chart, dict(numbers)
        self.caches: dict[str, Any] = {}
        for station in chart.stations:
            inputs = [self.numbers[chart.edges[place].name] for place in chart.into(station)]
            out, self.caches[station.name] = _forward(station.kind, inputs, self.numbers)
            self.numbers |= {chart.edges[place].name: out for place in chart.out_of(station)}

    def back(self, own: Mapping[str, Function]) -> list[_Back]:
        """All gradients from the loss to the inputs, in the order in which they are found."""
        last = len(self.chart.edges) - 1
        found = {last: _Back(last, None, 1.0, math.nan, math.nan)}
        for station in reversed(self.chart.stations):
            upstream = [found[place].gradient for place in self.chart.out_of(station)]
            cache, function = self.caches[station.name], own.get(station.kind)
            slopes = _backward(station.kind, [1.0] * len(upstream), cache)
            gradients = _backward(station.kind, upstream, cache, function)
            steps = list(zip(self.chart.into(station), gradients, slopes, strict=True))
            for place, gradient, slope in [*steps[1:], steps[0]]:  # weight and bias first, then the input, where the way goes on
                shown = (math.nan, math.nan) if station.kind == "fork" else (upstream[0], slope)
                found[place] = _Back(place, station, gradient, *shown)
        return list(found.values())

    def frames(self, steps: list[_Back], ours: list[_Back], own: Mapping[str, Function]) -> list[dict[str, Any]]:
        """One frame for the inputs, one for each station on the way forward, one for each edge on the way back."""
        chart = self.chart
        made = _Numbers(chart)
        made.forward([place for place, edge in enumerate(chart.edges) if edge.source in self.numbers], self.numbers)
        frames = [made.frame(self._start())]
        for station in chart.stations:
            made.forward(chart.out_of(station), self.numbers, station)
            frames.append(made.frame(self._onward(station)))
        for step, right in zip(steps, ours, strict=True):
            made.backward(step, right)
            frames.append(made.frame(self._backward(step, made, own)))
        return frames

    def _start(self) -> str:
        given = ", ".join(f"{'label ' if name == 'y' else ''}{name} = {rounded(self.numbers[name])}" for name in self.chart.values)
        return f"The inputs are there: {given}. Nothing has been computed yet."

    def _onward(self, station: Station) -> str:
        name = self.chart.edges[self.chart.out_of(station)[0]].name
        if station.kind == "fork":
            return f"Forward through the fork: x = {rounded(self.numbers['x'])} goes both ways."
        formula = station.formula or _loss_formula(station.kind, self.numbers["y"])
        with_names = formula.format(**{each: each for each in self.numbers})
        with_numbers = formula.format(**{each: in_brackets(number) for each, number in self.numbers.items()})
        with_numbers = re.sub(r"\((\([^()]*\))\)", r"\1", with_numbers)  # σ((−1)) is σ(−1)
        return f"Forward through {station.called}: {name} = {with_names} = {with_numbers} = {rounded(self.numbers[name])}."

    def _backward(self, step: _Back, made: _Numbers, own: Mapping[str, Function]) -> str:
        name = f"d{self.chart.edges[step.edge].name}"
        if step.station is None:
            return "The way back begins at the loss: it moves exactly as much as itself, so its gradient is 1."
        if step.station.kind == "fork":
            paths = [made.gradient[place] for place in self.chart.out_of(step.station)]
            return (
                f"Back at the fork gradients add up: {rounded(paths[0])} + {in_brackets(paths[1])} gives {name} = {rounded(step.gradient)}."
            )
        arrives = f"the gradient {rounded(step.upstream)} that arrives, times its slope {rounded(step.slope)}"
        start = f"Backward through {step.station.called}: {arrives}"
        right = step.upstream * step.slope
        if first_difference(np.array([step.gradient]), np.array([right])) is None:
            return f"{start}, gives {name} = {rounded(step.gradient)}."
        function = name_of(own[step.station.kind])
        true, given = say_apart(right, step.gradient, rounded)
        return f"{start}, should give {name} = {true}; {function} gives {given}."


class _Numbers:
    """What stands on the edges so far."""

    def __init__(self, chart: Graph) -> None:
        self.chart = chart
        self.value, self.gradient, self.ghost = (np.full(len(chart.edges), np.nan) for _ in range(3))
        self.step: _Back | None = None

    def forward(self, places: list[int], numbers: Mapping[str, float], station: Station | None = None) -> None:
        """Values arrive on these edges, from a station or from outside."""
        self.active, self.nodes = np.zeros(len(self.chart.edges)), np.zeros(len(self.chart.nodes))
        for place in places:
            edge = self.chart.edges[place]
            self.value[place], self.active[place] = numbers[edge.name], 1
            self.nodes[self.chart.nodes.index(station.name if station else edge.source)] = 1

    def backward(self, step: _Back, right: _Back) -> None:
        """A gradient arrives on an edge; `right` is ours."""
        self.active, self.nodes = np.zeros(len(self.chart.edges)), np.zeros(len(self.chart.nodes))
        self.gradient[step.edge], self.ghost[step.edge], self.active[step.edge] = step.gradient, right.gradient, -1
        node = step.station.name if step.station else self.chart.edges[step.edge].target
        self.nodes[self.chart.nodes.index(node)] = 1
        self.step = step

    def frame(self, sentence: str) -> dict[str, Any]:
        """A copy of everything, as one frame."""
        upstream, slope = (self.step.upstream, self.step.slope) if self.step else (math.nan, math.nan)
        whole = {"value": self.value.copy(), "gradient": self.gradient.copy(), "ghost_gradient": self.ghost.copy()}
        now = {"active": self.active, "active_nodes": self.nodes}
        return {**whole, **now, "upstream": upstream, "slope": slope, "product": upstream * slope, "sentence": sentence}


def _forward(kind: str, inputs: list[float], numbers: Mapping[str, float]) -> tuple[float, Any]:
    """What a station gives, and what it keeps for the way back."""
    if kind == "affine":
        x, w, b = inputs
        out, cache = FORWARD[kind](np.array([[x]]), np.array([[w]]), np.array([b]))
        return float(out[0, 0]), cache
    if kind in ACTIVATIONS:
        out, cache = FORWARD[kind](np.array([inputs]))
        return float(out[0, 0]), cache
    if kind == "sigmoid loss":
        loss, slope = nn.sigmoid_cross_entropy(np.array(inputs), np.array([numbers["y"]]))
        return loss, [float(slope[0])]
    if kind == "loss":
        (p,) = inputs
        return (-math.log(p), [-1 / p]) if numbers["y"] == 1 else (-math.log(1 - p), [1 / (1 - p)])
    if kind == "sum":
        return inputs[0] + numbers["c"] * inputs[1], [1.0, numbers["c"]]
    factor = 1.0 if kind == "fork" else numbers[kind.removeprefix("times ")]
    return factor * inputs[0], [factor]


def _backward(kind: str, upstream: list[float], cache: Any, function: Function | None = None) -> list[float]:
    """The gradients of a station's inputs; by the learner's function if there is one."""
    dout = np.array([[upstream[0]]])
    if kind == "affine":
        dx, dw, db = affine_gradients(function or BACKWARD[kind], dout, cache)
        return [float(dx[0, 0]), float(dw[0, 0]), float(db[0])]
    if kind in ACTIVATIONS:
        return [float(activation_gradient(kind, function or BACKWARD[kind], dout, cache)[0, 0])]
    return [sum(upstream) * slope for slope in cache]


def _loss_formula(kind: str, y: float) -> str:
    p = "{p}" if kind == "loss" else "σ({s})"
    return f"−log {p}" if y == 1 else f"−log(1 − {p})"


def _by_name(chart: Graph, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The numbers once more, each under its own name."""
    named = {edge.name: arrays["value"][:, place] for place, edge in enumerate(chart.edges)}
    return named | {f"d{edge.name}": arrays["gradient"][:, place] for place, edge in enumerate(chart.edges)}


def _caption(chart: Graph, numbers: Mapping[str, float], gradients: Array) -> str:
    found = {edge.name: gradients[place] for place, edge in enumerate(chart.edges) if edge.source == edge.name}
    listed = ", ".join(f"d{name} = {rounded(gradient)}" for name, gradient in found.items())
    label = f" for the label {rounded(numbers['y'])}" if "y" in numbers else ""
    return f"{chart.title}, forward and back: L = {rounded(numbers['L'])}{label}, and the gradients of the inputs are {listed}."


def _remark(chart: Graph, own: Mapping[str, Function], arrays: Mapping[str, Array], parted: int | None) -> str:
    names = [name_of(function) for function in own.values()]
    if parted is None:
        return f"With these numbers {listed(names)} {'agrees' if len(names) == 1 else 'agree'} with ours on every edge."
    place = int(np.flatnonzero(arrays["active"][parted])[0])
    edge = chart.edges[place]
    station = next(station for station in chart.stations if station.name == edge.target)
    given, right = say_apart(arrays["gradient"][parted, place], arrays["ghost_gradient"][parted, place], rounded)
    return f"{name_of(own[station.kind])} parts from ours at {station.called}: it gives d{edge.name} = {given}, ours {right}."


def _require_values(graph: str, chart: Graph, values: Mapping[str, float]) -> dict[str, float]:
    """The numbers that go in, those left out taken from the graph."""
    if not isinstance(values, Mapping):
        raise TypeError(f"values is a {type(values).__name__}; it needs to be a dict of numbers by name.")
    for name, value in values.items():
        if name not in chart.values:
            raise ValueError(f"{name!r} is no number of the graph {graph!r}; it has {', '.join(chart.values)}.")
        require.number_from(name, value, -LIMIT, LIMIT)
        if name == "y" and value not in (0, 1):
            raise ValueError(f"y is {value}; it is a label, so it needs to be 0 or 1.")
    return {name: float(values.get(name, usual)) for name, usual in chart.values.items()}
