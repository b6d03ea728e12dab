"""explore_logistic: everything it names is there, every knob can be turned as far as it goes, and what it asks has the right answer."""

import itertools

import numpy as np
import pytest

from dlteach import nn
from dlteach.data import load
from dlteach.traces import MAX_BYTES
from dlteach.widgets.logistic import explore_logistic
from tests.widgets.named import arrays_named

CLOUDS = load("two_blobs", n=160, rng=np.random.default_rng(4), distance=2.6)
X, Y = CLOUDS.x, CLOUDS.y


def flipped(x, y, w, b):
    dw, db = nn.logistic_gradient(x, y, w, b)
    return -dw, -db


class TestWhatIsShown:
    def test_all_arrays_that_the_view_names_are_in_the_trace(self):
        widget = explore_logistic(X, Y, grad=flipped)
        assert set(arrays_named(widget.view)) <= set(widget.trace.frame(0))

    def test_ours_alone_has_all_but_the_ghosts(self):
        widget = explore_logistic(X, Y)
        assert set(arrays_named(widget.view, ghosts=False)) <= set(widget.trace.frame(0))
        assert any(mark.ghost for panel in widget.view.panels for mark in panel.marks if hasattr(mark, "ghost"))

    def test_the_classes_have_their_names_everywhere(self):
        panels = str(explore_logistic(X, Y, class_names=("quiet", "loud")).view.panels)
        assert "class_names=('quiet', 'loud')" in panels
        assert "rows=('quiet', 'loud'), columns=('quiet', 'loud')" in panels
        assert "probability of loud" in panels

    def test_a_few_samples_can_be_dragged_many_cannot(self):
        for n, can in ((20, True), (21, False)):
            widget = explore_logistic(X[:n], Y[:n])
            assert ('"drag": "x"' in str(widget._view).replace("'", '"')) is can
            assert ("x" in widget.params) is can

    def test_a_dragged_sample_changes_the_training_and_not_the_picture(self):
        widget = explore_logistic(X[:20], Y[:20])
        before = widget.trace.frame(60)
        moved = [[9.0, -9.0], *widget.params["x"][1:]]
        widget.set(x=moved)
        after = widget.trace.frame(60)
        np.testing.assert_allclose(after["x1"][0], 9)
        assert after["loss"] != before["loss"]
        np.testing.assert_array_equal(after["x1_range"], before["x1_range"])


class TestKnobs:
    def test_every_knob_is_a_parameter_and_begins_at_what_was_given(self):
        widget = explore_logistic(X, Y, lr=0.3, epochs=33, threshold=0.62)
        assert widget.params == {"lr": 0.3, "epochs": 33, "threshold": 0.62}
        assert [knob.name for knob in widget.view.knobs] == list(widget.params)

    def test_the_learning_rate_goes_from_far_too_small_to_far_too_large(self):
        rates = explore_logistic(X, Y).view.knobs[0].values
        assert {0.001, 0.5, 5, 200} <= set(rates)
        assert list(rates) == sorted(rates)

    @pytest.mark.parametrize("own", [{}, {"grad": flipped}], ids=["ours", "own"])
    def test_all_knobs_at_their_ends_give_a_trace_that_travels(self, own):
        widget = explore_logistic(X, Y, **own)
        ends = [(knob.values[0], knob.values[-1]) for knob in widget.view.knobs]
        for values in itertools.product(*ends):
            widget.set(**dict(zip(widget.params, values, strict=True)))
            assert 0 < len(widget._data) <= MAX_BYTES
            assert widget._problem == ""

    def test_the_most_samples_fit_too(self):
        rng = np.random.default_rng(0)
        widget = explore_logistic(rng.normal(size=(2000, 2)), rng.integers(0, 2, 2000), epochs=5000, grad=flipped)
        assert len(widget._data) <= MAX_BYTES

    def test_whole_numbers_stay_whole(self):
        widget = explore_logistic(X, Y)
        widget.set(epochs=10)
        assert len(widget.trace) == 11


class TestCode:
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"lr": 5, "epochs": 10, "threshold": 0.9},
            {"class_names": ("healthy", "sick"), "ask": True},
            {"grad": flipped, "predict": nn.predict, "confusion_matrix": nn.confusion_matrix},
        ],
        ids=lambda options: " ".join(options) or "none",
    )
    @pytest.mark.parametrize("n", [160, 12])
    def test_the_call_that_is_copied_makes_the_same_widget(self, options, n):
        x, y = X[:n], Y[:n]
        widget = explore_logistic(x, y, **options)
        names = {"x": x, "y": y, "flipped": flipped, "predict": nn.predict, "confusion_matrix": nn.confusion_matrix}
        again = eval(widget._code, {"explore_logistic": explore_logistic, **names})
        assert again._code == widget._code
        assert again._view == widget._view
        assert again._question == widget._question
        assert again.trace.pack() == widget.trace.pack()

    def test_it_has_the_knobs_as_they_are_now(self):
        widget = explore_logistic(X, Y)
        widget.set(lr=5.0)
        assert widget._code == "explore_logistic(x, y, lr=5.0, epochs=60, threshold=0.5)"

    def test_parameters_are_plain(self):
        widget = explore_logistic(X[:9], Y[:9], lr=np.float32(0.5), epochs=np.int64(7), threshold=np.float64(0.25))
        assert {type(value) for value in widget.params.values()} == {float, int, list}
        assert all(type(number) is float for place in widget.params["x"] for number in place)


