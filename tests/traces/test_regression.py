"""A line fitted by gradient descent: the numbers, the surface of the loss, and the learner's function beside ours."""

import json
import warnings

import numpy as np
import pytest

from dlteach import models, nn
from dlteach.data import load
from dlteach.traces import MAX_BYTES, OwnFunctionError
from dlteach.traces.regression import linear_regression_trace, mean_loss

X = np.array([0.0, 1.0, 2.0, 3.0])
Y = np.array([1.0, 3.0, 5.0, 7.0])  # y = 2 x + 1


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(scope="module")
def petals():
    iris = load("iris")
    return iris.x[:, 2], iris.x[:, 3]


def theta_of(trace):
    return np.stack([trace.frames["w"], trace.frames["b"]], axis=-1)


def measured(x, y):
    """The gradient of the mean squared error by central differences."""
    return lambda theta: nn.numerical_gradient(lambda at: np.mean((at[0] * x + at[1] - y) ** 2), theta)


# The numbers


def test_the_first_step_can_be_followed_by_hand():
    trace = linear_regression_trace(X, Y, lr=0.1, steps=1)
    # errors −1, −3, −5, −7: dw = 2 · mean(error · x) = −17, db = 2 · mean(error) = −8, loss = (1 + 9 + 25 + 49) / 4 = 21
    assert trace.frames["loss"][0] == 21
    np.testing.assert_allclose([trace.frames["gradient_w"][0], trace.frames["gradient_b"][0]], [-17, -8], rtol=1e-6)
    np.testing.assert_allclose(theta_of(trace)[1], [1.7, 0.8], rtol=1e-6)
    np.testing.assert_allclose(trace.frames["pred"][1], [0.8, 2.5, 4.2, 5.9], rtol=1e-6)


def test_the_walk_is_that_of_the_reference(petals):
    x, y = petals
    for epochs in (1, 7, 40):
        w, b = models.train_linear_regression(x[:, None], y, lr=0.03, epochs=epochs)
        trace = linear_regression_trace(x, y, lr=0.03, steps=epochs)
        np.testing.assert_allclose(theta_of(trace)[-1], [w[0], b], rtol=1e-6)


def test_recorded_numbers_of_the_iris_petals(petals):
    trace = linear_regression_trace(*petals, lr=0.03, steps=200)
    np.testing.assert_allclose(theta_of(trace)[-1], [0.40368, -0.30830], rtol=1e-4)
    assert trace.frames["loss"][-1] == pytest.approx(0.0426070, rel=1e-5)
    assert (trace.fixed["best_w"], trace.fixed["best_b"]) == pytest.approx((0.4157554, -0.3630755), rel=1e-6)


def test_loss_gradient_line_and_estimates_belong_to_the_frame(petals):
    x, y = petals
    trace = linear_regression_trace(x, y, lr=0.03, steps=10, start=(1, -1))
    for t, theta in enumerate(models_path(x, y, 0.03, 10, (1, -1))):
        frame = trace.frame(t)
        pred = theta[0] * x + theta[1]
        np.testing.assert_allclose(frame["pred"], pred, rtol=1e-5)
        np.testing.assert_allclose(frame["line_y"], theta[0] * frame["line_x"] + theta[1], rtol=1e-5)
        assert frame["loss"] == pytest.approx(np.mean((pred - y) ** 2), rel=1e-5)
        np.testing.assert_allclose([frame["gradient_w"], frame["gradient_b"]], measured(x, y)(theta), rtol=1e-4)


def models_path(x, y, lr, steps, start):
    return nn.gradient_descent(measured(x, y), np.array(start, dtype=float), lr, steps)


def test_the_lowest_point_is_the_least_squares_line():
    fixed = linear_regression_trace(X, Y, 0.1, 5).fixed
    assert (fixed["best_w"], fixed["best_b"], fixed["best_loss"]) == pytest.approx((2, 1, 0), abs=1e-9)


def test_the_loss_of_many_lines_at_once_is_that_of_each_alone(petals):
    x, y = petals
    theta = np.random.default_rng(0).normal(size=(3, 4, 2))
    for place in np.ndindex(3, 4):
        w, b = theta[place]
        assert mean_loss(x, y, theta)[place] == pytest.approx(np.mean((w * x + b - y) ** 2), rel=1e-9)


# The surface of the loss


def test_the_heights_are_those_of_the_middles_of_the_cells(petals):
    x, y = petals
    fixed = linear_regression_trace(x, y, 0.03, 5).fixed
    rows, columns = fixed["heights"].shape
    (left, right), (bottom, top) = fixed["w_range"], fixed["b_range"]
    for row, column in ((0, 0), (7, 60)):
        w = left + (column + 0.5) * (right - left) / columns
        b = bottom + (row + 0.5) * (top - bottom) / rows
        assert fixed["heights"][row, column] == pytest.approx(np.mean((w * x + b - y) ** 2), rel=1e-4)


