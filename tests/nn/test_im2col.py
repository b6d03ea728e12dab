"""Sliding windows: their number, their columns, and the way back."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree

pytestmark = pytest.mark.filterwarnings("error")

sizes = st.integers(1, 5)
pads = st.integers(0, 2)
strides = st.integers(1, 3)
seeds = st.integers(0, 2**32 - 1)


@given(size=st.integers(1, 12), kernel=st.integers(1, 12), stride=st.integers(1, 5), pad=st.integers(0, 3))
def test_the_formula_counts_the_places(size, kernel, stride, pad):
    assume(kernel <= size + 2 * pad)
    places = [start for start in range(-pad, size + pad, stride) if start + kernel <= size + pad]
    assert nn.conv_output_size(size, kernel, stride, pad) == len(places)


def test_the_convnet_of_the_lesson():
    """Maps of 26, 13, 11, 5 and 3 pixels from 28, by kernels of 3 and pools of 2."""
    layers = [(28, 3, 1), (26, 2, 2), (13, 3, 1), (11, 2, 2), (5, 3, 1)]
    assert [nn.conv_output_size(size, kernel, stride) for size, kernel, stride in layers] == [26, 13, 11, 5, 3]
    assert nn.conv_output_size(28, 3, pad=1) == 28


def test_windows_as_columns_and_back_by_hand():
    x = np.arange(1.0, 7.0).reshape(1, 1, 2, 3)
    cols = nn.im2col(x, 2, 2)
    np.testing.assert_array_equal(cols, [[[1, 2], [2, 3], [4, 5], [5, 6]]])
    np.testing.assert_array_equal(nn.col2im(cols, x.shape, 2, 2), [[[[1, 4, 3], [4, 10, 6]]]])  # the middle ones were copied twice


@given(seed=seeds, n=sizes, c=sizes, h=sizes, w=sizes, kh=sizes, kw=sizes, stride=strides, pad=pads)
@settings(max_examples=50)
def test_as_unfold_and_fold_of_torch(seed, n, c, h, w, kh, kw, stride, pad, arrays):
    torch = pytest.importorskip("torch")
    assume(kh <= h + 2 * pad and kw <= w + 2 * pad)
    x = arrays(seed).normal(n, c, h, w)
    theirs = torch.nn.functional.unfold(torch.tensor(x), (kh, kw), padding=pad, stride=stride)
    cols = nn.im2col(x, kh, kw, stride, pad)
    assert_agree(cols, theirs)
    dcols = arrays(seed + 1).normal(*cols.shape)
    folded = torch.nn.functional.fold(torch.tensor(dcols), (h, w), (kh, kw), padding=pad, stride=stride)
    assert_agree(nn.col2im(dcols, x.shape, kh, kw, stride, pad), folded)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, 7, 1, 0), "kernel is 7; it needs to be at most 5, the size 5 with pad 0 on both sides"),
        ((5, 3, 0, 0), "stride is 0; it needs to be at least 1"),
        ((5, 3, -1, 0), "stride is -1; it needs to be at least 1"),
        ((5, 0, 1, 0), "kernel is 0; it needs to be at least 1"),
        ((0, 1, 1, 0), "size is 0; it needs to be at least 1"),
        ((5, 3, 1, -1), "pad is -1; it needs to be at least 0"),
    ],
)
def test_windows_that_cannot_be_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        nn.conv_output_size(*arguments)
    with pytest.raises(TypeError, match=r"stride is 1.5; it needs a whole number"):
        nn.conv_output_size(5, 3, 1.5)


def test_wrong_arrays_are_named():
    with pytest.raises(ValueError, match=r"x has shape \(3, 3\); it needs \(N, C, H, W\), which is 4 axes and not 2"):
        nn.im2col(np.ones((3, 3)), 2, 2)
    with pytest.raises(ValueError, match="x has dtype bool"):
        nn.im2col(np.ones((1, 1, 3, 3), bool), 2, 2)
    with pytest.raises(ValueError, match=r"cols has shape \(1, 4, 5\); it needs \(1, 4, 4\), as im2col gives for"):
        nn.col2im(np.ones((1, 4, 5)), (1, 1, 3, 3), 2, 2)
    with pytest.raises(ValueError, match=r"x_shape is \(1, 3, 3\); it needs four sizes, \(N, C, H, W\)"):
        nn.col2im(np.ones((1, 4, 4)), (1, 3, 3), 2, 2)
