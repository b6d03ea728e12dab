"""explore_backpropagation: everything it names is there, every knob can be turned to its ends, what it asks has the right answer."""

import itertools

import numpy as np
import pytest

from dlteach.traces import MAX_BYTES
from dlteach.traces.graphs import GRAPHS, graph_named
from dlteach.widgets.backpropagation import explore_backpropagation
from tests.traces import wrong_backward as learner
from tests.widgets.named import arrays_named, ends

HIDDEN = {"graph": "hidden_unit", "backward": learner.RIGHT}


@pytest.mark.parametrize("graph", GRAPHS)
def test_all_arrays_that_the_view_names_are_in_the_trace(graph):
    widget = explore_backpropagation(graph)
    assert set(arrays_named(widget.view, ghosts=False)) <= set(widget.trace.frame(0))


def test_with_functions_of_the_learner_the_ghost_is_there_too():
    widget = explore_backpropagation(**HIDDEN)
    assert set(arrays_named(widget.view)) <= set(widget.trace.frame(0))


@pytest.mark.parametrize("graph", GRAPHS)
def test_nodes_and_arrows_stand_in_the_order_of_the_arrays(graph):
    widget, chart = explore_backpropagation(graph), graph_named(graph)
    (mark,) = widget.view.panels[0].marks
    assert tuple(node.id for node in mark.nodes) == chart.nodes
    assert [(edge.source, edge.target) for edge in mark.edges] == [(edge.source, edge.target) for edge in chart.edges]
    frame = widget.trace.frame(len(widget.trace) - 1)
    assert frame["value"].shape == frame["gradient"].shape == (len(mark.edges),)
    assert frame["active_nodes"].shape == (len(mark.nodes),)


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_readout_has_every_value_and_every_gradient(graph):
    names = {name for name, _ in explore_backpropagation(graph).view.readout}
    assert names == {part + edge.name for edge in graph_named(graph).edges for part in ("", "d")}


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_number_that_goes_in_has_a_knob(graph):
    widget = explore_backpropagation(graph)
    assert [knob.name for knob in widget.view.knobs] == list(widget.params)
    assert set(graph_named(graph).values) <= set(widget.params)


@pytest.mark.parametrize("graph", GRAPHS)
def test_all_knobs_at_their_ends_give_a_trace_that_travels(graph):
    widget = explore_backpropagation(graph, backward=learner.RIGHT)
    for values in itertools.product(*map(ends, widget.view.knobs)):
        widget.set(**dict(zip(widget.params, values, strict=True)))
        assert widget._problem == ""
        assert 0 < len(widget._data) <= MAX_BYTES
        assert np.isfinite(widget.trace.frame(len(widget.trace) - 1)["gradient"]).all()


def test_the_words_in_the_nodes_follow_the_knobs():
    def words(widget):
        return [node.label for node in widget.view.panels[0].marks[0].nodes]

    neuron, paths, hidden = (explore_backpropagation(graph) for graph in GRAPHS[:1] + GRAPHS[2:] + GRAPHS[1:2])
    assert "loss, y = 1" in words(neuron)
    neuron.set(y=0)
    assert "loss, y = 0" in words(neuron)
    assert {"× 3", "× 5", "u + 2 · v"} <= set(words(paths))
    paths.set(a=-0.5, c=-1.0)
    assert {"× −0.5", "u − 1 · v"} <= set(words(paths))
    hidden.set(activation="tanh")
    assert "tanh" in words(hidden)
    assert hidden._view == hidden.view.as_json()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"x": 1, "y": 0},
        {"graph": "hidden_unit", "activation": "tanh", "w1": np.float32(0.5), "ask": True},
        {"graph": "two_paths", "ask": "v"},
        {"graph": "hidden_unit", "backward": {"relu": learner.relu_backward, "sigmoid": None}},
    ],
    ids=lambda options: " ".join(options) or "none",
)
def test_the_call_that_is_copied_makes_the_same_widget(options):
    widget = explore_backpropagation(**options)
    again = eval(widget._code, {"explore_backpropagation": explore_backpropagation, "relu_backward": learner.relu_backward})
    assert again._code == widget._code
    assert (again._view, again._question, again.params) == (widget._view, widget._question, widget.params)
    assert again.trace.pack() == widget.trace.pack()
    assert {type(value) for value in widget.params.values()} <= {float, int, str}


def test_the_copied_call_has_the_knobs_as_they_are_now():
    widget = explore_backpropagation()
    widget.set(w=5.0, y=0)
    assert widget._code == "explore_backpropagation(x=2.0, w=5.0, b=-0.5, y=0)"


@pytest.mark.parametrize(
    ("options", "before", "truth"),
    [
        ({"ask": True}, "dz", -0.755),
        ({"ask": "p"}, "dL", -1.607),
        ({"graph": "hidden_unit", "ask": True}, "dz", 1.462),
        ({"graph": "two_paths", "ask": True}, "dx1", 13),
        ({"ask": True, "backward": {"sigmoid": learner.wrong_sign}}, "dz", -0.755),  # what is right does not depend on the learner
    ],
)
def test_the_question_comes_just_before_the_gradient_it_asks_for(options, before, truth):
    widget = explore_backpropagation(**options)
    question = widget._question
    asked = f"d{question['text'].split('What comes next is d')[1].split(',')[0]}"
    assert question["truth"] == pytest.approx(truth, abs=5e-4)
    assert np.isnan(widget.trace.frame(question["at"])[asked])
    assert np.isfinite(widget.trace.frame(question["at"])[before])
    assert np.isfinite(widget.trace.frame(question["at"] + 1)[asked])
    assert question["explain"] == widget.trace.describe(question["at"] + 1)


