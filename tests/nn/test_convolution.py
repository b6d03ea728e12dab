"""The convolution, forward, backward and with loops."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree, assert_backward_agrees_with_differences, assert_layer_agrees_with_torch, frozen

pytestmark = pytest.mark.filterwarnings("error")

few = st.integers(1, 3)
sizes = st.integers(1, 5)
pads = st.integers(0, 3)
strides = st.integers(1, 3)
seeds = st.integers(0, 2**32 - 1)


def agrees_with_torch(x, w, b, stride, pad, rng):
    torch = pytest.importorskip("torch")
    assert_layer_agrees_with_torch(
        lambda x, w, b: nn.conv2d_forward(x, w, b, stride=stride, pad=pad),
        nn.conv2d_backward,
        lambda x, w, b: torch.nn.functional.conv2d(x, w, b, stride=stride, padding=pad),
        (x, w, b),
        rng,
    )


def test_a_case_small_enough_to_do_by_hand():
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    w = np.array([[[[1.0, 0.0], [0.0, 10.0]]]])
    out, cache = nn.conv2d_forward(x, w, np.array([100.0]))
    np.testing.assert_array_equal(out, [[[[151, 162]]]])  # the kernel is not flipped
    dx, dw, db = nn.conv2d_backward(np.array([[[[1.0, 2.0]]]]), cache)
    np.testing.assert_array_equal(dx, [[[[1, 2, 0], [0, 10, 20]]]])
    np.testing.assert_array_equal(dw, [[[[5, 8], [14, 17]]]])
    np.testing.assert_array_equal(db, [3])


def test_cache_and_gradients_are_named_and_unpack_in_order():
    x, w = np.ones((2, 3, 4, 5)), np.ones((6, 3, 2, 2))
    out, cache = nn.conv2d_forward(x, w, np.zeros(6), stride=2, pad=1)
    assert isinstance(cache, nn.ConvCache)
    assert cache.x is x
    assert cache.w is w
    assert cache[2:] == (2, 1)
    grads = nn.conv2d_backward(np.ones(out.shape), cache)
    assert isinstance(grads, nn.ConvGrads)
    assert [grad.shape for grad in grads] == [x.shape, w.shape, (6,)]
    np.testing.assert_array_equal(nn.conv2d_backward(np.ones(out.shape), (x, w, 2, 1)).dw, grads.dw)  # a plain tuple will do


@given(seed=seeds, n=few, c=few, h=sizes, w=sizes, k=few, kh=sizes, kw=sizes, stride=strides, pad=pads)
@settings(max_examples=60)
def test_torch_agrees_over_two_steps(seed, n, c, h, w, k, kh, kw, stride, pad, arrays):
    assume(kh <= h + 2 * pad and kw <= w + 2 * pad)
    a = arrays(seed)
    agrees_with_torch(a.normal(n, c, h, w), a.normal(k, c, kh, kw), a.normal(k), stride, pad, a.rng)


@given(seed=seeds, n=few, c=few, h=sizes, w=sizes, k=few, kh=sizes, kw=sizes, stride=strides, pad=pads)
@settings(max_examples=30)
def test_the_loops_give_the_same(seed, n, c, h, w, k, kh, kw, stride, pad, arrays):
    assume(kh <= h + 2 * pad and kw <= w + 2 * pad)
    a = arrays(seed)
    x, weights, b = a.normal(n, c, h, w), a.normal(k, c, kh, kw), a.normal(k)
    out, cache = nn.conv2d_forward(x, weights, b, stride=stride, pad=pad)
    assert_agree(nn.conv2d_naive(x, weights, b, stride=stride, pad=pad), out)
    dout = a.normal(*out.shape)
    grads = nn.conv2d_backward(dout, frozen(cache))
    for naive, fast in zip(nn.conv2d_naive_backward(dout, frozen(cache)), grads, strict=True):
        assert_agree(naive, fast)
    alone = nn.conv2d_parameter_gradients(dout, frozen(cache))
    assert isinstance(alone, nn.ConvParameterGrads)
    assert_agree(alone.dw, grads.dw)
    assert_agree(alone.db, grads.db)


def test_the_loops_give_the_same_for_images_of_whole_numbers(arrays):
    a = arrays(0)
    x, w = a.rng.integers(0, 256, (2, 3, 5, 4)), a.normal(2, 3, 3, 2)
    dout = a.normal(2, 2, 5, 5)
    cache = nn.ConvCache(x, w, 1, 1)
    for naive, fast in zip(nn.conv2d_naive_backward(dout, frozen(cache)), nn.conv2d_backward(dout, frozen(cache)), strict=True):
        assert naive.dtype == np.float64
        assert_agree(naive, fast)


@pytest.mark.parametrize(
    ("x", "w", "stride"),
    [((5, 8, 30, 30), (3, 8, 5, 5), 1), ((2, 24, 40, 40), (2, 24, 5, 5), 1), ((7, 4, 61, 50), (2, 4, 5, 7), 3)],
    ids=["several blocks, the last one shorter", "an image is more than a block", "stride"],
)
def test_batches_that_are_taken_in_several_blocks(x, w, stride, arrays):
    a = arrays(0)
    agrees_with_torch(a.normal(*x), a.normal(*w), a.normal(w[0]), stride, 2, a.rng)


def test_backward_agrees_with_finite_differences(arrays):
    a = arrays(0)
    assert_backward_agrees_with_differences(
        lambda x, w, b: nn.conv2d_forward(x, w, b, stride=2, pad=1),
        nn.conv2d_backward,
        (a.normal(2, 2, 4, 5), a.normal(3, 2, 3, 2), a.normal(3)),
        a.rng,
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes(dtype, arrays):
    a = arrays(0, dtype)
    x, w, b = a.normal(2, 3, 6, 6, scale=1e4), a.normal(4, 3, 3, 3, scale=1e4), a.normal(4, scale=1e4)
    out, cache = nn.conv2d_forward(x, w, b)
    grads = nn.conv2d_backward(frozen(1e4 * out / np.max(np.abs(out))), cache)
    for array in (out, *grads):
        assert array.dtype == dtype
        assert np.isfinite(array).all()


@pytest.mark.parametrize(
    ("x", "w", "b", "options", "message"),
    [
        ((2, 5, 5), (4, 2, 3, 3), (4,), {}, r"x has shape \(2, 5, 5\); it needs \(N, C, H, W\), which is 4 axes and not 3"),
        ((0, 2, 5, 5), (4, 2, 3, 3), (4,), {}, r"x has shape \(0, 2, 5, 5\); it needs \(N, C, H, W\) with N at least 1"),
        ((2, 3, 5, 5), (4, 2, 3, 3), (4,), {}, r"w has shape \(4, 2, 3, 3\); it needs \(K, C, kh, kw\) with C = 3, as in x"),
        ((2, 3, 5, 5), (4, 3, 3, 3), (3,), {}, r"b has shape \(3,\); it needs \(K,\) with K = 4, as in w"),
        ((2, 3, 5, 5), (4, 3, 3, 6), (4,), {}, "kernel is 6; it needs to be at most 5"),
        ((2, 3, 5, 5), (4, 3, 3, 3), (4,), {"stride": 0}, "stride is 0; it needs to be at least 1"),
        ((2, 3, 5, 5), (4, 3, 3, 3), (4,), {"stride": -2}, "stride is -2; it needs to be at least 1"),
        ((2, 3, 5, 5), (4, 3, 3, 3), (4,), {"pad": -1}, "pad is -1; it needs to be at least 0"),
    ],
)
@pytest.mark.parametrize("forward", [nn.conv2d_forward, nn.conv2d_naive])
def test_what_does_not_fit_is_named(forward, x, w, b, options, message):
    with pytest.raises(ValueError, match=message):
        forward(np.ones(x), np.ones(w), np.ones(b), **options)


@pytest.mark.parametrize("forward", [nn.conv2d_forward, nn.conv2d_naive])
def test_arrays_that_are_none_and_arrays_without_numbers(forward):
    x, w, b = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.ones(1)
    with pytest.raises(TypeError, match="x is a list"):
        forward(x.tolist(), w, b)
    with pytest.raises(ValueError, match="x has dtype uint8"):
        forward(x.astype(np.uint8), w, b)
    with pytest.raises(ValueError, match="b has dtype bool"):
        forward(x, w, b.astype(bool))
    with pytest.raises(TypeError, match=r"stride is 1.0; it needs a whole number"):
        forward(x, w, b, stride=1.0)


def test_backward_refuses_another_gradient_than_forward_would_get():
    x, w = np.ones((2, 3, 5, 5)), np.ones((4, 3, 3, 3))
    with pytest.raises(ValueError, match=r"dout has shape \(2, 4, 5, 5\); it needs \(2, 4, 3, 3\), the shape of the output"):
        nn.conv2d_backward(np.ones((2, 4, 5, 5)), nn.ConvCache(x, w, 1, 0))
    with pytest.raises(ValueError, match=r"dout has shape \(2, 4, 9\); it needs \(N, K, OH, OW\)"):
        nn.conv2d_backward(np.ones((2, 4, 9)), nn.ConvCache(x, w, 1, 0))
    with pytest.raises(TypeError, match="dout is a float"):
        nn.conv2d_backward(1.0, nn.ConvCache(x, w, 1, 0))
