"""Scaled dot-product attention, forward and backward."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree, assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")
sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)
leads = st.sampled_from([(), (1,), (3,), (2, 3)])


def inputs_and_mask(source, lead, t, s, d, m, share=0.5):
    """q, k, v and a mask in which every row may look somewhere."""
    mask = source.rng.random((*lead, t, s)) < share
    mask[..., 0] |= ~mask.any(axis=-1)
    return (source.normal(*lead, t, d), source.normal(*lead, s, d), source.normal(*lead, s, m)), mask


def with_mask(mask):
    return lambda q, k, v: nn.attention_forward(q, k, v, mask)


def test_a_case_small_enough_to_do_by_hand():
    q, k, v = np.array([[2.0, 0, 0, 0]]), np.array([[np.log(3.0), 0, 0, 0], [0, 1.0, 1.0, 1.0]]), np.array([[4.0], [8.0]])
    out, cache = nn.attention_forward(q, k, v)  # scores: 2 log 3 / √4 = log 3 and 0, so the odds are 3 to 1
    np.testing.assert_allclose(cache.weights, [[0.75, 0.25]], rtol=1e-15)
    np.testing.assert_allclose(out, [[5.0]], rtol=1e-15)
    dq, dk, dv = nn.attention_backward(np.array([[1.0]]), cache)  # dscores: 0.75 · (4 − 5) and 0.25 · (8 − 5), halved by √4
    np.testing.assert_allclose(dv, [[0.75], [0.25]], rtol=1e-15)
    np.testing.assert_allclose(dq, [[-0.375 * np.log(3), 0.375, 0.375, 0.375]], rtol=1e-14)
    np.testing.assert_allclose(dk, [[-0.75, 0, 0, 0], [0.75, 0, 0, 0]], rtol=1e-14, atol=1e-300)


@given(seed=seeds, lead=leads, t=sizes, s=sizes, d=sizes, m=sizes, masked=st.booleans())
def test_agrees_with_torch(seed, lead, t, s, d, m, masked, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    inputs, mask = inputs_and_mask(source, lead, t, s, d, m)
    twin_mask = torch.tensor(mask) if masked else None
    twin = lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=twin_mask)
    forward = with_mask(mask if masked else None)
    assert_layer_agrees_with_torch(forward, nn.attention_backward, twin, inputs, source.rng)


@given(seed=seeds, t=sizes)
def test_causal_attention_agrees_with_torch(seed, t, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    inputs, _ = inputs_and_mask(source, (2,), t, t, 3, 2)
    twin = lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    assert_layer_agrees_with_torch(with_mask(nn.causal_mask(t)), nn.attention_backward, twin, inputs, source.rng)


@given(seed=seeds, lead=leads, t=sizes, s=sizes)
def test_agrees_with_differences_even_where_a_row_may_look_nowhere(seed, lead, t, s, arrays):
    source = arrays(seed)
    inputs, mask = inputs_and_mask(source, lead, t, s, 2, 3)
    mask[..., -1, :] = False
    assert_backward_agrees_with_differences(with_mask(mask), nn.attention_backward, inputs, source.rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_that_may_look_nowhere_gives_0_and_gets_0(dtype, arrays):
    source = arrays(0, dtype)
    (q, k, v), mask = inputs_and_mask(source, (2,), 3, 4, 5, 6)
    mask[1, 2] = False
    out, cache = nn.attention_forward(q, k, v, mask)
    np.testing.assert_array_equal(out[1, 2], 0)
    np.testing.assert_array_equal(cache.weights[1, 2], 0)
    dq, dk, dv = nn.attention_backward(source.normal(2, 3, 6), cache)
    np.testing.assert_array_equal(dq[1, 2], 0)
    assert all(np.isfinite(grad).all() and grad.dtype == dtype for grad in (dq, dk, dv))
    _, cache = nn.attention_forward(q, k, v, np.zeros((1, 1), dtype=bool))
    for grad in nn.attention_backward(source.normal(2, 3, 6), cache):
        np.testing.assert_array_equal(grad, 0)


@given(seed=seeds, shape=st.sampled_from([(), (3,), (1, 3), (2, 1), (2, 3), (4, 1, 3), (4, 1, 1), (1, 2, 3)]))
def test_a_mask_is_repeated_along_missing_axes(seed, shape, arrays):
    source = arrays(seed)
    (q, k, v), _ = inputs_and_mask(source, (4,), 2, 3, 2, 2)
    mask = np.asarray(source.rng.random(shape) < 0.6)
    out, cache = nn.attention_forward(q, k, v, mask)
    want, full = nn.attention_forward(q, k, v, np.broadcast_to(mask, (4, 2, 3)))
    np.testing.assert_array_equal(out, want)
    np.testing.assert_array_equal(cache.weights, full.weights)


def test_what_is_hidden_has_no_influence_and_no_gradient(arrays):
    source = arrays(1)
    q, k, v = source.normal(2, 3, 4), np.copy(source.normal(2, 3, 4)), np.copy(source.normal(2, 3, 5))
    mask = nn.padding_mask(np.array([1, 3]), 3)[:, None]
    out, _ = nn.attention_forward(q, k, v, mask)
    k[0, 1:], v[0, 1:] = 1e4, -1e4
    again, cache = nn.attention_forward(q, k, v, mask)
    np.testing.assert_array_equal(again, out)
    _, dk, dv = nn.attention_backward(source.normal(2, 3, 5), cache)
    np.testing.assert_array_equal(dk[0, 1:], 0)
    np.testing.assert_array_equal(dv[0, 1:], 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("mask", [None, nn.causal_mask(3)])
def test_huge_scores_pick_one_and_nothing_overflows(dtype, mask):
    q = k = np.array([[1e4], [-1e4], [1e4]], dtype=dtype)
    out, cache = nn.attention_forward(q, k, np.array([[1e4], [2e4], [3e4]], dtype=dtype), mask)
    np.testing.assert_array_equal(out, [[2e4], [2e4], [2e4]] if mask is None else [[1e4], [2e4], [2e4]])
    assert all(np.isfinite(grad).all() for grad in nn.attention_backward(np.full((3, 1), 1e4, dtype=dtype), cache))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_of_small_scores_is_not_lost_beside_one_of_huge_scores(dtype):
    q, k = np.array([[1e4], [1.0]], dtype=dtype), np.array([[0.0], [np.log(3)]], dtype=dtype)
    _, cache = nn.attention_forward(q, k, np.eye(2, dtype=dtype))
    np.testing.assert_allclose(cache.weights, [[0, 1], [0.25, 0.75]], rtol=1e-6)


def test_equal_keys_give_the_plain_mean(arrays):
    source = arrays(2)
    v = source.normal(3, 2)
    out, _ = nn.attention_forward(source.normal(1, 4), np.ones((3, 4)), v)
    assert_agree(out, np.mean(v, axis=0, keepdims=True))


def test_cache_and_gradients_are_named_and_unpack_in_order():
    q, k, v = np.ones((2, 3)), np.ones((4, 3)), np.ones((4, 5))
    _, cache = nn.attention_forward(q, k, v)
    assert isinstance(cache, nn.AttentionCache)
    assert (cache.q is q, cache.k is k, cache.v is v, cache.weights.shape) == (True, True, True, (2, 4))
    grads = nn.attention_backward(np.ones((2, 5)), tuple(cache))
    assert isinstance(grads, nn.AttentionGrads)
    assert [grad.shape for grad in grads] == [(2, 3), (4, 3), (4, 5)]


@pytest.mark.parametrize(
    ("q", "k", "v", "message"),
    [
        ((2, 3), (4, 2), (4, 5), r"k has shape \(4, 2\); it needs \(..., S, D\) with D = 3, as in q"),
        ((2, 3), (4, 3), (2, 5), r"v has shape \(2, 5\); it needs \(..., S, M\) with S = 4, as in k"),
        ((3,), (4, 3), (4, 5), r"q has shape \(3,\); it needs \(..., T, D\)"),
        ((2, 0), (4, 0), (4, 5), r"q has shape \(2, 0\); it needs \(..., T, D\) with D at least 1"),
        ((6, 2, 3), (6, 4, 3), (4, 5), r"v has shape \(4, 5\); it needs \(6,\) before its last two axes, as q has"),
        ((6, 2, 3), (1, 4, 3), (6, 4, 5), r"k has shape \(1, 4, 3\); it needs \(6,\) before its last two axes, as q has"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(q, k, v, message):
    with pytest.raises(ValueError, match=message):
        nn.attention_forward(np.ones(q), np.ones(k), np.ones(v))


def test_whole_numbers_have_gradients_with_fractions(arrays):
    a = arrays(0)
    q, k, v, dout = (a.rng.integers(-3, 4, shape) for shape in ((2, 3), (4, 3), (4, 5), (2, 5)))
    _, cache = nn.attention_forward(q, k, v)
    _, float_cache = nn.attention_forward(q.astype(float), k.astype(float), v.astype(float))
    for whole, fraction in zip(nn.attention_backward(dout, cache), nn.attention_backward(dout.astype(float), float_cache), strict=True):
        assert_agree(whole, fraction)


def test_other_bad_input_is_refused():
    q, k, v = np.ones((2, 3)), np.ones((4, 3)), np.ones((4, 5))
    with pytest.raises(TypeError, match="q is a list; it needs to be a NumPy array"):
        nn.attention_forward([[1.0]], k, v)
    with pytest.raises(ValueError, match="k has dtype bool; it needs real numbers"):
        nn.attention_forward(q, k.astype(bool), v)
    with pytest.raises(TypeError, match="mask is a list; it needs to be a NumPy array"):
        nn.attention_forward(q, k, v, [[True]])
    with pytest.raises(ValueError, match="mask has dtype float64; it needs True and False"):
        nn.attention_forward(q, k, v, np.ones((2, 4)))
    for shape in ((4, 2), (1, 2, 4), (3,)):
        with pytest.raises(ValueError, match=r"mask has shape .*; it needs \(2, 4\), or a shape that broadcasts to it"):
            nn.attention_forward(q, k, v, np.ones(shape, dtype=bool))
    cache = nn.attention_forward(q, k, v)[1]
    with pytest.raises(ValueError, match=r"dout has shape \(2, 3\); it needs \(..., T, M\) with M = 5, as in v"):
        nn.attention_backward(np.ones((2, 3)), cache)
    with pytest.raises(ValueError, match=r"dout has shape \(1, 2, 5\); it needs \(\) before its last two axes, as q has"):
        nn.attention_backward(np.ones((1, 2, 5)), cache)
