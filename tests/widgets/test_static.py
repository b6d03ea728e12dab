"""The printed face of a widget: a picture of every mark wherever it is drawn, and the same in words."""

import base64
import io
import re
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib
import matplotlib.image
import numpy as np
import pytest

from dlteach.traces import Trace, in_bytes
from dlteach.widgets import static
from dlteach.widgets.module import BROWSER
from dlteach.widgets.static_marks import CIVIDIS, CLASSES, COLORS, number_text, palette
from dlteach.widgets.view import (
    Axis,
    Bars,
    Edge,
    Graph,
    Heatmap,
    Line,
    Matrix,
    Node,
    Panel,
    Points,
    Rule,
    Segments,
    View,
)  # fmt: skip
from tests.widgets import samples

T = 9
SIDE = Axis(label="width (m)", range=(0, 1)), Axis(label="height (m)", range=(0, 1))
NODES = (Node(id="a", label="a", x=0, y=0), Node(id="b", label="times two", x=1, y=0), Node(id="c", label="c", x=2, y=1))
EDGES = (Edge(source="a", target="b"), Edge(source="b", target="c"))
RAMP = np.linspace(0, 1, T)
FRAMES = {
    "x": RAMP,
    "y": RAMP**2,
    "ghost_y": RAMP**3,
    "row": np.tile(np.linspace(0, 1, 5), (T, 1)),
    "grid": in_bytes(np.random.default_rng(0).random((T, 6, 6)), 0, 1),
    "bars": np.stack([RAMP, 1 - RAMP], axis=1),
    "ghost_bars": np.stack([1 - RAMP, RAMP], axis=1),
    "table": np.arange(T * 4).reshape(T, 2, 2),
    "above": np.stack([RAMP, np.full(T, np.nan)], axis=1),
    "below": -np.stack([RAMP, RAMP], axis=1),
    "ghost_below": -np.stack([RAMP + 1, RAMP], axis=1),
    "active": np.stack([np.ones(T), -np.ones(T)], axis=1),
    "weights": np.stack([RAMP - 2, RAMP + 1], axis=1),
    "maps": np.random.default_rng(1).normal(size=(T, 1, 4, 4)),
}
FIXED = {"half": 0.5, "classes": [0, 1, 0, 2, 1], "ring": [0, 0, 1, 0, 1], "shade": [[1, 0], [0.5, 0.2]], "lit": [0, 1, 0]}


def trace(length=T, **more):
    frames = {name: array if length == T else array[:length] for name, array in FRAMES.items() if length == T or name != "grid"}
    sentences = [f"At step {t} it is {t / 8:.2f} <high>." for t in range(length)]
    return Trace(frames, sentences, 'From "low" to high & on.', FIXED, **{"key_frames": (1, length - 2), **more})


def panel(*marks, axes=SIDE, **more):
    return Panel(title="A picture", marks=marks, x=axes[0], y=axes[1], **more)


def view(*panels, title="What it is"):
    return View(title=title, panels=panels)


def pixels(picture):
    return matplotlib.image.imread(io.BytesIO(picture))[..., :3]


def drawn(*marks, recorded=None, **more):
    return pixels(static.filmstrip(recorded or trace(), view(panel(*marks, **more))))


def has_color(image, name, least=6):
    """Are there dots of one of our colours, within what 32 levels of each can say?"""
    wanted = np.array(matplotlib.colors.to_rgb(COLORS[name]))
    return int((np.abs(image - wanted).max(axis=2) < 0.03).sum()) >= least


