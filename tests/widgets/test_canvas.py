"""A panel as a whole: the numbers that come from Python, the axes, the colours, and that nothing covers anything at any width."""

import base64
import itertools
import re

import numpy as np
import pytest

from dlteach.traces.trace import in_bytes
from dlteach.widgets.view import Axis, Heatmap, Panel, Points
from tests.widgets.canvas import DRAWING, NODES, PAGE, STYLE, THEMES, Drawing, axes, cielab, contrast, drawings, everything, trace


@pytest.fixture
def drawing(chromium):
    """Open a page to draw on."""
    with drawings(chromium) as drawing:
        yield drawing


@pytest.mark.parametrize("skip", [0, 1, 2, 3, 5])
def test_the_bytes_may_begin_anywhere_in_a_larger_message(drawing, skip):
    page = drawing()
    layout, data = trace({"x": np.arange(6.0).reshape(3, 2)}, {"y": 1.5}, length=3).pack()
    code = """([layout, data, skip]) => {
        const whole = bytesOf(data), far = new Uint8Array(skip + whole.byteLength + 7);
        far.set(new Uint8Array(whole.buffer), skip);
        const recording = unpack(layout, new DataView(far.buffer, skip, whole.byteLength));
        return [[...recording.at("x", 1)], recording.number("y", 2)];
    }"""
    assert page.js(code, [layout, base64.b64encode(data).decode(), skip]) == [[2, 3], 1.5]


def test_a_recording_gives_its_arrays_frame_by_frame(drawing):
    page = drawing()
    loss = np.array([4.0, 2.0, 1.0])
    picture = np.linspace(-1, 1, 12).reshape(3, 2, 2)
    page.draw(trace({"loss": loss, "picture": in_bytes(picture)}, {"data": np.ones((5, 2))}, length=3), axes())
    assert page.js("[recording.frames, recording.caption, recording.sentences.length]") == [3, ".", 3]
    assert page.js("['loss', 'nothing', null].map(recording.has)") == [True, False, False]
    assert page.js("['loss', 'data'].map(recording.each)") == [True, False]
    assert page.js("['loss', 'picture', 'data'].map(recording.shape)") == [[], [2, 2], [5, 2]]
    assert page.js("[...recording.history('loss', 1)]") == [4, 2]
    assert page.js("[recording.number('loss', 2), recording.number('data', 1)]") == [1, 1]
    np.testing.assert_allclose(page.js("[...recording.at('picture', 2)]"), picture[2].ravel(), atol=2 / 510 + 1e-6)


@pytest.mark.parametrize(
    ("number", "digits", "shown"),
    [
        ("-1.25", 2, "−1.25"),
        ("-1.25", 0, "−1"),
        ("0", 3, "0.000"),
        ("-0", 1, "0.0"),
        ("NaN", 2, "–"),
        ("Infinity", 2, "∞"),
        ("-Infinity", 2, "−∞"),
        ("1.2e9", 2, "1.2e9"),
        ("-1.2e-7", 2, "−1.2e−7"),
        ("0.004", 2, "0.004"),
        ("Math.fround(3.2)", None, "3.2"),
        ("Math.fround(10.24)", None, "10.24"),
        ("Math.fround(0.12)", None, "0.12"),
        ("1000", None, "1000"),
        ("-3", None, "−3"),
        ("0", None, "0"),
    ],
)
def test_a_number_is_written_without_lying(drawing_once, number, digits, shown):
    assert drawing_once.js(f"text({number}{'' if digits is None else f', {digits}'})") == shown


@pytest.fixture(scope="module")
def drawing_once(chromium):
    """One page for tests that only ask a function."""
    page = chromium.new_page()
    page.set_content(PAGE.format(theme=THEMES["light"], style=STYLE, light="true", drawing=DRAWING))
    page.wait_for_function("window.ready")
    yield Drawing(page)
    page.close()


@pytest.mark.parametrize("low", [0, -3.7, 12.1, -1e-3])
@pytest.mark.parametrize("length", [0.003, 0.9, 1, 3, 4.7, 10, 23, 70, 1e5, 3e7])
def test_ticks_are_round_and_four_to_seven(drawing_once, low, length):
    found = drawing_once.js("([low, high]) => ticks(low, high, 7)", [low, low + length])
    places = np.array([place for place, _ in found])
    assert 4 <= len(found) <= 7
    assert (places >= low - 1e-6 * length).all()
    assert (places <= low + length * (1 + 1e-6)).all()
    step = np.diff(places)
    np.testing.assert_allclose(step, step[0])
    assert min(abs(np.log10(step[0] / unit) % 1 - whole) for unit in (1, 2, 2.5, 5) for whole in (0, 1)) < 1e-6
    np.testing.assert_allclose(places / step[0], np.rint(places / step[0]), atol=1e-6)
    assert len({label for _, label in found}) == len(found)


