"""What a widget shows: panels with marks, knobs, an equation, a question. Plain data, drawn by `view/*.js` and, for print, by `static.py`.

A mark names arrays of the trace. An array that is a single number at each frame is drawn as its history up to the present frame; one that
is a row of numbers is drawn as it is at that frame; a fixed one always the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from dlteach.traces import Trace

Color = Literal["blue", "orange", "green", "purple", "ink", "grey"]
Dash = Literal["solid", "dashed", "dotted"]
Marker = Literal["none", "circle", "square", "triangle", "diamond", "star"]
Palette = Literal["sequential", "diverging"]
Range = tuple[float, float] | str
"""From and to; or the name of an array `(2,)`, where it depends on the trace."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line through the points (x, y). A ghost is ours behind the learner's: grey, dashed, hollow, and only drawn where both are there."""

    x: str
    y: str
    label: str = ""
    color: Color = "blue"
    dash: Dash = "solid"
    marker: Marker = "none"
    width: float = 2
    ghost: bool = False


@dataclass(frozen=True, kw_only=True)
class Points:
    """Single points, each with its own marker. A history is not drawn: of one number per frame, only the present one shows.

    `classes` names an array of class numbers 0, 1, 2 …, which choose marker and colour; `class_names` stand in the legend. `ring` names
    an array: points where it is not 0 get a ring around them. `drag` names a parameter: the points can be moved, by mouse and by arrow
    keys, and their places, `[[x, y], …]`, are sent as that parameter; for a single point (or x and y of one number), `[x, y]`.
    """

    x: str
    y: str
    label: str = ""
    color: Color = "ink"
    marker: Marker = "circle"
    size: float = 4
    classes: str | None = None
    class_names: tuple[str, ...] = ()
    ring: str | None = None
    ring_label: str = ""
    drag: str | None = None
    drag_label: str = "point"
    ghost: bool = False


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Straight pieces from (x0, y0) to (x1, y1), arrays of the same length or single numbers: residuals, arrows, tangents."""

    x0: str
    y0: str
    x1: str
    y1: str
    label: str = ""
    color: Color = "orange"
    dash: Dash = "solid"
    width: float = 1.5
    arrow: bool = False
    ghost: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A straight line right across the panel at one number (an array that is a single number): `axis` "x" is upright, "y" is level."""

    at: str
    axis: Literal["x", "y"]
    label: str = ""
    color: Color = "ink"
    dash: Dash = "solid"


@dataclass(frozen=True, kw_only=True)
class Heatmap:
    """Numbers on a grid `(rows, columns)` as colours, over the whole panel; row 0 is at the bottom. Contours are lines of equal value.

    A number is that of the middle of its cell: of n columns from low to high, the first stands at low + (high - low) / 2n.

    `range`: which numbers get the first and the last colour. `label`: what the numbers are, beside the colour bar. `contours`: levels,
    or the name of an array that holds them; `contour_labels` writes each level beside its line.
    """

    values: str
    range: Range
    label: str
    palette: Palette = "sequential"
    contours: tuple[float, ...] | str = ()
    contour_labels: bool = True
    opacity: float = 1


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Upright bars, one for each name, with their numbers written on. `values` and `ghosts` (ours, hollow) have that many entries."""

    values: str
    names: tuple[str, ...]
    color: Color = "blue"
    digits: int = 2
    ghosts: str | None = None
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """A table `(rows, columns)` with its numbers written in, shaded by `shade` (0 to 1, same shape). Row 0 is on top; no axes."""

    values: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_title: str = ""
    column_title: str = ""
    digits: int = 0
    shade: str | None = None
    names: tuple[str, ...] = ()
    """A word for each cell, row by row, in small letters under its number: "found", "missed"."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A station of a graph at (x, y), in units of its own, y upwards; `map` is its little heat map's place among the graph's `maps`."""

    id: str
    label: str
    x: float
    y: float
    map: int | None = None


