"""The printed face of a widget: key frames side by side, a caption, and the same in words for those who see no picture.

Where no browser asks a kernel (print, nbconvert, a feedback page), this is what shows. It is drawn with matplotlib, without its global
state (pyplot) and whatever the reader's settings are.
"""

from __future__ import annotations

import base64
import io
import itertools
import textwrap
from collections.abc import Sequence
from html import escape
from typing import Any

import matplotlib.image
import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dlteach.traces import Trace
from dlteach.widgets.static_graph import draw_graph, graph_height, graph_width
from dlteach.widgets.static_marks import COLORS, DASHES, DRAW, Canvas, Moment, number_text, of_class, palette, ring, spot, stroke, visible
from dlteach.widgets.static_matrix import draw_matrix, width_of
from dlteach.widgets.view import Axis, Bars, Graph, Heatmap, Line, Matrix, Panel, Points, Rule, Segments, View

WIDTH = 9.2
"""Inches. On paper it is shown at about three quarters of that."""
DOTS = 110
"""Dots for each inch."""
GAP, EDGE, WIDEST = 0.16, 0.12, 3.3

SETTINGS = {
    "font.size": 7.5,
    "font.family": "DejaVu Sans",
    "text.parse_math": False,  # a dollar sign in a label is a dollar
    "axes.edgecolor": COLORS["grey"],
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": COLORS["grid"],
    "grid.linewidth": 0.6,
    "text.color": COLORS["ink"],
    "axes.labelcolor": COLORS["ink"],
    "xtick.color": COLORS["ink"],
    "ytick.color": COLORS["ink"],
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "figure.facecolor": COLORS["paper"],
}


def filmstrip(trace: Trace, view: View) -> bytes:
    """Draw the key frames of a trace side by side, one row for each panel.

    Args:
        trace: what was recorded; `trace.key_frames` says which frames.
        view: what to show of it.

    Returns:
        A PNG.
    """
    with matplotlib.style.context(["default", SETTINGS]):
        chunks = _chunks(trace.key_frames, _most_columns(trace, view))
        strips = [_Strip(panel, trace, frames) for frames in chunks for panel in view.panels]
        for strip in strips[1:] if len(view.panels) == 1 else []:
            strip.titles = []  # once is enough
        title = textwrap.wrap(view.title, 100)
        width = max(strip.width for strip in strips)
        height = sum(strip.height for strip in strips) + 0.2 * len(title) + 0.1
        figure = Figure(figsize=(width, height), dpi=DOTS)
        page = _Page(figure, width, height)
        page.text(EDGE, 0.06, "\n".join(title), va="top", fontsize=9.5, weight="bold")
        top = 0.2 * len(title) + 0.1
        for strip in strips:
            strip.draw(page, top)
            top += strip.height
        return _png(figure)