NO_AXES = (None, None)
MARKS = {
    "line": (Line(x="x", y="y", color="blue"), SIDE, "blue"),
    "line with markers": (Line(x="x", y="y", color="purple", marker="square"), SIDE, "purple"),
    "points": (Points(x="row", y="row", color="green", marker="star"), SIDE, "green"),
    "points of classes": (Points(x="row", y="row", classes="classes", class_names=("no", "yes", "who knows")), SIDE, "orange"),
    "points with rings": (Points(x="row", y="row", ring="ring", color="blue"), SIDE, "ink"),
    "segments": (Segments(x0="row", y0="half", x1="row", y1="row", color="orange"), SIDE, "orange"),
    "arrows": (Segments(x0="half", y0="half", x1="x", y1="y", arrow=True, color="purple"), SIDE, "purple"),
    "upright rule": (Rule(at="x", axis="x", color="green"), SIDE, "green"),
    "level rule": (Rule(at="half", axis="y", color="orange"), SIDE, "orange"),
    "heat map": (Heatmap(values="grid", range=(0, 1), label="how warm", contours=(0.5,)), SIDE, "paper"),
    "bars": (Bars(values="bars", names=("first", "second"), color="blue"), (None, SIDE[1]), "blue"),
    "matrix": (
        Matrix(values="table", rows=("no", "yes"), columns=("no", "yes"), shade="shade", names=("a", "b", "c", "d")), NO_AXES, "ink",
    ),
    "graph": (Graph(nodes=NODES, edges=EDGES, above="above", below="below", active="active", active_nodes="lit"), NO_AXES, "orange"),
    "graph of weights": (Graph(nodes=NODES, edges=EDGES, weights="weights"), NO_AXES, "orange"),
    "graph with maps": (
        Graph(nodes=(*NODES[:2], Node(id="c", label="c", x=2, y=1, map=0)), edges=EDGES, weights="weights", maps="maps"), NO_AXES, "purple",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MARKS)
def test_every_mark_is_drawn_in_its_colour(name):
    mark, axes, color = MARKS[name]
    image = drawn(mark, axes=axes)
    empty = drawn(axes=axes)
    assert has_color(image, color)
    assert image.shape != empty.shape or np.abs(image - empty).max() > 0.2


GHOSTS = {
    "line": (Line(x="x", y="ghost_y", ghost=True), {"x": RAMP, "missing": RAMP}, SIDE),
    "points": (Points(x="x", y="ghost_y", ghost=True), {"x": RAMP}, SIDE),
    "segments": (Segments(x0="half", y0="half", x1="x", y1="ghost_y", ghost=True), {"x": RAMP}, SIDE),
    "heat map": (Heatmap(values="grid", range=(0, 1), label="how warm"), {"x": RAMP}, SIDE),
    "rule": (Rule(at="y", axis="x"), {"x": RAMP}, SIDE),
}


@pytest.mark.parametrize("name", GHOSTS)
def test_a_mark_whose_arrays_are_missing_is_not_drawn(name):
    mark, frames, axes = GHOSTS[name]
    missing = Trace(frames, ["a"] * T, "c", {"half": 0.5})
    assert np.array_equal(drawn(mark, recorded=missing, axes=axes), drawn(recorded=missing, axes=axes))
    assert not np.array_equal(drawn(mark, axes=axes), drawn(axes=axes))


@pytest.mark.parametrize(
    ("with_ghost", "array"),
    [
        (Bars(values="bars", names=("first", "second"), ghosts="ghost_bars"), "ghost_bars"),
        (Graph(nodes=NODES, edges=EDGES, above="above", below="below", ghost_below="ghost_below"), "ghost_below"),
    ],
)
def test_ours_beside_the_learners_is_drawn_where_it_is_there(with_ghost, array):
    axes = (None, SIDE[1]) if isinstance(with_ghost, Bars) else NO_AXES
    without = Trace({name: values for name, values in FRAMES.items() if name != array}, ["a"] * T, "c", FIXED)
    assert not np.array_equal(drawn(with_ghost, axes=axes), drawn(with_ghost, recorded=without, axes=axes))


def test_a_history_grows_and_only_points_forget():
    first, last = (Trace(FRAMES, ["a"] * T, "c", FIXED, key_frames=(t,)) for t in (1, T - 1))
    for mark, more in ((Line(x="x", y="y", color="blue"), True), (Points(x="x", y="y", color="blue"), False)):
        counts = [
            int((np.abs(drawn(mark, recorded=each) - matplotlib.colors.to_rgb(COLORS["blue"])).max(axis=2) < 0.03).sum())
            for each in (first, last)
        ]
        assert (counts[1] > 2 * counts[0]) is more
        assert counts[0] > 6


def test_there_is_a_picture_for_each_key_frame_and_a_row_for_each_panel():
    def size(panels, key_frames):
        return pixels(static.filmstrip(trace(key_frames=key_frames), view(*[panel(MARKS["line"][0])] * panels))).shape[:2]

    assert size(2, (0, 4, 8))[0] > 1.8 * size(1, (0, 4, 8))[0]
    assert size(1, (0, 4))[1] > 1.6 * size(1, (0,))[1]
    assert size(1, (0, 2, 4, 8))[1] <= static.WIDTH * static.DOTS + 1
    assert size(1, tuple(range(8)))[0] > 1.5 * size(1, (0, 2, 4, 8))[0]


WILD = {
    "nan": np.full(T, np.nan),
    "infinite": np.array([0.1, np.inf, -np.inf, np.nan, 0.5, np.inf, 0.2, -np.inf, np.inf]),
    "huge": 10.0 ** np.arange(0, 36, 4) * (-1) ** np.arange(T),
    "constant": np.zeros(T),
}


@pytest.mark.parametrize("name", WILD)
@pytest.mark.filterwarnings("error")
def test_numbers_that_cannot_be_drawn_are_left_out(name):
    wild = WILD[name].astype(np.float32)
    frames = {"x": RAMP, "w": wild, "row": np.tile(wild, (T, 1)), "grid": np.tile(wild, (T, T, 1)), "span": np.tile(wild[:2], (T, 1))}
    recorded = Trace(
        {**frames, "edges": frames["row"][:, :2], "table": frames["row"][:, :4].reshape(T, 2, 2)}, ["a"] * T, "c", {"half": 0.5}
    )
    marks = (
        Line(x="x", y="w", marker="circle"), Points(x="row", y="row", ring="row", classes="row", class_names=("a",)), Points(x="w", y="x"),
        Segments(x0="x", y0="w", x1="w", y1="x", arrow=True), Segments(x0="row", y0="row", x1="half", y1="half"), Rule(at="w", axis="y"),
        Heatmap(values="grid", range="span", label="l", contours="row"),
    )  # fmt: skip
    bars = Panel(title="b", y=Axis(label="y", range="span"), marks=(Bars(values="row", names=tuple("abcdefghi"), ghosts="row"),))
    table = Panel(title="t", marks=(Matrix(values="table", rows=("a", "b"), columns=("a", "b"), shade="table"),))
    graph = Panel(title="g", marks=(Graph(nodes=NODES, edges=EDGES, above="edges", below="edges", ghost_below="edges", active="edges"),))
    weights = Panel(title="w", marks=(Graph(nodes=NODES, edges=EDGES, weights="edges"),))
    picture = static.filmstrip(recorded, view(panel(*marks, axes=(SIDE[0], Axis(label="y", range="span"))), bars, table, graph, weights))
    assert picture.startswith(b"\x89PNG")


def test_the_readers_settings_change_nothing_and_are_left_as_they_are():
    plain = static.filmstrip(trace(), view(panel(MARKS["heat map"][0], MARKS["line"][0])))
    settings = {"font.size": 30, "axes.facecolor": "black", "lines.linewidth": 9, "savefig.dpi": 20, "figure.constrained_layout.use": True}
    with matplotlib.rc_context({**settings, "text.usetex": False, "axes.prop_cycle": matplotlib.cycler(color="r")}):
        before = dict(matplotlib.rcParams)
        assert static.filmstrip(trace(), view(panel(MARKS["heat map"][0], MARKS["line"][0]))) == plain
        assert dict(matplotlib.rcParams) == before


def test_it_needs_no_display_no_pyplot_and_no_backend():
    code = (
        "import sys, matplotlib; from dlteach.widgets import static; from tests.widgets import samples; w = samples.descent();"
        "backend = matplotlib.rcParams._get_backend_or_none(); png = static.filmstrip(w.trace, w.view);"
        "print(png[:4] == b'\\x89PNG', 'matplotlib.pyplot' in sys.modules, backend == matplotlib.rcParams._get_backend_or_none())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"MPLBACKEND": "", "PATH": "/usr/bin", "HOME": "/tmp"}
    )
    assert done.stdout.split() == ["True", "False", "True"], done.stderr


def test_dollars_and_angles_in_labels_are_themselves():
    strange = r"price $x_{1} \frac{ <b>&"
    axes = (Axis(label=strange, range=(0, 1)), Axis(label=strange, range=(0, 1)))
    marks = (Line(x="x", y="y", label=strange), Heatmap(values="grid", range=(0, 1), label=strange))
    static.filmstrip(trace(), View(title=strange, panels=(Panel(title=strange, marks=marks, x=axes[0], y=axes[1]),)))
    told = parsed(static.figure_html(trace(), View(title=strange, panels=()), b"x"))
    assert strange in told.image["alt"]


def test_it_is_light_enough_for_a_notebook():
    made = samples.descent()
    assert len(static.filmstrip(made.trace, made.view)) <= 150 * 1024


class parsed(HTMLParser):
    """What a browser makes of a figure."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.image, self.said = [], {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "img":
            self.image = dict(attributes)

    def handle_data(self, data):
        self.said += data


def test_the_figure_has_picture_text_and_caption_and_loads_nothing():
    recorded = trace(remark='Yours parts at <step 3> & "more".')
    picture = static.filmstrip(recorded, view(panel(MARKS["line"][0])))
    text = static.figure_html(recorded, view(panel(MARKS["line"][0])), picture)
    found = parsed(text)
    assert found.tags == ["figure", "img", "figcaption"]
    assert found.said == 'From "low" to high & on. Yours parts at <step 3> & "more".'
    assert found.image["alt"] == static.alt_text(recorded, view(panel(MARKS["line"][0])))
    assert base64.b64decode(found.image["src"].removeprefix("data:image/png;base64,")) == picture
    assert re.findall(r"https?:|url\(|<script", text) == []


def test_the_text_says_the_title_what_is_shown_and_each_key_frame():
    table = Panel(title="Counts", marks=(MARKS["matrix"][0],))
    assert static.alt_text(trace(step="epoch", key_frames=(0, 8)), view(panel(MARKS["line"][0]), table)) == (
        "What it is. A picture: width (m) across, height (m) up. Counts. "
        "Epoch 0: At step 0 it is 0.00 <high>. Epoch 8: At step 8 it is 1.00 <high>."
    )


def test_a_sentence_that_begins_with_its_frame_is_not_told_so_twice():
    recorded = Trace({}, ["Step 0: the start.", "Then step 1."], "c")
    assert static.alt_text(recorded, view()) == "What it is. Step 0: the start. Step 1: Then step 1."


def test_the_picture_is_made_when_the_widget_is_shown_and_never_while_it_is_used(monkeypatch):
    made = []
    monkeypatch.setattr(static, "filmstrip", lambda *_: made.append(1) or b"picture")
    widget = samples.descent()
    widget.set(lr=0.3)
    widget.set_state({"params": {**widget.params, "lr": 0.1}, "_request": 1})
    assert made == []
    bundle, _ = widget._repr_mimebundle_(include=None, exclude=None)
    assert made == [1]
    assert base64.b64decode(bundle["image/png"]) == b"picture"
    assert bundle["text/html"].startswith("<figure")
    assert bundle["text/plain"] == "Down the parabola. At step 0, x is 4.00 and the loss is 8.00."


def test_if_the_picture_cannot_be_made_the_live_widget_shows_all_the_same(monkeypatch):
    def fail(*_):
        raise RuntimeError("no picture today")

    monkeypatch.setattr(static, "filmstrip", fail)
    widget = samples.descent()
    bundle, _ = widget._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/plain"}
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id


def test_colours_and_markers_are_those_of_the_browser():
    style = (BROWSER / "style.css").read_text(encoding="utf-8")
    for name, color in COLORS.items():
        found = re.search(rf"--dlteach-{name}: (?:var\([\w-]+, )?(#\w+)", style)[1]
        assert matplotlib.colors.to_hex(found) == color, name
    marks = "".join((BROWSER / part).read_text(encoding="utf-8") for part in ("draw.js", "marks.js"))
    stops = re.search(r"= (\[\[\d+, \d+, \d+\].*?\]\])", marks)[1]
    assert eval(stops) == [list(stop) for stop in CIVIDIS]
    assert eval(re.search(r"CLASSES = (\[\[.*?\]\])", marks)[1]) == [list(each) for each in CLASSES]


def test_a_diverging_palette_has_paper_in_its_middle_and_opacity_brings_colours_nearer_to_it():
    assert np.allclose(palette("diverging")(0.5)[:3], 1, atol=0.03)
    for name in ("diverging", "sequential"):
        full, half = (np.array(palette(name, opacity)(0.0)[:3]) for opacity in (1, 0.5))
        assert np.allclose(1 - half, (1 - full) / 2)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-1.25, 2, "−1.25"), (0, None, "0"), (np.inf, None, "∞"), (-np.inf, 2, "−∞"), (np.nan, 3, "–"),
        (1.2e9, 2, "1.2e9"), (-1.2e-7, 3, "−1.2e−7"),
        (0.1 + 0.2, None, "0.3"), (1234.56, None, "1234.6"), (2.0, 0, "2"), (0.0004, 2, "4e−4"), (100000.0, None, "100000"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_readers(value, digits, text):
    assert number_text(value, digits) == text