@dataclass(frozen=True, kw_only=True)
class Edge:
    """An arrow from one node to another. What belongs to it stands at the same place in the graph's arrays."""

    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Nodes and arrows with numbers on them. It needs no axes. Each array has one entry for each edge; NaN means: not known yet, not drawn.

    `above` (blue, upright, with →) goes forward, `below` (orange, slanted, with ←) comes back; `ghost_below` is ours, in brackets, where it
    differs from the learner's. `active` marks the edges at which something happens in this frame (1 forward, -1 backward), `active_nodes`
    the nodes. `weights` draws edges by strength: thick is strong, solid orange positive, dashed purple negative, as in the maps; the number
    on hover.
    `maps`, `(number of maps, rows, columns)`, are little heat maps in the nodes.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    above: str | None = None
    below: str | None = None
    ghost_below: str | None = None
    active: str | None = None
    active_nodes: str | None = None
    weights: str | None = None
    maps: str | None = None
    maps_range: Range = (-1.0, 1.0)
    digits: int = 3


Mark = Line | Points | Segments | Rule | Heatmap | Bars | Matrix | Graph


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis: what it shows and in which unit, and from where to where."""

    label: str
    range: Range


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture. `x` and `y` are its axes (none for a matrix or a graph; bars need only y).

    `share` is its part of the width, beside others; `height` is the height divided by the width; `square` gives both axes the same scale.
    """

    title: str
    marks: tuple[Mark, ...]
    x: Axis | None = None
    y: Axis | None = None
    share: float = 1
    height: float = 0.7
    square: bool = False


@dataclass(frozen=True, kw_only=True)
class Slider:
    """A knob that goes through `values`, in order (so it can be logarithmic)."""

    name: str
    label: str
    values: tuple[float, ...]
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A knob with a few named values."""

    name: str
    label: str
    options: tuple[tuple[Any, str], ...]
    """(value, what to call it)"""


@dataclass(frozen=True, kw_only=True)
class Toggle:
    """A knob that is on or off."""

    name: str
    label: str


Knob = Slider | Choice | Toggle


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question before what comes is shown: the player stops at frame `at(trace)` and asks.

    Either `options`, of which the learner picks one, or a number: `low`, `high`, `step`, and how far off is still right, `tolerance`.
    `truth(trace)` is the right option, or the number; `explain(trace)` is the sentence that comes with the reveal.
    """

    text: str
    at: Callable[[Trace], int]
    truth: Callable[[Trace], str | float]
    explain: Callable[[Trace], str]
    options: tuple[str, ...] = ()
    low: float = 0
    high: float = 1
    step: float = 0.1
    unit: str = ""
    tolerance: float = 0


@dataclass(frozen=True, kw_only=True)
class View:
    """All that a widget shows. `equation`: lines of MathML with slots for numbers (`mathml.py`). `readout`: (array, what it is called), the
    numbers of the present frame as a table for those who would rather read."""

    title: str
    panels: tuple[Panel, ...]
    knobs: tuple[Knob, ...] = ()
    equation: tuple[str, ...] = ()
    readout: tuple[tuple[str, str], ...] = ()
    question: Question | None = None
    speed: float = 6
    """Frames a second, when it plays at normal speed."""

    def as_json(self) -> dict[str, Any]:
        """The view as the browser gets it: every mark and knob with its kind. The question goes with the trace, since its answer does."""
        return {
            "title": self.title,
            "panels": [_tagged(panel) for panel in self.panels],
            "knobs": [_tagged(knob) for knob in self.knobs],
            "equation": list(self.equation),
            "readout": [list(pair) for pair in self.readout],
            "speed": self.speed,
        }

    def ask(self, trace: Trace) -> dict[str, Any] | None:
        """The question for this trace, with its answer."""
        if self.question is None:
            return None
        plain = {name: getattr(self.question, name) for name in ("text", "options", "low", "high", "step", "unit", "tolerance")}
        worked_out = {name: getattr(self.question, name)(trace) for name in ("at", "truth", "explain")}
        return {**plain, "options": list(self.question.options), **worked_out}


def _tagged(part: Any) -> Any:
    """A part as plain JSON, with its kind: `Line(…)` becomes `{"kind": "line", …}`."""
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        fields = {each.name: _tagged(getattr(part, each.name)) for each in dataclasses.fields(part)}
        return {"kind": type(part).__name__.lower(), **fields}
    if isinstance(part, tuple):
        return [_tagged(each) for each in part]
    return part
