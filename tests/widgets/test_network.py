"""explore_network: everything it names is there, every knob can be turned to its ends, what it asks has the right answer."""

import itertools

import numpy as np
import pytest

from dlteach.traces import MAX_BYTES
from dlteach.traces.network import DATA
from dlteach.widgets.network import explore_network, hidden_of
from tests.traces import wrong_backward as learner
from tests.widgets.named import arrays_named, ends

QUICK = {"epochs": 4}
OWN = {"backward": learner.RIGHT, "step": learner.sgd_step}


def test_all_arrays_that_the_view_names_are_in_the_trace():
    ours, own = explore_network(**QUICK), explore_network(**QUICK, **OWN)
    assert set(arrays_named(ours.view, ghosts=False)) <= set(ours.trace.frame(0))
    assert set(arrays_named(own.view)) <= set(own.trace.frame(0))


@pytest.mark.parametrize("hidden", [(1,), (8,), (3, 5), (8, 8, 8), (2, 1, 4)])
def test_the_graph_has_a_node_for_each_unit_and_an_arrow_for_each_weight(hidden):
    widget = explore_network(hidden=hidden, **QUICK)
    frame, (mark,) = widget.trace.frame(0), widget.view.panels[1].marks
    sizes = (2, *hidden, 1)
    assert len(mark.nodes) == sum(sizes)
    assert len(mark.edges) == len(frame["weights"]) == sum(a * b for a, b in itertools.pairwise(sizes))
    assert [node.map for node in mark.nodes if node.map is not None] == list(range(len(frame["units"])))
    assert len({node.id for node in mark.nodes}) == len(mark.nodes)
    assert len({(node.x, node.y) for node in mark.nodes}) == len(mark.nodes)


def test_a_weight_stands_at_the_arrow_between_its_units():
    widget = explore_network(hidden=(3, 2), **QUICK)
    weights, edges = widget.trace.frame(0)["weights"], widget.view.panels[1].marks[0].edges
    at = {(edge.source, edge.target): weight for edge, weight in zip(edges, weights, strict=True)}
    second = weights[6:12].reshape(3, 2)
    assert at["unit 3 of layer 1", "unit 1 of layer 2"] == second[2, 0]
    assert at["x2", "unit 1 of layer 1"] == weights[:6].reshape(2, 3)[1, 0]
    assert at["unit 2 of layer 2", "p"] == weights[13]


def test_the_graph_follows_the_knobs_and_the_other_panels_stay():
    widget = explore_network(hidden=(2,), **QUICK)
    before = widget._view
    widget.set(units_1=3, units_3=2)
    assert hidden_of(widget.params) == (3, 2)
    assert widget._view == widget.view.as_json()
    assert len(widget._view["panels"][1]["marks"][0]["edges"]) == 2 * 3 + 3 * 2 + 2 * 1
    for part in ("knobs", "readout", "equation", "title"):
        assert widget._view[part] == before[part]
    assert [widget._view["panels"][place] == before["panels"][place] for place in range(3)] == [True, False, True]


def test_every_parameter_but_the_number_of_epochs_has_a_knob():
    widget = explore_network(**QUICK)
    assert {knob.name for knob in widget.view.knobs} == set(widget.params) - {"epochs"}


def test_each_knob_at_its_ends_gives_a_trace_that_travels():
    widget = explore_network(hidden=(8, 8, 8), **OWN)  # 60 epochs: most frames, most arrays
    for knob in widget.view.knobs:
        for value in ends(knob):
            again = explore_network(hidden=(8, 8, 8), **OWN)
            again.set(**{knob.name: value})
            assert again._problem == ""
            assert 0 < len(again._data) <= MAX_BYTES


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_every_choice_can_be_made(data, activation):
    widget = explore_network(**QUICK)
    widget.set(data=data, activation=activation)
    assert widget._problem == ""
    assert data.replace("_", " ") in widget.trace.caption


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"data": "xor", "hidden": [3, 2], "activation": "tanh", "lr": np.float32(0.5), "noise": 0, "seed": np.int64(7), "ask": True},
        {"backward": {"relu": learner.relu_backward}, "step": learner.sgd_step},
    ],
    ids=lambda options: " ".join(options) or "none",
)
def test_the_call_that_is_copied_makes_the_same_widget(options):
    widget = explore_network(**options, **QUICK)
    names = {"relu_backward": learner.relu_backward, "sgd_step": learner.sgd_step}
    again = eval(widget._code, {"explore_network": explore_network, **names})
    assert again._code == widget._code
    assert (again._view, again._question, again.params) == (widget._view, widget._question, widget.params)
    assert again.trace.pack() == widget.trace.pack()
    assert {type(value) for value in widget.params.values()} == {float, int, str}