@pytest.mark.parametrize("start", [(0, 0), (3, 0), (0, -20), (-5, 9)])
@pytest.mark.parametrize("lr", [0.01, 0.03, 0.05])
def test_the_picture_of_the_loss_contains_start_path_and_minimum(petals, start, lr):
    trace = linear_regression_trace(*petals, lr, 100, start)
    for name in ("w", "b"):
        low, high = trace.fixed[f"{name}_range"]
        for number in (trace.fixed[f"start_{name}"], trace.fixed[f"best_{name}"], trace.frames[name].min(), trace.frames[name].max()):
            assert low < number < high


def test_the_picture_stays_where_it_is_while_the_start_is_dragged_about_in_it(petals):
    ranges = [linear_regression_trace(*petals, 0.03, 20, start).fixed["w_range"] for start in [(0, 0), (0.2, 0.3), (0.9, -1), (0.5, -0.4)]]
    for each in ranges[1:]:
        np.testing.assert_array_equal(each, ranges[0])


def test_a_walk_that_flies_apart_leaves_a_picture_and_is_said(petals):
    trace = linear_regression_trace(*petals, lr=0.1, steps=200)
    assert trace.fixed["w_range"][1] < 3
    assert trace.fixed["loss_range"][1] < 10
    assert "The error has grown: the step was too long. The walk flies apart." in trace.describe(2)
    assert linear_regression_trace(*petals, lr=1, steps=300).describe(300) == (
        "Step 300: the walk has flown apart; its numbers are larger than a computer can hold."
    )


@pytest.mark.parametrize("y", [np.zeros(4), np.ones(4) * 1e6, X * 1e-6])
def test_flat_and_very_small_and_very_large_data_leave_a_picture_too(y):
    trace = linear_regression_trace(X, y, 0.1, 20)
    assert all(np.isfinite(trace.fixed[name]).all() for name in trace.fixed)
    assert trace.fixed["w_range"][0] < trace.fixed["best_w"] < trace.fixed["w_range"][1]


# The sentences


def test_a_frame_is_told_with_its_numbers():
    trace = linear_regression_trace(X, Y, lr=0.1, steps=40)
    assert trace.describe(0) == (
        "Start: the line y = 0 · x + 0, mean squared error 21; the gradient is (−17, −8), the next step (1.7, 0.8)."
    )
    assert trace.describe(1).startswith("Step 1: the line y = 1.7 · x + 0.8, mean squared error 0.535;")
    assert trace.caption == "A line y = w · x + b fitted to 4 points by gradient descent from (w, b) = (0, 0), learning rate 0.1, 40 steps."


def test_a_negative_intercept_is_taken_away(petals):
    assert " · x − 0.3083," in linear_regression_trace(*petals, lr=0.03, steps=200).describe(200)


def test_creeping_along_the_valley_and_arriving_are_told_apart(petals):
    x, y = petals
    assert "It creeps" in linear_regression_trace(x, y, 0.01, 50).describe(50)
    assert "It has arrived" in linear_regression_trace(x - x.mean(), y, 0.1, 30).describe(30)


# The learner's function in place of ours


def uphill(grad, start, lr, steps):
    return nn.gradient_descent(lambda theta: -grad(theta), start, lr, steps)


def only_w(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]) * np.array([1, 0]))
    return np.array(path)


def flat(grad, start, lr, steps):
    return nn.gradient_descent(grad, start, lr, steps).ravel()


def not_written(grad, start, lr, steps):
    raise NotImplementedError()


def no_bias(theta):
    error = theta[0] * X + theta[1] - Y
    return np.array([2 * np.mean(error * X), 0.0])


def no_factor(theta):
    error = theta[0] * X + theta[1] - Y
    return np.array([np.mean(error * X), np.mean(error)])


@pytest.mark.parametrize(
    ("functions", "parted", "remark"),
    [
        ({"descend": uphill}, 1, "Your uphill parts from ours at step 1: yours goes to (−1.7, −0.8), ours to (1.7, 0.8)."),
        ({"descend": only_w}, 1, "Your only_w parts from ours at step 1: yours goes to (1.7, 0), ours to (1.7, 0.8)."),
        ({"grad": no_bias}, 0, "Your no_bias parts from ours at step 0: at (0, 0) yours gives (−17, 0), ours (−17, −8)."),
        (
            {"grad": no_factor},
            0,
            "Your no_factor parts from ours at step 0: at (0, 0) yours gives (−8.5, −4), ours (−17, −8).",
        ),
    ],
)
def test_a_wrong_function_is_shown_beside_ours_and_where_it_parts_is_said_with_both_numbers(functions, parted, remark):
    trace, ours = linear_regression_trace(X, Y, 0.1, 20, **functions), linear_regression_trace(X, Y, 0.1, 20)
    assert (trace.parted, trace.remark) == (parted, remark)
    assert remark in trace.describe(parted)
    for name in ("w", "b", "loss", "line_y"):
        np.testing.assert_allclose(trace.frames[f"ghost_{name}"], ours.frames[name])
    assert not np.allclose(trace.frames["b"], trace.frames["ghost_b"])


