"""Each mark paints what it should, where it should, and says it when pointed at.

The pages hold the drawing alone (`data.js`, `draw.js`, `marks.js`, `graph.js`), with a real trace and a real panel from Python.
"""

import numpy as np
import pytest

from dlteach.widgets.view import Axis, Bars, Edge, Graph, Heatmap, Line, Node, Panel, Points, Rule, Segments
from tests.widgets.canvas import (
    ACROSS,
    BACKPROPAGATION,
    EDGES,
    NODES,
    PASSES,
    ROWS,
    UP,
    axes,
    confusion,
    contrast,
    drawings,
    luminance,
    trace,
)


@pytest.fixture
def drawing(chromium):
    """Open a page to draw on."""
    with drawings(chromium) as drawing:
        yield drawing


def test_a_line_of_one_number_per_frame_is_its_history_up_to_the_present_one(drawing):
    page = drawing()
    page.draw(trace({"step": np.arange(5.0) * 2, "loss": np.full(5, 5.0)}, length=5), axes(Line(x="step", y="loss")), t=2)
    assert page.looks("blue", 1, 5)
    assert page.looks("blue", 4, 5)
    assert not page.looks("blue", 5, 5, reach=1)
    assert page.hit_at(4, 5) == "place 4, height 5"
    assert page.hit_at(8, 5) is None
    x, y = page.place(4, 5)
    assert page.color(x, y - 4) == page.theme("blue")  # a larger dot where it is now
    page.again(4)
    assert page.looks("blue", 7, 5)


def test_a_line_of_rows_is_that_of_the_present_frame_and_a_fixed_one_never_changes(drawing):
    page = drawing()
    rows = np.array([[2, 2.0], [8, 8]])
    page.draw(
        trace({"y": rows}, {"x": [0, 10.0], "level": [5, 5.0]}, length=2), axes(Line(x="x", y="y"), Line(x="x", y="level", color="green"))
    )
    assert page.looks("blue", 3, 2)
    page.again(1)
    assert page.looks("blue", 3, 8)
    assert not page.looks("blue", 3, 2)
    assert page.looks("green", 3, 5)


def test_a_number_that_is_not_there_leaves_a_gap(drawing):
    page = drawing()
    page.draw(trace(fixed={"x": [0, 2, 4, 6, 8, 10.0], "y": [5, 5, np.nan, np.inf, 5, 5]}), axes(Line(x="x", y="y")))
    assert page.looks("blue", 1, 5)
    assert page.looks("blue", 9, 5)
    assert not any(page.looks("blue", x, 5, reach=1) for x in (3, 4, 5, 6, 7))


def test_what_has_flown_apart_is_drawn_as_far_as_it_can_be_seen_and_an_arrow_points_there(drawing):
    page = drawing()
    page.draw(
        trace({"x": np.array([2, 5, 5, 5.0]), "y": np.array([2, 2, 1e30, np.inf])}, length=4), axes(Line(x="x", y="y", label="way")), t=2
    )
    assert page.looks("blue", 5, 7)
    left, top, width = (page.js("drawn.area")[key] for key in ("left", "top", "width"))
    assert page.hit(left + width / 2, top + 9) == "way: outside the picture"
    assert page.color(left + width / 2, top + 7) == page.theme("blue")
    assert page.color(left + width / 2, top - 3) == page.theme("paper")
    page.again(3)
    assert page.hit(left + width / 2, top + 9) == "way: outside the picture"


def test_marks_end_at_the_axes(drawing):
    page = drawing()
    area = page.draw(trace(fixed={"x": [-50, 50.0], "y": [5, 5.0]}), axes(Line(x="x", y="y", width=6)))["area"]
    middle = area["top"] + area["height"] / 2
    assert page.color(area["left"] + 2, middle) == page.theme("blue")
    assert page.color(area["left"] + area["width"] + 3, middle) == page.theme("paper")


def test_ours_is_grey_and_behind_and_only_there_where_it_was_recorded(drawing):
    page = drawing()
    marks = (
        Line(x="x", y="own", label="yours"),
        Line(x="x", y="ours", label="ours", ghost=True),
        Points(x="x", y="ours", ghost=True, size=5),
    )
    own = {"x": [0, 5, 10.0], "own": [2, 2, 2.0]}
    drawn = page.draw(trace(fixed={**own, "ours": [7, 7, 7.0]}), axes(*marks))
    assert {"yours", "ours"} <= {each["text"] for each in drawn["texts"]}
    row = [page.looks("grey", x, 7) for x in np.linspace(1, 4, 40)]
    assert any(row)  # dashed: here it is grey, there it is not
    assert not all(row)
    assert page.color_at(5, 7) == page.theme("paper")  # hollow
    assert not page.looks("blue", 5, 7, reach=6)
    drawn = page.draw(trace(fixed=own), axes(*marks))
    assert "ours" not in {each["text"] for each in drawn["texts"]}
    assert page.hit_at(5, 7) is None
    assert page.looks("blue", 5, 2)


