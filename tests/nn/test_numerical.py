"""Gradients by finite differences, and the measure that compares them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn

seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, shape=array_shapes(min_dims=0, max_dims=3, max_side=4))
def test_central_differences_of_a_cubic(seed, shape, arrays):
    x = arrays(seed).normal(*shape)
    gradient = nn.numerical_gradient(lambda x: np.sum(x**3), x)
    assert np.shape(gradient) == shape
    np.testing.assert_allclose(gradient, 3 * x**2, atol=1e-8)


def test_the_error_is_that_of_central_differences():
    """For x³ the two-sided estimate is off by h² exactly, the one-sided one by 3xh and more."""
    assert nn.numerical_gradient(lambda x: x**3, 2.0, h=0.1) == pytest.approx(12 + 0.1**2)


def test_a_plain_number_gives_a_plain_number():
    assert np.isscalar(nn.numerical_gradient(lambda x: x**2, 3))
    assert nn.numerical_gradient(lambda x: x**2, 3) == pytest.approx(6)


def test_float32_is_nudged_in_float64():
    x = np.array([3.0], dtype=np.float32)
    gradient = nn.numerical_gradient(lambda x: np.sum(x**2), x)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, [6], rtol=1e-6)


@given(seed=seeds)
def test_numerical_backward_carries_the_upstream_gradient(seed, arrays):
    source = arrays(seed)
    x, w, dout = source.normal(2, 3), source.normal(3, 4), source.normal(2, 4)
    np.testing.assert_allclose(nn.numerical_backward(lambda x: x @ w, x, dout), dout @ w.T, atol=1e-8)


def test_relative_error_is_the_worst_share():
    assert nn.relative_error(np.array([1.0, 3.0]), np.array([1.0, 1.0])) == 0.5
    assert nn.relative_error(np.array([1.0, -1.0]), np.array([1.0, 1.0])) == 1.0
    assert nn.relative_error(np.zeros(2), np.zeros(2)) == 0.0
    assert nn.relative_error(0.0, 1e-10) == pytest.approx(0.01)
    assert type(nn.relative_error(np.float32(1), np.float32(2))) is float
    assert np.isnan(nn.relative_error(np.array([np.nan, 0.0]), np.zeros(2)))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"f\(x\) has shape \(2,\); it needs to be a single number"):
        nn.numerical_gradient(lambda x: x, np.ones(2))
    with pytest.raises(TypeError, match="x is a list"):
        nn.numerical_gradient(np.sum, [1.0])
    with pytest.raises(ValueError, match=r"dout has shape \(3,\); it needs \(2,\), the shape of f\(x\)"):
        nn.numerical_backward(lambda x: x, np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match=r"a has shape \(2,\); it needs \(1, 2\), the shape of b"):
        nn.relative_error(np.ones(2), np.ones((1, 2)))
    with pytest.raises(ValueError, match=r"a has shape \(0,\), so it is empty"):
        nn.relative_error(np.empty(0), np.empty(0))
