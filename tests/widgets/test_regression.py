"""explore_regression: all it names is there, every knob can be turned as far as it goes, and points can be dragged."""

import itertools

import numpy as np
import pytest

from dlteach import nn
from dlteach.data import load
from dlteach.traces import MAX_BYTES
from dlteach.widgets.regression import explore_regression
from tests.widgets.named import arrays_named

IRIS = load("iris")
X, Y = IRIS.x[:, 2], IRIS.x[:, 3]
FEW = slice(None, None, 15)


def dragged_in(view):
    """The parameters that can be changed by dragging."""
    return {mark.drag for panel in view.panels for mark in panel.marks if getattr(mark, "drag", None)}


def uphill(grad, start, lr, steps):
    return nn.gradient_descent(lambda theta: -grad(theta), start, lr, steps)


def slope_of_petals(theta):
    error = theta[0] * X + theta[1] - Y
    return np.array([2 * np.mean(error * X), 2 * np.mean(error)])


def not_written(grad, start, lr, steps):
    raise NotImplementedError()


class TestWhatIsShown:
    def test_all_arrays_that_the_view_names_are_in_the_trace(self):
        widget = explore_regression(X, Y, descend=uphill)
        assert set(arrays_named(widget.view)) <= set(widget.trace.frame(0))

    def test_ours_alone_has_all_but_the_ghosts(self):
        widget = explore_regression(X, Y)
        assert set(arrays_named(widget.view, ghosts=False)) <= set(widget.trace.frame(0))
        assert not [name for name in widget.trace.frames if "ghost" in name]

    def test_axes_have_the_names_they_were_given(self):
        panel = explore_regression(X, Y, x_label="petal length (cm)", y_label="petal width (cm)").view.panels[0]
        assert (panel.x.label, panel.y.label) == ("petal length (cm)", "petal width (cm)")

    def test_all_points_and_the_first_line_lie_in_the_picture(self):
        for chosen in (slice(None), FEW):
            widget = explore_regression(X[chosen], Y[chosen])
            panel, frame = widget.view.panels[0], widget.trace.frame(0)
            for axis, numbers in ((panel.x, frame["x"]), (panel.y, frame["y"]), (panel.y, frame["pred"])):
                assert axis.range[0] < numbers.min() <= numbers.max() < axis.range[1]

    def test_a_first_line_that_is_far_off_does_not_flatten_the_points(self):
        axis = explore_regression(X, Y, start=(50, 0)).view.panels[0].y
        assert axis.range[1] < 3

    def test_a_function_that_fails_is_told_and_ours_is_shown(self):
        widget = explore_regression(X, Y, descend=not_written)
        assert widget._problem == "not_written is not written yet. This is ours."
        assert widget.trace.parted is None


class TestDragging:
    @pytest.mark.parametrize(("count", "dragged"), [(2, {"start", "points"}), (20, {"start", "points"}), (21, {"start"})])
    def test_up_to_twenty_points_can_be_dragged(self, count, dragged):
        widget = explore_regression(np.arange(count), np.arange(count) ** 2)
        assert dragged_in(widget.view) == dragged
        assert ("points" in widget.params) is ("points" in dragged)

    def test_a_slope_of_the_learners_knows_its_points_so_they_stay(self):
        assert dragged_in(explore_regression(X[FEW], Y[FEW], grad=slope_of_petals).view) == {"start"}

    @pytest.mark.parametrize("points", [0, [], [1, 2], [[1]], [[1, 2], [3]], [[10**400, 1], [2, 3]], None])
    def test_points_that_are_none_are_refused_by_name(self, points):
        widget = explore_regression(X[FEW], Y[FEW])
        with pytest.raises((TypeError, ValueError), match=r"^points "):
            widget.set(points=points)

    def test_a_dragged_point_changes_the_line_and_not_the_picture(self):
        widget = explore_regression(X[FEW], Y[FEW])
        before, axes = widget.trace.frame(50), widget.view.panels[0]
        widget.set(points=[[6.0, 0.0], *widget.params["points"][1:]])
        after = widget.trace.frame(50)
        assert (after["x"][0], after["y"][0]) == (6, 0)
        assert after["best_w"] != before["best_w"]
        assert widget.view.panels[0] == axes

    def test_points_all_at_one_place_are_refused_and_everything_stays(self):
        widget = explore_regression([1, 2], [3, 4])
        with pytest.raises(ValueError, match="x is 2 everywhere"):
            widget.set(points=[[2, 3], [2, 4]])
        assert widget.params["points"] == [[1, 3], [2, 4]]