def test_points_have_the_colour_and_the_marker_of_their_class_and_a_ring(drawing):
    page = drawing()
    mark = Points(x="x", y="y", classes="c", class_names=("cat", "dog"), ring="wrong", ring_label="wrong", size=5)
    drawn = page.draw(trace(fixed={"x": [2, 5, 8.0], "y": [5, 5, 5.0], "c": [0, 1, 1], "wrong": [0, 0, 1]}), axes(mark))
    assert [page.color_at(x, 5) for x in (2, 5, 8)] == [page.theme("blue"), page.theme("orange"), page.theme("orange")]
    (x, y), (u, v) = page.place(2, 5), page.place(5, 5)
    assert page.color(x + 4.5, y - 4.5) == page.theme("paper")  # a circle has no corners
    assert page.color(u + 3, v - 3) == page.theme("orange")  # a square has
    u, v = page.place(8, 5)
    assert contrast(page.color(u + 9, v), page.theme("paper")) > 4.5
    assert page.hit_at(8, 5) == "dog: place 8, height 5"
    assert {"cat", "dog", "wrong"} <= {each["text"] for each in drawn["texts"]}


@pytest.mark.parametrize("marker", ["circle", "square", "triangle", "diamond", "star"])
def test_a_single_point_shows_only_the_present_one(drawing, marker):
    page = drawing()
    page.draw(
        trace({"x": np.array([2, 8.0]), "y": np.array([5, 5.0])}, length=2),
        axes(Points(x="x", y="y", color="purple", marker=marker, size=6)),
        t=1,
    )
    assert page.color_at(8, 5) == page.theme("purple")
    assert not page.looks("purple", 2, 5, reach=2)


def test_segments_can_be_pointed_at_anywhere_along_them(drawing):
    page = drawing()
    mark = Segments(x0="x", y0="low", x1="x", y1="high", label="residual", arrow=True)
    page.draw(trace(fixed={"x": [3, 6.0], "low": [1, 2.0], "high": [9, 8.0]}), axes(mark))
    assert page.looks("orange", 3, 5)
    assert page.hit_at(3, 7.2) == "residual: place 3, height 1 to 9"
    assert page.hit_at(6, 3.1) == "residual: place 6, height 2 to 8"
    (x, y) = page.place(6, 8)
    assert page.color(x + 2, y + 7) == page.theme("orange")  # the head of the arrow is wider than the line
    assert page.color(x + 2, y + 30) == page.theme("paper")


@pytest.mark.parametrize(("axis", "on", "off"), [("x", (3, 5), (5, 3)), ("y", (5, 3), (3, 5))])
def test_a_rule_goes_right_across(drawing, axis, on, off):
    page = drawing()
    page.draw(trace({"limit": np.array([9, 3.0])}, length=2), axes(Rule(at="limit", axis=axis, label="threshold", color="green")), t=1)
    assert page.looks("green", *on, reach=1)
    assert not page.looks("green", *off, reach=1)
    assert page.hit_at(*on) == f"threshold: {'place' if axis == 'x' else 'height'} 3"
    page.again(0)
    assert not page.looks("green", *on, reach=1)


def test_a_heat_map_fills_the_panel_with_row_0_at_the_bottom(drawing):
    page = drawing()
    page.draw(trace(fixed={"z": np.array([[0, 0.0], [1, 1]])}), axes(Heatmap(values="z", range=(0, 1), label="loss")))
    first, last = page.js("[recording, shades(panel.marks[0])][1]")[0][:3], page.js("shades(panel.marks[0])")[255][:3]
    np.testing.assert_allclose(page.color_at(5, 0.5), first, atol=2)
    np.testing.assert_allclose(page.color_at(5, 9.5), last, atol=2)
    assert page.hit_at(5, 1) == "place 5, height 1: loss 0"
    assert page.hit_at(2.5, 9) == "place 2.5, height 9: loss 1"
    assert page.hit(2, 2) is None


def test_the_same_number_has_the_same_colour_at_every_frame_and_what_is_beyond_the_ends_keeps_theirs(drawing):
    page = drawing()
    z = np.array([np.full((2, 2), 0.25), [[0.25, 9], [-9, np.inf]]])
    page.draw(trace({"z": z}, length=2), axes(Heatmap(values="z", range=(0, 1), label="p", palette="diverging")))
    before = page.color_at(0.3, 0.3)
    page.again(1)
    assert page.color_at(0.3, 0.3) == before
    np.testing.assert_allclose(page.color_at(9.7, 0.3), page.theme("orange"), atol=2)
    np.testing.assert_allclose(page.color_at(0.3, 9.7), page.theme("purple"), atol=2)