class TestQuestion:
    def test_it_is_asked_after_the_first_step_only_if_wanted(self):
        assert explore_logistic(X, Y)._question is None
        assert explore_logistic(X, Y, ask=True)._question["at"] == 1

    @pytest.mark.parametrize("options", [{}, {"lr": 200.0}, {"threshold": 0.9, "epochs": 10}, {"grad": flipped}])
    def test_the_truth_is_how_many_points_are_wrong_in_the_end(self, options):
        widget = explore_logistic(X, Y, ask=True, **options)
        question = widget._question
        gradient = options.get("grad", nn.logistic_gradient)
        w, b = np.zeros(2), 0.0
        for _ in range(options.get("epochs", 60)):
            dw, db = gradient(X, Y, w, b)
            w, b = w - options.get("lr", 0.5) * dw, b - options.get("lr", 0.5) * db
        wrong = int(np.sum(nn.predict(X, w, b, options.get("threshold", 0.5)) != Y))
        assert question["truth"] == wrong
        assert question["low"] <= wrong <= question["high"]
        assert f"after the last {wrong};" in question["explain"]
        widget.answer = wrong + question["tolerance"]
        assert widget.prediction_right
        widget.answer = wrong + question["tolerance"] + 1
        assert not widget.prediction_right


class TestOwn:
    def test_a_function_that_fails_is_reported_and_ours_is_shown(self):
        def logistic_gradient(x, y, w, b):
            raise NotImplementedError

        widget = explore_logistic(X, Y, grad=logistic_gradient)
        assert "logistic_gradient is not written yet" in widget._problem
        assert widget.trace.pack() == explore_logistic(X, Y).trace.pack()

    def test_where_it_parts_from_ours_is_in_the_trace(self):
        assert explore_logistic(X, Y, grad=flipped).trace.parted == 1


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"x": X[:, 0]}, ValueError, "x has shape"),
        ({"y": Y[1:]}, ValueError, "y has shape"),
        ({"lr": -1}, ValueError, "lr is -1"),
        ({"epochs": 0.5}, TypeError, "epochs is 0.5"),
        ({"threshold": 0}, ValueError, "threshold is 0"),
        ({"grad": "mine"}, TypeError, "grad is 'mine'"),
        ({"class_names": "yes"}, TypeError, "class_names is 'yes'"),
        ({"class_names": ("yes",)}, ValueError, "class_names has 1 names"),
        ({"ask": "please"}, TypeError, "ask is 'please'"),
    ],
)
def test_arguments_that_make_no_sense_are_named(arguments, error, said):
    with pytest.raises(error, match=said):
        explore_logistic(**{"x": X, "y": Y, **arguments})


@pytest.mark.slow
class TestInTheBrowser:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("options", [{}, {"grad": flipped}, {"lr": 200.0}], ids=["ours", "own", "wild"])
    def test_it_is_painted_and_plays_to_its_end(self, show, theme, options):
        shown = show(explore_logistic(X, Y, **options), theme=theme)
        blank = pictures(shown.page)
        assert len(blank) == 3
        shown.page.get_by_role("button", name="Last", exact=True).click()
        shown.painted()
        assert shown.page.locator(".dlteach-widget").get_attribute("data-t") == "60"
        assert all(before != after for before, after in zip(blank, pictures(shown.page), strict=True))
        assert shown.page.get_by_text("Epoch 60: ").count()

    def test_a_knob_asks_python_and_shows_the_answer(self, show):
        shown = show(explore_logistic(X, Y))
        shown.page.get_by_role("slider", name="threshold").press("ArrowRight")
        shown.painted()
        shown.answer()
        shown.painted()
        assert shown.widget.params["threshold"] == 0.55
        assert shown.widget.trace.frame(0)["threshold"] == pytest.approx(0.55)

    def test_the_prediction_is_judged(self, show):
        shown = show(explore_logistic(X, Y, ask=True))
        shown.page.get_by_role("button", name="Last", exact=True).click()
        assert shown.page.locator(".dlteach-widget").get_attribute("data-t") == "1"
        shown.page.get_by_role("spinbutton").fill("13")
        shown.page.get_by_role("button", name="Check my prediction").click()
        assert shown.page.get_by_text("✓ Right.").count()


def pictures(page):
    return page.evaluate("[...document.querySelectorAll('canvas.dlteach-panel')].map((canvas) => canvas.toDataURL())")