def _png(figure: Figure) -> bytes:
    """The figure as a PNG, with 32 levels of each colour: hardly to be seen, and it weighs a third less in every notebook."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    dots = np.asarray(canvas.buffer_rgba())[..., :3]
    file = io.BytesIO()
    matplotlib.image.imsave(file, np.rint(np.rint(dots * (31 / 255)) * (255 / 31)).astype(np.uint8), format="png", dpi=DOTS)
    return file.getvalue()


def alt_text(trace: Trace, view: View) -> str:
    """The filmstrip in words: its title, what the panels show, and the sentence of each key frame."""
    parts = [f"{view.title}.", *(_in_words(panel) for panel in view.panels)]
    for t in trace.key_frames:
        name, sentence = trace.name(t).capitalize(), trace.describe(t)
        parts.append(sentence if sentence.startswith(name) else f"{name}: {sentence}")
    return " ".join(parts)


def figure_html(trace: Trace, view: View, picture: bytes) -> str:
    """The filmstrip as HTML, with caption and text, in one piece: it loads nothing.

    Args:
        trace: what was recorded.
        view: what is shown of it.
        picture: `filmstrip(trace, view)`.
    """
    told = escape(" ".join(part for part in (trace.caption, trace.remark) if part))
    data = base64.b64encode(picture).decode("ascii")
    image = f'<img alt="{escape(alt_text(trace, view))}" src="data:image/png;base64,{data}" style="max-width: 100%; height: auto">'
    return f'<figure class="dlteach-figure" style="margin: 0">{image}<figcaption>{told}</figcaption></figure>'


def _in_words(panel: Panel) -> str:
    axes = [f"{axis.label} {where}" for axis, where in ((panel.x, "across"), (panel.y, "up")) if axis is not None]
    return f"{panel.title}: {', '.join(axes)}." if axes else f"{panel.title}."


def _chunks(frames: Sequence[int], most: int) -> list[Sequence[int]]:
    """Parts of nearly the same length, none longer than `most`."""
    number = -(-len(frames) // most)
    ends = [round(len(frames) * i / number) for i in range(number + 1)]
    return [frames[start:end] for start, end in itertools.pairwise(ends)]


def _most_columns(trace: Trace, view: View) -> int:
    """How many frames fit beside each other: the numbers on the edges of a graph need room."""
    now = Moment(trace, trace.key_frames[-1])
    graphs = [mark for panel in view.panels for mark in visible(panel, now) if isinstance(mark, Graph) and (mark.above or mark.below)]
    if not graphs:
        return 4
    return 2 if 2 * max(map(graph_width, graphs)) <= WIDTH - 2 * EDGE - GAP else 1


class _Page:
    """A figure that is measured in inches from its upper left corner."""

    def __init__(self, figure: Figure, width: float, height: float) -> None:
        self.figure, self.width, self.height = figure, width, height

    def axes(self, left: float, top: float, width: float, height: float) -> Any:
        return self.figure.add_axes((left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height))

    def text(self, left: float, top: float, text: str, **look: Any) -> None:
        self.figure.text(left / self.width, 1 - top / self.height, text, **look)

    def legend(self, left: float, top: float, handles: Sequence[Any], columns: int) -> None:
        place = {"loc": "upper left", "bbox_to_anchor": (left / self.width, 1 - top / self.height), "borderaxespad": 0, "borderpad": 0}
        self.figure.legend(handles=handles, ncols=columns, frameon=False, fontsize=7, handlelength=2.4, columnspacing=1.5, **place)


class _Strip:
    """One panel at several frames: how much room it needs, and how it is drawn."""

    def __init__(self, panel: Panel, trace: Trace, frames: Sequence[int]) -> None:
        self.panel, self.trace = panel, trace
        self.moments = [Moment(trace, t) for t in frames]
        now = self.moments[-1]
        marks = visible(panel, now)
        self.alone = next((mark for mark in marks if isinstance(mark, Matrix | Graph)), None)
        self.maps = [mark for mark in marks if isinstance(mark, Heatmap)]
        self.handles = [handle for mark in marks for handle in _samples(mark, now)]
        self.left = EDGE if self.alone or panel.y is None else 0.66
        self.right = EDGE + (0.72 if self.maps else 0)
        room = WIDTH - self.left - self.right - GAP * (len(frames) - 1)
        self.cell = min(room / len(frames), WIDEST if not isinstance(self.alone, Graph) else WIDTH)
        self.width = self.left + self.right + GAP * (len(frames) - 1) + self.cell * len(frames)
        self.tall = self._axes_height(now)
        self.titles = textwrap.wrap(panel.title, int(self.width / 0.085)) or [""]
        self.foot = self._foot()
        wide = max((0.55 + width_of(str(handle.get_label()), 7) for handle in self.handles), default=1.0)
        self.columns = max(1, min(len(self.handles), int((self.width - self.left) / wide)))
        lines = -(-len(self.handles) // self.columns)
        self.below = self.foot + 0.16 * lines + 0.17

    @property
    def head(self) -> float:
        """Room above the axes, for the panel's title and the names of the frames."""
        return 0.17 * len(self.titles) + 0.2

    @property
    def height(self) -> float:
        return self.head + self.tall + self.below

    def _axes_height(self, now: Moment) -> float:
        """How tall the axes are, in inches, that are `cell` wide."""
        panel = self.panel
        if panel.square and panel.x is not None and panel.y is not None:
            (left, right), (bottom, top) = now.span(panel.x.range), now.span(panel.y.range)
            return min(max(self.cell * (top - bottom) / (right - left), 0.9), 1.5 * self.cell)
        if isinstance(self.alone, Graph):
            return graph_height(self.alone, self.cell * panel.height)
        return min(max(self.cell * panel.height, 1.15), 4.0)

    def _foot(self) -> float:
        """Room below the axes, for ticks and the label."""
        bars = next((mark for mark in self.panel.marks if isinstance(mark, Bars)), None)
        if bars is not None:
            self.slanted = sum(width_of(name, 6.5) + 0.06 for name in bars.names) > self.cell
            return 0.2 if not self.slanted else 0.12 + 0.75 * max(width_of(name, 6.5) for name in bars.names)
        if self.alone:
            return 0.16 if isinstance(self.alone, Graph) else 0.04
        return 0.4 if self.panel.x is not None else 0.22

    def draw(self, page: _Page, top: float) -> None:
        """Draw the panel's title, its frames, and what its colours and markers mean."""
        page.text(EDGE, top, "\n".join(self.titles), va="top", fontsize=8, weight="bold")
        top += self.head
        for i, now in enumerate(self.moments):
            left = self.left + i * (self.cell + GAP)
            axes = page.axes(left, top, self.cell, self.tall)
            page.text(left + self.cell / 2, top - 0.05, self.trace.name(now.t), ha="center", va="bottom", fontsize=7.5)
            self._draw_moment(axes, now, first=i == 0)
        middle = self.left + (self.width - self.left - self.right) / 2
        if self.panel.x is not None and not self.alone:
            page.text(middle, top + self.tall + self.foot - 0.05, self.panel.x.label, ha="center", va="bottom")
        if self.panel.y is not None and not self.alone:
            label = textwrap.fill(self.panel.y.label, max(12, int(self.tall / 0.062)))
            page.text(EDGE - 0.02, top + self.tall / 2, label, rotation=90, ha="left", va="center", multialignment="center")
        self._color_bars(page, top)
        if self.handles:
            page.legend(self.left, top + self.tall + self.foot + 0.06, self.handles, self.columns)

    def _draw_moment(self, axes: Any, now: Moment, first: bool) -> None:
        if self.alone is not None:
            axes.set_axis_off()
            draw: Any = draw_matrix if isinstance(self.alone, Matrix) else draw_graph
            draw(axes, self.alone, now, (self.cell, self.tall))
            return
        bars = next((mark for mark in self.panel.marks if isinstance(mark, Bars)), None)
        _prepare(axes.xaxis, axes.set_xlim, self.panel.x, now, 5)
        _prepare(axes.yaxis, axes.set_ylim, self.panel.y, now, max(3, int(self.tall / 0.3)))
        if bars is not None:
            axes.set_xlim(0, len(bars.names))
            axes.xaxis.grid(False)
            look = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if self.slanted else {}
            axes.set_xticks([i + 0.5 for i in range(len(bars.names))], bars.names, **look)
        if not first:
            axes.tick_params(axis="y", labelleft=False)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        limits = (axes.get_xlim(), axes.get_ylim())
        canvas = Canvas(axes, self.panel, now)
        for mark in visible(self.panel, now):
            DRAW[type(mark)](canvas, mark)
            axes.set(xlim=limits[0], ylim=limits[1])

    def _color_bars(self, page: _Page, top: float) -> None:
        """What the colours of the heat maps mean, at the right."""
        for i, mark in enumerate(self.maps):
            tall = self.tall / len(self.maps)
            axes = page.axes(self.width - self.right + 0.12, top + i * tall, 0.1, tall - (0.12 if len(self.maps) > 1 else 0))
            low, high = self.moments[-1].span(mark.range)
            axes.imshow([[part / 255] for part in range(256)], origin="lower", extent=(0, 1, low, high), aspect="auto",
                        cmap=palette(mark.palette, mark.opacity))  # fmt: skip
            axes.set_xticks([])
            axes.tick_params(left=False, right=True, labelleft=False, labelright=True)
            axes.set_yticks([low, (low + high) / 2, high], [number_text(each) for each in (low, (low + high) / 2, high)])
            label = textwrap.fill(mark.label, max(14, int(tall / 0.058)))
            page.text(self.width - 0.03, top + (i + 0.5) * tall, label, rotation=90, ha="right", va="center", fontsize=6.5)