def test_a_number_that_is_not_there_leaves_the_paper(drawing):
    page = drawing()
    page.draw(trace(fixed={"z": np.array([[np.nan, np.nan], [1, 1]])}), axes(Heatmap(values="z", range=(0, 1), label="loss")))
    assert contrast(page.color_at(4.9, 0.6), page.theme("paper")) < 1.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_contour_passes_where_the_numbers_are_its_level(drawing, theme):
    page = drawing(theme)
    z = np.hypot(ACROSS[None, :] - 5, UP[:, None] - 5)
    mark = Heatmap(values="z", range=(0, 8), label="distance", contours=(3,), contour_labels=False)
    page.draw(trace(fixed={"z": z}), axes(mark), width=800)

    def around(x, y):
        px, py = page.place(x, y)
        return [np.sum(page.color(px + i, py + j)) for i in (-1, 0, 1) for j in (-1, 0, 1)]

    for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        x, y = 5 + 3 * np.cos(angle), 5 + 3 * np.sin(angle)
        u, v = 5 + 3.6 * np.cos(angle), 5 + 3.6 * np.sin(angle)
        assert np.ptp(around(x, y)) > 150, angle
        assert np.ptp(around(u, v)) < 100, angle


def test_a_contour_has_its_level_written_on_it(drawing):
    page = drawing()
    z = np.tile(ACROSS, (ROWS, 1))
    mark = Heatmap(values="z", range=(0, 10), label="z", contours="levels")
    texts = page.draw(trace(fixed={"z": z, "levels": [2.5, 7.25]}), axes(mark, x=(0, 10.001), y=(0, 10.001)))["texts"]
    for level in (2.5, 7.25):
        (label,) = [each["box"] for each in texts if each["text"] == str(level) and each["box"][1] < page.place(0, 0)[1] - 3]
        assert (label[0] + label[2]) / 2 == pytest.approx(page.place(level, 0)[0], abs=3)


def test_the_colour_bar_says_what_the_colours_mean(drawing):
    page = drawing()
    texts = page.draw(trace(fixed={"z": np.zeros((2, 2))}), axes(Heatmap(values="z", range=(-3, 17), label="mean squared error")))["texts"]
    shown = [each["text"] for each in texts]
    assert shown[-4:] == ["mean squared error", "−3", "7", "17"]


def test_bars_stand_on_zero_and_have_their_numbers_written_on(drawing):
    page = drawing()
    mark = Bars(values="w", names=("bias", "size"), ghosts="ours", digits=2, label="yours")
    panel = Panel(title="Weights", marks=(mark,), y=Axis(label="weight", range=(-1, 1)))
    drawn = page.draw(trace(fixed={"w": [0.5, -0.75], "ours": [0.9, -0.75]}), panel)
    assert page.color_at(0.5, 0.25) == page.color_at(1.5, -0.5) == page.theme("blue")
    assert not page.looks("blue", 0.5, -0.25)
    assert not page.looks("blue", 0.5, 0.8)
    assert page.looks("grey", 0.5, 0.9, reach=5)
    shown = [each["text"] for each in drawn["texts"]]
    assert {"0.50", "−0.75", "bias", "size", "yours", "ours"} <= set(shown)
    assert page.hit_at(0.5, 0.2) == "bias: 0.5, ours 0.9"
    drawn = page.draw(trace(fixed={"w": [0.5, np.nan]}), panel)
    assert "ours" not in [each["text"] for each in drawn["texts"]]
    assert page.hit_at(1.5, 0.2) == "size: –"


def test_a_matrix_shows_its_numbers_names_and_shades(drawing):
    page = drawing()
    panel = Panel(title="Confusion", marks=(confusion(shade="part", names=("rest", "alarm", "missed", "found")),))
    drawn = page.draw(trace(fixed={"cm": [[150, 4.0], [16, 30]], "part": [[0.97, 0.03], [0, 1.0]]}), panel)
    shown = {each["text"]: each["box"] for each in drawn["texts"]}
    assert {"150", "4", "16", "30", "rest", "alarm", "missed", "found", "true", "predicted"} <= set(shown)
    assert shown["150"][0] < shown["4"][0]
    assert shown["150"][1] < shown["16"][1]
    assert page.hit(shown["16"][0], shown["16"][1]) == "true sick, predicted healthy: 16"
    at = [page.color(shown[number][2] + 12, shown[number][1]) for number in ("16", "4", "30")]
    assert at[0] == page.theme("paper")
    light = [luminance(color) for color in at]
    assert light[0] > light[1] > light[2]


