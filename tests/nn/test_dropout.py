"""Inverted dropout."""

import numpy as np
import pytest

from dlteach import nn
from tests.nn.harness import assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_a_part_p_becomes_0_and_the_rest_is_enlarged(p, dtype, arrays):
    x = arrays(0, dtype).normal(100, 200)
    out, mask = nn.dropout_forward(x, p, np.random.default_rng(0))
    assert out.dtype == mask.dtype == dtype
    np.testing.assert_array_equal(np.unique(mask), np.array([0, 1 / (1 - p)], dtype))
    np.testing.assert_array_equal(out, x * mask)
    assert abs(np.mean(mask == 0) - p) < 4 * np.sqrt(p * (1 - p) / x.size)
    assert abs(np.mean(mask) - 1) < 4 * np.sqrt(p / (1 - p) / x.size)  # on average nothing changes


def test_p_of_0_changes_nothing(arrays):
    x = arrays(0).normal(3, 4)
    np.testing.assert_array_equal(nn.dropout_forward(x, 0, np.random.default_rng(0))[0], x)


def test_the_same_generator_gives_the_same_holes_in_both_precisions(arrays):
    _, wide = nn.dropout_forward(arrays(0).normal(50), 0.5, np.random.default_rng(7))
    _, narrow = nn.dropout_forward(arrays(0, np.float32).normal(50), 0.5, np.random.default_rng(7))
    _, other = nn.dropout_forward(arrays(0).normal(50), 0.5, np.random.default_rng(8))
    np.testing.assert_array_equal(wide, narrow)
    assert (wide != other).any()


@pytest.mark.parametrize("shape", [(1,), (3, 4), (2, 3, 4, 5)])
def test_the_gradient_goes_through_the_same_mask(shape, arrays):
    a = arrays(0)

    def forward(x):
        return nn.dropout_forward(x, 0.3, np.random.default_rng(1))

    mask = forward(np.ones(shape))[1]
    assert_backward_agrees_with_differences(forward, nn.dropout_backward, (a.normal(*shape),), a.rng)
    torch = pytest.importorskip("torch")
    assert_layer_agrees_with_torch(forward, nn.dropout_backward, lambda x: x * torch.tensor(mask), (a.normal(*shape),), a.rng)


@pytest.mark.parametrize("p", [1, 1.5, -0.1, float("nan")])
def test_a_p_that_is_no_probability_to_drop_is_named(p):
    with pytest.raises(ValueError, match=f"p is {p}; it needs to be from 0 up to, but not including, 1"):
        nn.dropout_forward(np.ones(3), p, np.random.default_rng(0))


def test_what_does_not_fit_is_named():
    with pytest.raises(TypeError, match="rng is 0; it needs to be a random generator"):
        nn.dropout_forward(np.ones(3), 0.5, 0)
    with pytest.raises(TypeError, match="x is a list"):
        nn.dropout_forward([1.0], 0.5, np.random.default_rng(0))
    with pytest.raises(ValueError, match="x has dtype bool"):
        nn.dropout_forward(np.ones(3, bool), 0.5, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"x has shape \(0,\), so it is empty"):
        nn.dropout_forward(np.ones(0), 0.5, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"p has shape \(2,\); it needs to be a single number"):
        nn.dropout_forward(np.ones(3), np.array([0.1, 0.2]), np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"dout has shape \(2,\); it needs \(3,\), the shape of mask"):
        nn.dropout_backward(np.ones(2), np.ones(3))
