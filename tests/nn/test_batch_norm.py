"""Batch normalisation: with the statistics of the batch, and with running averages."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree, assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")

sizes = st.integers(1, 5)
shapes = st.one_of(st.tuples(sizes, sizes), st.tuples(sizes, sizes, sizes, sizes))
seeds = st.integers(0, 2**32 - 1)


def draw(a, shape):
    return a.normal(*shape, scale=3.0) + 1.0, a.normal(shape[1]), a.normal(shape[1])


@given(seed=seeds, shape=shapes, eps=st.sampled_from([1e-5, 0.1]))
@settings(max_examples=60)
def test_torch_agrees_over_two_steps(seed, shape, eps, arrays):
    torch = pytest.importorskip("torch")
    assume(np.prod(shape) > 2 * shape[1])  # of two numbers only the difference's sign is left, and rounding errors grow by 1/ε
    a = arrays(seed)
    assert_layer_agrees_with_torch(
        lambda x, gamma, beta: nn.batch_norm_forward(x, gamma, beta, eps=eps),
        nn.batch_norm_backward,
        lambda x, gamma, beta: torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps),
        draw(a, shape),
        a.rng,
    )


@given(seed=seeds, shape=shapes, eps=st.sampled_from([1e-5, 0.1]))
@settings(max_examples=60)
def test_torch_agrees_on_given_statistics(seed, shape, eps, arrays):
    torch = pytest.importorskip("torch")
    a = arrays(seed)
    mean, var = a.normal(shape[1]), np.abs(a.normal(shape[1]))
    statistics = torch.tensor(mean), torch.tensor(var)
    assert_layer_agrees_with_torch(
        lambda x, gamma, beta: nn.batch_norm_inference_forward(x, gamma, beta, mean, var, eps=eps),
        nn.batch_norm_inference_backward,
        lambda x, gamma, beta: torch.nn.functional.batch_norm(x, *statistics, gamma, beta, training=False, eps=eps),
        draw(a, shape),
        a.rng,
    )


@given(seed=seeds, shape=shapes, momentum=st.sampled_from([0.0, 0.1, 1.0]))
@settings(max_examples=40)
def test_torch_agrees_on_the_running_averages_of_three_batches(seed, shape, momentum, arrays):
    torch = pytest.importorskip("torch")
    assume(np.prod(shape) > shape[1])
    a = arrays(seed)
    mean, var = np.zeros(shape[1]), np.ones(shape[1])
    their_mean, their_var = torch.tensor(mean), torch.tensor(var)
    for _ in range(3):
        x, gamma, beta = draw(a, shape)
        _, cache = nn.batch_norm_forward(x, gamma, beta)
        mean, var = nn.batch_norm_track(mean, var, cache, momentum=momentum)
        torch.nn.functional.batch_norm(torch.tensor(x), their_mean, their_var, training=True, momentum=momentum)
        assert_agree(mean, their_mean)
        assert_agree(var, their_var)  # unbiased, and without the ε


def test_running_averages_are_new_arrays():
    mean, var = np.zeros(1), np.ones(1)
    _, cache = nn.batch_norm_forward(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1))
    new_mean, new_var = nn.batch_norm_track(mean, var, cache)
    np.testing.assert_allclose([mean[0], var[0], new_mean[0], new_var[0]], [0, 1, 0.1 * 2, 0.9 + 0.1 * 2])


def test_a_channel_is_normalised_over_all_images_and_pixels(arrays):
    x = arrays(0).normal(3, 2, 4, 5, scale=7.0)
    out, cache = nn.batch_norm_forward(x, np.ones(2), np.zeros(2), eps=1e-12)
    assert isinstance(cache, nn.BatchNormCache)
    assert cache.mean.shape == cache.var.shape == cache.std.shape == (2,)
    np.testing.assert_allclose(out.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3)), 1)
    assert np.abs(out.mean(axis=0)).max() > 0.1  # and not pixel by pixel


def test_images_give_what_their_pixels_give_as_rows(arrays):
    a = arrays(0)
    x, gamma, beta = draw(a, (3, 2, 4, 5))
    dout = a.normal(3, 2, 4, 5)

    def rows(images):
        return images.transpose(0, 2, 3, 1).reshape(-1, 2)

    out, cache = nn.batch_norm_forward(x, gamma, beta)
    out_rows, cache_rows = nn.batch_norm_forward(rows(x), gamma, beta)
    grads, grads_rows = nn.batch_norm_backward(dout, cache), nn.batch_norm_backward(rows(dout), cache_rows)
    assert isinstance(grads, nn.BatchNormGrads)
    assert_agree(rows(out), out_rows)
    assert_agree(rows(grads.dx), grads_rows.dx)
    assert_agree(grads.dgamma, grads_rows.dgamma)
    assert_agree(grads.dbeta, grads_rows.dbeta)


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 2, 2), (1, 2, 2, 3)])
def test_backward_agrees_with_finite_differences(shape, arrays):
    a = arrays(0)
    assert_backward_agrees_with_differences(nn.batch_norm_forward, nn.batch_norm_backward, draw(a, shape), a.rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7, 3), (7, 3, 11, 13)])
def test_equal_numbers_far_from_zero_become_beta(dtype, shape, arrays):
    """The mean of many large float32 numbers, added up in float32, misses them by more than the ε can hide."""
    x = np.full(shape, 10000.123, dtype)
    beta = arrays(0, dtype).normal(3)
    out, cache = nn.batch_norm_forward(x, np.ones(3, dtype), beta)
    assert out.dtype == cache.mean.dtype == dtype
    np.testing.assert_allclose(out.swapaxes(1, -1), np.broadcast_to(beta, out.swapaxes(1, -1).shape), atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes(dtype):
    x = np.array([[1e4, 0], [-1e4, 0], [1e4, 1e-30]], dtype)
    out, cache = nn.batch_norm_forward(x, np.full(2, 1e4, dtype), np.full(2, -1e4, dtype))
    for array in (out, *nn.batch_norm_backward(out, cache)):
        assert array.dtype == dtype
        assert np.isfinite(array).all()


@pytest.mark.parametrize(
    ("x", "gamma", "message"),
    [
        ((2, 3, 4), (3,), r"x has shape \(2, 3, 4\); it needs \(N, D\), or \(N, C, H, W\) for images"),
        ((2, 3), (2,), r"gamma has shape \(2,\); it needs \(D,\) with D = 3, as in x"),
        ((2, 3, 4, 4), (4,), r"gamma has shape \(4,\); it needs \(C,\) with C = 3, as in x"),
        ((2, 3), (1, 3), r"gamma has shape \(1, 3\); it needs \(D,\), which is 1 axis and not 2"),
        ((1, 3), (3,), r"x has shape \(1, 3\); it needs at least two numbers of each feature, .* choose a batch_size"),
        ((1, 3, 1, 1), (3,), r"x has shape \(1, 3, 1, 1\); it needs at least two numbers of each feature"),
        ((0, 3), (3,), r"x has shape \(0, 3\), so it is empty"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(x, gamma, message):
    with pytest.raises(ValueError, match=message):
        nn.batch_norm_forward(np.ones(x), np.ones(gamma), np.ones(3))


def test_what_else_does_not_fit_is_named():
    x, ones = np.arange(6.0).reshape(2, 3), np.ones(3)
    with pytest.raises(TypeError, match="x is a list"):
        nn.batch_norm_forward([[1.0, 2.0]], ones, ones)
    with pytest.raises(ValueError, match="x has dtype bool"):
        nn.batch_norm_forward(x > 2, ones, ones)
    with pytest.raises(ValueError, match="eps is 0; it needs to be above 0"):
        nn.batch_norm_forward(x, ones, ones, eps=0)
    with pytest.raises(ValueError, match=r"running_var is -1.0; it needs to be from 0"):
        nn.batch_norm_inference_forward(x, ones, ones, ones, -ones)
    with pytest.raises(ValueError, match=r"running_mean has shape \(2,\); it needs \(D,\) with D = 3, as in x"):
        nn.batch_norm_inference_forward(x, ones, ones, np.ones(2), ones)
    _, cache = nn.batch_norm_forward(x, ones, ones)
    with pytest.raises(ValueError, match=r"dout has shape \(3, 2\); it needs \(2, 3\), the shape of x"):
        nn.batch_norm_backward(x.T, cache)
    with pytest.raises(ValueError, match=r"running_var has shape \(2,\); it needs \(3,\), the shape of gamma"):
        nn.batch_norm_track(ones, np.ones(2), cache)
    with pytest.raises(ValueError, match=r"momentum is 1.1; it needs to be from 0 to 1"):
        nn.batch_norm_track(ones, ones, cache, momentum=1.1)
    _, cache = nn.batch_norm_inference_forward(x, ones, ones, ones, ones)
    assert isinstance(cache, nn.BatchNormInferenceCache)
    with pytest.raises(ValueError, match=r"dout has shape \(3, 2\); it needs \(2, 3\), the shape of x"):
        nn.batch_norm_inference_backward(x.T, cache)