def test_places_on_the_axes_and_on_the_canvas_are_the_same_both_ways(drawing):
    page = drawing()
    area = page.draw(trace(), axes(x=(-4, 4), y=(0, 1)))["area"]
    assert page.place(-4, 0) == pytest.approx([area["left"], area["top"] + area["height"]])
    assert page.place(4, 1) == pytest.approx([area["left"] + area["width"], area["top"]])
    for x, y in [(-1.5, 0.3), (3, 0.99), (7, -2)]:
        assert page.js("([x, y]) => drawn.toData(...drawn.toPixels(x, y))", [x, y]) == pytest.approx([x, y])


def test_a_range_may_be_the_name_of_an_array_and_change_from_frame_to_frame(drawing):
    page = drawing()
    area = page.draw(trace({"reach": np.array([[0, 1], [0, 100.0]])}, length=2), axes(x="reach"))["area"]
    assert page.place(1, 0)[0] == pytest.approx(area["left"] + area["width"])
    page.again(1)
    assert page.js("drawn.toData(drawn.area.left + drawn.area.width, 0)[0]") == pytest.approx(100)


def test_a_square_panel_has_one_scale(drawing):
    page = drawing()
    for width in (260, 700):
        page.draw(trace(), axes(x=(-2, 2), y=(0, 3), square=True), width=width)
        (x0, y0), (x1, y1) = page.place(0, 0), page.place(1, 1)
        assert x1 - x0 == pytest.approx(y0 - y1)


def test_the_canvas_has_a_dot_for_each_dot_of_the_screen(drawing):
    drawn = (page := drawing(scale=2)).draw(trace(), axes(), width=301)
    assert page.js("[canvas.width, canvas.height, canvas.style.width]") == [602, 2 * drawn["height"], "301px"]


def test_the_axes_say_what_they_show_and_the_title_is_broken_where_it_is_narrow(drawing):
    page = drawing()
    panel = Panel(title="A title of a good many words that say what is to be seen", marks=(), x=Axis(label="x (cm)", range=(0, 1)))
    wide, narrow = (page.draw(trace(), panel, width=width)["texts"] for width in (1200, 260))
    assert [each["text"] for each in wide if "title" in each["text"]] == [panel.title]
    assert sum("bold" in each["font"] for each in narrow) > 1
    assert "x (cm)" in [each["text"] for each in narrow]


def test_every_class_has_a_marker_of_its_own(drawing_once):
    markers = [marker for _, marker in drawing_once.js("CLASSES")]
    assert len(set(markers)) == len(markers) == 5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_palettes_go_evenly_from_dark_to_light(drawing, theme):
    page = drawing(theme)
    page.draw(trace(), axes())
    sequential = cielab(np.array(page.js("shades({ palette: 'sequential' })"))[:, :3])[:, 0]
    diverging = cielab(np.array(page.js("shades({ palette: 'diverging' })"))[:, :3])[:, 0]
    assert (np.diff(sequential) > 0).all()
    away = 1 if theme == "dark" else -1  # from the paper's colour in the middle
    assert (np.diff(diverging[:128]) * away < 0).all()
    assert (np.diff(diverging[128:]) * away > 0).all()
    assert np.ptp(sequential) > 70
    assert abs(diverging[0] - diverging[127]) > 35
    assert abs(diverging[255] - diverging[127]) > 35


# What is left of the colours for readers without one kind of cones (Machado, Oliveira and Fernandes 2009, severity 1), in linear light.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}


