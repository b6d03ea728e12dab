"""The trace of logistic regression: the reference's numbers, the learner's function in place of ours, and what is said about both."""

import itertools
import warnings

import numpy as np
import pytest

from dlteach import nn
from dlteach.data import load
from dlteach.traces import OwnFunctionError
from dlteach.traces.logistic import GRID, logistic_regression_trace

CLOUDS = load("two_blobs", n=60, rng=np.random.default_rng(4), distance=2.6)
X, Y = CLOUDS.x, CLOUDS.y
CLOSE = {"rtol": 1e-6, "atol": 1e-6}  # float32


def trace(**options):
    return logistic_regression_trace(X, Y, **{"lr": 0.5, "epochs": 20, **options})


class TestNumbers:
    @pytest.mark.parametrize("epoch", [0, 1, 7, 20])
    def test_each_frame_holds_the_model_that_the_reference_trains_in_that_many_epochs(self, epoch):
        w, b = nn.train_logistic_regression(X, Y, 0.5, epoch)
        dw, db = nn.logistic_gradient(X, Y, w, b)
        frame = trace().frame(epoch)
        np.testing.assert_allclose([frame["w1"], frame["w2"], frame["b"]], [*w, b], **CLOSE)
        np.testing.assert_allclose([frame["dw1"], frame["dw2"], frame["db"]], [*dw, db], **CLOSE)
        np.testing.assert_allclose(frame["next_w1"], w[0] - 0.5 * dw[0], **CLOSE)
        np.testing.assert_allclose(frame["loss"], nn.binary_cross_entropy(X @ w + b, Y), **CLOSE)
        assert frame["epoch"] == epoch

    @pytest.mark.parametrize("threshold", [0.05, 0.5, 0.9])
    @pytest.mark.parametrize("epoch", [0, 1, 20])
    def test_each_frame_judges_by_the_threshold(self, threshold, epoch):
        w, b = nn.train_logistic_regression(X, Y, 0.5, epoch)
        y_pred = nn.predict(X, w, b, threshold)
        frame = trace(threshold=threshold).frame(epoch)
        np.testing.assert_array_equal(frame["wrong"], y_pred != Y)
        np.testing.assert_array_equal(frame["matrix"], nn.confusion_matrix(Y, y_pred, 2))
        np.testing.assert_allclose(frame["accuracy"], nn.accuracy(Y, y_pred), **CLOSE)
        np.testing.assert_allclose(frame["precision"], nn.precision(Y, y_pred), **CLOSE)
        np.testing.assert_allclose(frame["recall"], nn.recall(Y, y_pred), **CLOSE)
        assert frame["wrong_count"] == np.sum(y_pred != Y)

    def test_scikit_learn_gives_the_same_precision_and_recall(self):
        metrics = pytest.importorskip("sklearn.metrics")
        w, b = nn.train_logistic_regression(X, Y, 0.5, 20)
        y_pred = nn.predict(X, w, b)
        frame = trace().frame(20)
        np.testing.assert_allclose(frame["precision"], metrics.precision_score(Y, y_pred), **CLOSE)
        np.testing.assert_allclose(frame["recall"], metrics.recall_score(Y, y_pred), **CLOSE)
        np.testing.assert_array_equal(frame["matrix"], metrics.confusion_matrix(Y, y_pred))

    def test_the_map_holds_the_probability_in_the_middle_of_each_cell(self):
        frame = trace().frame(20)
        w, b = nn.train_logistic_regression(X, Y, 0.5, 20)
        (low1, high1), (low2, high2) = frame["x1_range"], frame["x2_range"]
        for row, column in ((0, 0), (0, GRID - 1), (GRID - 1, 0), (20, 30)):
            place = np.array([low1 + (column + 0.5) / GRID * (high1 - low1), low2 + (row + 0.5) / GRID * (high2 - low2)])
            assert frame["p"][row, column] == pytest.approx(nn.sigmoid(place @ w + b), abs=1 / 500)

    def test_the_samples_lie_inside_the_picture(self):
        frame = trace().frame(0)
        for axis, name in enumerate(("x1", "x2")):
            low, high = frame[f"{name}_range"]
            assert low < X[:, axis].min() <= X[:, axis].max() < high

    @pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
    def test_both_ends_of_the_boundary_are_on_the_border_of_the_picture_and_have_the_threshold_as_their_probability(self, threshold):
        frame = trace(threshold=threshold).frame(20)
        for x1, x2 in zip(frame["boundary_x1"], frame["boundary_x2"], strict=True):
            z = x1 * frame["w1"] + x2 * frame["w2"] + frame["b"]
            assert nn.sigmoid(np.float64(z)) == pytest.approx(threshold, abs=1e-5)
            border = [*(x1 - frame["x1_range"]), *(x2 - frame["x2_range"])]
            assert np.abs(border).min() < 1e-5

    @pytest.mark.parametrize("w", [(0.0, 1.0), (1.0, 0.0), (0.0, -2.0)])
    def test_a_boundary_may_be_level_or_upright(self, w):
        """The labels follow one feature alone, so by symmetry the other one's weight stays 0."""
        x = np.array(list(itertools.product([-1.0, 1.0], repeat=2)))
        frame = logistic_regression_trace(x, (x @ w > 0).astype(int), epochs=5).frame(5)
        along = "boundary_x1" if w[0] == 0 else "boundary_x2"
        across = "boundary_x2" if w[0] == 0 else "boundary_x1"
        np.testing.assert_allclose(frame[across], 0, atol=1e-6)
        np.testing.assert_allclose(np.sort(frame[along]), frame[along.removeprefix("boundary_") + "_range"], atol=1e-6)

    def test_where_there_is_no_boundary_in_sight_there_is_none_to_draw(self):
        assert np.isnan(trace().frame(0)["boundary_x1"]).all()  # all weights 0
        assert np.isnan(trace(lr=0.001, threshold=0.95).frame(1)["boundary_x1"]).all()  # far away

    def test_a_long_training_is_shown_in_81_frames_from_the_first_to_the_last_epoch(self):
        long = trace(epochs=1000)
        epochs = long.history("epoch", len(long) - 1)
        assert len(long) == 81
        assert [epochs[0], epochs[-1]] == [0, 1000]
        assert set(np.diff(epochs)) <= {12, 13}
        w, _ = nn.train_logistic_regression(X, Y, 0.5, int(epochs[40]))
        np.testing.assert_allclose(long.frame(40)["w1"], w[0], **CLOSE)

    def test_the_same_arguments_give_the_same_trace(self):
        assert trace().pack() == trace().pack()

    def test_data_are_not_changed(self):
        x, y = X.copy(), Y.copy()

        def spoil(x, y, w, b):
            dw, db = nn.logistic_gradient(x, y, w, b)
            x[:], y[:], w[:] = 0, 0, 0
            return dw, db

        assert logistic_regression_trace(x, y, grad=spoil).parted is None
        np.testing.assert_array_equal(x, X)
        np.testing.assert_array_equal(y, Y)

    def test_lists_will_do(self):
        assert logistic_regression_trace(X.tolist(), Y.tolist()).sentences == logistic_regression_trace(X, Y).sentences

    def test_the_heaviest_trace_fits_into_a_megabyte(self):
        x = np.random.default_rng(0).normal(size=(2000, 2))
        layout, data = logistic_regression_trace(x, x[:, 0] > 0, epochs=5000, grad=lambda x, y, w, b: (np.zeros(2), 0.0)).pack()
        assert len(data) <= 2**20
        assert layout["frames"] == 81


