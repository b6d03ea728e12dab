"""Gradient clipping by value and by norm: agreement with PyTorch, exploding gradients, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree

pytestmark = pytest.mark.filterwarnings("error")


def test_cases_small_enough_to_do_by_hand():
    grads = {"w": np.array([[3.0, -0.2]]), "b": np.array([4.0])}
    clipped = nn.clip_by_value(grads, 1.0)
    np.testing.assert_array_equal(clipped["w"], [[1, -0.2]])
    np.testing.assert_array_equal(clipped["b"], [1])
    grads = {"w": np.array([[3.0]]), "b": np.array([4.0])}
    clipped, norm = nn.clip_by_norm(grads, 1.0)
    assert norm == 5
    np.testing.assert_allclose(clipped["w"], [[0.6]], rtol=1e-6)
    np.testing.assert_allclose(clipped["b"], [0.8], rtol=1e-6)


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-8, 1e-2, 1.0, 1e4]), limit=st.sampled_from([0.1, 1.0, 5.0]))
def test_both_agree_with_torch(seed, scale, limit, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    grads = {"w": source.normal(3, 4, scale=scale), "b": source.normal(4, scale=scale)}

    def twins():
        parameters = {name: torch.nn.Parameter(torch.zeros_like(torch.tensor(g))) for name, g in grads.items()}
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(grads[name])
        return parameters

    parameters = twins()
    tnorm = torch.nn.utils.clip_grad_norm_(parameters.values(), limit)
    clipped, norm = nn.clip_by_norm(grads, limit)
    assert type(norm) is float
    assert_agree(norm, tnorm)
    assert list(clipped) == list(grads)
    for name, parameter in parameters.items():
        assert_agree(clipped[name], parameter.grad)
    parameters = twins()
    torch.nn.utils.clip_grad_value_(parameters.values(), limit)
    clipped = nn.clip_by_value(grads, limit)
    for name, parameter in parameters.items():
        assert_agree(clipped[name], parameter.grad)


def test_a_short_gradient_comes_back_as_it_is_but_in_new_arrays(arrays):
    grads = {"w": arrays(0).normal(3), "b": arrays(1).normal(2)}
    for clipped in (nn.clip_by_value(grads, 1e3), nn.clip_by_norm(grads, 1e3)[0]):
        for name in grads:
            np.testing.assert_array_equal(clipped[name], grads[name])
            assert not np.shares_memory(clipped[name], grads[name])


def test_exploding_gradients_in_float32_keep_their_direction():
    grads = {"w": np.array([3e30, 4e30], np.float32)}  # their squares are beyond float32
    clipped, norm = nn.clip_by_norm(grads, 1.0)
    assert norm == pytest.approx(5e30, rel=1e-6)
    np.testing.assert_allclose(clipped["w"], [0.6, 0.8], rtol=1e-6)


def test_limits_of_numpys_making_leave_float32_alone():
    grads = {"w": np.ones(3, np.float32)}
    assert nn.clip_by_value(grads, np.float64(0.5))["w"].dtype == np.float32
    assert nn.clip_by_norm(grads, np.float64(0.5))[0]["w"].dtype == np.float32


def test_a_gradient_of_zeros_stays_and_no_gradients_are_none():
    clipped, norm = nn.clip_by_norm({"w": np.zeros(3)}, 1.0)
    assert norm == 0
    np.testing.assert_array_equal(clipped["w"], np.zeros(3))
    assert nn.clip_by_norm({}, 1.0) == ({}, 0.0)


def test_bad_input_is_refused():
    grads = {"w": np.ones(3)}
    for limit in (0, -1.0, math.nan):
        with pytest.raises(ValueError, match=f"limit is {limit}; it needs to be above 0"):
            nn.clip_by_value(grads, limit)
        with pytest.raises(ValueError, match=f"max_norm is {limit}; it needs to be above 0"):
            nn.clip_by_norm(grads, limit)
    for function in (nn.clip_by_value, nn.clip_by_norm):
        with pytest.raises(TypeError, match=r"grads\['w'\] is a list"):
            function({"w": [1.0]}, 1.0)
        with pytest.raises(ValueError, match=r"grads\['w'\] has dtype bool; it needs real numbers"):
            function({"w": np.ones(3, dtype=bool)}, 1.0)


@pytest.mark.parametrize("clip", [nn.clip_by_value, nn.clip_by_norm])
def test_an_array_without_a_name_is_refused(clip):
    with pytest.raises(TypeError, match="grads is a ndarray; it needs to be a dict of arrays by name"):
        clip(np.ones(2), 1.0)