@pytest.mark.parametrize(("answer", "right"), [(-0.755, True), (-0.76, True), (-0.7, False), (0.755, False)])
def test_an_answer_is_checked_with_a_tolerance(answer, right):
    widget = explore_backpropagation(ask=True)
    assert widget.prediction_right is None
    widget.set_state({"answer": answer})
    assert widget.prediction_right is right


def test_it_asks_nothing_unless_wanted():
    assert explore_backpropagation()._question is None


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (learner.returns_none, "returns_none returned None for dx: is a return missing? This is ours."),
        (learner.raises, "raises stopped with KeyError: 'w3'. This is ours."),
        (learner.not_written, "not_written is not written yet. This is ours."),
    ],
)
def test_a_function_that_fails_is_reported_inside_and_ours_is_shown(function, problem):
    widget = explore_backpropagation(backward={"sigmoid": function})
    assert widget._problem == problem
    assert widget.trace.pack() == explore_backpropagation().trace.pack()


@pytest.mark.parametrize(
    ("error", "options", "message"),
    [
        (ValueError, {"graph": "neurone"}, "graph is 'neurone'"),
        (ValueError, {"w2": 1}, "'w2' is no number of the graph 'neuron'"),
        (ValueError, {"x": 7}, "x is 7; it needs to be from -5 to 5"),
        (TypeError, {"x": "7"}, "x is '7'; it needs to be a number"),
        (ValueError, {"ask": "q"}, "ask is 'q'; it needs to be True, False or one of 'x', 'w', 'b', 'z', 'p'"),
        (TypeError, {"backward": learner.relu_backward}, "backward is a function; it needs to be a dict"),
    ],
)
def test_bad_arguments_are_refused_by_name(error, options, message):
    with pytest.raises(error, match=message):
        explore_backpropagation(**options)


@pytest.mark.slow
class TestInTheBrowser:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("graph", GRAPHS)
    def test_every_frame_is_painted_without_an_error(self, show, graph, theme):
        widget = explore_backpropagation(graph, backward={**learner.RIGHT, "sigmoid": learner.wrong_sign})
        page = show(widget, theme=theme, width=700).page
        pictures = set()
        page.get_by_role("slider", name="step").focus()
        for t in range(len(widget.trace)):
            assert page.locator(".dlteach-sentence").inner_text() == widget.trace.describe(t)
            pictures.add(page.locator("canvas.dlteach-panel").evaluate("(canvas) => canvas.toDataURL()"))
            page.keyboard.press("ArrowRight")
        assert len(pictures) == len(widget.trace)

    def test_the_equation_has_the_numbers_of_the_frame(self, show):
        page = show(explore_backpropagation()).page
        page.get_by_role("button", name="Last").click()
        assert [mn.text_content() for mn in page.locator("mn[data-array]").all()] == ["−0.378", "0.500", "−0.189"]

    def test_a_knob_changes_words_and_numbers_of_the_graph(self, show):
        shown = show(explore_backpropagation())
        page = shown.page
        page.get_by_role("button", name="Last").click()
        before = page.locator("canvas.dlteach-panel").evaluate("(canvas) => canvas.toDataURL()")
        page.get_by_label("label y").select_option("0")
        shown.answer()
        shown.painted()
        assert page.evaluate("window.model.get('_view').panels[0].marks[0].nodes.map((node) => node.label)").count("loss, y = 0") == 1
        assert page.locator("canvas.dlteach-panel").evaluate("(canvas) => canvas.toDataURL()") != before

    def test_a_function_that_fails_is_said_in_the_widget(self, show):
        page = show(explore_backpropagation(backward={"affine": learner.not_written})).page
        assert page.get_by_role("alert").inner_text() == "not_written is not written yet. This is ours."

    def test_it_asks_before_it_shows(self, show):
        shown = show(explore_backpropagation(ask=True))
        page = shown.page
        page.get_by_role("button", name="Last").click()
        assert page.locator(".dlteach-sentence").inner_text().endswith("gives dz = −0.378.")
        page.get_by_label("Your prediction, as a number").fill("-0.75")
        page.get_by_role("button", name="Check my prediction").click()
        assert "✓ Near enough. The answer is −0.755." in page.locator(".dlteach-widget").inner_text()
        shown.answer()
        assert shown.widget.prediction_right is True

    def test_made_out_of_sight_it_has_its_colours_when_it_is_shown(self, show):
        page = show(explore_backpropagation()).page  # JupyterLab makes the outputs of a long notebook before it shows them
        page.evaluate(
            "window.later = document.createElement('div'); window.show(window.later); document.querySelector('main').append(window.later)"
        )
        page.wait_for_function("window.later.querySelector('canvas').width > 0")
        first, later = (page.locator("canvas.dlteach-panel").nth(place).evaluate("(canvas) => canvas.toDataURL()") for place in range(2))
        assert first == later