def _prepare(ticks: Any, set_range: Any, axis: Axis | None, now: Moment, most: int) -> None:
    """Set an axis up: from where to where, with round numbers."""
    set_range(*(now.span(axis.range) if axis is not None else (0, 1)))
    if axis is None:
        ticks.set_ticks([])
    else:
        ticks.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
        ticks.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))


def _samples(mark: Any, now: Moment) -> list[Any]:
    """What a mark looks like, for the legend; nothing if it has no label."""
    found: list[Any] = []
    if isinstance(mark, Points) and mark.classes is not None and now.has(mark.classes):
        found += [Line2D([], [], **spot(of_class(mark, i)), label=name) for i, name in enumerate(mark.class_names)]
    elif isinstance(mark, Line | Points | Segments | Rule) and mark.label:
        line = stroke(mark) if not isinstance(mark, Points) else {}
        point = spot(mark) if isinstance(mark, Points) or (isinstance(mark, Line) and mark.marker != "none") else {}
        found.append(Line2D([], [], **{**point, **line}, label=mark.label))
    elif isinstance(mark, Bars) and mark.label:
        found.append(Patch(facecolor=COLORS[mark.color], label=mark.label))
        if mark.ghosts is not None and now.has(mark.ghosts):
            found.append(Patch(fill=False, edgecolor=COLORS["grey"], linestyle=DASHES["dashed"], label="ours"))
    if isinstance(mark, Points) and mark.ring_label and now.has(mark.ring):
        found.append(Line2D([], [], **ring(mark), label=mark.ring_label))
    return found
