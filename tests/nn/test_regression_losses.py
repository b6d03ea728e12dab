"""Squared, absolute and Huber loss: values, gradients, agreement with PyTorch, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn
from tests.nn.harness import assert_agree

pytestmark = pytest.mark.filterwarnings("error")
seeds = st.integers(0, 2**32 - 1)
shapes = array_shapes(min_dims=0, max_dims=3, max_side=4)
TWINS = {nn.mean_squared_error: "mse_loss", nn.mean_absolute_error: "l1_loss", nn.huber_loss: "huber_loss"}


def test_three_cases_small_enough_to_do_by_hand():
    pred, target = np.array([1.0, 2.0, 7.0, -1.0]), np.array([1.0, 1.5, 4.0, 1.0])  # errors: 0, 0.5, 3, −2
    loss, dpred = nn.mean_squared_error(pred, target)
    assert loss == 13.25 / 4
    np.testing.assert_array_equal(dpred, [0, 0.25, 1.5, -1])
    loss, dpred = nn.mean_absolute_error(pred, target)
    assert loss == 5.5 / 4
    np.testing.assert_array_equal(dpred, [0, 0.25, 0.25, -0.25])  # no slope where the error is 0
    loss, dpred = nn.huber_loss(pred, target)
    assert loss == (0.125 + 2.5 + 1.5) / 4
    np.testing.assert_array_equal(dpred, [0, 0.125, 0.25, -0.25])


@given(seed=seeds, shape=shapes, scale=st.sampled_from([1e-3, 1.0, 30.0]))
@pytest.mark.parametrize("function", TWINS)
def test_losses_agree_with_torch_for_two_steps(function, seed, shape, scale, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    pred, target = source.normal(*shape, scale=scale), source.normal(*shape, scale=scale)
    for _ in range(2):
        tpred = torch.tensor(pred, requires_grad=True)
        tloss = getattr(torch.nn.functional, TWINS[function])(tpred, torch.tensor(target))
        tloss.backward()
        loss, dpred = function(pred, target)
        assert type(loss) is float
        assert_agree(loss, tloss)
        assert_agree(dpred, tpred.grad)
        pred = pred - 0.1 * dpred


@given(seed=seeds, delta=st.sampled_from([0.1, 0.5, 2.0, 10.0]))
def test_huber_agrees_with_torch_for_any_delta(seed, delta, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    pred, target = source.normal(3, 4), source.normal(3, 4)
    tpred = torch.tensor(pred, requires_grad=True)
    tloss = torch.nn.functional.huber_loss(tpred, torch.tensor(target), delta=delta)
    tloss.backward()
    loss, dpred = nn.huber_loss(pred, target, delta)
    assert_agree(loss, tloss)
    assert_agree(dpred, tpred.grad)


@given(seed=seeds)
@pytest.mark.parametrize("function", TWINS)
def test_gradients_agree_with_finite_differences(function, seed, arrays):
    source = arrays(seed)
    error, target = source.away_from_zero(2, 3), source.normal(2, 3)
    pred = target + error
    estimate = nn.numerical_gradient(lambda pred: function(pred, target)[0], pred)
    np.testing.assert_allclose(function(pred, target)[1], estimate, atol=1e-6)


def test_huber_joins_a_parabola_and_two_lines_without_a_corner():
    for delta in (0.5, 3.0):
        loss, dpred = nn.huber_loss(np.array([delta]), np.zeros(1), delta)
        assert loss == delta**2 / 2
        assert dpred == delta
    assert nn.huber_loss(np.array([1e4, -1e4]), np.zeros(2), 1e9)[0] == nn.mean_squared_error(np.array([1e4, -1e4]), np.zeros(2))[0] / 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_losses_hold_at_the_extremes(dtype):
    pred, target = np.array([1e4, -1e4], dtype), np.array([-1e4, 1e4], dtype)
    for function, loss, slope in (
        (nn.mean_squared_error, 4e8, 2e4),
        (nn.mean_absolute_error, 2e4, 0.5),
        (nn.huber_loss, 2e4 - 0.5, 0.5),
    ):
        got, dpred = function(pred, target)
        assert got == loss
        assert dpred.dtype == dtype
        np.testing.assert_array_equal(dpred, [slope, -slope])


@pytest.mark.parametrize("function", TWINS)
@pytest.mark.parametrize("dtype", [int, np.float64])
def test_targets_of_another_dtype_leave_float32_alone_and_whole_numbers_become_float64(function, dtype):
    assert function(np.ones(2, np.float32), np.zeros(2, dtype))[1].dtype == np.float32
    loss, dpred = function(np.array([3, 1]), np.array([1, 1]))
    expected, dexpected = function(np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    assert loss == expected
    np.testing.assert_array_equal(dpred, dexpected)


def test_a_delta_of_numpys_making_leaves_float32_alone():
    assert nn.huber_loss(np.ones(2, np.float32), np.zeros(2, np.float32), np.float64(0.5))[1].dtype == np.float32


@pytest.mark.parametrize("function", TWINS)
def test_bad_input_is_refused(function):
    with pytest.raises(ValueError, match=r"pred has shape \(3, 1\); it needs \(3,\), the shape of target"):
        function(np.ones((3, 1)), np.ones(3))
    with pytest.raises(ValueError, match=r"pred has shape \(0,\), so it is empty"):
        function(np.empty(0), np.empty(0))
    with pytest.raises(ValueError, match="target has dtype bool; it needs real numbers"):
        function(np.ones(2), np.ones(2, dtype=bool))
    with pytest.raises(TypeError, match="pred is a list"):
        function([1.0], np.ones(1))


@pytest.mark.parametrize("delta", [0, -1.0, math.nan])
def test_a_delta_that_is_not_above_0_is_refused(delta):
    with pytest.raises(ValueError, match=f"delta is {delta}; it needs to be above 0"):
        nn.huber_loss(np.ones(2), np.ones(2), delta)