def middle(page, text):
    """The middle of an edge, by what is said of it."""
    (line,) = [hit["line"] for hit in page.js("drawn.hits.map((hit) => ({ ...hit }))") if "line" in hit and hit["text"].startswith(text)]
    return (line[0] + line[2]) / 2, (line[1] + line[3]) / 2, line


def test_a_graph_shows_what_goes_forward_what_comes_back_and_ours_where_it_differs(drawing):
    page = drawing()
    texts = page.draw(trace(PASSES, length=2), BACKPROPAGATION, t=0, width=700)["texts"]
    shown = [each["text"] for each in texts]
    assert {"→ 2.00", "→ −3.00", "x", "2", "ReLU"} <= set(shown)
    assert not any(text.startswith("← ") and text != "←" for text in shown)
    texts = page.again(1, 700)["texts"]
    looks = {each["text"]: each for each in texts}
    assert {"→ 1.50", "← −0.73", "← 1.00", " (0.50)"} <= set(looks)
    assert " (−0.73)" not in looks
    assert "italic" in looks["← −0.73"]["font"]
    assert "italic" not in looks["→ 2.00"]["font"]
    x, y, _ = middle(page, "z → ReLU")
    assert page.hit(x, y) == "z → ReLU: value 1.50, gradient −0.73, ours −0.73"
    assert page.js("drawn.hits.some((hit) => hit.text === 'x 2' && hit.box)")


def test_numbers_of_a_graph_stay_where_they_are_from_frame_to_frame(drawing):
    page = drawing()
    first = page.draw(trace(PASSES, length=2), BACKPROPAGATION, t=0, width=700)["texts"]
    second = page.again(1, 700)["texts"]
    places = [{each["text"]: each["box"] for each in texts} for texts in (first, second)]
    assert places[0]["→ −3.00"] == places[1]["→ −3.00"]


def test_an_edge_at_which_something_happens_is_thick_and_points_the_way_it_goes(drawing):
    page = drawing()
    page.draw(trace(PASSES, length=2), BACKPROPAGATION, t=1, width=700)
    x, y, (a, b, _, _) = middle(page, "ReLU → loss")
    assert page.color(x, y) == page.color(x, y + 1) == page.theme("orange")
    assert page.color(a + 9, b + 2) == page.theme("orange")  # the head is at the source: back
    x, y, _ = middle(page, "z → ReLU")
    assert page.color(x, y + 2) == page.theme("paper")


def test_weights_are_thick_where_they_are_strong_and_dashed_where_they_are_negative(drawing):
    page = drawing()
    weights = np.array([[4, -4, 0.1, -0.1], [0, 0, 0, 0.0]])
    panel = Panel(title="Network", marks=(Graph(nodes=NODES, edges=EDGES, weights="w"),))
    drawn = page.draw(trace({"w": weights}, length=2), panel, width=700)
    assert {"positive weight", "negative weight"} <= {each["text"] for each in drawn["texts"]}

    def along(text, aside):
        _, _, (a, b, c, d) = middle(page, text)
        long = np.hypot(c - a, d - b)
        places = [(a + (c - a) * i - (d - b) / long * aside, b + (d - b) * i + (c - a) / long * aside) for i in np.linspace(0.1, 0.9, 30)]
        return [tuple(page.color(*place)) for place in places]

    orange, purple = tuple(page.theme("orange")), tuple(page.theme("purple"))
    assert along("x 2 → z", 1.2).count(orange) == 30
    assert 5 < along("w −3 → z", 1.2).count(purple) < 25
    assert along("z → ReLU", 1.5).count(orange) == 0
    x, y, _ = middle(page, "w −3 → z")
    assert page.hit(x, y) == "w −3 → z: weight −4.000"


def test_nodes_hold_little_heat_maps(drawing):
    page = drawing()
    maps = np.array([[np.ones((4, 4)), -np.ones((4, 4))], [-np.ones((4, 4)), np.ones((4, 4))]])
    nodes = (Node(id="a", label="a", x=0, y=0, map=1), Node(id="b", label="", x=1, y=0, map=0))
    panel = Panel(title="Maps", marks=(Graph(nodes=nodes, edges=(Edge(source="a", target="b"),), maps="maps"),))
    page.draw(trace({"maps": maps}, length=2), panel)
    boxes = {hit["text"]: hit["box"] for hit in page.js("drawn.hits.map((hit) => ({ ...hit }))") if "box" in hit}
    of = {name: page.color(box[0] + box[2] / 2, box[1] + 16) for name, box in boxes.items()}
    np.testing.assert_allclose(of["a"], page.theme("purple"), atol=2)
    np.testing.assert_allclose(of["b"], page.theme("orange"), atol=2)
