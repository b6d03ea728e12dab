"""The marks of a view, drawn with matplotlib for print: what `browser/marks.js` does on a canvas."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from matplotlib import colors, patheffects
from matplotlib.markers import MarkerStyle

from dlteach.traces import Trace
from dlteach.traces.trace import Array
from dlteach.widgets.view import Bars, Heatmap, Line, Panel, Points, Range, Rule, Segments

COLORS = {
    "blue": "#0067b0",
    "orange": "#b84700",
    "green": "#007a5a",
    "purple": "#7a1f6e",
    "ink": "#1f1f1f",
    "grey": "#666666",
    "paper": "#ffffff",
    "grid": "#e4e4e4",
}
"""The light theme of `browser/style.css`."""
MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "star": "*"}
CLASSES = (("blue", "circle"), ("orange", "square"), ("green", "triangle"), ("purple", "diamond"), ("ink", "star"))
DASHES: dict[str, Any] = {"solid": "-", "dashed": (0, (4, 3)), "dotted": (0, (0.1, 2.4))}
CIVIDIS = ((0, 32, 77), (49, 68, 107), (102, 105, 112), (149, 143, 120), (203, 186, 105), (255, 234, 70))
THIN = 0.6
"""Points for each CSS pixel of a width or a size: a printed panel is about half as wide as one on a screen."""


class Moment:
    """A trace at one frame, as marks ask for it."""

    def __init__(self, trace: Trace, t: int) -> None:
        self.trace, self.t, self.arrays = trace, t, trace.frame(t)

    def has(self, *names: str | None) -> bool:
        """Are all these arrays there? None asks for nothing."""
        return all(name is None or name in self.arrays for name in names)

    def number(self, name: str) -> float:
        """An array that is one number."""
        return float(self.arrays[name].flat[0])

    def all(self, name: str) -> Array:
        """An array as it is at all frames."""
        return self.trace.history(name, len(self.trace) - 1) if name in self.trace.frames else self.arrays[name]

    def columns(self, *names: str, past: bool = False) -> tuple[Array, ...]:
        """Arrays side by side, equally long. One number is the same all along; or, with `past`, all it has been so far."""
        found = [self.trace.history(name, self.t) if past and self.moves(name) else self.arrays[name] for name in names]
        length = min([array.size for array in found if array.ndim], default=1)
        return tuple(np.resize(array, length) if array.ndim == 0 else array.ravel()[:length].astype(float) for array in found)

    def moves(self, name: str) -> bool:
        """Is this one number at each frame?"""
        return name in self.trace.frames and self.arrays[name].ndim == 0

    def span(self, given: Range) -> tuple[float, float]:
        """From and to; where an array has made no sense of it, something that can be drawn."""
        low, high = (float(end) for end in (self.arrays[given].flat[:2] if isinstance(given, str) else given))
        if high > low and np.isfinite(high - low):
            return low, high
        return (low - 0.5, low + 0.5) if np.isfinite(low) else (0.0, 1.0)


class Canvas:
    """The axes of a panel at one moment. `halo`: lines get a pale edge, since there is a heat map behind them."""

    def __init__(self, axes: Any, panel: Panel, now: Moment) -> None:
        self.axes, self.panel, self.now = axes, panel, now
        self.halo = any(isinstance(mark, Heatmap) for mark in visible(panel, now))

    def edge(self, width: float) -> list[Any]:
        """What is drawn behind a line of this width."""
        return [patheffects.withStroke(linewidth=width + 1.6, foreground=COLORS["paper"])] if self.halo else []


def visible(panel: Panel, now: Moment) -> list[Any]:
    """The marks whose arrays are there, in the order in which they are drawn: heat maps, what is ours behind the learner's, the rest."""
    arrays = ("x", "y", "x0", "y0", "x1", "y1", "at", "values")
    there = [mark for mark in panel.marks if now.has(*(getattr(mark, name, None) for name in arrays if getattr(mark, name, None) != ""))]
    return sorted(there, key=lambda mark: 0 if isinstance(mark, Heatmap) else 1 if getattr(mark, "ghost", False) else 2)


def color_of(mark: Any) -> str:
    """Ours behind the learner's is grey."""
    return COLORS["grey" if getattr(mark, "ghost", False) else mark.color]