class TestKnobs:
    def test_values_that_were_given_are_among_those_of_their_knobs(self):
        lr, steps = explore_regression(X, Y, lr=0.037, steps=17).view.knobs
        assert 0.037 in lr.values
        assert 17 in steps.values

    @pytest.mark.parametrize("own", [{}, {"descend": uphill}], ids=["ours", "own"])
    @pytest.mark.parametrize("count", [10, 150, 1000])
    def test_all_knobs_at_their_ends_give_a_trace_that_travels(self, own, count):
        rng = np.random.default_rng(0)
        x = rng.uniform(0, 7, size=count)
        widget = explore_regression(x, 0.4 * x + rng.normal(size=count), **own)
        lr, steps = widget.view.knobs
        for rate, count in itertools.product((lr.values[0], lr.values[-1]), (steps.values[0], steps.values[-1])):
            widget.set(lr=rate, steps=int(count))
            assert len(widget._data) <= MAX_BYTES
            assert widget._problem == ""
            assert all(np.isfinite(array).all() for array in widget.trace.fixed.values())


class TestCode:
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"lr": 0.05, "steps": 7, "start": (0.2, -0.4), "x_label": "length (cm)"},
            {"grad": slope_of_petals, "descend": uphill},
        ],
        ids=lambda options: " ".join(options) or "none",
    )
    @pytest.mark.parametrize("chosen", [slice(None), FEW], ids=["all", "few"])
    def test_the_call_that_is_copied_makes_the_same_widget(self, options, chosen):
        x, y = X[chosen], Y[chosen]
        widget = explore_regression(x, y, **options)
        names = {"x": x, "y": y, "slope_of_petals": slope_of_petals, "uphill": uphill}
        again = eval(widget._code, {"explore_regression": explore_regression, **names})
        for trait in ("params", "_view", "_trace", "_data", "_code"):
            assert getattr(again, trait) == getattr(widget, trait)

    def test_many_points_stand_in_it_by_name_and_those_that_can_be_dragged_as_numbers(self):
        assert explore_regression(X, Y)._code == "explore_regression(x, y, lr=0.01, steps=100, start=[0.0, 0.0])"
        widget = explore_regression([1, 2], [3, 4])
        widget.set(points=[[1.5, 3], [2, 4]])
        assert widget._code == "explore_regression(x=[1.5, 2], y=[3, 4], lr=0.01, steps=100, start=[0.0, 0.0])"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"x": X[:3]}, ValueError, r"y has shape \(150,\); it needs \(3,\)"),
            ({"x": X[:, None]}, ValueError, r"x has shape \(150, 1\); it needs \(N,\)"),
            ({"y": "abc"}, TypeError, "y is a str; it needs to be an array of numbers"),
            ({"lr": 0}, ValueError, "lr is 0"),
            ({"steps": 501}, ValueError, "steps is 501"),
            ({"start": 1}, ValueError, "start is 1; it needs to be two numbers"),
            ({"descend": 1}, TypeError, "descend is 1; it needs to be a function"),
            ({"x_label": 3}, TypeError, "x_label is 3; it needs to be a text"),
        ],
    )
    def test_an_argument_that_makes_no_sense_is_refused_by_name(self, options, error, message):
        with pytest.raises(error, match=message):
            explore_regression(**{"x": X, "y": Y, **options})


@pytest.mark.slow
class TestInTheBrowser:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("chosen", [slice(None), FEW], ids=["all", "few"])
    def test_it_paints_in_both_themes_at_every_frame(self, show, theme, chosen):
        shown = show(explore_regression(X[chosen], Y[chosen], lr=0.03, steps=4, descend=uphill), theme=theme)
        canvases = shown.page.locator("canvas.dlteach-panel")
        assert canvases.count() == 3
        for t in range(5):
            shown.page.get_by_role("slider", name="step", exact=True).fill(str(t))
            shown.painted()
            assert shown.page.locator(".dlteach-widget").get_attribute("data-t") == str(t)
        assert min(canvases.evaluate_all("all => all.map((canvas) => Math.min(canvas.width, canvas.height))")) > 100

    def test_a_dragged_point_comes_back_as_a_new_line(self, show):
        shown = show(explore_regression([0, 1, 2], [0, 1, 2]))
        before = shown.widget.trace.fixed["best_w"]
        shown.page.get_by_role("button", name="point 3, ").focus()
        shown.page.keyboard.press("ArrowUp")
        shown.painted()
        shown.answer()
        assert shown.widget._problem == ""
        assert shown.widget.params["points"][2][1] > 2
        assert shown.widget.trace.fixed["best_w"] > before

    def test_a_dragged_start_comes_back_as_a_new_walk(self, show):
        shown = show(explore_regression(X, Y))
        shown.page.get_by_role("button", name="start, ").focus()
        shown.page.keyboard.press("ArrowRight")
        shown.painted()
        shown.answer()
        assert shown.widget._problem == ""
        assert shown.widget.params["start"][0] > 0