def test_the_copied_call_has_the_knobs_as_they_are_now():
    widget = explore_network(**QUICK)
    widget.set(units_2=3, data="circles", lr=1.0)
    assert widget._code == ("explore_network(data='circles', hidden=(4, 3), activation='relu', lr=1.0, noise=0.1, epochs=4, seed=0)")


def test_the_question_is_how_many_of_the_points_held_out_will_be_right():
    widget = explore_network("circles", epochs=20, ask=True)
    question, frame = widget._question, widget.trace.frame(20)
    x, held_out = np.column_stack([frame["x1"], frame["x2"]]), frame["held_out"] == 1
    assert (question["at"], question["unit"]) == (0, "%")
    assert question["truth"] == pytest.approx(100 * frame["val_accuracy"], abs=1e-3)
    assert question["truth"] == pytest.approx(100 * shown_right(frame, x[held_out], frame["label"][held_out]), abs=5)
    assert explore_network(**QUICK)._question is None


def shown_right(frame, x, y):
    """The share of points that lie on their own colour of the map."""
    size = len(frame["probability"])
    place = (x - [frame["plane_x"][0], frame["plane_y"][0]]) / np.ptp([frame["plane_x"], frame["plane_y"]], axis=1) * size
    column, row = place.astype(int).T
    return np.mean((frame["probability"][row, column] > 0.5) == y)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            {"backward": {"affine": learner.dw_is_transposed}},
            "dw_is_transposed returned dw of shape (1, 4); it should be (4, 1). This is ours.",
        ),
        ({"backward": {"relu": learner.not_written}}, "not_written is not written yet. This is ours."),
        ({"step": lambda params, grads, lr: None}, "your function returned None: is a return missing? This is ours."),
    ],
)
def test_a_function_that_fails_is_reported_inside_and_ours_is_shown(options, problem):
    widget = explore_network(**options, **QUICK)
    assert widget._problem == problem
    assert widget.trace.pack() == explore_network(**QUICK).trace.pack()


@pytest.mark.parametrize(
    ("error", "options", "message"),
    [
        (ValueError, {"data": "moon"}, "data is 'moon'"),
        (TypeError, {"hidden": 4}, "hidden is 4; it needs to be a tuple"),
        (ValueError, {"hidden": (0,)}, "hidden is 0; it needs to be from 1 to 8"),
        (TypeError, {"lr": "fast"}, "lr is 'fast'; it needs to be a number"),
        (ValueError, {"seed": -1}, "seed is -1"),
        (TypeError, {"ask": "yes"}, "ask is 'yes'; it needs to be True or False"),
        (TypeError, {"step": 3}, "step is 3; it needs to be a function"),
        (ValueError, {"backward": {"tanh": learner.relu_backward}}, "backward has the key 'tanh'"),
    ],
)
def test_bad_arguments_are_refused_by_name(error, options, message):
    with pytest.raises(error, match=message):
        explore_network(**options)


@pytest.mark.slow
class TestInTheBrowser:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("options", [{}, {"hidden": (8, 8, 8), "data": "spirals", **OWN}], ids=["small", "largest"])
    def test_it_is_painted_without_an_error(self, show, options, theme):
        widget = explore_network(**options, **QUICK)
        page = show(widget, theme=theme).page
        page.get_by_role("button", name="Last").click()
        assert page.locator(".dlteach-sentence").inner_text() == widget.trace.describe(4)
        for canvas in page.locator("canvas.dlteach-panel").all():
            assert (
                canvas.evaluate("(canvas) => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size")
                > 20
            )

    def test_more_units_give_a_larger_graph(self, show):
        shown = show(explore_network(hidden=(2,), **QUICK))
        page, graph = shown.page, shown.page.locator("canvas.dlteach-panel").nth(1)
        before = graph.evaluate("(canvas) => canvas.toDataURL()")
        page.get_by_label("units in layer 2").press("ArrowRight")
        shown.answer()
        shown.painted()
        assert graph.evaluate("(canvas) => canvas.toDataURL()") != before
        box = graph.bounding_box()
        found = set()
        for row in range(20):  # over the middle of the picture, from top to bottom
            page.mouse.move(box["x"] + box["width"] * 0.64, box["y"] + 30 + row * (box["height"] - 60) / 19)
            found.add(page.locator(".dlteach-tip").inner_text())
        assert "unit 1 of layer 2" in found

    def test_the_focus_stays_on_the_knob_that_was_turned(self, show):
        shown = show(explore_network(**QUICK))
        knob = shown.page.get_by_label("units in layer 1")
        knob.focus()
        knob.press("ArrowRight")
        shown.answer()
        shown.painted()
        assert shown.page.evaluate("document.activeElement.getAttribute('aria-valuetext')") == "5"
