"""The affine map, forward and backward."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)


def test_a_case_small_enough_to_do_by_hand():
    out, cache = nn.affine_forward(np.array([[1.0, 2.0]]), np.array([[3.0], [5.0]]), np.array([7.0]))
    np.testing.assert_array_equal(out, [[20.0]])
    dx, dw, db = nn.affine_backward(np.array([[10.0]]), cache)
    np.testing.assert_array_equal(dx, [[30, 50]])
    np.testing.assert_array_equal(dw, [[10], [20]])
    np.testing.assert_array_equal(db, [10])


def test_cache_and_gradients_are_named_and_unpack_in_order():
    x, w = np.ones((2, 3)), np.ones((3, 4))
    _, cache = nn.affine_forward(x, w, np.zeros(4))
    assert isinstance(cache, nn.AffineCache)
    assert cache[0] is cache.x is x
    assert cache[1] is cache.w is w
    grads = nn.affine_backward(np.ones((2, 4)), cache)
    assert isinstance(grads, nn.AffineGrads)
    assert [g.shape for g in grads] == [(2, 3), (3, 4), (4,)]
    np.testing.assert_array_equal(nn.affine_backward(np.ones((2, 4)), (x, w)).dw, grads.dw)  # a student's plain tuple will do


@given(seed=seeds, n=sizes, d=sizes, h=sizes)
def test_backward_agrees_with_finite_differences(seed, n, d, h, arrays):
    source = arrays(seed)
    x, w, b, dout = source.normal(n, d), source.normal(d, h), source.normal(h), source.normal(n, h)
    dx, dw, db = nn.affine_backward(dout, nn.AffineCache(x, w))
    np.testing.assert_allclose(dx, nn.numerical_backward(lambda x: nn.affine_forward(x, w, b)[0], x, dout), atol=1e-8)
    np.testing.assert_allclose(dw, nn.numerical_backward(lambda w: nn.affine_forward(x, w, b)[0], w, dout), atol=1e-8)
    np.testing.assert_allclose(db, nn.numerical_backward(lambda b: nn.affine_forward(x, w, b)[0], b, dout), atol=1e-8)


@given(seed=seeds, n=sizes, d=sizes, h=sizes)
def test_the_gradients_of_the_parameters_alone_are_the_same(seed, n, d, h, arrays):
    source = arrays(seed)
    dout, cache = source.normal(n, h), nn.AffineCache(source.normal(n, d), source.normal(d, h))
    grads, alone = nn.affine_backward(dout, cache), nn.affine_parameter_gradients(dout, cache)
    assert isinstance(alone, nn.AffineParameterGrads)
    np.testing.assert_array_equal(alone.dw, grads.dw)
    np.testing.assert_array_equal(alone.db, grads.db)


@pytest.mark.parametrize(
    ("x", "w", "b", "message"),
    [
        ((2, 3), (4, 5), (5,), r"w has shape \(4, 5\); it needs \(D, H\) with D = 3, as in x"),
        ((2, 3), (3, 5), (4,), r"b has shape \(4,\); it needs \(H,\) with H = 5, as in w"),
        ((2, 3), (3, 5), (1, 5), r"b has shape \(1, 5\); it needs \(H,\), which is 1 axis and not 2"),
        ((3,), (3, 5), (5,), r"x has shape \(3,\); it needs \(N, D\), which is 2 axes and not 1"),
        ((0, 3), (3, 5), (5,), r"x has shape \(0, 3\); it needs \(N, D\) with N at least 1"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(x, w, b, message):
    with pytest.raises(ValueError, match=message):
        nn.affine_forward(np.ones(x), np.ones(w), np.ones(b))


def test_backward_refuses_another_gradient_than_forward_would_get():
    with pytest.raises(ValueError, match=r"dout has shape \(2, 3\); it needs \(N, H\) with H = 4, as in w"):
        nn.affine_backward(np.ones((2, 3)), nn.AffineCache(np.ones((2, 3)), np.ones((3, 4))))
    with pytest.raises(TypeError, match="x is a list; it needs to be a NumPy array"):
        nn.affine_forward([[1.0]], np.ones((1, 1)), np.ones(1))


@pytest.mark.parametrize("dtype", [bool, np.uint8, complex])
def test_a_dtype_that_is_not_of_real_numbers_is_named(dtype):
    x, w, b = np.ones((2, 3)), np.ones((3, 4)), np.ones(4)
    with pytest.raises(ValueError, match=f"x has dtype {np.dtype(dtype)}; it needs real numbers"):
        nn.affine_forward(x.astype(dtype), w, b)
    with pytest.raises(ValueError, match=f"b has dtype {np.dtype(dtype)}; it needs real numbers"):
        nn.affine_forward(x, w, b.astype(dtype))
    with pytest.raises(ValueError, match=f"dout has dtype {np.dtype(dtype)}; it needs real numbers"):
        nn.affine_backward(np.ones((2, 4), dtype), nn.AffineCache(x, w))


def test_whole_numbers_are_taken():
    out, cache = nn.affine_forward(np.array([[1, 2]]), np.array([[3], [5]]), np.array([7]))
    np.testing.assert_array_equal(out, [[20]])
    np.testing.assert_array_equal(nn.affine_backward(np.array([[10]]), cache).dw, [[10], [20]])
