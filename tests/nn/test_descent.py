"""Gradient descent: the parabola, the path, one step of a network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn

seeds = st.integers(0, 2**32 - 1)
shapes = array_shapes(min_dims=0, max_dims=3, max_side=3)


@given(seed=seeds, shape=shapes)
def test_derivative_of_the_parabola(seed, shape, arrays):
    x = arrays(seed).normal(*shape)
    np.testing.assert_allclose(nn.quadratic_derivative(x), nn.numerical_gradient(lambda x: np.sum(x**2), x), atol=1e-8)
    assert nn.quadratic_derivative(3) == 6


@given(seed=seeds, shape=shapes, steps=st.integers(0, 5))
def test_the_path_begins_at_the_start_and_each_step_follows_the_gradient(seed, shape, steps, arrays):
    start = arrays(seed).normal(*shape)
    path = nn.gradient_descent(nn.quadratic_derivative, start, lr=0.1, steps=steps)
    assert path.shape == (steps + 1, *shape)
    for t, place in enumerate(path):
        np.testing.assert_allclose(place, 0.8**t * start, rtol=1e-14)


def test_a_plain_whole_number_may_be_the_start():
    np.testing.assert_allclose(nn.gradient_descent(nn.quadratic_derivative, 10, lr=0.1, steps=2), [10, 8, 6.4])
    np.testing.assert_array_equal(nn.gradient_descent(nn.quadratic_derivative, 10, lr=1.0, steps=2), [10, -10, 10])


def test_the_path_is_a_copy():
    start = np.array([1.0, 2.0])
    path = nn.gradient_descent(nn.quadratic_derivative, start, lr=0.1, steps=0)
    assert not np.shares_memory(path, start)


@given(seed=seeds)
def test_sgd_step_gives_new_parameters_and_leaves_the_given_ones(seed, arrays):
    source = arrays(seed)
    params, grads = source.two_layer_params(2, 3, 4), source.two_layer_params(2, 3, 4)
    before = dict(params)
    updated = nn.sgd_step(params, grads, lr=0.1)
    assert params.keys() == before.keys()
    assert all(params[name] is before[name] for name in before)
    assert list(updated) == list(params)
    for name in params:
        np.testing.assert_allclose(updated[name], params[name] - 0.1 * grads[name], rtol=1e-15)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"gradient has shape \(2, 1\); it needs \(2,\), the shape of start"):
        nn.gradient_descent(lambda x: x[:, None], np.ones(2), 0.1, 1)
    with pytest.raises(ValueError, match="steps is -1; it needs to be at least 0"):
        nn.gradient_descent(nn.quadratic_derivative, 1.0, 0.1, -1)
    with pytest.raises(TypeError, match="steps is True; it needs a whole number"):
        nn.gradient_descent(nn.quadratic_derivative, 1.0, 0.1, True)
    with pytest.raises(TypeError, match="start is a list"):
        nn.gradient_descent(nn.quadratic_derivative, [1.0], 0.1, 1)
    with pytest.raises(ValueError, match=r"lr has shape \(1,\); it needs to be a single number"):
        nn.gradient_descent(nn.quadratic_derivative, 1.0, np.ones(1), 1)
    with pytest.raises(ValueError, match=r"grads has the keys \['w'\]; it needs \['b', 'w'\]"):
        nn.sgd_step({"w": np.ones(2), "b": np.ones(1)}, {"w": np.ones(2)}, 0.1)
    with pytest.raises(ValueError, match=r"grads\['w'\] has shape \(1, 2\); it needs \(2,\), the shape of params\['w'\]"):
        nn.sgd_step({"w": np.ones(2)}, {"w": np.ones((1, 2))}, 0.1)


def test_a_learning_rate_of_numpys_own_leaves_float32_alone():
    lr, x = np.float64(0.1), np.ones(3, np.float32)
    assert nn.sgd_step({"x": x}, {"x": x}, lr)["x"].dtype == np.float32
    assert nn.gradient_descent(nn.quadratic_derivative, x, lr, 2).dtype == np.float32
    w, _ = nn.train_logistic_regression(x[:, None], np.array([0, 1, 1]), lr, 2)
    assert w.dtype == np.float32
