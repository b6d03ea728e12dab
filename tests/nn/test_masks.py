"""Masks for attention."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

pytestmark = pytest.mark.filterwarnings("error")


@given(t=st.integers(1, 6))
def test_causal_mask_never_looks_ahead(t):
    mask = nn.causal_mask(t)
    assert mask.dtype == bool
    assert mask.tolist() == [[s <= row for s in range(t)] for row in range(t)]


@pytest.mark.parametrize("dtype", [int, np.int8, np.uint8, np.uint64])
def test_padding_mask_marks_the_steps_of_each_sequence(dtype):
    mask = nn.padding_mask(np.array([1, 3, 2], dtype=dtype), 3)
    assert mask.dtype == bool
    assert mask.tolist() == [[True, False, False], [True, True, True], [True, True, False]]


def test_masks_go_together():
    both = nn.causal_mask(2) & nn.padding_mask(np.array([1, 2]), 2)[:, None]
    assert both.tolist() == [[[True, False], [True, False]], [[True, False], [True, True]]]


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="num_steps is 0; it needs to be at least 1"):
        nn.causal_mask(0)
    with pytest.raises(TypeError, match=r"num_steps is 2\.0; it needs a whole number"):
        nn.causal_mask(2.0)
    for wrong in (0, 4, -1):
        with pytest.raises(ValueError, match=f"lengths has the value {wrong}; it needs lengths from 1 to 3"):
            nn.padding_mask(np.array([1, wrong]), 3)
    with pytest.raises(ValueError, match="lengths has dtype float64; it needs integers"):
        nn.padding_mask(np.ones(2), 3)
    with pytest.raises(ValueError, match=r"lengths has shape \(1, 2\); it needs \(N,\), which is 1 axis and not 2"):
        nn.padding_mask(np.ones((1, 2), dtype=int), 3)
    with pytest.raises(TypeError, match="lengths is a list; it needs to be a NumPy array"):
        nn.padding_mask([1, 2], 3)
    with pytest.raises(TypeError, match="num_steps is None; it needs a whole number"):
        nn.padding_mask(np.array([1]), None)
