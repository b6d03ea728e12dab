"""explore_descent: all it names is there, every knob can be turned as far as it goes, and its question has the right answer."""

import itertools

import numpy as np
import pytest

from dlteach import nn
from dlteach.traces import MAX_BYTES
from dlteach.traces.surfaces import SURFACES
from dlteach.widgets.descent import FATES, explore_descent
from tests.widgets.named import arrays_named


def dragged_in(view):
    """The parameters that can be changed by dragging."""
    return {mark.drag for panel in view.panels for mark in panel.marks if getattr(mark, "drag", None)}


def uphill(grad, start, lr, steps):
    return nn.gradient_descent(lambda x: -grad(x), start, lr, steps)


def half(x):
    return x / 2


def not_written(grad, start, lr, steps):
    raise NotImplementedError()


@pytest.fixture(params=SURFACES)
def surface(request):
    return request.param


class TestWhatIsShown:
    def test_all_arrays_that_the_view_names_are_in_the_trace(self, surface):
        widget = explore_descent(surface, descend=uphill)
        absent = set(arrays_named(widget.view)) - set(widget.trace.frame(0))
        assert absent <= {"lowest_1"}  # the second dip, where there is one

    def test_ours_alone_has_all_but_the_ghosts(self, surface):
        widget = explore_descent(surface)
        assert set(arrays_named(widget.view, ghosts=False)) - set(widget.trace.frame(0)) <= {"lowest_1"}
        assert not [name for name in widget.trace.frames if "ghost" in name]

    def test_two_dips_have_two_lowest_points(self):
        assert {"lowest_0", "lowest_1"} <= set(explore_descent("two_dips").trace.fixed)

    def test_the_start_can_be_dragged_everywhere(self, surface):
        assert dragged_in(explore_descent(surface).view) == {"start"}

    def test_one_number_gets_a_curve_and_two_a_map(self):
        assert [panel.title for panel in explore_descent().view.panels] == ["The walker on the curve", "The place after each step"]
        flat = explore_descent("narrow_bowl").view
        assert [panel.title for panel in flat.panels] == ["The landscape from above", "The height after each step"]
        assert flat.panels[0].square  # else steepest would not look steepest: the path must cross the contours at right angles

    def test_the_equation_has_the_rule_and_the_numbers_and_a_proper_index(self):
        rule, numbers = explore_descent().view.equation
        assert "<msub><mi>x</mi><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow></msub>" in rule
        assert all(f'data-array="{name}"' in numbers for name in ("next", "x", "lr", "slope"))

    def test_the_learners_walk_is_shown_with_where_it_parts(self):
        widget = explore_descent(descend=uphill)
        assert widget._trace["parted"] == 1
        assert widget._trace["remark"] == "Your uphill parts from ours at step 1: yours goes to 12, ours to 8."
        assert widget._problem == ""

    def test_a_function_that_fails_is_told_and_ours_is_shown(self):
        widget = explore_descent(descend=not_written)
        assert widget._problem == "not_written is not written yet. This is ours."
        np.testing.assert_allclose(widget.trace.frames["x"][:3], [10, 8, 6.4], rtol=1e-6)