def stroke(mark: Any, width: float | None = None) -> dict[str, Any]:
    """How a mark's line looks."""
    dash = "dashed" if getattr(mark, "ghost", False) else mark.dash
    width = THIN * (getattr(mark, "width", 1.5) if width is None else width)
    return {"color": color_of(mark), "linestyle": DASHES[dash], "linewidth": width, "dash_capstyle": "round", "solid_capstyle": "round"}


def spot(mark: Any, size: float | None = None) -> dict[str, Any]:
    """How a mark's single point looks; a ghost's is hollow."""
    size = 2 * THIN * (getattr(mark, "size", 3.5) if size is None else size)
    face, edge = ("paper", "grey") if mark.ghost else (mark.color, "paper")
    look = {"markerfacecolor": COLORS[face], "markeredgecolor": COLORS[edge], "markeredgewidth": 0.9 if mark.ghost else 0.5}
    grow = 1.6 if mark.marker == "star" else 1.0
    return {"marker": MARKERS.get(mark.marker, "o"), "markersize": size * grow, "linestyle": "none", **look}


def palette(name: str, opacity: float = 1) -> colors.Colormap:
    """The colours of a heat map, which are the browser's; less opaque, they are nearer to the paper's."""
    stops = np.array(CIVIDIS) / 255
    if name == "diverging":
        stops = np.array([colors.to_rgb(COLORS[stop]) for stop in ("purple", "paper", "orange")])
    stops = 1 - opacity * (1 - stops)
    return colors.LinearSegmentedColormap.from_list(
        name, list(stops), N=48
    )  # smooth to the eye; 256 would make the picture half as heavy again


def draw_line(canvas: Canvas, mark: Line) -> None:
    """A line; where it is the history of a number, with a larger dot at the present."""
    now = canvas.now
    x, y = _finite(*now.columns(mark.x, mark.y, past=True))
    look = stroke(mark)
    canvas.axes.plot(x, y, **look, path_effects=canvas.edge(look["linewidth"]))
    if mark.marker != "none":
        canvas.axes.plot(x, y, **spot(mark))
    if (now.moves(mark.x) or now.moves(mark.y)) and x.size:
        _present(canvas, mark, x[-1], y[-1], 5.5)


def draw_points(canvas: Canvas, mark: Points) -> None:
    """Points, each class with its own marker and colour; some with a ring."""
    now, axes = canvas.now, canvas.axes
    x, y = now.columns(mark.x, mark.y)
    if x.size == 1 and mark.classes is None:
        _present(canvas, mark, x[0], y[0], mark.size)
        return
    x, y = _finite(x, y)
    if mark.ring is not None and now.has(mark.ring):
        ringed = now.arrays[mark.ring].ravel()[: x.size] != 0
        axes.plot(x[ringed], y[ringed], **ring(mark))
    if mark.classes is None or not now.has(mark.classes):
        axes.plot(x, y, **spot(mark))
        return
    classes = now.arrays[mark.classes].ravel()[: x.size]
    for number in np.unique(classes[np.isfinite(classes)]):
        axes.plot(x[classes == number], y[classes == number], **spot(of_class(mark, number)))


def of_class(mark: Points, number: float) -> Any:
    """A mark as it is for the points of one class."""
    color, marker = CLASSES[int(number)] if number in range(len(CLASSES)) else (mark.color, mark.marker)
    return _Look(color=color, marker=marker, ghost=mark.ghost, size=mark.size)


def ring(mark: Points) -> dict[str, Any]:
    """How the ring around a point looks."""
    look = {"marker": "o", "markersize": 2 * THIN * (mark.size + 4), "linestyle": "none", "markerfacecolor": "none"}
    return {**look, "markeredgecolor": COLORS["ink"], "markeredgewidth": 0.9}


