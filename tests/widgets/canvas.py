"""A page on which single panels are drawn, without the rest of a widget, and what the tests ask of it."""

import base64
import contextlib
import itertools
import json

import numpy as np

from dlteach.traces.trace import Trace
from dlteach.widgets.module import BROWSER
from dlteach.widgets.view import Axis, Bars, Edge, Graph, Heatmap, Line, Matrix, Node, Panel, Points, Rule, Segments, View

STYLE = (BROWSER / "style.css").read_text(encoding="utf-8")
DRAWING = "\n".join((BROWSER / part).read_text(encoding="utf-8") for part in ("data.js", "draw.js", "marks.js", "graph.js"))
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Marks</title><style>body {{ margin: 0; }} {theme} {style}</style>
<body data-jp-theme-light="{light}"><div class="dlteach-widget" id="root"><canvas id="canvas"></canvas></div>
<script type="module">{drawing}
Object.assign(window, {{ unpack, text, themeOf, drawPanel, hitAt, shades, readable, ticks, mix, rgb, CLASSES }});
window.bytesOf = (base64) => new DataView(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
window.written = []; // every text, with the box that it fills on the canvas
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (string, x, y) {{
  const size = this.measureText(string), up = this.getTransform();
  const corners = [
    [x - size.actualBoundingBoxLeft, y - size.actualBoundingBoxAscent],
    [x + size.actualBoundingBoxRight, y + size.actualBoundingBoxDescent],
  ].map((corner) => new DOMPoint(...corner).matrixTransform(up)).map((at) => [at.x / devicePixelRatio, at.y / devicePixelRatio]);
  const [xs, ys] = [0, 1].map((i) => corners.map((corner) => corner[i]).sort((a, b) => a - b));
  if (string) written.push({{ text: string, color: this.fillStyle, font: this.font, box: [xs[0], ys[0], xs[1], ys[1]] }});
  fillText.call(this, string, x, y);
}};
window.ready = true;
</script></body></html>"""

THEMES = {
    "light": ":root { --jp-layout-color0: #fff; --jp-content-font-color1: rgba(0,0,0,.87); }",
    "dark": ":root { --jp-layout-color0: #111; --jp-content-font-color1: #fff; }",
}


class Drawing:
    """A page on which panels are drawn."""

    def __init__(self, page):
        self.page, self.errors = page, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def draw(self, trace, panel, t=0, width=400):
        """Draw a panel (of a view, so that it goes the way it goes in a widget); what `drawPanel` says, without the functions."""
        layout, data = trace.pack()
        plain = View(title="", panels=(panel,)).as_json()["panels"][0]
        self.page.evaluate(
            """([layout, data, panel]) => {
                Object.assign(window, { panel, recording: unpack(layout, bytesOf(data)) });
                canvas.removeAttribute("style");
            }""",
            [layout, base64.b64encode(data).decode(), json.loads(json.dumps(plain))],
        )
        return self.again(t, width)

    def again(self, t, width=400):
        """Draw the same panel at another frame, or as wide as this."""
        return self.page.evaluate(
            """([t, width]) => {
                for (const time of [1, 2]) { // the second time its height is known
                    written.length = 0;
                    window.drawn = drawPanel(canvas, panel, recording, t, themeOf(root), width);
                }
                return { area: drawn.area, height: drawn.height, texts: written, hits: drawn.hits.map((hit) => ({ ...hit })) };
            }""",
            [t, width],
        )

    def js(self, code, argument=None):
        """The value of an expression; an array comes as a list."""
        return self.page.evaluate(code, argument)

    def place(self, x, y):
        """Numbers on the axes to pixels."""
        return self.js("([x, y]) => drawn.toPixels(x, y)", [x, y])

    def hit(self, px, py):
        """What is said of a place on the canvas."""
        return self.js("([x, y]) => hitAt(drawn, x, y)?.text ?? null", [px, py])

    def hit_at(self, x, y):
        """What is said of a place on the axes."""
        return self.hit(*self.place(x, y))

    def color(self, px, py):
        """The colour of a place on the canvas."""
        return self.js(
            "([x, y]) => [...canvas.getContext('2d').getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data].slice(0, 3)",
            [px, py],
        )

    def color_at(self, x, y):
        """The colour of a place on the axes."""
        return self.color(*self.place(x, y))

    def theme(self, name):
        """A colour of the theme."""
        return self.js("(name) => rgb(themeOf(root)[name])", name)

    def looks(self, name, x, y, reach=0):
        """Whether a place on the axes, or one up to `reach` pixels around it, has a colour of the theme."""
        px, py = self.place(x, y)
        around = range(-reach, reach + 1)
        return any(np.abs(np.subtract(self.color(px + i, py + j), self.theme(name))).max() < 40 for i in around for j in around)


@contextlib.contextmanager
def drawings(chromium):
    """Open pages to draw on: `drawing(theme="dark", scale=2)`. None of them may fail."""
    contexts, opened = [], []

    def drawing(theme="light", scale=1):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, device_scale_factor=scale, color_scheme=theme, offline=True)
        contexts.append(context)
        context.set_default_timeout(10_000)
        opened.append(Drawing(context.new_page()))
        page = opened[-1].page
        page.set_content(PAGE.format(theme=THEMES[theme], style=STYLE, light=str(theme == "light").lower(), drawing=DRAWING))
        page.wait_for_function("window.ready")
        return opened[-1]

    yield drawing
    for context in contexts:
        context.close()
    assert [error for each in opened for error in each.errors] == []


def trace(frames=None, fixed=None, length=1):
    """A trace of which only the arrays matter."""
    return Trace(frames=frames or {}, fixed=fixed or {}, sentences=["."] * length, caption=".")


def axes(*marks, x=(0, 10), y=(0, 10), **more):
    """A panel with two axes."""
    return Panel(title="Panel", marks=marks, x=Axis(label="place", range=x), y=Axis(label="height", range=y), **more)


def luminance(rgb):
    """The light a colour gives, 0 to 1 (WCAG 2.2)."""
    part = np.asarray(rgb, dtype=float) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def contrast(a, b):
    """WCAG's contrast of two colours, 1 to 21."""
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def cielab(rgb):
    """CIE L*a*b* (D65) of colours `(…, 3)` from 0 to 255."""
    part = np.asarray(rgb, dtype=float) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / to_xyz.sum(axis=1)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def confusion(**more):
    """A confusion matrix."""
    return Matrix(values="cm", rows=("healthy", "sick"), columns=("healthy", "sick"), row_title="true", column_title="predicted", **more)


NODES = (
    Node(id="x", label="x\n2", x=0, y=2),
    Node(id="w", label="w\n−3", x=0, y=0),
    Node(id="z", label="z", x=1, y=1),
    Node(id="a", label="ReLU", x=2, y=1),
    Node(id="loss", label="loss", x=3, y=1),
)
EDGES = tuple(Edge(source=source, target=target) for source, target in (("x", "z"), ("w", "z"), ("z", "a"), ("a", "loss")))
NAN = np.nan
PASSES = {
    "forth": np.array([[2, -3, NAN, NAN], [2, -3, 1.5, 1.5]]),
    "back": np.array([[NAN] * 4, [NAN, NAN, -0.73, 1]]),
    "ours": np.array([[NAN] * 4, [NAN, NAN, -0.73, 0.5]]),
    "active": np.array([[1, 0, 0, 0], [0, 0, 0, -1]]),
    "busy": np.array([[0, 0, 1, 0, 0], [0, 0, 0, 1, 0]]),
}
BACKPROPAGATION = Panel(
    title="Back-propagation",
    marks=(
        Graph(nodes=NODES, edges=EDGES, above="forth", below="back", ghost_below="ours", active="active", active_nodes="busy", digits=2),
    ),
)


ROWS, COLUMNS = 20, 40
ACROSS = (np.arange(COLUMNS) + 0.5) / COLUMNS * 10
UP = (np.arange(ROWS) + 0.5) / ROWS * 10


def everything():
    """A trace, and panels with every mark."""
    frames = 12
    t = np.arange(frames)
    rng = np.random.default_rng(0)
    x = 3.2 * 0.7**t * np.where(t % 2, -1, 1)
    nodes, edges = layered(2, 5, 5, 1)
    curve = np.linspace(-4, 4, 50)
    recorded = Trace(
        frames={
            **{name: np.repeat(numbers[-1:], frames, axis=0) for name, numbers in PASSES.items()},
            **{"x": x, "y": x**2 / 2, "loss": 1 / (1 + t), "far": 1e3 * t, "w": rng.normal(size=(frames, len(edges)))},
        },
        fixed={
            **{"cx": curve, "cy": curve**2 / 2, "zero": 0.0},
            **{"z": ACROSS[None, :] ** 2 / 6 + UP[:, None] ** 2 / 9, "maps": rng.uniform(-1, 1, (len(nodes), 6, 6))},
            **{"px": rng.normal(size=40), "py": rng.normal(size=40) + 4, "class": np.arange(40) % 4, "wrong": np.arange(40) % 9 == 0},
            **{"p": rng.dirichlet(np.ones(10)), "q": rng.dirichlet(np.ones(10)), "few": np.array([0.2, 0.8])},
            **{"cm": np.array([[150, 4], [16, 30]]), "cm10": rng.integers(0, 2000, (10, 10))},
        },
        sentences=[str(i) for i in t],
        caption="All marks.",
    )
    network = Panel(title="A network", height=0.5, marks=(Graph(nodes=nodes, edges=edges, weights="w", maps="maps"),))
    return recorded, (*with_axes(), *tables(), BACKPROPAGATION, network)


def layered(*layers):
    """The nodes and the edges of a network."""
    nodes, edges = [], []
    for layer, units in enumerate(layers):
        for unit in range(units):
            label = f"x{unit + 1}" if layer == 0 else ""
            nodes.append(Node(id=f"{layer}.{unit}", label=label, x=layer, y=units / 2 - unit, map=len(nodes)))
    for layer, (units, more) in enumerate(itertools.pairwise(layers)):
        edges += [Edge(source=f"{layer}.{a}", target=f"{layer + 1}.{b}") for a in range(units) for b in range(more)]
    return tuple(nodes), tuple(edges)


def with_axes():
    """Panels for all marks that stand on axes."""
    place, height = Axis(label="place x (in some unit)", range=(-4, 4)), Axis(label="height above the sea (metres)", range=(0, 9))
    way = (
        Line(x="cx", y="cy", label="the curve", color="ink"),
        Line(x="x", y="y", label="the way", marker="circle"),
        Line(x="cx", y="cy", label="ours", ghost=True),
        Segments(x0="x", y0="y", x1="zero", y1="loss", label="to the top", arrow=True),
        Rule(at="loss", axis="y", label="limit", dash="dotted"),
        Points(x="far", y="loss", label="far away", color="purple"),
    )
    kinds = ("setosa", "versicolor", "virginica", "other")
    surface = (
        Heatmap(values="z", range=(0, 25), label="mean squared error over all samples", contours=(2, 5, 10, 20), opacity=0.9),
        Points(x="px", y="py", classes="class", class_names=kinds, ring="wrong", ring_label="wrongly told"),
    )
    return (
        Panel(title="A curve and the way down on it", x=place, y=height, marks=way),
        Panel(title="A surface, with lines of equal loss", x=place, y=height, square=True, marks=surface),
    )


def tables():
    """Panels with bars and matrices."""
    names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    part = Axis(label="probability", range=(0, 1))
    ten = Matrix(values="cm10", rows=names, columns=names, row_title="true class", column_title="predicted class")
    return (
        Panel(title="Probabilities", y=part, marks=(Bars(values="p", names=names, ghosts="q", label="yours"),)),
        Panel(title="Two", y=part, marks=(Bars(values="few", names=("the first one of two", "second"), color="green"),)),
        Panel(title="Ten classes", marks=(ten,)),
        Panel(title="Confusion matrix", marks=(confusion(names=("rightly let go", "false alarm", "missed", "found")),)),
    )
