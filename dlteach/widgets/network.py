"""A small network that can be watched while it learns: its boundary, its units and its weights, epoch by epoch."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from dlteach.traces import Trace, require
from dlteach.traces.network import DATA, MAX_LAYERS, MAX_UNITS, network_trace, require_hidden, require_settings
from dlteach.traces.stations import ACTIVATIONS, Backward, Function, require_backward
from dlteach.widgets.base import TraceWidget
from dlteach.widgets.given import GivenWidget, argument
from dlteach.widgets.view import Axis, Choice, Edge, Graph, Heatmap, Knob, Line, Node, Panel, Points, Question, Segments, Slider, View

RATES = (0.01, 0.03, 0.1, 0.3, 0.5, 1.0, 3.0, 10.0)
NOISES = tuple(round(0.05 * step, 2) for step in range(11))
NAMES = {"moons": "two moons", "circles": "two circles", "spirals": "two spirals", "two_blobs": "two blobs", "xor": "four quarters (XOR)"}


def explore_network(
    data: str = "moons",
    *,
    hidden: Sequence[int] = (4,),
    activation: str = "relu",
    lr: float = 0.5,
    noise: float = 0.1,
    epochs: int = 60,
    seed: int = 0,
    backward: Backward | None = None,
    step: Function | None = None,
    ask: bool = False,
) -> TraceWidget:
    """Watch a small network learn to tell two classes of points apart.

    h = f(x @ w1 + b1)   …   p = σ(h @ w + b)   w ← w − lr · dw after every mini-batch of 32 points

    On the left the plane, coloured by the network's answer; then the network: each unit shows where in the plane it is on, each
    arrow how strong a weight is; then the losses. Knobs: data, units of each layer, activation, learning rate, noise, seed.

    Args:
        data: "moons", "circles", "spirals", "two_blobs" or "xor".
        hidden: units of each hidden layer: one to three layers of one to eight units.
        activation: "relu", "tanh" or "sigmoid".
        lr: learning rate.
        noise: standard deviation of what is added to each coordinate; ten times that for "two_blobs".
        epochs: how often to go through all points.
        seed: of the random numbers: points, weights, order.
        backward: your backward functions by station: `{"affine": affine_backward, "relu": relu_backward, "sigmoid":
            sigmoid_backward}`. They train the network; ours runs behind it, in grey.
        step: your `sgd_step(params, grads, lr)`.
        ask: stop before the first epoch, and ask for a prediction.

    Returns:
        The widget. If one of your functions fails, it says so and shows ours.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: a name is unknown, or a number lies outside; the message names it.
    """
    layers = require_hidden(hidden)
    require.flag("ask", ask)
    require_settings(data, activation, lr, epochs, noise, seed)
    units = {f"units_{layer}": (layers[layer - 1] if layer <= len(layers) else 0) for layer in range(1, MAX_LAYERS + 1)}
    learning = {"activation": activation, "lr": float(lr), "noise": float(noise), "epochs": int(epochs), "seed": int(seed)}
    params = {"data": data, **units, **learning}

    def view(params: Mapping[str, Any]) -> View:
        return _view(params, ask)

    own: dict[str, Any] = {"backward": require_backward(backward) or None, "step": step}
    return _NetworkWidget("explore_network", _record, view, params, own, more=argument("ask", ask, False))


class _NetworkWidget(GivenWidget):
    """A widget that has a knob for the units of each layer, where the call has one argument for all layers."""

    def _as_python(self, params: Mapping[str, Any]) -> str:
        return super()._as_python(_arguments(params))


def _arguments(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as arguments of `explore_network` and `network_trace`."""
    others = {name: value for name, value in params.items() if not name.startswith("units_")}
    return {"data": others.pop("data"), "hidden": hidden_of(params), **others}


def hidden_of(params: Mapping[str, Any]) -> tuple[int, ...]:
    """The units of each hidden layer; a layer of none is not there."""
    units = (params[f"units_{layer}"] for layer in range(1, MAX_LAYERS + 1))
    return tuple(each for each in units if each != 0)


def _record(backward: Backward | None = None, step: Function | None = None, **params: Any) -> Trace:
    return network_trace(**_arguments(params), backward=backward, step=step)