class TestKnobs:
    def test_every_parameter_but_the_start_is_a_knob(self, surface):
        widget = explore_descent(surface)
        assert {knob.name for knob in widget.view.knobs} == set(widget.params) - {"start"}

    def test_the_rates_of_the_lesson_are_among_those_of_the_knob(self):
        assert {0.01, 0.1, 0.5, 0.9, 1.0, 1.1} <= set(explore_descent().view.knobs[0].values)
        assert {0.1, 0.18, 0.21, 1.0} <= set(explore_descent("narrow_bowl").view.knobs[0].values)

    def test_values_that_were_given_are_among_those_of_their_knobs_in_order(self):
        lr, steps, _ = explore_descent(lr=0.37, steps=17).view.knobs
        assert 0.37 in lr.values
        assert 17 in steps.values
        assert list(lr.values) == sorted(lr.values)

    @pytest.mark.parametrize("name", ["parabola", "round_bowl"])
    @pytest.mark.parametrize("own", [{}, {"descend": uphill}], ids=["ours", "own"])
    def test_all_knobs_at_their_ends_give_a_trace_that_travels(self, name, own):
        widget = explore_descent(name, **own)
        lr, steps, choice = widget.view.knobs
        ends = itertools.product((lr.values[0], lr.values[-1]), (steps.values[0], steps.values[-1]), [value for value, _ in choice.options])
        for rate, count, land in ends:
            widget.set(lr=rate, steps=int(count), surface=land)
            assert len(widget._data) <= MAX_BYTES
            assert widget._problem == ""
            assert all(np.isfinite(array).all() for array in widget.trace.fixed.values())

    def test_another_surface_begins_at_its_own_start(self):
        widget = explore_descent(start=-9)
        widget.set(surface="two_dips")
        assert widget.params["start"] == 3.2
        widget.set(surface="parabola", start=-7)
        assert widget.params["start"] == -7

    def test_another_surface_chosen_in_the_browser_begins_at_its_own_start_too(self):
        widget = explore_descent("round_bowl")  # its start lies outside the curved valley
        widget.set_state({"params": {**widget.params, "lr": 0.1}, "_request": 1})
        widget.set_state({"params": {**widget.params, "surface": "curved_valley"}, "_request": 2})
        assert widget._problem == ""
        assert widget.params["start"] == list(SURFACES["curved_valley"].start)

    def test_a_surface_of_another_dimension_is_refused_and_everything_stays(self):
        widget = explore_descent()
        with pytest.raises(ValueError, match="surface is 'round_bowl', over 2 numbers; this widget shows one over 1"):
            widget.set(surface="round_bowl", start=[1, 1])
        assert widget.params["surface"] == "parabola"

    def test_a_slope_of_the_learners_belongs_to_one_surface(self):
        assert [knob.name for knob in explore_descent(grad=half).view.knobs] == ["lr", "steps"]

    def test_all_surfaces_in_the_menu_have_as_many_numbers(self, surface):
        choice = explore_descent(surface).view.knobs[2]
        assert {SURFACES[value].dimensions for value, _ in choice.options} == {SURFACES[surface].dimensions}
        assert surface in dict(choice.options)


class TestQuestion:
    @pytest.mark.parametrize(
        ("lr", "fate"), [(0.01, "creeps"), (0.1, "arrives"), (0.5, "arrives"), (0.9, "arrives"), (1.0, "swings"), (1.1, "flies apart")]
    )
    def test_its_truth_for_the_rates_of_the_lesson(self, lr, fate):
        question = explore_descent(lr=lr, ask=True)._question
        assert question["truth"] == FATES[fate]
        assert question["truth"] in question["options"]
        assert question["at"] == 0

    def test_turning_the_knob_changes_the_truth(self):
        widget = explore_descent(ask=True)
        widget.set(lr=1.1)
        assert widget._question["truth"] == FATES["flies apart"]
        assert widget._question["explain"] == "She ends farther out and higher than she began: she went from 10 to 2374."

    @pytest.mark.parametrize(
        ("name", "lr", "words"),
        [("parabola", 0.1, "0.01238"), ("parabola", 0.01, "from 10 to 5.455"), ("parabola", 1.0, "−10 and 10"), ("narrow_bowl", 0.2, "−3")],
    )
    def test_the_reveal_gives_the_numbers(self, name, lr, words):
        assert words in explore_descent(name, lr=lr, ask=True)._question["explain"]

    def test_a_walk_uphill_is_explained_too(self):
        question = explore_descent(descend=uphill, ask=True)._question
        assert question["truth"] == FATES["flies apart"]
        assert "past the bottom" not in question["explain"]  # she never was there

    def test_nothing_is_given_away_before_it_is_answered(self):
        widget = explore_descent(lr=1.1, ask=True)
        assert "apart" not in widget.trace.caption + widget.trace.describe(0)

    def test_it_is_only_asked_when_wanted(self):
        assert explore_descent()._question is None