def draw_segments(canvas: Canvas, mark: Segments) -> None:
    """Straight pieces, as lines or as arrows."""
    ends = np.stack(_finite(*canvas.now.columns(mark.x0, mark.y0, mark.x1, mark.y1)), axis=1)
    look = stroke(mark)
    edge = canvas.edge(look["linewidth"])
    for x0, y0, x1, y1 in _near(canvas.axes, ends[np.isfinite(ends).all(axis=1)]):
        if mark.arrow:
            ends_there = canvas.axes.transData.transform([(x0, y0), (x1, y1)])
            length = float(np.hypot(*(ends_there[1] - ends_there[0]))) * 72 / canvas.axes.figure.dpi
            shape = {
                "arrowstyle": "-|>",
                "mutation_scale": min(8, max(3, 0.6 * length)),
                "shrinkA": 0,
                "shrinkB": 0,
                "color": look["color"],
                "lw": look["linewidth"],
            }
            arrow = canvas.axes.annotate(
                "", (x1, y1), (x0, y0), arrowprops={**shape, "linestyle": look["linestyle"]}, annotation_clip=False
            )
            arrow.arrow_patch.set(path_effects=edge, clip_on=True, clip_path=canvas.axes.patch)
        else:
            canvas.axes.plot([x0, x1], [y0, y1], **look, path_effects=edge)


def draw_rule(canvas: Canvas, mark: Rule) -> None:
    """A straight line right across."""
    at = canvas.now.number(mark.at)
    if np.isfinite(at):
        across = canvas.axes.axvline if mark.axis == "x" else canvas.axes.axhline
        across(at, **stroke(mark))


def draw_heatmap(canvas: Canvas, mark: Heatmap) -> None:
    """Numbers as colours over the whole panel, and lines where they are equal."""
    axes, now = canvas.axes, canvas.now
    values = np.ma.masked_invalid(now.arrays[mark.values].astype(float))
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    low, high = now.span(mark.range)
    box = {"origin": "lower", "aspect": "auto", "extent": (left, right, bottom, top), "interpolation": "bilinear"}
    found = palette(mark.palette, mark.opacity)
    axes.imshow(values, **box, interpolation_stage="data", cmap=found, vmin=low, vmax=high, zorder=0.6)  # over the grid
    levels = np.unique(now.arrays[mark.contours] if isinstance(mark.contours, str) else np.array(mark.contours, dtype=float))
    levels = levels[np.isfinite(levels)]
    if levels.size and min(values.shape) > 1:
        rows, columns = ((np.arange(n) + 0.5) / n for n in values.shape)
        x, y = left + (right - left) * columns, bottom + (top - bottom) * rows
        look = [readable(found((level - low) / (high - low))) for level in levels]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that no number passes through a level is no news
            lines = axes.contour(x, y, values, levels=levels, colors=look, linewidths=0.6, linestyles="solid")
        if mark.contour_labels:
            _label_contours(axes, lines)


def _label_contours(axes: Any, lines: Any) -> None:
    """Write each level beside its line, once, away from the others and from the border; where there is no room, not at all."""
    wide, tall = axes.get_window_extent().size
    taken: list[Array] = []
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        text = number_text(level)
        points = axes.transData.transform(path.vertices) - axes.get_window_extent().p0 if len(path.vertices) else np.zeros((0, 2))
        margin = np.array([0.03 * len(text) + 0.05, 0.08]) * axes.figure.dpi
        points = points[(points > margin).all(axis=1) & (points < np.array([wide, tall]) - margin).all(axis=1)]
        apart = np.linalg.norm(points[:, None] - np.reshape(taken, (1, -1, 2)), axis=2)
        room = apart.min(axis=1, initial=90)
        if not len(points) or room.max() < 0.32 * axes.figure.dpi:
            continue
        best = points[int(np.argmax(room - np.hypot(*(points - np.array([wide, tall]) / 2).T) / 10))]
        taken.append(best)
        box = {"facecolor": COLORS["paper"], "edgecolor": "none", "pad": 0.5}
        axes.text(*(best / [wide, tall]), text, transform=axes.transAxes, ha="center", va="center", fontsize=5.5, bbox=box)


def draw_bars(canvas: Canvas, mark: Bars) -> None:
    """Upright bars with their numbers; ours, where there are any, as hollow ones around them."""
    axes, now = canvas.axes, canvas.now
    bottom, top = axes.get_ylim()
    heights = now.arrays[mark.values].ravel()[: len(mark.names)].astype(float)
    places = np.arange(heights.size) + 0.5
    drawn = np.clip(np.nan_to_num(heights), bottom, top)
    axes.bar(places, drawn, width=0.62, color=COLORS[mark.color], zorder=2)
    if mark.ghosts is not None and now.has(mark.ghosts):
        ours = np.clip(np.nan_to_num(now.arrays[mark.ghosts].ravel()[: heights.size].astype(float)), bottom, top)
        look = {"fill": False, "edgecolor": COLORS["grey"], "linestyle": DASHES["dashed"], "zorder": 3}
        axes.bar(places[: ours.size], ours, width=0.78, **look)
    for place, height, end in zip(places, heights, drawn, strict=True):
        high = end > top - 0.12 * (top - bottom)
        color = "paper" if high else "ink"
        side = "top" if high or end < 0 else "bottom"
        axes.annotate(
            number_text(height, mark.digits), (place, end), (0, -2 if side == "top" else 2), textcoords="offset points",
            ha="center", va=side, fontsize=6.5, color=COLORS[color], zorder=4,
            path_effects=[] if high else [patheffects.withStroke(linewidth=1.8, foreground=COLORS["paper"])],
        )  # fmt: skip


