"""A graph, drawn with matplotlib for print: stations, arrows, and numbers that cover neither each other nor a station.

The axes it is drawn in measure inches, so that texts and boxes fit.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle

from dlteach.traces.trace import Array
from dlteach.widgets.static_marks import COLORS, DASHES, Moment, number_text, palette
from dlteach.widgets.static_matrix import width_of
from dlteach.widgets.view import Graph, Node

GAP = 0.5
"""Between two stations in a row, in inches: room for an arrow and its numbers."""
ALONG = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)
"""Where on its edge a number may stand, the better places first."""


class Box(NamedTuple):
    """A rectangle: its middle, its width and its height, in inches."""

    x: float
    y: float
    wide: float
    tall: float

    def covers(self, other: Box) -> bool:
        """Do the two touch?"""
        return abs(self.x - other.x) < (self.wide + other.wide) / 2 and abs(self.y - other.y) < (self.tall + other.tall) / 2


def graph_width(mark: Graph) -> float:
    """How wide a graph needs to be, in inches, that no station and no number covers another."""
    columns = _columns(mark)
    return max(columns[node.x] + _text_box(node)[0] / 2 + 0.02 for node in mark.nodes)


def graph_height(mark: Graph, wished: float) -> float:
    """How tall a graph is drawn, in inches: with numbers as tall as its rows need it, else as is wished, within reason."""
    rows = len({node.y for node in mark.nodes})
    if mark.above or mark.below:
        return 0.75 * rows + 0.15
    return min(max(wished, 1.15), max(0.68 * rows, 0.9) + 0.2)


def draw_graph(axes: Any, mark: Graph, now: Moment, size: tuple[float, float]) -> None:
    """Nodes, arrows between them, and the numbers on the arrows. `size`: of the axes, in inches."""
    axes.set(xlim=(0, size[0]), ylim=(0, size[1]))
    boxes = _boxes(mark, size)
    lines = [_ends(boxes[edge.source], boxes[edge.target]) for edge in mark.edges]
    given = {name: _of_edges(mark, now, name) for name in ("above", "below", "ghost_below", "active", "weights")}
    strongest = _strongest(mark, now)
    for i, ends in enumerate(lines):
        if mark.weights is not None:
            _weighted(axes, ends, given["weights"][i] / strongest)
        else:
            _arrow(axes, ends, given["active"][i])
    for (i, back), place in _settled(mark, now, lines, list(boxes.values())).items():
        _number(axes, place, mark, given["below" if back else "above"][i], given["ghost_below"][i] if back else np.nan, back)
    active = (
        now.arrays[mark.active_nodes].ravel() if mark.active_nodes is not None and now.has(mark.active_nodes) else np.zeros(len(mark.nodes))
    )
    for node, lively in zip(mark.nodes, active, strict=False):
        _draw_node(axes, node, mark, now, boxes[node.id], bool(lively))


def _strongest(mark: Graph, now: Moment) -> float:
    """The largest weight of all frames, so that frames can be compared."""
    weights = np.abs(now.all(mark.weights)) if mark.weights is not None and now.has(mark.weights) else np.zeros(1)
    return float(weights[np.isfinite(weights)].max(initial=0)) or 1.0


def _of_edges(mark: Graph, now: Moment, name: str) -> Array:
    """One number for each edge; NaN where there is none."""
    array = getattr(mark, name)
    if array is None or not now.has(array):
        return np.full(len(mark.edges), np.nan)
    return np.resize(now.arrays[array].astype(float), len(mark.edges))


def _label(node: Node) -> str:
    """What a station is called, on lines that are not long."""
    return "\n".join(textwrap.fill(line, 13) for line in node.label.splitlines())


def _text_box(node: Node) -> tuple[float, float]:
    """The width and the height of a station with its name in it, in inches."""
    text = _label(node)
    return max(0.28, width_of(text, 7) + 0.1), 0.28 + 0.12 * text.count("\n")


def _boxes(mark: Graph, size: tuple[float, float]) -> dict[str, Box]:
    """Where each station stands: columns with the room they need, rows evenly. Little heat maps take what their neighbours leave."""
    columns, rows = _columns(mark), sorted({node.y for node in mark.nodes})
    most = max(sum(node.x == x for node in mark.nodes) for x in columns)
    side = min(0.55, 0.74 * size[1] / most, 0.5 * size[0] / len(columns))
    maps = any(node.map is not None for node in mark.nodes)
    sizes = {}
    for node in mark.nodes:
        wide, tall = _text_box(node)
        sizes[node.id] = (side, side) if node.map is not None else (wide, min(tall, side) if maps else tall)
    start, end = min(columns.values()), max(columns.values())
    last = max(sizes[node.id][0] for node in mark.nodes if columns[node.x] == end) / 2 + 0.02
    stretch = (size[0] - last - start) / (end - start) if end > start else 1.0
    low, high = (max(sizes[node.id][1] for node in mark.nodes if node.y == y) / 2 + 0.03 for y in (rows[0], rows[-1]))
    boxes = {}
    for node in mark.nodes:
        part = (node.y - rows[0]) / (rows[-1] - rows[0]) if len(rows) > 1 else 0.5
        boxes[node.id] = Box(start + (columns[node.x] - start) * stretch, low + part * (size[1] - low - high), *sizes[node.id])
    return boxes


def _columns(mark: Graph) -> dict[float, float]:
    """The least x, in inches, of the middle of each column of stations: room for a number between neighbours of one row."""
    gap = GAP if mark.above or mark.below else 0.2
    joined = {frozenset((edge.source, edge.target)) for edge in mark.edges}
    found: dict[float, float] = {}
    for x in sorted({node.x for node in mark.nodes}):
        here = [node for node in mark.nodes if node.x == x]
        first = max(_text_box(node)[0] / 2 + 0.02 for node in here)
        behind = [
            found[other.x] + (_text_box(node)[0] + _text_box(other)[0]) / 2 + (gap if other.y == node.y else 0.65 * gap)
            for node in here
            for other in mark.nodes
            if other.x < x and (other.y == node.y or {node.id, other.id} in joined)
        ]
        found[x] = max([first, *behind, *(place + 0.2 for place in found.values())])
    return found


def _ends(source: Box, target: Box) -> tuple[Array, Array]:
    """The ends of an arrow between two boxes, at their borders."""
    start, end = np.array(source[:2]), np.array(target[:2])
    way = end - start
    with np.errstate(divide="ignore"):
        leave, arrive = (float(np.min(np.array(box[2:]) / 2 / np.abs(way))) for box in (source, target))
    return start + way * min(leave, 0.45), end - way * min(arrive, 0.45)


def _settled(mark: Graph, now: Moment, lines: list[tuple[Array, Array]], taken: list[Box]) -> dict[tuple[int, bool], Box]:
    """A place for every number: (edge, comes back) -> box. It does not depend on the frame, so that numbers stay where they are."""
    places: dict[tuple[int, bool], Box] = {}
    digits = mark.digits + 5
    for back, array in ((False, mark.above), (True, mark.below)):
        tall = 0.22 if back and mark.ghost_below is not None and now.has(mark.ghost_below) else 0.11
        for i, ends in enumerate(lines):
            if array is not None and now.has(array):
                size = (0.0078 * 6.5 * digits * (1.3 if tall > 0.2 else 1), tall)
                others = [line for j, line in enumerate(lines) if j != i]
                places[i, back] = min(_candidates(ends, size, back), key=lambda each: each[0] + _cost(each[1], taken, others))[1]
                taken.append(places[i, back])
    return places


def _candidates(ends: tuple[Array, Array], size: tuple[float, float], back: bool) -> Iterator[tuple[float, Box]]:
    """Where a number may stand beside its edge, each with what speaks against it: forward above, backward below."""
    way = ends[1] - ends[0]
    normal = np.array([-way[1], way[0]]) / max(float(np.hypot(*way)), 1e-9)
    normal *= -1 if normal[1] < 0 else 1
    reach = float(np.abs(normal) @ np.array(size) / 2) + 0.03
    for part in ALONG:
        for side, against in ((1, 0.0), (-1, 1.0)):
            place = ends[0] + way * part + normal * reach * side * (-1 if back else 1)
            yield against + 2 * abs(part - 0.5), Box(place[0], place[1], *size)


def _cost(place: Box, taken: list[Box], lines: list[tuple[Array, Array]]) -> float:
    """How much a number at this place would cover."""
    middles = (start + (end - start) * part for start, end in lines for part in np.linspace(0, 1, 15))
    points = (Box(middle[0], middle[1], 0, 0) for middle in middles)
    return 20.0 * sum(place.covers(box) for box in taken) + sum(place.covers(point) for point in points)


def _arrow(axes: Any, ends: tuple[Array, Array], active: float) -> None:
    """An arrow; blue and thick where a value goes forward in this frame, orange and dashed where a gradient comes back."""
    color, style = COLORS["grey"], DASHES["solid"]
    if active > 0:
        color = COLORS["blue"]
    elif active < 0:
        color, style = COLORS["orange"], DASHES["dashed"]
    width = 2.0 if active and not np.isnan(active) else 0.9
    start, end = ends[::-1] if active < 0 else ends
    shape: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 8, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(tuple(start), tuple(end), color=color, lw=width, linestyle=style, **shape))


def _weighted(axes: Any, ends: tuple[Array, Array], strength: float) -> None:
    """An edge by its strength, from -1 to 1: thick is strong, solid orange positive, dashed purple negative."""
    if np.isfinite(strength):
        color, style = ("orange", "solid") if strength >= 0 else ("purple", "dashed")
        axes.plot(*zip(*ends, strict=True), color=COLORS[color], linestyle=DASHES[style], linewidth=0.3 + 2.2 * abs(strength), zorder=1)


def _number(axes: Any, place: Box, mark: Graph, value: float, ours: float, back: bool) -> None:
    """What goes along an edge: a value, or a gradient that comes back; ours in brackets where it differs."""
    if np.isnan(value):
        return
    text = number_text(value, mark.digits)
    other = "" if np.isnan(ours) or number_text(ours, mark.digits) == text else f"\n(ours {number_text(ours, mark.digits)})"
    look = {"color": COLORS["orange"], "style": "italic"} if back else {"color": COLORS["blue"]}
    x, y = place[:2]
    axes.text(x, y, f"← {text}{other}" if back else f"→ {text}", ha="center", va="center", fontsize=6.5, linespacing=1.05, zorder=6, **look)


def _draw_node(axes: Any, node: Node, mark: Graph, now: Moment, box: Box, active: bool) -> None:
    """A node with its label; with its little heat map, the label stands below."""
    width = 1.8 if active else 0.8
    edge = COLORS["ink" if active else "grey"]
    place, size = np.array(box[:2]), np.array(box[2:])
    corner = place - size / 2
    if node.map is not None and mark.maps is not None and now.has(mark.maps):
        low, high = now.span(mark.maps_range)
        extent = (corner[0], corner[0] + box.wide, corner[1], corner[1] + box.tall)
        picture = np.ma.masked_invalid(now.arrays[mark.maps][node.map].astype(float))
        limits = (axes.get_xlim(), axes.get_ylim())
        axes.imshow(picture, origin="lower", extent=extent, cmap=palette("diverging"), vmin=low, vmax=high, aspect="auto", zorder=3)
        axes.set(xlim=limits[0], ylim=limits[1])
        axes.add_patch(Rectangle(tuple(corner), *size, fill=False, edgecolor=edge, linewidth=width, zorder=4))
        axes.text(place[0], corner[1] - 0.02, _label(node), ha="center", va="top", fontsize=6, zorder=6)
        return
    if len(node.label) <= 3:
        axes.add_patch(Circle(tuple(place), min(size) / 2, facecolor=COLORS["paper"], edgecolor=edge, linewidth=width, zorder=3))
    else:
        look: dict[str, Any] = {
            "boxstyle": "round,pad=0,rounding_size=0.05",
            "facecolor": COLORS["paper"],
            "edgecolor": edge,
            "linewidth": width,
            "zorder": 3,
        }
        axes.add_patch(FancyBboxPatch(tuple(corner), box.wide, box.tall, **look))
    axes.text(*place, _label(node), ha="center", va="center", fontsize=7, zorder=5)