class TestCode:
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"lr": 1, "steps": 7, "start": -4},
            {"surface": "narrow_bowl", "start": (1, 2), "ask": True},
            {"grad": half, "descend": uphill},
        ],
        ids=lambda options: " ".join(options) or "none",
    )
    def test_the_call_that_is_copied_makes_the_same_widget(self, options):
        widget = explore_descent(**options)
        again = eval(widget._code, {"explore_descent": explore_descent, "half": half, "uphill": uphill})
        for trait in ("params", "_view", "_trace", "_data", "_question", "_code"):
            assert getattr(again, trait) == getattr(widget, trait)

    def test_it_follows_what_is_turned_and_dragged(self):
        widget = explore_descent()
        widget.set(lr=0.9, start=-3.5, surface="parabola")
        assert widget._code == "explore_descent(surface='parabola', lr=0.9, steps=30, start=-3.5)"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"surface": "hill"}, ValueError, "surface is 'hill'; it needs to be one of parabola"),
            ({"lr": 0}, ValueError, "lr is 0"),
            ({"lr": None}, TypeError, "lr is None; it needs to be a number"),
            ({"steps": 0}, ValueError, "steps is 0"),
            ({"steps": 2.0}, TypeError, "steps is 2.0; it needs a whole number"),
            ({"start": 99}, ValueError, "start holds 99"),
            ({"start": (1, 2)}, ValueError, "start is "),
            ({"surface": "saddle", "start": 1}, ValueError, "start is 1; on saddle it needs to be two numbers"),
            ({"descend": 3}, TypeError, "descend is 3; it needs to be a function, without brackets behind its name"),
            ({"grad": [1, 2]}, TypeError, "grad is "),
            ({"ask": "yes"}, TypeError, "ask is 'yes'; it needs to be True or False"),
        ],
    )
    def test_an_argument_that_makes_no_sense_is_refused_by_name(self, options, error, message):
        with pytest.raises(error, match=message):
            explore_descent(**options)

    def test_a_knob_that_makes_no_sense_is_refused_and_everything_stays(self):
        widget = explore_descent()
        with pytest.raises(ValueError, match="lr is -1"):
            widget.set(lr=-1)
        assert widget.params["lr"] == 0.1


@pytest.mark.slow
class TestInTheBrowser:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize(
        "options", [{}, {"lr": 1.1}, {"descend": uphill}, {"descend": not_written}], ids=["ours", "apart", "own", "failing"]
    )
    def test_a_curve_paints_in_both_themes_at_every_frame(self, show, theme, options):
        shown = show(explore_descent(steps=5, **options), theme=theme)
        self.walk_through(shown, panels=2)

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_every_landscape_paints_in_both_themes(self, show, theme):
        for name in ("round_bowl", "narrow_bowl", "saddle", "curved_valley"):
            self.walk_through(show(explore_descent(name, steps=3, descend=uphill), theme=theme), panels=2)

    def walk_through(self, shown, panels):
        page = shown.page
        canvases = page.locator("canvas.dlteach-panel")
        assert canvases.count() == panels
        for t in range(len(shown.widget.trace)):
            page.get_by_role("slider", name="step", exact=True).fill(str(t))
            shown.painted()
            assert page.locator(".dlteach-widget").get_attribute("data-t") == str(t)
        sizes = canvases.evaluate_all("all => all.map((canvas) => Math.min(canvas.width, canvas.height))")
        assert min(sizes) > 100

    def test_a_dragged_start_comes_back_as_a_new_walk(self, show):
        shown = show(explore_descent())
        handle = shown.page.get_by_role("button", name="start, ")
        handle.focus()
        shown.page.keyboard.press("ArrowLeft")
        shown.painted()
        shown.answer()
        assert shown.widget._problem == ""
        assert shown.widget.params["start"] == pytest.approx(10 - 22 / 50)
        assert shown.widget.trace.frames["x"][0] == pytest.approx(10 - 22 / 50)

    def test_a_dragged_start_in_a_landscape_moves_both_ways(self, show):
        shown = show(explore_descent("round_bowl"))
        shown.page.get_by_role("button", name="start, ").focus()
        for key in ("ArrowRight", "ArrowDown"):
            shown.page.keyboard.press(key)
            shown.painted()
            shown.answer()
        assert shown.widget._problem == ""
        assert shown.widget.params["start"] == pytest.approx([-9 + 20 / 50, 3 - 10 / 50])
