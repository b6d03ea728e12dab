"""Layer normalisation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree, assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")

shapes = st.lists(st.integers(1, 4), min_size=0, max_size=3)
seeds = st.integers(0, 2**32 - 1)


def draw(a, shape):
    return a.normal(*shape, scale=3.0) + 1.0, a.normal(shape[-1]), a.normal(shape[-1])


@given(seed=seeds, before=shapes, d=st.integers(3, 6), eps=st.sampled_from([1e-5, 0.1]))
@settings(max_examples=60)
def test_torch_agrees_over_two_steps(seed, before, d, eps, arrays):
    torch = pytest.importorskip("torch")
    a = arrays(seed)
    assert_layer_agrees_with_torch(
        lambda x, gamma, beta: nn.layer_norm_forward(x, gamma, beta, eps=eps),
        nn.layer_norm_backward,
        lambda x, gamma, beta: torch.nn.functional.layer_norm(x, (d,), gamma, beta, eps),
        draw(a, (*before, d)),
        a.rng,
    )


def test_every_vector_is_normalised_by_itself(arrays):
    x, gamma, beta = draw(arrays(0), (2, 3, 4))
    out, cache = nn.layer_norm_forward(x, gamma, beta)
    assert isinstance(cache, nn.LayerNormCache)
    np.testing.assert_allclose(cache.x_hat.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(cache.x_hat.std(axis=-1), 1, rtol=1e-3)
    assert_agree(nn.layer_norm_forward(x[1, 2], gamma, beta)[0], out[1, 2])


def test_a_vector_of_one_feature_has_no_spread():
    out, cache = nn.layer_norm_forward(np.array([[3.0], [5.0]]), np.array([2.0]), np.array([7.0]))
    np.testing.assert_array_equal(out, [[7], [7]])
    grads = nn.layer_norm_backward(np.ones((2, 1)), cache)
    assert isinstance(grads, nn.LayerNormGrads)
    np.testing.assert_array_equal(grads.dx, [[0], [0]])
    np.testing.assert_array_equal([grads.dgamma, grads.dbeta], [[0], [2]])


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
def test_backward_agrees_with_finite_differences(shape, arrays):
    a = arrays(0)
    assert_backward_agrees_with_differences(nn.layer_norm_forward, nn.layer_norm_backward, draw(a, shape), a.rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes(dtype, arrays):
    beta = arrays(0, dtype).normal(1001)
    x = np.stack([np.full(1001, 10000.123), np.resize([1e4, -1e4], 1001)]).astype(dtype)
    out, cache = nn.layer_norm_forward(x, np.ones(1001, dtype), beta)
    np.testing.assert_allclose(out[0], beta, atol=1e-6)  # equal numbers, however large, are 0 when their mean is taken off
    for array in (out, *nn.layer_norm_backward(out, cache)):
        assert array.dtype == dtype
        assert np.isfinite(array).all()


def test_what_does_not_fit_is_named():
    x, ones = np.arange(6.0).reshape(2, 3), np.ones(3)
    with pytest.raises(ValueError, match=r"gamma has shape \(2,\); it needs \(D,\) with D = 3, as in x"):
        nn.layer_norm_forward(x, np.ones(2), ones)
    with pytest.raises(ValueError, match=r"x has shape \(2, 0\)"):
        nn.layer_norm_forward(np.ones((2, 0)), ones, ones)
    with pytest.raises(ValueError, match=r"x has shape \(0, 3\)"):
        nn.layer_norm_forward(np.ones((0, 3)), ones, ones)
    with pytest.raises(ValueError, match=r"eps is -1.0; it needs to be above 0"):
        nn.layer_norm_forward(x, ones, ones, eps=-1.0)
    with pytest.raises(ValueError, match="x has dtype bool"):
        nn.layer_norm_forward(x > 1, ones, ones)
    with pytest.raises(TypeError, match="beta is a list"):
        nn.layer_norm_forward(x, ones, [1.0, 1.0, 1.0])
    _, cache = nn.layer_norm_forward(x, ones, ones)
    with pytest.raises(ValueError, match=r"dout has shape \(3, 2\); it needs \(2, 3\), the shape of x"):
        nn.layer_norm_backward(x.T, cache)
