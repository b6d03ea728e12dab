"""explore_threshold: the player's slider is the threshold, and everything else follows it."""

import re

import numpy as np
import pytest

from dlteach import nn
from dlteach.data import load
from dlteach.traces import MAX_BYTES
from dlteach.widgets.threshold import explore_threshold
from tests.widgets.named import arrays_named

PEOPLE = load("imbalanced_blobs", n=400, rng=np.random.default_rng(1), positive_fraction=0.05, distance=3.0)
Y = PEOPLE.y
P = nn.sigmoid(PEOPLE.x @ np.array([1.8, 1.6]) - 3.5)


def upside_down(y_true, y_pred):
    return 1 - nn.precision(y_true, y_pred)


class TestWhatIsShown:
    def test_all_arrays_that_the_view_names_are_in_the_trace(self):
        widget = explore_threshold(P, Y, precision=upside_down, recall=upside_down, f1_score=upside_down)
        assert set(arrays_named(widget.view)) <= set(widget.trace.frame(0))
        plain = explore_threshold(P, Y)
        assert set(arrays_named(plain.view, ghosts=False)) <= set(plain.trace.frame(0))

    @pytest.mark.parametrize(("threshold", "t"), [(0.5, 48), (0.02, 0), (0.001, 0), (0.999, 96), (0.103, 8)])
    def test_it_begins_at_the_threshold_that_was_given_or_the_nearest(self, threshold, t):
        widget = explore_threshold(P, Y, threshold=threshold)
        assert widget.t == t

    def test_time_is_the_threshold(self):
        widget = explore_threshold(P, Y)
        assert widget.trace.step == "threshold"
        assert widget.view.knobs == ()

    def test_the_equation_holds_the_counts_of_the_frame(self):
        widget = explore_threshold(P, Y)
        (_, fp), (fn, tp) = nn.confusion_matrix(Y, (P >= 0.5).astype(int), 2)
        matrix = widget.trace.frame(48)["matrix"].ravel()
        places = [int(place) for place in re.findall(r'data-array="matrix" data-index="(\d)"', widget.view.equation[0])]
        assert [matrix[place] for place in places] == [tp, tp, fp, tp, tp, fn]

    def test_the_heaviest_trace_travels(self):
        rng = np.random.default_rng(0)
        widget = explore_threshold(rng.random(10_000), rng.integers(0, 2, 10_000), precision=upside_down)
        assert len(widget._data) <= MAX_BYTES

    def test_it_takes_any_model_also_one_of_64_pixels(self):
        digits = load("digits")
        x, y = digits.x[:300] / 16, (digits.y[:300] == 8).astype(int)
        w, b = nn.train_logistic_regression(x, y, 1.0, 20)
        widget = explore_threshold(nn.sigmoid(x @ w + b), y, class_names=("not 8", "8"))
        expected = nn.confusion_matrix(y, nn.predict(x, w, b), 2)
        np.testing.assert_array_equal(widget.trace.frame(widget.t)["matrix"], expected)


class TestCode:
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"class_names": ("healthy", "sick"), "threshold": 0.1},
            {"precision": upside_down, "recall": nn.recall, "f1_score": nn.f1_score, "confusion_matrix": nn.confusion_matrix},
        ],
        ids=lambda options: " ".join(options) or "none",
    )
    def test_the_call_that_is_copied_makes_the_same_widget(self, options):
        widget = explore_threshold(P, Y, **options)
        functions = {name: getattr(nn, name) for name in ("recall", "f1_score", "confusion_matrix")}
        again = eval(widget._code, {"explore_threshold": explore_threshold, "p": P, "y": Y, "upside_down": upside_down, **functions})
        assert (again._code, again._view, again.t) == (widget._code, widget._view, widget.t)
        assert again.trace.pack() == widget.trace.pack()

    def test_nothing_stands_in_it_that_goes_without_saying(self):
        assert explore_threshold(P, Y)._code == "explore_threshold(p, y)"


class TestOwn:
    def test_a_function_that_fails_is_reported_and_ours_is_shown(self):
        def precision(y_true, y_pred):
            raise NotImplementedError

        widget = explore_threshold(P, Y, precision=precision)
        assert "precision is not written yet" in widget._problem
        assert widget.trace.pack() == explore_threshold(P, Y).trace.pack()

    def test_where_it_parts_from_ours_is_in_the_trace(self):
        assert explore_threshold(P, Y, precision=upside_down).trace.parted == 0


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"p": P * 3}, ValueError, "p holds"),
        ({"y": Y[1:]}, ValueError, "y has shape"),
        ({"threshold": 1.0}, ValueError, "threshold is 1.0"),
        ({"threshold": "half"}, TypeError, "threshold is 'half'"),
        ({"class_names": ("a", "b", "c")}, ValueError, "class_names has 3 names"),
        ({"class_names": 2}, TypeError, "class_names is 2"),
        ({"recall": 1.0}, TypeError, "recall is 1.0"),
    ],
)
def test_arguments_that_make_no_sense_are_named(arguments, error, said):
    with pytest.raises(error, match=said):
        explore_threshold(**{"p": P, "y": Y, **arguments})


@pytest.mark.slow
class TestInTheBrowser:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("options", [{}, {"precision": upside_down}], ids=["ours", "own"])
    def test_the_slider_moves_the_rule_the_matrix_and_the_numbers(self, show, theme, options):
        shown = show(explore_threshold(P, Y, threshold=0.3, **options), theme=theme)
        assert shown.page.locator(".dlteach-widget").get_attribute("data-t") == "28"
        before = pictures(shown.page)
        assert len(before) == 3
        shown.page.get_by_role("slider", name="threshold").press("End")
        shown.painted()
        assert all(old != new for old, new in zip(before, pictures(shown.page), strict=True))
        assert shown.page.get_by_text("Threshold 0.98: ").count()
        assert shown.sent("_request") == []  # Python is not asked


def pictures(page):
    return page.evaluate("[...document.querySelectorAll('canvas.dlteach-panel')].map((canvas) => canvas.toDataURL())")
