"""L1 and L2 penalties: values, gradients, agreement with PyTorch, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn
from tests.nn.harness import assert_agree

pytestmark = pytest.mark.filterwarnings("error")
PENALTIES = [nn.l1_penalty, nn.l2_penalty]


def test_cases_small_enough_to_do_by_hand():
    w = np.array([[3.0, 0.0], [-1.0, 0.5]])
    penalty, dw = nn.l1_penalty(w, 2.0)
    assert penalty == 9
    np.testing.assert_array_equal(dw, [[2, 0], [-2, 2]])  # a weight of 0 is left in peace
    penalty, dw = nn.l2_penalty(w, 2.0)
    assert penalty == 10.25
    np.testing.assert_array_equal(dw, [[6, 0], [-2, 1]])


@given(
    seed=st.integers(0, 2**32 - 1),
    shape=array_shapes(min_dims=0, max_dims=4, max_side=4),
    strength=st.sampled_from([0.0, 1e-4, 0.3, 5.0]),
)
def test_penalties_agree_with_torch_for_two_steps_and_with_finite_differences(seed, shape, strength, arrays):
    torch = pytest.importorskip("torch")
    twins = {nn.l1_penalty: lambda w: strength * w.abs().sum(), nn.l2_penalty: lambda w: 0.5 * strength * (w**2).sum()}
    for function, twin in twins.items():
        w = arrays(seed).away_from_zero(*shape)
        for _ in range(2):
            tw = torch.tensor(w, requires_grad=True)
            tpenalty = twin(tw)
            tpenalty.backward()
            penalty, dw = function(w, strength)
            assert type(penalty) is float
            assert_agree(penalty, tpenalty)
            assert_agree(dw, tw.grad)
            estimate = nn.numerical_gradient(lambda w, function=function: function(w, strength)[0], w)
            np.testing.assert_allclose(dw, estimate, atol=1e-6)
            w = w - 0.001 * dw


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", PENALTIES)
def test_penalties_hold_at_the_extremes_and_a_strength_of_numpys_making_leaves_the_dtype_alone(function, dtype):
    penalty, dw = function(np.array([1e4, -1e4], dtype), np.float64(0.5))
    assert penalty == {nn.l1_penalty: 1e4, nn.l2_penalty: 5e7}[function]
    assert dw.dtype == dtype


@pytest.mark.parametrize("function", PENALTIES)
def test_bad_input_is_refused(function):
    for strength in (-0.1, math.nan):
        with pytest.raises(ValueError, match=f"strength is {strength}; it needs to be from 0 to inf"):
            function(np.ones(3), strength)
    with pytest.raises(ValueError, match=r"w has shape \(0,\), so it is empty"):
        function(np.empty(0), 0.1)
    with pytest.raises(ValueError, match="w has dtype bool; it needs real numbers"):
        function(np.ones(3, dtype=bool), 0.1)
    with pytest.raises(TypeError, match="w is a list"):
        function([1.0], 0.1)


@pytest.mark.parametrize("function", PENALTIES)
def test_whole_numbers_are_taken(function):
    penalty, dw = function(np.array([2, -3]), 0.5)
    expected, dexpected = function(np.array([2.0, -3.0]), 0.5)
    assert penalty == expected
    np.testing.assert_array_equal(dw, dexpected)
