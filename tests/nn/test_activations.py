"""Sigmoid, ReLU and softmax: values, slopes, extremes, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn

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


@given(seed=seeds, n=st.integers(1, 5), c=st.integers(1, 6))
def test_softmax_rows_are_probabilities_that_ignore_a_common_shift(seed, n, c, arrays):
    logits = arrays(seed).normal(n, c, scale=3)
    p = nn.softmax(logits)
    np.testing.assert_allclose(p, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), rtol=1e-13)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(nn.softmax(logits + 1e4), p, rtol=1e-9)
    np.testing.assert_allclose(nn.log_softmax(logits), np.log(p), rtol=1e-12, atol=1e-15)


def test_softmax_holds_at_the_extremes():
    logits = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]])
    np.testing.assert_allclose(nn.softmax(logits), [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_allclose(nn.log_softmax(logits), [[0, -2e4, -1e4], [-np.log(3)] * 3])


@pytest.mark.parametrize("function", [nn.sigmoid, nn.sigmoid_forward, nn.relu_forward])
def test_what_is_no_array_is_refused(function):
    with pytest.raises(TypeError, match="is a list; it needs to be a NumPy array or a number"):
        function([1.0, 2.0])
    with pytest.raises(TypeError, match=r"has dtype uint8; it needs real numbers, as \w+\.astype\(float\) gives"):
        function(np.array([[1, 2]], dtype=np.uint8))
    with pytest.raises(ValueError, match=r"has shape \(0, 3\), so it is empty"):
        function(np.empty((0, 3)))


@pytest.mark.parametrize("function", [nn.sigmoid_backward, nn.relu_backward])
def test_an_upstream_gradient_of_another_shape_is_refused(function):
    with pytest.raises(ValueError, match=r"dout has shape \(3,\); it needs \(2, 3\), the shape of cache"):
        function(np.ones(3), np.ones((2, 3)))


@pytest.mark.parametrize("function", [nn.softmax, nn.log_softmax])
def test_logits_need_a_row_for_each_sample(function):
    with pytest.raises(TypeError, match="logits is a list; it needs to be a NumPy array"):
        function([[1.0, 2.0]])
    with pytest.raises(TypeError, match="logits has dtype uint8; it needs real numbers"):
        function(np.array([[1, 2]], dtype=np.uint8))
    with pytest.raises(ValueError, match=r"logits has shape \(3,\); it needs \(N, C\), which is 2 axes and not 1"):
        function(np.ones(3))
    with pytest.raises(ValueError, match=r"logits has shape \(0, 3\); it needs \(N, C\) with N at least 1"):
        function(np.empty((0, 3)))
