"""The trace of the threshold: the reference's metrics at every threshold, and the learner's beside them."""

import warnings

import numpy as np
import pytest

from dlteach import nn
from dlteach.traces import OwnFunctionError
from dlteach.traces.threshold import THRESHOLDS, threshold_trace

CLOSE = {"rtol": 1e-6, "atol": 1e-6}  # float32
FRAMES = range(0, len(THRESHOLDS), 8)


def data(n=200, seed=0):
    """Probabilities as a model of medium quality gives them, one sample in five positive."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.2).astype(int)
    return nn.sigmoid(rng.normal(size=n) + 3 * y - 1.5), y


P, Y = data()


def written(number):
    """As it stands in a sentence: 0.250, but 1 and 0."""
    return f"{number:.0f}" if number in (0, 1) else f"{number:.3f}".rstrip("0")


def answers(t):
    return (THRESHOLDS[t] <= P).astype(int)


class TestNumbers:
    def test_the_thresholds_go_from_0_02_to_0_98_in_hundredths(self):
        shown = threshold_trace(P, Y)
        np.testing.assert_allclose(shown.history("threshold", len(shown) - 1), np.arange(2, 99) / 100, rtol=1e-6)
        assert shown.step == "threshold"

    @pytest.mark.parametrize("t", FRAMES)
    def test_each_frame_holds_the_metrics_of_the_reference(self, t):
        frame, y_pred = threshold_trace(P, Y).frame(t), answers(t)
        np.testing.assert_array_equal(frame["matrix"], nn.confusion_matrix(Y, y_pred, 2))
        for name, metric in {"precision": nn.precision, "recall": nn.recall, "f1": nn.f1_score, "accuracy": nn.accuracy}.items():
            np.testing.assert_allclose(frame[name], metric(Y, y_pred), **CLOSE)

    @pytest.mark.parametrize("t", FRAMES)
    def test_scikit_learn_gives_the_same(self, t):
        metrics = pytest.importorskip("sklearn.metrics")
        frame, y_pred = threshold_trace(P, Y).frame(t), answers(t)
        for name in ("precision", "recall", "f1"):
            np.testing.assert_allclose(frame[name], getattr(metrics, f"{name}_score")(Y, y_pred, zero_division=0), **CLOSE)

    @pytest.mark.parametrize("t", FRAMES)
    def test_the_curves_go_through_the_numbers_of_the_frames(self, t):
        frame = threshold_trace(P, Y).frame(t)
        assert frame["thresholds"][t] == frame["threshold"]
        for name in ("precision", "recall", "f1"):
            assert frame[f"{name}s"][t] == frame[name]

    def test_the_probability_at_the_threshold_counts_as_yes(self):
        shown = threshold_trace([0.5, 0.4999999], [1, 1], [0.5])
        np.testing.assert_array_equal(shown.frame(0)["matrix"], [[0, 0], [1, 1]])

    def test_the_histogram_is_that_of_numpy_as_a_share_of_each_class(self):
        frame = threshold_trace(P, Y).frame(0)
        for label in (0, 1):
            counts, edges = np.histogram(P[label == Y], 20, (0, 1))
            outline = frame[f"share_{label}"]
            np.testing.assert_allclose(outline[1:-1:2], counts / counts.sum(), **CLOSE)
            np.testing.assert_allclose(outline[2:-1:2], counts / counts.sum(), **CLOSE)
            assert outline[0] == outline[-1] == 0
            np.testing.assert_allclose(frame["bins"], np.repeat(edges, 2), **CLOSE)

    def test_certain_answers_are_in_the_outer_bins(self):
        frame = threshold_trace([0.0, 1.0], [0, 1]).frame(0)
        assert frame["share_0"][1] == 1
        assert frame["share_1"][-2] == 1

    @pytest.mark.parametrize("label", [0, 1])
    def test_a_class_that_is_not_there_warns_of_nothing(self, label):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            frame = threshold_trace(P, np.full(len(P), label)).frame(50)
        assert not frame[f"share_{1 - label}"].any()
        assert (frame["matrix_shade"] <= 1).all()

    def test_our_own_thresholds_can_be_chosen(self):
        shown = threshold_trace(P, Y, [0.1, 0.9])
        assert len(shown) == 2
        np.testing.assert_allclose(shown.frame(1)["recall"], nn.recall(Y, (P >= 0.9).astype(int)), **CLOSE)

    def test_what_is_printed_are_round_thresholds_or_the_nearest(self):
        shown = threshold_trace(P, Y)
        assert [THRESHOLDS[t] for t in shown.key_frames] == [0.1, 0.3, 0.5, 0.9]
        assert threshold_trace(P, Y, [0.2, 0.7]).key_frames == (0, 1)

    def test_as_many_samples_as_may_be_fit_into_a_megabyte_and_so_does_the_finest_grid(self):
        p, y = data(10_000)
        assert len(threshold_trace(p, y, np.linspace(0, 1, 500)).pack()[1]) <= 2**20


class TestWords:
    def test_each_frame_says_who_is_found_and_who_is_missed(self):
        shown = threshold_trace(P, Y)
        for t in FRAMES:
            (_, alarms), (missed, found) = shown.frame(t)["matrix"].astype(int)
            said = shown.describe(t)
            assert said.startswith(f"Threshold {THRESHOLDS[t]:g}: {alarms + found} of 200 ")
            assert f"Of the {missed + found} that are 1, {found} " in said
            assert f"{missed} missed" in said
            assert f"Precision {written(nn.precision(Y, answers(t)))}, recall {written(nn.recall(Y, answers(t)))}, F1 " in said

    def test_ones_are_said_as_people_say_them(self):
        said = threshold_trace([0.9, 0.8, 0.1], [1, 0, 0]).describe(60)
        assert "2 of 3 are called 1. Of the 1 that are 1, 1 is found and 0 missed; 1 is a false alarm." in said

    def test_the_caption_tells_the_whole(self):
        assert threshold_trace(P, Y).caption.startswith(
            f"200 samples, {Y.sum()} of them of class 1, judged at 97 thresholds from 0.02 to 0.98"
        )


def swapped(y_true, y_pred):
    return nn.recall(y_true, y_pred)


def without_half(y_true, y_pred):
    (_, fp), (fn, tp) = nn.confusion_matrix(y_true, y_pred, 2)
    return tp / (tp + fp + fn)


def unguarded(y_true, y_pred):
    (_, fp), (_, tp) = nn.confusion_matrix(y_true, y_pred, 2)
    return tp / (tp + fp)


class TestOwn:
    def test_right_ones_give_our_numbers_and_that_is_said(self):
        def precision(y_true, y_pred):
            found = np.sum(y_true * y_pred)
            return found / max(1, np.sum(y_pred))

        def recall(y_true, y_pred):
            return np.sum(y_true * y_pred) / np.sum(y_true)

        own, ours = threshold_trace(P, Y, precision=precision, recall=recall), threshold_trace(P, Y)
        np.testing.assert_allclose(own.frame(0)["precisions"], ours.frame(0)["precisions"], **CLOSE)
        assert not [name for name in own.frame(0) if name.startswith("ghost")]
        assert own.parted is None
        assert own.remark == "precision and recall give our numbers at every threshold."

    def test_without_one_there_is_no_ghost_and_no_remark(self):
        for shown in (threshold_trace(P, Y), threshold_trace(P, Y, precision=nn.precision, f1_score=nn.f1_score)):
            assert not [name for name in shown.frame(0) if name.startswith("ghost")]
            assert (shown.parted, shown.remark) == (None, "")

    def test_ours_stands_only_behind_what_differs(self):
        shown = threshold_trace(P, Y, precision=swapped, recall=swapped, f1_score=without_half).frame(0)
        assert [name for name in shown if name.startswith("ghost")] == ["ghost_precisions", "ghost_f1s"]

    @pytest.mark.parametrize(
        ("name", "array", "wrong"),
        [("precision", "precision", swapped), ("f1_score", "f1", without_half), ("recall", "recall", lambda t, p: 1 - nn.recall(t, p))],
    )
    def test_a_wrong_one_is_shown_and_both_numbers_are_said(self, name, array, wrong):
        shown = threshold_trace(P, Y, **{name: wrong})
        t = shown.parted
        own, ours = wrong(Y, answers(t)), getattr(nn, name)(Y, answers(t))
        assert own != pytest.approx(ours)
        for before in range(t):
            assert wrong(Y, answers(before)) == pytest.approx(getattr(nn, name)(Y, answers(before)))
        np.testing.assert_allclose(shown.frame(t)[array], own, **CLOSE)
        np.testing.assert_allclose(shown.frame(0)[f"ghost_{array}s"][t], ours, **CLOSE)
        assert shown.remark.startswith(f"At threshold {THRESHOLDS[t]:g}, ")
        assert shown.remark.endswith(f"gives {written(own)}, ours gives {written(ours)}.")

    def test_nothing_divided_by_nothing_parts_where_nobody_is_called_1_and_warns_of_nothing(self):
        p = P * 0.5
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shown = threshold_trace(p, Y, precision=unguarded)
        assert p.max() < THRESHOLDS[shown.parted] <= p.max() + 0.01
        assert "unguarded gives not a number, ours gives 0." in shown.remark

    def test_a_matrix_the_wrong_way_round_is_shown_and_said(self):
        shown = threshold_trace(P, Y, confusion_matrix=lambda true, said, classes: nn.confusion_matrix(said, true, classes))
        np.testing.assert_array_equal(shown.frame(30)["matrix"], threshold_trace(P, Y).frame(30)["matrix"].T)
        assert shown.parted == 0
        assert shown.remark.startswith("At threshold 0.02, your function counts ")

    def test_the_learners_function_may_change_what_it_gets(self):
        def recall(y_true, y_pred):
            result = nn.recall(y_true, y_pred)
            y_true[:], y_pred[:] = 0, 0
            return result

        assert threshold_trace(P, Y, recall=recall).parted is None

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            (lambda true, said: None, "returned None"),
            (lambda true, said: np.zeros(2), r"shape \(2,\)"),
            (lambda true, said: "high", "returned str"),
            (lambda true, said: true.missing, "stopped with AttributeError"),
        ],
    )
    def test_one_that_gives_no_number_is_reported(self, wrong, said):
        with pytest.raises(OwnFunctionError, match=said):
            threshold_trace(P, Y, precision=wrong)

    def test_one_that_is_not_written_yet_is_reported(self):
        def f1_score(y_true, y_pred):
            raise NotImplementedError

        with pytest.raises(OwnFunctionError, match="f1_score is not written yet"):
            threshold_trace(P, Y, f1_score=f1_score)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"p": P * 2}, ValueError, "p holds 1"),
        ({"p": np.where(P > 0.5, np.nan, P)}, ValueError, "p holds nan"),
        ({"p": P[:, None]}, ValueError, r"p has shape \(200, 1\)"),
        ({"p": []}, ValueError, r"p has shape \(0,\)"),
        ({"p": "often"}, TypeError, "p is a str"),
        ({"y": Y[1:]}, ValueError, r"y has shape \(199,\)"),
        ({"y": Y * 2}, ValueError, "y holds"),
        ({"thresholds": [0.5, 0.5]}, ValueError, "larger than the one before"),
        ({"thresholds": [0.5, 1.5]}, ValueError, "thresholds holds 1.5"),
        ({"thresholds": 0.5}, ValueError, "thresholds has shape"),
        ({"precision": 0.5}, TypeError, "precision is 0.5"),
        ({"f1_score": "mine"}, TypeError, "f1_score is 'mine'"),
    ],
)
def test_arguments_that_make_no_sense_are_named(arguments, error, said):
    with pytest.raises(error, match=said):
        threshold_trace(**{"p": P, "y": Y, **arguments})
