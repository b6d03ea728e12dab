"""Back-propagation that can be watched on a small graph: values go forward, gradients come back, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlteach.traces import Trace
from dlteach.traces.backpropagation import LIMIT, backpropagation_trace
from dlteach.traces.graphs import Graph as Chart
from dlteach.traces.graphs import graph_named
from dlteach.traces.stations import ACTIVATIONS, Backward, require_backward
from dlteach.traces.words import rounded
from dlteach.widgets.base import TraceWidget
from dlteach.widgets.given import GivenWidget, argument
from dlteach.widgets.mathml import ident, math, op, slot
from dlteach.widgets.view import Choice, Edge, Graph, Knob, Node, Panel, Question, Slider, View

NUMBERS = tuple(step / 4 - LIMIT for step in range(int(8 * LIMIT) + 1))

PLACES: dict[str, dict[str, tuple[float, float]]] = {
    "neuron": {
        "x": (0, 2),
        "w": (0, 1),
        "b": (0, 0),
        "affine": (2, 1),
        "sigmoid": (4, 1),
        "loss": (6, 1),
        "L": (7.6, 1),
    },
    "hidden_unit": {
        "x": (0, 1),
        "affine 1": (2, 1),
        "w1": (0.9, 0),
        "b1": (3.1, 0),
        "activation": (4, 1),
        "affine 2": (6, 1),
        "w2": (4.9, 0),
        "b2": (7.1, 0),
        "sigmoid + loss": (8.2, 1),
        "L": (10, 1),
    },
    "two_paths": {"x": (0, 1), "fork": (1.6, 1), "times a": (3.6, 2), "times b": (3.6, 0), "sum": (5.6, 1), "L": (7.2, 1)},
}
"""Where the nodes stand."""
HEIGHTS = {"neuron": 0.24, "hidden_unit": 0.16, "two_paths": 0.22}

ASKED = {"neuron": "w", "hidden_unit": "w1", "two_paths": "x"}
"""Of which number the gradient is asked for, if nobody says."""


def explore_backpropagation(
    graph: str = "neuron",
    *,
    activation: str | None = None,
    backward: Backward | None = None,
    ask: bool | str = False,
    **values: float,
) -> TraceWidget:
    """Watch values go forward through a small computation graph, and gradients come back.

    dL/d(input) = dL/d(output) · d(output)/d(input): at every station, what arrives times its own slope; where paths part, add up.

    On each arrow the value stands above (→), the gradient of the loss below (←). Every number that goes in has a knob.

    Args:
        graph: "neuron", "hidden_unit" (a network with one hidden unit), or "two_paths" (u = a · x, v = b · x, L = u + c · v).
        activation: of the hidden unit: "relu", "tanh" or "sigmoid".
        backward: your backward functions by station: `{"affine": affine_backward, "relu": relu_backward, "sigmoid":
            sigmoid_backward}`. They send the gradients back, right or wrong; ours stand beside them, in brackets, where they differ.
        ask: stop before a gradient is found, and ask for it. True picks one; or the name of a number: `ask="b"`.
        **values: the numbers that go in, each from −5 to 5, and the label `y`, 0 or 1. What is left out is as in lesson 05.

    Returns:
        The widget. If one of your functions fails, it says so and shows ours.

    Raises:
        TypeError: a value is no number, or `backward` holds something that is no function.
        ValueError: there is no such graph, activation, number or station, or a number lies outside.
    """
    chart = graph_named(graph, activation)
    backpropagation_trace(graph, values, activation=activation)  # raises where a number makes no sense
    numbers = {name: float(values.get(name, usual)) for name, usual in chart.values.items()}
    params: dict[str, Any] = {name: int(value) if name == "y" else value for name, value in numbers.items()}
    if len(chart.activations) > 1:
        params["activation"] = activation or "relu"
    asked = _asked(graph, chart, ask)

    def record(backward: Backward | None = None, activation: str | None = None, **numbers: float) -> Trace:
        return backpropagation_trace(graph, numbers, activation=activation, backward=backward)

    def view(params: Mapping[str, Any]) -> View:
        return _view(graph, graph_named(graph, params.get("activation")), params, asked)

    own = {"backward": require_backward(backward) or None}
    call = {"data": argument("graph", graph, "neuron"), "more": argument("ask", ask, False)}
    return GivenWidget("explore_backpropagation", record, view, params, own, **call)


def _view(graph: str, chart: Chart, params: Mapping[str, Any], asked: str | None) -> View:
    """What is shown. The words in the nodes follow the parameters."""
    nodes = tuple(Node(id=name, label=_label(name, chart, params), x=x, y=y) for name, (x, y) in PLACES[graph].items())
    order = {name: place for place, name in enumerate(chart.nodes)}
    mark = Graph(
        nodes=tuple(sorted(nodes, key=lambda node: order[node.id])),
        edges=tuple(Edge(source=edge.source, target=edge.target) for edge in chart.edges),
        above="value",
        below="gradient",
        ghost_below="ghost_gradient",
        active="active",
        active_nodes="active_nodes",
    )
    readout = [
        pair for edge in chart.edges for pair in ((edge.name, f"{edge.name}, its value"), (f"d{edge.name}", f"d{edge.name}, its gradient"))
    ]
    return View(
        title=f"Back-propagation: {chart.title[0].lower()}{chart.title[1:]}",
        panels=(Panel(title="Values forward (→), gradients back (←)", marks=(mark,), height=HEIGHTS[graph]),),
        knobs=_knobs(chart),
        equation=_equation(graph),
        readout=tuple(readout),
        question=_question(asked) if asked else None,
        speed=1,
    )


def _label(node: str, chart: Chart, params: Mapping[str, Any]) -> str:
    """What stands in a node: factors and the label with their present values."""
    if node.startswith("times "):
        return f"× {rounded(params[node[-1]])}"
    if node == "sum":
        return f"u + {rounded(params['c'])} · v" if params["c"] >= 0 else f"u − {rounded(-params['c'])} · v"
    if node in ("loss", "sigmoid + loss"):
        return f"{node}, y = {params['y']}"
    if node == "activation":
        return ACTIVATIONS[next(station.kind for station in chart.stations if station.name == node)]
    return node


def _knobs(chart: Chart) -> tuple[Knob, ...]:
    labels = Choice(name="y", label="label y", options=((0, "0"), (1, "1")))
    numbers = [labels if name == "y" else Slider(name=name, label=name, values=NUMBERS) for name in chart.values]
    if len(chart.activations) == 1 or not chart.activations:
        return tuple(numbers)
    return (*numbers, Choice(name="activation", label="activation", options=tuple(ACTIVATIONS.items())))


def _equation(graph: str) -> tuple[str, ...]:
    """The chain rule with the numbers of the frame; where paths part, the sum as well."""
    words = (ident("upstream gradient"), op("·"), ident("own slope"), op("="))
    rule = math(*words, slot("upstream"), op("·"), slot("slope", brackets=True), op("="), slot("product", color="orange"))
    if graph != "two_paths":
        return (rule,)
    names = (ident("dx"), op("="), ident("path over u"), op("+"), ident("path over v"), op("="))
    return rule, math(*names, slot("dx1"), op("+"), slot("dx2", brackets=True), op("="), slot("dx", color="orange"))


def _asked(graph: str, chart: Chart, ask: bool | str) -> str | None:
    """Of which edge the gradient is asked for."""
    names = [edge.name for edge in chart.edges[:-1]]  # that of L itself is 1
    if isinstance(ask, bool):
        return ASKED[graph] if ask else None
    if ask not in names:
        raise ValueError(f"ask is {ask!r}; it needs to be True, False or one of {', '.join(map(repr, names))}.")
    return ask


def _question(name: str) -> Question:
    """A gradient, before it is found. What is right does not depend on the learner's functions."""

    def found(trace: Trace) -> int:
        return next(t for t in range(len(trace)) if trace.frame(t)[f"d{name}"] == trace.frame(t)[f"d{name}"])  # NaN is not itself

    def truth(trace: Trace) -> float:
        ours = "ghost_gradient" if "ghost_gradient" in trace.frames else "gradient"
        t = found(trace)
        place = int(abs(trace.frame(t)["active"]).argmax())
        return round(float(trace.frame(t)[ours][place]), 6)

    return Question(
        text=f"What comes next is d{name}, the gradient of {name}. Which number will it be?",
        at=lambda trace: found(trace) - 1,
        truth=truth,
        explain=lambda trace: trace.describe(found(trace)),
        low=-LIMIT,
        high=LIMIT,
        step=0.05,
        tolerance=0.02,
    )
