"""Positional encoding."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

pytestmark = pytest.mark.filterwarnings("error")


@given(t=st.integers(1, 6), d=st.integers(1, 7))
def test_agrees_with_the_formula_number_by_number(t, d):
    encoding = nn.positional_encoding(t, d)
    assert encoding.shape == (t, d)
    for place in range(t):
        for column in range(d):
            angle = place / 10000 ** ((column - column % 2) / d)
            assert encoding[place, column] == pytest.approx(math.cos(angle) if column % 2 else math.sin(angle), abs=1e-12)


def test_some_steps_on_is_the_same_rotation_everywhere():
    encoding = nn.positional_encoding(50, 8)
    for pair in range(4):
        hand = encoding[:, 2 * pair + 1] + 1j * encoding[:, 2 * pair]
        turn = hand[7:] / hand[:-7]
        np.testing.assert_allclose(turn, turn[0], atol=1e-12)


def test_no_two_places_are_alike():
    encoding = nn.positional_encoding(500, 16)
    assert np.min(nn.pairwise_distances(encoding, encoding) + 10 * np.eye(500)) > 0.1


def test_float32_is_the_float64_rounded():
    encoding = nn.positional_encoding(1000, 6, np.float32)
    assert encoding.dtype == np.float32
    np.testing.assert_array_equal(encoding, nn.positional_encoding(1000, 6).astype(np.float32))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="num_steps is 0; it needs to be at least 1"):
        nn.positional_encoding(0, 4)
    with pytest.raises(ValueError, match="num_features is -2; it needs to be at least 1"):
        nn.positional_encoding(4, -2)
    with pytest.raises(TypeError, match=r"num_features is 4\.0; it needs a whole number"):
        nn.positional_encoding(4, 4.0)
    with pytest.raises(ValueError, match=r"dtype is int64; it needs a floating-point one, such as np\.float32"):
        nn.positional_encoding(4, 4, int)