@pytest.mark.parametrize(
    ("functions", "message"),
    [
        ({"descend": flat}, r"flat returned the path of shape \(42,\); it should be \(21, 2\)"),
        ({"descend": not_written}, "not_written is not written yet"),
        ({"grad": lambda theta: theta[0]}, r"your function returned the slope at \(0, 0\) of shape \(\); it should be \(2,\)"),
        ({"grad": lambda w, b: 0}, "your function stopped with TypeError"),
    ],
)
def test_a_function_that_gives_no_walk_is_an_error_that_says_why(functions, message):
    with pytest.raises(OwnFunctionError, match=message):
        linear_regression_trace(X, Y, 0.1, 20, **functions)


def test_functions_that_are_right_are_told_so():
    trace = linear_regression_trace(X, Y, 0.1, 20, grad=measured(X, Y))
    assert (trace.parted, trace.remark) == (None, "Your function gives the same slopes as ours.")
    np.testing.assert_allclose(trace.frames["ghost_w"], trace.frames["w"], rtol=1e-6)


def test_our_own_function_needs_no_ghost():
    trace = linear_regression_trace(X, Y, 0.1, 20, descend=nn.gradient_descent)
    assert not [name for name in trace.frames if name.startswith("ghost")]


# What it weighs, and what it refuses


def test_the_petals_at_their_longest_travel_in_what_a_trace_may_weigh(petals):
    layout, data = linear_regression_trace(*petals, 0.03, 500, descend=uphill).pack()
    assert len(data) + len(json.dumps(layout)) < MAX_BYTES


@pytest.mark.parametrize("count", [2, 400, 1000])
def test_as_many_steps_as_are_allowed_travel_in_what_a_trace_may_weigh(count):
    x = np.linspace(0, 1, count)
    steps = {2: 500, 400: 500, 1000: 209}[count]
    assert len(linear_regression_trace(x, x, 0.1, steps, descend=uphill).pack()[1]) < MAX_BYTES
    with pytest.raises(ValueError, match=f"steps is {steps + 1}"):
        linear_regression_trace(x, x, 0.1, steps + 1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": np.ones((4, 1))}, ValueError, r"x has shape \(4, 1\); it needs \(N,\) with N from 2 to 1000"),
        ({"x": np.ones(1), "y": np.ones(1)}, ValueError, r"x has shape \(1,\)"),
        ({"x": np.arange(1001.0)}, ValueError, r"x has shape \(1001,\)"),
        ({"y": Y[:3]}, ValueError, r"y has shape \(3,\); it needs \(4,\), as x has"),
        ({"x": np.full(4, 2.0)}, ValueError, "x is 2 everywhere; a line needs at least two different places"),
        ({"y": np.array([1, 2, np.nan, 4])}, ValueError, "y holds a NaN"),
        ({"x": "abcd"}, TypeError, "x is a str; it needs to be an array of numbers"),
        ({"lr": -1}, ValueError, "lr is -1"),
        ({"steps": 0}, ValueError, "steps is 0"),
        ({"start": 3}, ValueError, r"start is 3; it needs to be two numbers, \(w, b\)"),
        ({"start": (1, 2, 3)}, ValueError, "start is "),
        ({"start": (1, None)}, TypeError, "start is None; it needs to be a number"),
        ({"start": (np.inf, 0)}, ValueError, "start is inf; it needs to be a finite number"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused_by_name(arguments, error, message):
    with pytest.raises(error, match=message):
        linear_regression_trace(**{"x": X, "y": Y, "lr": 0.1, "steps": 5, **arguments})


# Where float64 runs out of digits


def test_the_loss_keeps_its_digits_far_from_0():
    x, y = X + 1e8, Y
    theta = np.array([[2.0, 1 - 2e8], [0.0, 4.0], [0.0, 0.0]])
    np.testing.assert_allclose(mean_loss(x, y, theta), [0, 5, 21], atol=1e-6)


def test_a_walk_that_begins_at_the_lowest_loss_neither_grows_nor_creeps():
    rng = np.random.default_rng(0)
    for _ in range(20):
        x = rng.normal(size=5) * 100 + 1000
        line = np.polyfit(x - x.mean(), np.full(5, 3.0), 1)
        said = " ".join(linear_regression_trace(x, np.full(5, 3.0), 9e-7, 10, (line[0], 3.0)).sentences)
        assert "grown" not in said
        assert "creeps" not in said
