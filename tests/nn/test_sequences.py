"""Turning round sequences of different lengths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

pytestmark = pytest.mark.filterwarnings("error")


def test_each_sequence_is_turned_round_within_its_length():
    tokens = np.array([[1, 2, 3, 4], [5, 6, 0, 0], [7, 0, 0, 0]])
    np.testing.assert_array_equal(
        nn.reverse_sequences(tokens, np.array([4, 2, 1])), [[4, 3, 2, 1], [6, 5, 0, 0], [7, 0, 0, 0]]
    )
    np.testing.assert_array_equal(nn.reverse_sequences(tokens, np.array([4, 2, 1], np.uint64))[1], [6, 5, 0, 0])
    np.testing.assert_array_equal(nn.reverse_sequences(tokens), tokens[:, ::-1])


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 4), t=st.integers(1, 5), inner=st.lists(st.integers(0, 3), max_size=2))
def test_a_sequence_at_a_time(seed, n, t, inner, arrays):
    source = arrays(seed)
    x, lengths = source.normal(n, t, *inner), source.rng.integers(1, t + 1, n)
    out = nn.reverse_sequences(x, lengths)
    for sequence, reversed_sequence, length in zip(x, out, lengths, strict=True):
        np.testing.assert_array_equal(reversed_sequence, [*sequence[:length][::-1], *sequence[length:]])
    np.testing.assert_array_equal(nn.reverse_sequences(out, lengths), x)


@pytest.mark.parametrize("dtype", [np.float32, np.int8, bool, "U3"])
def test_any_dtype_is_kept_and_the_answer_is_a_new_array(dtype):
    x = np.array([[1, 0]]).astype(dtype)
    out = nn.reverse_sequences(x)
    assert out.dtype == x.dtype
    out[:] = x[0, 0]
    np.testing.assert_array_equal(x, np.array([[1, 0]]).astype(dtype))


def test_what_is_no_batch_of_sequences_is_refused():
    with pytest.raises(TypeError, match="x is a list; it needs to be a NumPy array"):
        nn.reverse_sequences([[1, 2]])
    for shape in ((3,), (0, 3), (3, 0, 2)):
        with pytest.raises(ValueError, match=r"x has shape .*; it needs \(N, T, \.\.\.\) with N and T at least 1"):
            nn.reverse_sequences(np.ones(shape))