def number_text(value: float, digits: int | None = None) -> str:
    """A number as a reader expects it: with a real minus, and no zero where there is something."""
    if np.isnan(value):
        return "–"
    sign, size = "−" if value < 0 else "", abs(float(value))
    if size == np.inf:
        return f"{sign}∞"
    tiny = size > 0 and size < (1e-4 if digits is None else 0.5 * 10.0**-digits)
    if size >= 1e6 or tiny:
        mantissa, exponent = f"{size:.1e}".split("e")
        return f"{sign}{mantissa.removesuffix('.0')}e{int(exponent)}".replace("e-", "e−")
    return sign + (
        f"{size:.{digits}f}" if digits is not None else f"{size:.3g}" if size < 1 else f"{round(size, 3 if size < 1000 else 1):g}"
    )


class _Look:
    """What `spot` asks of a mark."""

    def __init__(self, color: str, marker: str, ghost: bool, size: float) -> None:
        self.color, self.marker, self.ghost, self.size = color, marker, ghost, size


def _present(canvas: Canvas, mark: Any, x: float, y: float, size: float) -> None:
    """Where it is now: a larger dot, or, where that is outside, an arrow at the border that points there."""
    if np.isnan(x + y) and (np.isnan(x) or np.isnan(y)):
        return
    axes = canvas.axes
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    if left <= x <= right and bottom <= y <= top:
        axes.plot([x], [y], **spot(mark, size), zorder=5, clip_on=False)
        return
    wide, tall = axes.get_window_extent().size
    place = np.array([(x - left) / (right - left) * wide, (y - bottom) / (top - bottom) * tall])  # in dots, from the lower left corner
    border = np.clip(place, 6, [wide - 6, tall - 6])
    way = np.clip(place, -1e6, 1e6) - border
    turned = MarkerStyle("^")
    turned = turned.rotated(rad=float(np.arctan2(way[1], way[0]) - np.pi / 2))
    axes.plot(*(border / [wide, tall]), transform=axes.transAxes, marker=turned, markersize=6, color=color_of(mark), zorder=5)


def _finite(*arrays: Array) -> tuple[Array, ...]:
    """Without infinities, which matplotlib's arithmetic would stumble over: NaN leaves the same gap."""
    return tuple(np.where(np.isfinite(array) & (np.abs(array) < 1e30), array, np.nan) for array in arrays)


def _near(axes: Any, ends: Array) -> Array:
    """Segments that begin near the picture, with ends that are very far brought nearer: no arithmetic can draw lines that long."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    size, corner = np.array([right - left, top - bottom]), np.array([left, bottom])
    start, way = ends[:, :2], ends[:, 2:] - ends[:, :2]
    near = np.abs((start - corner) / size).max(axis=1, initial=0) < 1e3
    far = np.maximum(np.abs(way / size).max(axis=1, initial=0) / 1e3, 1)[:, None]
    found: Array = np.hstack([start, start + way / far])[near]
    return found


def readable(color: Any) -> str:
    """Black or white, whichever is read better on a colour."""
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colors.to_rgb(color)]
    return "black" if float(np.dot(light, (0.2126, 0.7152, 0.0722))) > 0.179 else "white"


DRAW: dict[type, Callable[[Canvas, Any], None]] = {
    Line: cast(Any, draw_line),
    Points: cast(Any, draw_points),
    Segments: cast(Any, draw_segments),
    Rule: cast(Any, draw_rule),
    Heatmap: cast(Any, draw_heatmap),
    Bars: cast(Any, draw_bars),
}
"""What needs axes. A matrix and a graph, which need none, are in `static_matrix.py` and `static_graph.py`."""
