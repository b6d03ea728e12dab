"""Softmax and log-softmax: probabilities, gradients, agreement with PyTorch, extremes, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn
from tests.nn.harness import assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")
seeds = st.integers(0, 2**32 - 1)
shapes = array_shapes(min_dims=1, max_dims=4, max_side=4)
FUNCTIONS = [nn.softmax, nn.softmax_forward, nn.log_softmax, nn.log_softmax_forward]
PAIRS = {"softmax": (nn.softmax_forward, nn.softmax_backward), "log_softmax": (nn.log_softmax_forward, nn.log_softmax_backward)}


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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_hold_at_the_extremes(dtype):
    logits = np.array([[1e4, -1e4, 0.0]], dtype)
    dout = np.array([[3.0, 2.0, 1.0]], dtype)
    np.testing.assert_array_equal(nn.softmax_backward(dout, nn.softmax(logits)), [[0, 0, 0]])
    np.testing.assert_array_equal(nn.log_softmax_backward(dout, nn.log_softmax(logits)), [[-3, 2, 1]])


@given(seed=seeds, shape=shapes)
def test_every_row_of_any_number_of_axes_is_treated_alike(seed, shape, arrays):
    logits = arrays(seed).normal(*shape)
    rows = logits.reshape(-1, shape[-1])
    np.testing.assert_array_equal(nn.softmax(logits).reshape(rows.shape), nn.softmax(rows))
    np.testing.assert_array_equal(nn.log_softmax(logits).reshape(rows.shape), nn.log_softmax(rows))


@pytest.mark.parametrize("name", PAIRS)
def test_forward_keeps_its_output(name, arrays):
    logits = arrays(0).normal(2, 3)
    out, cache = PAIRS[name][0](logits)
    assert cache is out
    np.testing.assert_array_equal(out, getattr(nn, name)(logits))


@given(seed=seeds, shape=shapes, scale=st.sampled_from([1e-3, 1.0, 30.0]))
@pytest.mark.parametrize("name", PAIRS)
def test_both_agree_with_torch_for_two_steps(name, seed, shape, scale, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    twin = getattr(torch, name)
    assert_layer_agrees_with_torch(*PAIRS[name], lambda x: twin(x, dim=-1), (source.normal(*shape, scale=scale),), source.rng)


@given(seed=seeds, n=st.integers(1, 4), c=st.integers(1, 5))
@pytest.mark.parametrize("name", PAIRS)
def test_backward_agrees_with_finite_differences(name, seed, n, c, arrays):
    source = arrays(seed)
    assert_backward_agrees_with_differences(*PAIRS[name], (source.normal(n, c),), source.rng)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_logits_that_are_no_rows_of_numbers_are_refused(function):
    with pytest.raises(TypeError, match="logits is a list; it needs to be a NumPy array"):
        function([[1.0, 2.0]])
    with pytest.raises(ValueError, match="logits has dtype uint8; it needs real numbers"):
        function(np.array([[1, 2]], dtype=np.uint8))
    with pytest.raises(ValueError, match=r"logits has shape \(\); it needs \(\.\.\., C\), which is at least 1 axis and not 0"):
        function(np.array(1.0))
    with pytest.raises(ValueError, match=r"logits has shape \(0, 3\)"):
        function(np.empty((0, 3)))
    with pytest.raises(ValueError, match=r"logits has shape \(3, 0\); it needs \(\.\.\., C\) with C at least 1"):
        function(np.empty((3, 0)))


@pytest.mark.parametrize("function", [nn.softmax_backward, nn.log_softmax_backward])
def test_an_upstream_gradient_that_does_not_fit_is_refused(function):
    with pytest.raises(ValueError, match=r"dout has shape \(3,\); it needs \(2, 3\), the shape of cache"):
        function(np.ones(3), np.ones((2, 3)))
    with pytest.raises(ValueError, match="dout has dtype bool; it needs real numbers"):
        function(np.ones((2, 3), bool), np.ones((2, 3)))
    with pytest.raises(TypeError, match="cache is a float; it needs to be a NumPy array"):
        function(1.0, 1.0)
