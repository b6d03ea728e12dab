"""Max and average pooling."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")

few = st.integers(1, 3)
lengths = st.integers(1, 7)
windows = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)

POOLS = {"max": (nn.max_pool2d_forward, nn.max_pool2d_backward), "avg": (nn.avg_pool2d_forward, nn.avg_pool2d_backward)}


def agrees_with_torch(kind, x, size, stride, pad, rng):
    torch = pytest.importorskip("torch")
    forward, backward = POOLS[kind]
    twin = getattr(torch.nn.functional, f"{kind}_pool2d")
    assert_layer_agrees_with_torch(
        lambda x: forward(x, size=size, stride=stride, pad=pad),
        backward,
        lambda x: twin(x, size, stride, pad),
        (x,),
        rng,
    )


def test_max_by_hand():
    x = np.array([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, 9.0]]]])
    out, cache = nn.max_pool2d_forward(x, size=2)
    assert isinstance(cache, nn.MaxPoolCache)
    np.testing.assert_array_equal(out, [[[[5, 9]]]])
    np.testing.assert_array_equal(nn.max_pool2d_backward(np.array([[[[10.0, 20.0]]]]), cache), [[[[0, 10, 0, 0], [0, 0, 0, 20]]]])


def test_mean_by_hand():
    x = np.array([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, 9.0]]]])
    out, cache = nn.avg_pool2d_forward(x, size=2)
    assert isinstance(cache, nn.AvgPoolCache)
    np.testing.assert_array_equal(out, [[[[3.25, 4.75]]]])
    np.testing.assert_array_equal(nn.avg_pool2d_backward(np.array([[[[8.0, 4.0]]]]), cache), [[[[2, 2, 1, 1], [2, 2, 1, 1]]]])


def test_of_equal_numbers_the_first_gets_the_gradient_whole():
    zeros = np.zeros((1, 1, 4, 4))  # what a ReLU leaves behind
    dx = nn.max_pool2d_backward(np.full((1, 1, 2, 2), 3.0), nn.max_pool2d_forward(zeros, size=2)[1])
    np.testing.assert_array_equal(dx, 3 * np.kron(np.ones((2, 2)), [[1, 0], [0, 0]])[None, None])
    antidiagonal = np.array([[[[0.0, 1.0], [1.0, 0.0]]]])  # row by row: the upper right comes before the lower left
    dx = nn.max_pool2d_backward(np.ones((1, 1, 1, 1)), nn.max_pool2d_forward(antidiagonal, size=2)[1])
    np.testing.assert_array_equal(dx, [[[[0, 1], [0, 0]]]])


def test_a_number_that_is_the_largest_of_several_windows_gets_the_sum():
    x = np.zeros((1, 1, 3, 3))
    x[0, 0, 1, 1] = 1
    out, cache = nn.max_pool2d_forward(x, size=2, stride=1)
    dx = nn.max_pool2d_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), cache)
    np.testing.assert_array_equal(out, np.ones((1, 1, 2, 2)))
    np.testing.assert_array_equal(dx, 10 * x)


def test_the_border_never_wins_a_maximum_and_counts_in_a_mean():
    x = np.full((1, 1, 2, 2), -4.0)
    np.testing.assert_array_equal(nn.max_pool2d_forward(x, size=2, pad=1)[0], x)
    np.testing.assert_array_equal(nn.avg_pool2d_forward(x, size=2, pad=1)[0], x / 4)


@pytest.mark.parametrize("kind", POOLS)
@given(seed=seeds, n=few, c=few, h=lengths, w=lengths, size=windows, stride=st.integers(1, 5), pad=st.integers(0, 2), ties=st.booleans())
@settings(max_examples=60)
def test_torch_agrees_over_two_steps(kind, seed, n, c, h, w, size, stride, pad, ties, arrays):
    assume(2 * pad <= size <= min(h, w) + 2 * pad)
    a = arrays(seed)
    x = a.rng.integers(-1, 2, (n, c, h, w)).astype(float) if ties else a.normal(n, c, h, w)
    agrees_with_torch(kind, x, size, stride, pad, a.rng)


@pytest.mark.parametrize("kind", POOLS)
def test_windows_of_more_than_255_places(kind, arrays):
    a = arrays(0)
    x = np.zeros((1, 1, 300, 301))
    x[0, 0, 290, 280] = 1  # a place that eight bits could not count to
    agrees_with_torch(kind, x, 299, 1, 0, a.rng)


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize(("size", "stride", "pad"), [(2, None, 0), (3, 2, 1), (2, 3, 0)])
def test_backward_agrees_with_finite_differences(kind, size, stride, pad, arrays):
    a = arrays(0)
    forward, backward = POOLS[kind]
    x = a.rng.permutation(2 * 2 * 5 * 6).reshape(2, 2, 5, 6) / 10  # no two alike, so that no nudge changes the winner
    assert_backward_agrees_with_differences(lambda x: forward(x, size=size, stride=stride, pad=pad), backward, (x,), a.rng)


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes_and_dtype(kind, dtype):
    forward, backward = POOLS[kind]
    x = np.full((1, 1, 3, 3), -1e4, dtype)
    out, cache = forward(x, size=3, stride=1, pad=1)
    dx = backward(out, cache)
    for array in (out, dx):
        assert array.dtype == dtype
        assert np.isfinite(array).all()


@pytest.mark.parametrize("kind", POOLS)
def test_whole_numbers_can_be_pooled_too(kind):
    out, _ = POOLS[kind][0](np.arange(4).reshape(1, 1, 2, 2), size=2, pad=1)
    np.testing.assert_array_equal(out * (4 if kind == "avg" else 1), [[[[0, 1], [2, 3]]]])


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((3, 3), {"size": 2}, r"x has shape \(3, 3\); it needs \(N, C, H, W\), which is 4 axes and not 2"),
        ((0, 1, 3, 3), {"size": 2}, r"x has shape \(0, 1, 3, 3\); it needs \(N, C, H, W\) with N at least 1"),
        ((1, 1, 3, 3), {"size": 4}, "kernel is 4; it needs to be at most 3"),
        ((1, 1, 3, 3), {"size": 0}, "size is 0; it needs to be at least 1"),
        ((1, 1, 3, 3), {"size": 2, "stride": 0}, "stride is 0; it needs to be at least 1"),
        ((1, 1, 3, 3), {"size": 2, "stride": -1}, "stride is -1; it needs to be at least 1"),
        ((1, 1, 3, 3), {"size": 2, "pad": -1}, "pad is -1; it needs to be at least 0"),
        ((1, 1, 3, 3), {"size": 3, "pad": 2}, "pad is 2; it needs to be at most half of size, 1"),
    ],
)
def test_what_does_not_fit_is_named(kind, shape, options, message):
    with pytest.raises(ValueError, match=message):
        POOLS[kind][0](np.ones(shape), **options)


@pytest.mark.parametrize("kind", POOLS)
def test_wrong_kinds_and_wrong_gradients_are_named(kind):
    forward, backward = POOLS[kind]
    with pytest.raises(TypeError, match="x is a list"):
        forward([[[[1.0]]]], size=1)
    with pytest.raises(TypeError, match=r"size is 1.5; it needs a whole number"):
        forward(np.ones((1, 1, 3, 3)), size=1.5)
    with pytest.raises(ValueError, match="x has dtype bool"):
        forward(np.ones((1, 1, 3, 3), bool), size=2)
    _, cache = forward(np.ones((1, 1, 5, 5)), size=2)
    with pytest.raises(ValueError, match=r"dout has shape \(1, 1, 3, 3\); it needs \(1, 1, 2, 2\), the shape of the output"):
        backward(np.ones((1, 1, 3, 3)), cache)
