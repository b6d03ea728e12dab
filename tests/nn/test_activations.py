"""Activations of single numbers: values, slopes, agreement with PyTorch, extremes, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn
from tests.nn.harness import assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")
seeds = st.integers(0, 2**32 - 1)
EXTREMES = np.array([-1e4, -1000.0, -745.2, -30.0, 0.0, 30.0, 745.2, 1000.0, 1e4])


@given(seed=seeds, shape=array_shapes(min_dims=0, max_dims=3, max_side=4))
def test_sigmoid_is_the_logistic_function_in_any_shape(seed, shape, arrays):
    z = arrays(seed).normal(*shape, scale=5)
    p = nn.sigmoid(z)
    assert np.shape(p) == shape
    np.testing.assert_allclose(p, 1 / (1 + np.exp(-z)), rtol=1e-14)


def test_sigmoid_takes_a_plain_number_and_gives_one():
    for zero in (0, 0.0, np.float64(0), np.array(0.0)):
        assert nn.sigmoid(zero) == 0.5
        assert np.shape(nn.sigmoid(zero)) == ()


def test_sigmoid_holds_at_the_extremes_and_keeps_small_probabilities():
    p = nn.sigmoid(EXTREMES)
    np.testing.assert_array_equal(p[[0, 1, 4, -2, -1]], [0, 0, 0.5, 1, 1])
    assert nn.sigmoid(-40.0) == pytest.approx(np.exp(-40.0), rel=1e-14)
    assert np.all((nn.sigmoid(EXTREMES.astype(np.float32)) >= 0) & (nn.sigmoid(EXTREMES.astype(np.float32)) <= 1))


@given(seed=seeds)
def test_sigmoid_forward_keeps_its_output_and_backward_is_its_slope(seed, arrays):
    source = arrays(seed)
    x, dout = source.normal(3, 4), source.normal(3, 4)
    out, cache = nn.sigmoid_forward(x)
    assert cache is out
    np.testing.assert_array_equal(out, nn.sigmoid(x))
    assert nn.relative_error(nn.sigmoid_backward(dout, cache), nn.numerical_backward(nn.sigmoid, x, dout)) < 1e-6


def test_sigmoid_backward_vanishes_where_the_sigmoid_is_flat():
    _, cache = nn.sigmoid_forward(EXTREMES)
    dx = nn.sigmoid_backward(np.ones_like(EXTREMES), cache)
    np.testing.assert_array_equal(dx[[0, 1, 4, -2, -1]], [0, 0, 0.25, 0, 0])


def test_relu_lets_the_positive_through_and_keeps_its_input():
    x = np.array([[-2.0, 0.0, 3.0], [1e4, -1e4, 0.5]])
    out, cache = nn.relu_forward(x)
    np.testing.assert_array_equal(out, [[0, 0, 3], [1e4, 0, 0.5]])
    assert cache is x
    assert not np.shares_memory(out, x)


def test_relu_has_slope_zero_at_zero():
    np.testing.assert_array_equal(nn.relu_backward(np.full(3, 7.0), np.array([-1.0, 0.0, 1.0])), [0, 0, 7])


@given(seed=seeds)
def test_relu_backward_agrees_with_finite_differences(seed, arrays):
    source = arrays(seed)
    x, dout = source.away_from_zero(3, 4), source.normal(3, 4)
    assert nn.relative_error(nn.relu_backward(dout, x), nn.numerical_backward(lambda x: nn.relu_forward(x)[0], x, dout)) < 1e-6


def test_tanh_and_its_slope():
    out, cache = nn.tanh_forward(np.array([0.0, math.log(3) / 2]))
    np.testing.assert_allclose(out, [0, 0.5], rtol=1e-15)
    assert cache is out
    np.testing.assert_allclose(nn.tanh_backward(np.array([2.0, 2.0]), cache), [2, 1.5], rtol=1e-15)


def test_leaky_relu_makes_negative_numbers_small_and_has_the_small_slope_at_zero():
    x = np.array([-2.0, 0.0, 3.0])
    out, cache = nn.leaky_relu_forward(x)
    np.testing.assert_array_equal(out, [-0.02, 0, 3])
    np.testing.assert_array_equal(nn.leaky_relu_backward(np.full(3, 7.0), cache), [0.07, 0.07, 7])
    assert isinstance(cache, nn.LeakyReluCache)
    assert cache.x is x
    assert cache.slope == 0.01


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0])
def test_leaky_relu_from_the_plain_relu_to_no_bend_at_all(slope):
    x = np.array([[-2.0, 0.5], [-0.25, 1e4]])
    out, cache = nn.leaky_relu_forward(x, slope)
    np.testing.assert_array_equal(out, [[-2 * slope, 0.5], [-0.25 * slope, 1e4]])
    np.testing.assert_array_equal(nn.leaky_relu_backward(np.ones((2, 2)), cache), [[slope, 1], [slope, 1]])


@pytest.mark.parametrize("slope", [-0.1, 1.5, math.nan])
def test_a_slope_of_the_leaky_relu_outside_0_to_1_is_refused(slope):
    with pytest.raises(ValueError, match=f"slope is {slope}; it needs to be from 0 to 1"):
        nn.leaky_relu_forward(np.ones(3), slope)


def test_gelu_is_x_times_the_normal_distribution_function_to_the_last_digits():
    x = np.concatenate([np.linspace(-12, 12, 5001), np.random.default_rng(0).normal(scale=3, size=5000), [1e-300, -1e-300]])
    cdf = np.array([math.erfc(-number / math.sqrt(2)) / 2 for number in x])
    out, cache = nn.gelu_forward(x)
    assert isinstance(cache, nn.GeluCache)
    np.testing.assert_allclose(cache.cdf, cdf, rtol=2e-10, atol=0)
    np.testing.assert_allclose(cache.cdf[x > -3], cdf[x > -3], rtol=2e-13, atol=0)
    np.testing.assert_allclose(cache.cdf, cdf, rtol=0, atol=5e-16)
    np.testing.assert_allclose(out, x * cdf, rtol=1e-10, atol=1e-15)


def test_gelu_in_float32_is_right_to_the_last_digits_of_float32():
    x = np.random.default_rng(0).normal(scale=3, size=5000).astype(np.float32)
    out, _ = nn.gelu_forward(x)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, nn.gelu_forward(x.astype(np.float64))[0], rtol=5e-7, atol=1e-12)


def test_gelu_of_a_large_array_is_that_of_its_parts(arrays):
    x = arrays(0).normal(3, 10_000)  # more than is worked on at once
    out, _ = nn.gelu_forward(x)
    np.testing.assert_array_equal(out.ravel()[::37], [nn.gelu_forward(number)[0] for number in x.ravel()[::37]])


def test_gelu_passes_a_nan_on():
    out, cache = nn.gelu_forward(np.array([math.nan, 1.0]))
    dx = nn.gelu_backward(np.ones(2), cache)
    assert list(np.isnan(out)) == list(np.isnan(dx)) == [True, False]


TWINS = {
    "sigmoid": (nn.sigmoid_forward, nn.sigmoid_backward),
    "tanh": (nn.tanh_forward, nn.tanh_backward),
    "relu": (nn.relu_forward, nn.relu_backward),
    "leaky_relu": (nn.leaky_relu_forward, nn.leaky_relu_backward),
    "gelu": (nn.gelu_forward, nn.gelu_backward),
}


@given(seed=seeds, shape=array_shapes(min_dims=0, max_dims=4, max_side=4), scale=st.sampled_from([1e-3, 1.0, 30.0]))
@pytest.mark.parametrize("name", TWINS)
def test_activations_agree_with_torch_for_two_steps(name, seed, shape, scale, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    assert_layer_agrees_with_torch(*TWINS[name], getattr(torch.nn.functional, name), (source.normal(*shape, scale=scale),), source.rng)


@given(seed=seeds)
@pytest.mark.parametrize("name", TWINS)
def test_backward_agrees_with_finite_differences(name, seed, arrays):
    source = arrays(seed)
    assert_backward_agrees_with_differences(*TWINS[name], (source.away_from_zero(3, 4),), source.rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", TWINS)
def test_activations_hold_at_the_extremes_as_torch_does(name, dtype):
    torch = pytest.importorskip("torch")
    forward, backward = TWINS[name]
    x = EXTREMES.astype(dtype)
    out, cache = forward(x)
    dx = backward(np.ones_like(x), cache)
    assert out.dtype == dx.dtype == dtype
    tx = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    expected = getattr(torch.nn.functional, name)(tx)
    expected.sum().backward()
    tolerance = 1e-6 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(out, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", TWINS)
def test_whole_numbers_and_plain_numbers_are_taken(name):
    forward, backward = TWINS[name]
    out, cache = forward(np.array([-2, 0, 3]))
    expected, expected_cache = forward(np.array([-2.0, 0.0, 3.0]))
    np.testing.assert_array_equal(out, expected)
    ones = np.array([1, 1, 1])
    np.testing.assert_array_equal(backward(ones, cache), backward(ones.astype(float), expected_cache))
    for number in (3, 3.0, np.float64(3)):
        out, cache = forward(number)
        assert out == expected[2]
        assert backward(1.0, cache) == backward(np.ones(3), expected_cache)[2]


def test_a_slope_of_numpys_making_leaves_float32_alone():
    x = np.ones(3, np.float32)
    out, cache = nn.leaky_relu_forward(x, np.float64(0.1))
    assert out.dtype == nn.leaky_relu_backward(x, cache).dtype == np.float32


FORWARDS = [nn.sigmoid, nn.sigmoid_forward, nn.tanh_forward, nn.relu_forward, nn.leaky_relu_forward, nn.gelu_forward]


@pytest.mark.parametrize("function", FORWARDS)
def test_what_is_no_array_is_refused(function):
    with pytest.raises(TypeError, match="is a list; it needs to be a NumPy array or a number"):
        function([1.0, 2.0])
    with pytest.raises(ValueError, match=r"has dtype uint8; it needs real numbers, as \w+\.astype\(float\) gives"):
        function(np.array([[1, 2]], dtype=np.uint8))
    with pytest.raises(ValueError, match=r"has shape \(0, 3\), so it is empty"):
        function(np.empty((0, 3)))


@pytest.mark.parametrize("function", [nn.sigmoid_backward, nn.tanh_backward, nn.relu_backward])
def test_an_upstream_gradient_of_another_shape_is_refused(function):
    with pytest.raises(ValueError, match=r"dout has shape \(3,\); it needs \(2, 3\), the shape of cache"):
        function(np.ones(3), np.ones((2, 3)))
    with pytest.raises(ValueError, match="dout has dtype bool; it needs real numbers"):
        function(np.ones((2, 3), bool), np.ones((2, 3)))


def test_an_upstream_gradient_of_another_shape_than_x_is_refused():
    x, dout = np.ones((2, 3)), np.ones(3)
    for function, cache in ((nn.leaky_relu_backward, nn.LeakyReluCache(x, 0.1)), (nn.gelu_backward, nn.GeluCache(x, x))):
        with pytest.raises(ValueError, match=r"dout has shape \(3,\); it needs \(2, 3\), the shape of x"):
            function(dout, cache)
