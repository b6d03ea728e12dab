"""Recurrent networks along whole sequences: the same as step after step, whatever stands behind the end of a sequence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree, frozen
from tests.nn.recurrent import GRU, KINDS, LSTM, RNN, back, loop, loop_back, run

pytestmark = pytest.mark.filterwarnings("error")
all_kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
LENGTHS = np.array([4, 1, 3])


def upstream(kind, source, n, t, h):
    return source.normal(n, t, h), *(source.normal(n, h) for _ in range(kind.num_states - 1))


def forward_and_back(kind, inputs, douts, lengths=None):
    """All outputs and all gradients."""
    outs, cache = run(kind, *inputs, lengths=lengths)
    return *outs, *back(kind, douts, frozen(cache))


def test_two_steps_of_a_recurrent_network_by_hand():
    """At 0 the slope of tanh is 1, so a gradient is multiplied by w_hh at every step back: here it explodes."""
    x, h0 = np.zeros((1, 2, 1)), np.zeros((1, 1))
    _, cache = nn.rnn_forward(x, h0, np.array([[2.0]]), np.array([[3.0]]), np.zeros(1))
    grads = nn.rnn_backward(np.array([[[0.0], [5.0]]]), cache)
    np.testing.assert_array_equal(grads.dx, [[[5 * 3 * 2], [5 * 2]]])
    np.testing.assert_array_equal(grads.dh0, [[5 * 3 * 3]])
    np.testing.assert_array_equal(grads.db, [5 * 3 + 5])


def test_two_steps_of_an_lstm_by_hand():
    """With all weights 0 the gates are ½ and nothing is written: half the cell is forgotten at every step."""
    weights = np.zeros((1, 4))
    h, c_last, cache = nn.lstm_forward(np.zeros((1, 2, 1)), np.zeros((1, 1)), np.full((1, 1), 8.0), weights, weights, np.zeros(4))
    np.testing.assert_array_equal(h, [[[0.5 * np.tanh(4)], [0.5 * np.tanh(2)]]])
    np.testing.assert_array_equal(c_last, [[2]])
    np.testing.assert_array_equal(nn.lstm_backward(np.zeros((1, 2, 1)), np.full((1, 1), 8.0), cache).dc0, [[2]])


def test_two_steps_of_a_gru_by_hand():
    """With all weights 0 the candidate is 0, and the state goes half of the way there at every step."""
    weights, biases = np.zeros((1, 3)), np.zeros(3)
    h, cache = nn.gru_forward(np.zeros((1, 2, 1)), np.full((1, 1), 8.0), weights, weights, biases, biases)
    np.testing.assert_array_equal(h, [[[4], [2]]])
    np.testing.assert_array_equal(nn.gru_backward(np.array([[[0.0], [8.0]]]), cache).dh0, [[2]])


@all_kinds
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 4), t=st.integers(1, 5), d=st.integers(1, 4), h=st.integers(1, 4))
@settings(max_examples=40)
def test_a_sequence_is_step_after_step(kind, seed, n, t, d, h, arrays):
    source = arrays(seed)
    inputs, douts = kind.inputs(source, (n, t, d), h), upstream(kind, source, n, t, h)
    for lengths in (None, source.rng.integers(1, t + 1, n)):
        outs, caches = loop(kind, *inputs, lengths=np.full(n, t) if lengths is None else lengths)
        expected = (*outs, *loop_back(kind, douts, caches))
        for got, want in zip(forward_and_back(kind, inputs, douts, lengths), expected, strict=True):
            assert_agree(got, want, rtol=1e-13)


@all_kinds
def test_a_state_is_held_behind_the_end(kind, arrays):
    inputs = kind.inputs(arrays(0), (3, 4, 2), 5)
    (h, *cells), cache = run(kind, *inputs, lengths=LENGTHS)
    for sequence, length in enumerate(LENGTHS):
        np.testing.assert_array_equal(h[sequence, length:], np.broadcast_to(h[sequence, length - 1], (4 - length, 5)))
        alone = tuple(array[sequence : sequence + 1] for array in inputs[: 1 + kind.num_states])
        (short, *cell), _ = run(kind, alone[0][:, :length], *alone[1:], *inputs[1 + kind.num_states :])
        np.testing.assert_allclose(h[sequence, -1], short[0, -1], rtol=1e-13)
        for got, want in zip(cells, cell, strict=True):
            np.testing.assert_allclose(got[sequence], want[0], rtol=1e-13)
    dx = back(kind, upstream(kind, arrays(1), 3, 4, 5), cache).dx
    behind = np.arange(4) >= LENGTHS[:, np.newaxis]
    assert np.all(dx[behind] == 0)
    assert np.all(dx[~behind] != 0)


@all_kinds
def test_what_stands_in_the_padding_reaches_nothing(kind, arrays):
    inputs, douts = kind.inputs(arrays(0), (3, 4, 2), 5), upstream(kind, arrays(1), 3, 4, 5)
    expected = forward_and_back(kind, inputs, douts, LENGTHS)
    for rubbish in (np.nan, np.inf, 1e300):
        x = inputs[0].copy()
        x[np.arange(4) >= LENGTHS[:, np.newaxis]] = rubbish
        for got, want in zip(forward_and_back(kind, (x, *inputs[1:]), douts, LENGTHS), expected, strict=True):
            np.testing.assert_array_equal(got, want)


@all_kinds
def test_lengths_that_are_all_full_change_nothing(kind, arrays):
    inputs, douts = kind.inputs(arrays(0), (3, 4, 2), 5), upstream(kind, arrays(1), 3, 4, 5)
    expected = forward_and_back(kind, inputs, douts)
    for got, want in zip(forward_and_back(kind, inputs, douts, np.full(3, 4, np.uint8)), expected, strict=True):
        np.testing.assert_array_equal(got, want)


@all_kinds
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["full", "lengths"])
def test_the_extremes_are_finite_and_keep_their_dtype(kind, dtype, lengths, arrays):
    inputs = tuple((1e4 * array).astype(dtype) for array in kind.inputs(arrays(0), (3, 4, 2), 5))
    douts = tuple((1e4 * array).astype(dtype) for array in upstream(kind, arrays(1), 3, 4, 5))
    for result in forward_and_back(kind, inputs, douts, lengths):
        assert result.dtype == dtype
        assert np.all(np.isfinite(result))


@all_kinds
def test_whole_numbers_will_do(kind):
    ones = tuple(np.ones(array.shape, int) for array in kind.inputs(_Ones(), (2, 3, 2), 2))
    douts = [np.ones((2, 3, 2), int), np.ones((2, 2), int)][: kind.num_states]
    expected = forward_and_back(kind, tuple(array.astype(float) for array in ones), douts)
    for got, want in zip(forward_and_back(kind, ones, douts), expected, strict=True):
        np.testing.assert_array_equal(got, want)


class _Ones:
    """Stands in for a source of arrays where only the shapes matter."""

    def normal(self, *shape, scale=1.0):
        return np.ones(shape)


@all_kinds
def test_cache_and_gradients_are_named_and_unpack_in_order(kind, arrays):
    inputs = kind.inputs(arrays(0), (3, 4, 2), 5)
    _, cache = run(kind, *inputs)
    grads = back(kind, upstream(kind, arrays(1), 3, 4, 5), tuple(cache))
    named = {RNN: (nn.RnnCache, nn.RnnGrads), LSTM: (nn.LstmCache, nn.LstmGrads), GRU: (nn.GruCache, nn.GruGrads)}
    assert (type(cache), type(grads)) == named[kind]
    assert [grad.shape for grad in grads] == [array.shape for array in inputs]


@all_kinds
@pytest.mark.parametrize(
    ("lengths", "error", "message"),
    [
        ([4, 1, 3], TypeError, "lengths is a list; it needs to be a NumPy array"),
        (np.array([4, 1]), ValueError, r"lengths has shape \(2,\); it needs \(N,\) with N = 3, as in x"),
        (np.array([[4], [1], [3]]), ValueError, r"lengths has shape \(3, 1\); it needs \(N,\), which is 1 axis and not 2"),
        (np.array([4.0, 1.0, 3.0]), ValueError, "lengths has dtype float64; it needs integers"),
        (np.array([4, 0, 3]), ValueError, "lengths has the value 0; it needs lengths from 1 to 4"),
        (np.array([4, 1, 5]), ValueError, "lengths has the value 5; it needs lengths from 1 to 4"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(kind, lengths, error, message, arrays):
    inputs = kind.inputs(arrays(0), (3, 4, 2), 5)
    with pytest.raises(error, match=message):
        kind.forward(*inputs, lengths)
    with pytest.raises(error, match=message):
        nn.reverse_sequences(inputs[0], lengths)


@all_kinds
def test_a_shape_that_does_not_fit_is_named(kind, arrays):
    inputs = kind.inputs(arrays(0), (3, 4, 2), 5)
    with pytest.raises(ValueError, match=r"x has shape \(3, 2\); it needs \(N, T, D\), which is 3 axes and not 2"):
        kind.forward(inputs[0][:, 0], *inputs[1:])
    with pytest.raises(ValueError, match=r"x has shape \(3, 0, 2\); it needs \(N, T, D\) with T at least 1"):
        kind.forward(inputs[0][:, :0], *inputs[1:])
    with pytest.raises(ValueError, match=r"h0 has shape \(2, 5\); it needs \(N, H\) with N = 3, as in x"):
        kind.forward(inputs[0], inputs[1][:2], *inputs[2:])
    with pytest.raises(ValueError, match="x has dtype complex128; it needs real numbers"):
        kind.forward(inputs[0] + 0j, *inputs[1:])
    _, cache = run(kind, *inputs)
    dh, *dcells = upstream(kind, arrays(1), 3, 4, 5)
    with pytest.raises(ValueError, match=r"dh has shape \(3, 3, 5\); it needs \(N, T, H\) with T = 4, as in h"):
        kind.backward(dh[:, 1:], *dcells, cache)
    with pytest.raises(ValueError, match="dh has dtype bool; it needs real numbers"):
        kind.backward(dh > 0, *dcells, cache)