def _view(params: Mapping[str, Any], ask: bool) -> View:
    """What is shown. The network in the middle has the nodes and arrows that the parameters say."""
    return View(
        title="A network learns",
        panels=(_plane(), _network(hidden_of(params)), _losses(params["epochs"])),
        knobs=_knobs(),
        readout=(
            ("epoch", "epoch"),
            ("loss", "loss, learning"),
            ("val_loss", "loss, held out"),
            ("accuracy", "share right, learning"),
            ("val_accuracy", "share right, held out"),
            ("weights", "weights, layer by layer"),
        ),
        question=_question() if ask else None,
        speed=12,
    )


def _plane() -> Panel:
    """The points, the network's answer behind them, and where it changes."""
    answer = Heatmap(
        values="probability",
        range=(0, 1),
        label="probability of class 1",
        palette="diverging",
        contours=(0.5,),
        contour_labels=False,
        opacity=0.7,
    )
    ghost = Segments(x0="ghost_x0", y0="ghost_y0", x1="ghost_x1", y1="ghost_y1", label="boundary with our functions", ghost=True)
    points = Points(
        x="x1",
        y="x2",
        classes="label",
        class_names=("class 0", "class 1"),
        ring="held_out",
        ring_label="held out",
    )
    return Panel(
        title="Points and the network's answer",
        x=Axis(label="x1 (no unit)", range="plane_x"),
        y=Axis(label="x2 (no unit)", range="plane_y"),
        marks=(answer, ghost, points),
        square=True,
        height=1,
    )


def _network(hidden: Sequence[int]) -> Panel:
    """The network: inputs on the left, a column for each layer, the answer on the right."""
    columns = [
        ["x1", "x2"],
        *([f"unit {unit} of layer {layer}" for unit in range(1, size + 1)] for layer, size in enumerate(hidden, 1)),
        ["p"],
    ]
    units = [name for column in columns[1:-1] for name in column]
    nodes = [
        Node(
            id=name,
            label="" if name in units else name,  # a unit shows its map instead
            x=2.5 * across,
            y=(len(column) - 1) / 2 - down,  # centred, the first on top
            map=units.index(name) if name in units else None,
        )
        for across, column in enumerate(columns)
        for down, name in enumerate(column)
    ]
    edges = [Edge(source=source, target=target) for before, after in itertools.pairwise(columns) for source in before for target in after]
    mark = Graph(nodes=tuple(nodes), edges=tuple(edges), weights="weights", maps="units", maps_range="units_range")
    return Panel(title="The network: weights and units", marks=(mark,), height=1)


def _losses(epochs: int) -> Panel:
    return Panel(
        title="Learning curve",
        x=Axis(label="epoch", range=(0, epochs)),
        y=Axis(label="loss (no unit)", range="loss_range"),
        marks=(
            Line(x="epoch", y="ghost_loss", label="with our functions", ghost=True),
            Line(x="epoch", y="loss", label="points it learns from"),
            Line(x="epoch", y="val_loss", label="points held out", color="orange", dash="dashed"),
        ),
        height=1,
    )


def _knobs() -> tuple[Knob, ...]:
    more = tuple(
        Slider(name=f"units_{layer}", label=f"units in layer {layer}", values=tuple(range(MAX_UNITS + 1)))
        for layer in range(2, MAX_LAYERS + 1)
    )
    return (
        Choice(name="data", label="data", options=tuple((name, NAMES[name]) for name in DATA)),
        Slider(name="units_1", label="units in layer 1", values=tuple(range(1, MAX_UNITS + 1))),
        *more,
        Choice(name="activation", label="activation", options=tuple(ACTIVATIONS.items())),
        Slider(name="lr", label="learning rate", values=RATES),
        Slider(name="noise", label="noise", values=NOISES),
        Slider(name="seed", label="seed", values=tuple(range(10))),
    )


def _question() -> Question:
    """How well will it do? Whoever has thought about folds and borders can say."""

    def share(trace: Trace) -> float:
        return round(100 * float(trace.frame(len(trace) - 1)["val_accuracy"]), 3)

    return Question(
        text="Nothing has been learnt yet. How many percent of the points held out will be right in the end?",
        at=lambda trace: 0,
        truth=share,
        explain=lambda trace: trace.describe(len(trace) - 1),
        low=0,
        high=100,
        step=1,
        unit="%",
        tolerance=5,
    )
