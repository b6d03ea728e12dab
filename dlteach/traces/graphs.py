"""The small computation graphs of lesson 05: a neuron, a network with one hidden unit, and a number that reaches the end on two paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dlteach.traces.stations import ACTIVATIONS


class Edge(NamedTuple):
    """A number on its way from one node to another. `name` is what the program calls it; its gradient is "d" + name."""

    name: str
    source: str
    target: str


class Station(NamedTuple):
    """A node that computes. Its inputs and outputs are the edges that end and begin there, in the order of the graph."""

    name: str
    kind: str
    formula: str = ""
    """With the names of numbers in braces, so that a sentence can say it with names and with numbers."""
    called: str = ""


@dataclass(frozen=True)
class Graph:
    """A computation graph: edges, stations in the order of the way forward, the numbers to begin with, what it is called."""

    title: str
    edges: tuple[Edge, ...]
    stations: tuple[Station, ...]
    values: Mapping[str, float]
    activations: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names of all nodes, in the order in which the edges name them."""
        return tuple(dict.fromkeys(node for edge in self.edges for node in (edge.source, edge.target)))

    def into(self, station: Station) -> list[int]:
        """The places of the edges that end at a station."""
        return [place for place, edge in enumerate(self.edges) if edge.target == station.name]

    def out_of(self, station: Station) -> list[int]:
        """The places of the edges that begin at a station."""
        return [place for place, edge in enumerate(self.edges) if edge.source == station.name]


def _edges(*arrows: str) -> tuple[Edge, ...]:
    """Edges from "name: source > target"."""
    parts = [arrow.replace(">", ":").split(":") for arrow in arrows]
    return tuple(Edge(name.strip(), source.strip(), target.strip()) for name, source, target in parts)


def _neuron() -> Graph:
    return Graph(
        "One neuron",
        _edges("x: x > affine", "w: w > affine", "b: b > affine", "z: affine > sigmoid", "p: sigmoid > loss", "L: loss > L"),
        (
            Station("affine", "affine", "{w} · {x} + {b}", "the affine station"),
            Station("sigmoid", "sigmoid", "1 / (1 + exp(−{z}))", "the sigmoid"),
            Station("loss", "loss", "", "the loss"),
        ),
        {"x": 2.0, "w": 0.5, "b": -0.5, "y": 1},
        ("sigmoid",),
    )


def _hidden_unit(activation: str) -> Graph:
    formulas = {"relu": "max(0, {z})", "tanh": "tanh({z})", "sigmoid": "1 / (1 + exp(−{z}))"}
    first = ("x: x > affine 1", "w1: w1 > affine 1", "b1: b1 > affine 1", "z: affine 1 > activation", "h: activation > affine 2")
    second = ("w2: w2 > affine 2", "b2: b2 > affine 2", "s: affine 2 > sigmoid + loss", "L: sigmoid + loss > L")
    return Graph(
        "A network with one hidden unit",
        _edges(*first, *second),
        (
            Station("affine 1", "affine", "{w1} · {x} + {b1}", "affine 1"),
            Station("activation", activation, formulas[activation], f"the {ACTIVATIONS[activation]}"),
            Station("affine 2", "affine", "{w2} · {h} + {b2}", "affine 2"),
            Station("sigmoid + loss", "sigmoid loss", "", "sigmoid and loss"),
        ),
        {"x": 2.0, "w1": 1.0, "b1": -0.5, "w2": -1.0, "b2": 0.5, "y": 1},
        tuple(ACTIVATIONS),
    )


def _two_paths() -> Graph:
    fork = ("x: x > fork", "x1: fork > times a", "x2: fork > times b")
    join = ("u: times a > sum", "v: times b > sum", "L: sum > L")
    return Graph(
        "Two paths",
        _edges(*fork, *join),
        (
            Station("fork", "fork", "", "the fork"),
            Station("times a", "times a", "{a} · {x1}", "the upper product"),
            Station("times b", "times b", "{b} · {x2}", "the lower product"),
            Station("sum", "sum", "{u} + {c} · {v}", "the sum"),
        ),
        {"x": 1.0, "a": 3.0, "b": 5.0, "c": 2.0},
    )


GRAPHS = ("neuron", "hidden_unit", "two_paths")


def graph_named(graph: str, activation: str | None = None) -> Graph:
    """Give a graph by its name, with the activation of its hidden unit (None: the usual one).

    Raises:
        ValueError: there is no such graph, or it cannot have that activation.
    """
    if graph not in GRAPHS:
        raise ValueError(f"graph is {graph!r}; it needs to be one of {', '.join(map(repr, GRAPHS))}.")
    found = {"neuron": _neuron, "two_paths": _two_paths}.get(graph, lambda: _hidden_unit("relu"))()
    if activation is None or activation in found.activations:
        return _hidden_unit(activation or "relu") if graph == "hidden_unit" else found
    able = f"one of {', '.join(map(repr, found.activations))}" if found.activations else "left out: this graph has none"
    raise ValueError(f"activation is {activation!r}; for the graph {graph!r} it needs to be {able}.")
