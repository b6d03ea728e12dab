"""Nearest-neighbour upsampling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")

sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


def test_by_hand():
    out, cache = nn.upsample2d_forward(np.array([[[[1.0, 2.0]]]]), factor=2)
    np.testing.assert_array_equal(out, [[[[1, 1, 2, 2], [1, 1, 2, 2]]]])
    np.testing.assert_array_equal(nn.upsample2d_backward(np.arange(8.0).reshape(1, 1, 2, 4), cache), [[[[10, 18]]]])


@given(seed=seeds, n=sizes, c=sizes, h=sizes, w=sizes, factor=sizes)
@settings(max_examples=30)
def test_torch_agrees_over_two_steps(seed, n, c, h, w, factor, arrays):
    torch = pytest.importorskip("torch")
    a = arrays(seed)
    assert_layer_agrees_with_torch(
        lambda x: nn.upsample2d_forward(x, factor=factor),
        nn.upsample2d_backward,
        lambda x: torch.nn.functional.interpolate(x, scale_factor=factor, mode="nearest"),
        (a.normal(n, c, h, w),),
        a.rng,
    )


def test_backward_agrees_with_finite_differences(arrays):
    a = arrays(0)
    x = a.normal(2, 1, 2, 3)
    assert_backward_agrees_with_differences(lambda x: nn.upsample2d_forward(x, factor=3), nn.upsample2d_backward, (x,), a.rng)


def test_what_does_not_fit_is_named():
    x = np.ones((1, 1, 2, 3))
    with pytest.raises(ValueError, match=r"x has shape \(2, 3\); it needs \(N, C, H, W\)"):
        nn.upsample2d_forward(x[0, 0], factor=2)
    with pytest.raises(ValueError, match="factor is 0; it needs to be at least 1"):
        nn.upsample2d_forward(x, factor=0)
    with pytest.raises(TypeError, match=r"factor is 1.5; it needs a whole number"):
        nn.upsample2d_forward(x, factor=1.5)
    with pytest.raises(ValueError, match="x has dtype uint8"):
        nn.upsample2d_forward(x.astype(np.uint8), factor=2)
    with pytest.raises(ValueError, match=r"dout has shape \(1, 1, 2, 3\); it needs a height and a width that are multiples of factor = 2"):
        nn.upsample2d_backward(x, 2)