def seen(rgb, kind):
    """A colour as a reader with this colour blindness sees it."""
    part = np.asarray(rgb, dtype=float) / 255
    linear = np.clip(BLINDNESS[kind] @ np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4), 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def palettes():
    """The colours in the style sheet: light, dark for JupyterLab, dark for a page of its own."""
    found = re.findall(r"--dlteach-(blue|orange|green|purple):\s*#([0-9a-f]{3,6})\b", STYLE, flags=re.IGNORECASE)
    wide = [(name, code if len(code) == 6 else "".join(letter * 2 for letter in code)) for name, code in found]
    colors = [(name, tuple(int(code[i : i + 2], 16) for i in (0, 2, 4))) for name, code in wide]
    return [dict(colors[i : i + 4]) for i in range(0, len(colors), 4)]


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("theme", range(len(palettes())))
def test_the_four_colours_are_told_apart_by_colour_blind_readers(theme, kind):
    colors = palettes()[theme]
    assert set(colors) == {"blue", "orange", "green", "purple"}
    for (one, a), (other, b) in itertools.combinations(colors.items(), 2):
        apart = np.linalg.norm(cielab(seen(a, kind)) - cielab(seen(b, kind)))
        assert apart > (30 if {one, other} == {"blue", "orange"} else 10), (
            one,
            other,
        )  # blue and orange are forward and back, plus and minus


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_the_paper(drawing, theme):
    page = drawing(theme)
    page.draw(trace(), axes())
    for name in ("blue", "orange", "green", "purple", "ink", "grey"):
        assert contrast(page.theme(name), page.theme("paper")) >= 4.5, name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbers_in_a_matrix_are_readable_on_every_shade(drawing, theme):
    page = drawing(theme)
    page.draw(trace(), axes())
    code = """() => {
        const { paper, blue } = themeOf(root);
        return [...Array(101).keys()].map((i) => mix(rgb(paper), rgb(blue), i / 100)).map((color) => [color, rgb(readable(color))]);
    }"""
    assert min(contrast(*pair) for pair in page.js(code)) >= 4.5
    grid = [
        [contrast([r, g, b], page.js("(color) => rgb(readable(color))", [r, g, b])) for g in (0, 90, 128, 255)]
        for r in (0, 128, 255)
        for b in (0, 255)
    ]
    assert np.min(grid) >= 4.5


@pytest.mark.parametrize("width", [260, 330, 420, 600, 900, 1200])
def test_no_text_covers_another_or_is_cut_off(drawing, width):
    page = drawing()
    recorded, panels = everything()
    for panel in panels:
        drawn = page.draw(recorded, panel, t=7, width=width)
        for each in drawn["texts"]:
            left, top, right, bottom = each["box"]
            assert left >= 0, (panel.title, each)
            assert top >= 0, (panel.title, each)
            assert right <= width, (panel.title, each)
            assert bottom <= drawn["height"], (panel.title, each)
        for one, other in itertools.combinations(drawn["texts"], 2):
            a, b = one["box"], other["box"]
            apart = a[2] <= b[0] + 0.5 or b[2] <= a[0] + 0.5 or a[3] <= b[1] + 0.5 or b[3] <= a[1] + 0.5
            assert apart, (panel.title, one["text"], other["text"])


@pytest.mark.parametrize("width", [260, 330, 420, 600, 900, 1200])
def test_no_number_on_an_edge_covers_a_node(drawing, width):
    page = drawing()
    recorded, panels = everything()
    drawn = page.draw(recorded, panels[6], t=7, width=width)
    boxes = [hit["box"] for hit in drawn["hits"] if "box" in hit]
    assert len(boxes) == len(NODES)
    numbers = [each for each in drawn["texts"] if re.match(r"[→←] | \(", each["text"])]
    assert len(numbers) == 7
    for each, (x, y, w, h) in itertools.product(numbers, boxes):
        left, top, right, bottom = each["box"]
        assert right <= x or left >= x + w or bottom <= y or top >= y + h, each["text"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [260, 1200])
def test_every_mark_is_drawn_at_every_frame_and_leaves_the_border_free(drawing, theme, width):
    page = drawing(theme, scale=1.5)
    recorded, panels = everything()
    border = """() => {
        const { width, height } = canvas, all = canvas.getContext("2d").getImageData(0, 0, width, height).data;
        const at = (x, y) => all.slice(4 * (y * width + x), 4 * (y * width + x) + 3).join();
        const across = [...Array(width).keys()].flatMap((x) => [at(x, 0), at(x, height - 1)]);
        return [...new Set([...across, ...[...Array(height).keys()].flatMap((y) => [at(0, y), at(width - 1, y)])])];
    }"""
    for panel in panels:
        page.draw(recorded, panel, t=0, width=width)
        for t in (1, 11):
            page.again(t, width)
        assert page.js(border) == [",".join(map(str, page.theme("paper")))], panel.title
        assert all(page.js("drawn.hits.map((hit) => hit.text.length)"))


def test_a_hit_still_speaks_of_its_own_panel_when_others_have_been_drawn(drawing):
    page = drawing()
    page.draw(
        trace(fixed={"z": np.ones((2, 2)), "x": [5.0], "y": [2.0]}),
        axes(Heatmap(values="z", range=(0, 1), label="loss"), Points(x="x", y="y")),
    )
    page.js("""() => {
        window.first = drawn;
        const other = { ...panel, marks: [], x: { label: "other", range: [0, 1] } };
        drawPanel(document.createElement("canvas"), other, recording, 0, themeOf(root), 700);
    }""")
    assert page.js("hitAt(first, ...first.toPixels(5, 2)).text") == "place 5, height 2"
    assert page.js("hitAt(first, ...first.toPixels(5, 8)).text") == "place 5, height 8: loss 1"