class TestWords:
    def test_the_first_frame_says_why_there_is_no_boundary(self):
        assert trace().describe(0) == (
            "Epoch 0, before the first step: all weights are 0, so every probability is 0.5. The loss is 0.693; 30 of 60 points are wrong "
            "(30 false alarms, 0 missed)."
        )

    def test_each_frame_says_its_loss_and_how_many_are_wrong(self):
        shown = trace()
        for t in range(1, len(shown)):
            frame = shown.frame(t)
            said = shown.describe(t)
            assert said.startswith(f"Epoch {t}: ")
            assert f"{frame['loss']:.3f}".rstrip("0") in said
            assert f"{frame['wrong_count']:.0f} of 60 points" in said
            assert f"({frame['matrix'][0, 1]:.0f} false alarm" in said

    def test_the_boundary_appears_and_then_moves(self):
        x = np.array([[-1.0, 0], [0, -1], [0, 2], [3, 0], [2, 2]])
        said = logistic_regression_trace(x, np.array([0, 0, 0, 1, 1]), epochs=30).sentences
        assert "A boundary appears." in said[1]
        assert any("turns by" in sentence for sentence in said[2:])
        assert any("towards the side called 1" in sentence or "towards the side called 0" in sentence for sentence in said[2:])

    def test_a_boundary_that_turns_right_round_is_said_to(self):
        signs = iter([1.0, -3.0])
        turned = trace(epochs=1 + 1, grad=lambda x, y, w, b: (next(signs, 0.0) * nn.logistic_gradient(x, y, w * 0, b)[0], 0.0))
        assert "turns right round" in turned.describe(2)

    def test_far_away_is_said(self):
        assert "outside the picture" in trace(lr=0.001, threshold=0.95).describe(1)

    def test_none_wrong_one_wrong_and_one_false_alarm_are_said_as_people_say_them(self):
        x = np.array([[-2.0, -2], [-1, -2], [2, 2], [1, 2]])
        y = np.array([0, 0, 1, 1])
        assert "none of 4 points is wrong" in logistic_regression_trace(x, y).describe(60)
        x, y = np.vstack([x, x, x, [[1.0, 1]]]), np.array([*y, *y, *y, 0])
        assert "1 of 13 points is wrong (1 false alarm, 0 missed)" in logistic_regression_trace(x, y).describe(60)

    def test_a_learning_rate_of_200_climbs_without_a_warning(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            wild = trace(lr=200)
        assert "The loss climbs from 0.693 to" in wild.describe(1)
        assert "uphill" in wild.describe(1)

    def test_numbers_too_large_to_store_are_said_to_be_and_do_not_stop_the_picture(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            gone = trace(lr=1e308, epochs=3)
            gone.pack()
        assert "too large to store" in gone.describe(3)
        assert np.isfinite(gone.frame(3)["loss_range"]).all()
        assert np.isfinite(gone.frame(3)["p"]).all()

    @pytest.mark.parametrize("lr", [5e-324, 1e-200, 1e30, 1e300])
    def test_no_learning_rate_makes_a_warning_or_another_number_than_the_picture_has(self, lr):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shown = trace(lr=lr, epochs=3, threshold=0.3)
        for t in range(len(shown)):
            assert ("∞" in shown.describe(t).split(";")[0].split("to")[-1]) == bool(np.isinf(shown.frame(t)["loss"]))

    def test_the_caption_tells_the_whole(self):
        assert trace().caption.startswith(
            "Logistic regression on 60 points, from zero weights, with learning rate 0.5 and threshold 0.5: in 20 "
        )

    def test_a_short_training_has_key_frames_too(self):
        assert trace(epochs=1).key_frames == (0, 1)


def right(x, y, w, b):
    error = 1 / (1 + np.exp(-(x @ w + b))) - y
    return error @ x / len(y), error.mean()


def y_minus_p(x, y, w, b):
    dw, db = right(x, y, w, b)
    return -dw, -db


def summed(x, y, w, b):
    dw, db = right(x, y, w, b)
    return dw * len(y), db * len(y)


def bias_forgotten(x, y, w, b):
    return right(x, y, w, b)[0], 0.0


def sigmoid_forgotten(x, y, w, b):
    error = x @ w + b - y
    return error @ x / len(y), error.mean()


def slope_again(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = (p - y) * p * (1 - p)
    return error @ x / len(y), error.mean()


class TestOwnGradient:
    def test_a_right_one_gives_our_numbers_and_that_is_said(self):
        own, ours = trace(grad=right), trace()
        for name in ours.frames:
            np.testing.assert_allclose(own.frame(20)[name], ours.frame(20)[name], **CLOSE)
        assert own.parted is None
        assert own.remark == "right gives our numbers at every epoch."

    @pytest.mark.parametrize("lr", [0.5, 200.0])
    @pytest.mark.parametrize("epochs", [20, 2000])
    def test_rounding_is_no_difference_however_long_and_wild_the_training(self, lr, epochs):
        assert trace(grad=right, lr=lr, epochs=epochs).parted is None

    def test_ours_runs_beside_it(self):
        own, ours = trace(grad=y_minus_p), trace()
        for name in ("loss", "boundary_x1", "boundary_x2"):
            np.testing.assert_array_equal(own.frame(20)[f"ghost_{name}"], ours.frame(20)[name])
        assert own.frame(20)["loss"] > ours.frame(20)["loss"]

    def test_without_it_there_is_no_ghost_and_no_remark(self):
        for shown in (trace(), trace(grad=nn.logistic_gradient)):
            assert not [name for name in shown.frame(0) if name.startswith("ghost")]
            assert (shown.parted, shown.remark) == (None, "")

    @pytest.mark.parametrize("wrong", [y_minus_p, summed, sigmoid_forgotten, slope_again], ids=lambda wrong: wrong.__name__)
    def test_a_wrong_one_parts_in_the_first_step_and_both_numbers_are_said(self, wrong):
        shown = trace(grad=wrong)
        dw, _ = wrong(X, Y, np.zeros(2), 0.0)
        assert shown.parted == 1
        assert shown.remark.startswith(f"In the step from epoch 0 to 1, {wrong.__name__} gives ")
        frame = shown.frame(0)
        np.testing.assert_allclose([frame["dw1"], frame["dw2"]], dw, **CLOSE)

    def test_the_number_said_is_that_of_the_largest_difference(self):
        said = trace(grad=lambda x, y, w, b: (right(x, y, w, b)[0] + np.array([0, 1]), right(x, y, w, b)[1])).remark
        dw, _ = right(X, Y, np.zeros(2), 0.0)
        mine, ours = (f"{number:.4f}".replace("-", "−") for number in (dw[1] + 1, dw[1]))
        assert said == f"In the step from epoch 0 to 1, your function gives dw[1] = {mine}, ours gives {ours}."

    def test_a_forgotten_bias_parts_where_the_bias_begins_to_count(self):
        """As many of either class: at zero weights the errors add up to 0, so the first step of the bias is 0 in truth too."""
        shown = trace(grad=bias_forgotten)
        assert shown.parted == 2
        assert "bias_forgotten gives db = 0, ours gives " in shown.remark

    def test_in_a_long_training_the_frame_is_the_first_that_shows_the_difference(self):
        calls = itertools.count()

        def wrong_later(x, y, w, b):
            dw, db = right(x, y, w, b)
            return (dw if next(calls) < 500 else dw + 1), db

        shown = trace(grad=wrong_later, epochs=1000)
        epochs = shown.history("epoch", 80)
        assert epochs[shown.parted - 1] < 501 <= epochs[shown.parted]
        assert "from epoch 500 to 501" in shown.remark

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            (lambda x, y, w, b: None, "returned None"),
            (lambda x, y, w, b: np.zeros(2), "of type ndarray"),
            (lambda x, y, w, b: (np.zeros(2), 0.0, 0.0), "returned 3 things"),
            (lambda x, y, w, b: (None, 0.0), "returned None for dw"),
            (lambda x, y, w, b: (np.zeros((2, 1)), 0.0), r"dw of shape \(2, 1\)"),
            (lambda x, y, w, b: (np.zeros(2), np.zeros(60)), r"db of shape \(60,\)"),
            (lambda x, y, w, b: ("no", 0.0), "returned str for dw"),
            (lambda x, y, w, b: x @ y, "stopped with ValueError"),
        ],
    )
    def test_one_that_gives_no_gradient_is_reported(self, wrong, said):
        with pytest.raises(OwnFunctionError, match=said):
            trace(grad=wrong)

    def test_one_that_is_not_written_yet_is_reported(self):
        def logistic_gradient(x, y, w, b):
            raise NotImplementedError

        with pytest.raises(OwnFunctionError, match="logistic_gradient is not written yet"):
            trace(grad=logistic_gradient)


class TestOwnDecisions:
    def test_right_ones_give_our_numbers(self):
        def predict(x, w, b, threshold=0.5):
            return 1 / (1 + np.exp(-(x @ w + b))) >= threshold  # True and False will do

        def confusion_matrix(y_true, y_pred, num_classes):
            matrix = np.zeros((num_classes, num_classes))
            for true, said in zip(y_true, y_pred, strict=True):
                matrix[true, said] += 1
            return matrix

        own = trace(predict=predict, confusion_matrix=confusion_matrix, threshold=0.3)
        assert own.pack()[1] == trace(threshold=0.3).pack()[1]
        assert own.remark == "predict and confusion_matrix give our numbers at every epoch."

    def test_a_threshold_left_out_is_seen_in_the_points_and_said(self):
        def predict(x, w, b, threshold):
            return (x @ w + b >= 0).astype(int)

        shown = trace(predict=predict, threshold=0.9)
        assert shown.parted == 0
        assert shown.remark.startswith("predict gives 1 for the point (")
        assert "ours gives 0: its probability is 0.5, the threshold 0.9." in shown.remark
        w, b = nn.train_logistic_regression(X, Y, 0.5, 20)
        np.testing.assert_array_equal(shown.frame(20)["wrong"], nn.predict(X, w, b, 0.5) != Y)

    def test_a_matrix_the_wrong_way_round_is_shown_and_said(self):
        shown = trace(confusion_matrix=lambda true, said, classes: nn.confusion_matrix(said, true, classes))
        ours = trace()
        assert shown.parted == 0
        np.testing.assert_array_equal(shown.frame(20)["matrix"], ours.frame(20)["matrix"].T)
        assert shown.remark == "your function counts 0 in row 0, column 1; ours counts 30."

    def test_a_matrix_of_shares_and_zeros_can_be_shaded(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for strange in (np.zeros((2, 2)), np.full((2, 2), np.nan), -np.ones((2, 2)), np.full((2, 2), np.inf)):
                shade = trace(confusion_matrix=lambda *_, strange=strange: strange).frame(3)["matrix_shade"]
                assert ((shade >= 0) & (shade <= 1)).all()

    def test_the_first_of_several_differences_is_marked_and_all_are_said(self):
        def late(x, w, b, threshold):
            return nn.predict(x, w, b, threshold) if w.any() else np.zeros(len(x))

        shown = trace(grad=y_minus_p, predict=late)
        assert shown.parted == 0
        assert shown.remark.startswith("late gives 0")
        assert "y_minus_p gives" in shown.remark

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"predict": lambda x, w, b, t: nn.sigmoid(x @ w + b)}, "returned the label 0.5; a label is 0 or 1"),
            ({"predict": lambda x, w, b, t: np.where(x @ w + b > 0, 1, -1)}, "returned the label −1"),
            ({"predict": lambda x, w, b, t: np.flatnonzero(x @ w + b >= 0)[:3]}, "labels of shape"),
            ({"predict": lambda x, w, b, t: None}, "returned None"),
            ({"predict": lambda x, w, b, t: 1 if x @ w + b >= 0 else 0}, "stopped with ValueError"),
            ({"confusion_matrix": lambda true, said, classes: np.zeros(4)}, r"a matrix of shape \(4,\)"),
            ({"confusion_matrix": lambda true, said, classes: None}, "returned None"),
        ],
    )
    def test_what_gives_no_labels_or_no_matrix_is_reported(self, wrong, said):
        with pytest.raises(OwnFunctionError, match=said):
            trace(**wrong)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"x": X[:, :1]}, ValueError, r"x has shape \(60, 1\)"),
        ({"x": np.zeros((0, 2)), "y": np.zeros(0)}, ValueError, "x has shape"),
        ({"x": np.zeros((2001, 2)), "y": np.zeros(2001)}, ValueError, "N from 1 to 2000"),
        ({"x": "clouds"}, TypeError, "x is a str"),
        ({"x": np.where(X > 1, np.nan, X)}, ValueError, "x holds a NaN"),
        ({"y": Y[:-1]}, ValueError, r"y has shape \(59,\)"),
        ({"y": Y + 1}, ValueError, "y holds"),
        ({"y": Y - 0.5}, ValueError, "y holds"),
        ({"lr": 0}, ValueError, "lr is 0"),
        ({"lr": float("nan")}, ValueError, "lr is nan"),
        ({"lr": "fast"}, TypeError, "lr is 'fast'"),
        ({"epochs": 0}, ValueError, "epochs is 0"),
        ({"epochs": 5001}, ValueError, "from 1 to 5000"),
        ({"epochs": 2.5}, TypeError, "epochs is 2.5"),
        ({"epochs": True}, TypeError, "epochs is True"),
        ({"threshold": 1}, ValueError, "threshold is 1"),
        ({"threshold": None}, TypeError, "threshold is None"),
        ({"grad": 3}, TypeError, "grad is 3"),
        ({"predict": "mine"}, TypeError, "predict is 'mine'"),
        ({"confusion_matrix": np.zeros((2, 2))}, TypeError, "confusion_matrix is"),
        ({"area": ((1, 0), (0, 1))}, ValueError, "area is"),
    ],
)
def test_arguments_that_make_no_sense_are_named(arguments, error, said):
    with pytest.raises(error, match=said):
        logistic_regression_trace(**{"x": X, "y": Y, **arguments})
