"""One step of a recurrent network, an LSTM and a GRU: cases to do by hand, what the gates are for, finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_backward_agrees_with_differences
from tests.nn.recurrent import KINDS, RNN

pytestmark = pytest.mark.filterwarnings("error")
all_kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def array(*numbers):
    return np.array([numbers], dtype=float)


def test_a_step_of_a_recurrent_network_by_hand():
    h, cache = nn.rnn_step_forward(array(1), array(0.5), array(3), array(-4), np.array([-1.0]))  # 1·3 + 0.5·(−4) − 1 = 0
    np.testing.assert_array_equal(h, [[0]])
    assert isinstance(cache, nn.RnnStepCache)
    grads = nn.rnn_step_backward(array(10), cache)  # tanh has slope 1 at 0
    assert isinstance(grads, nn.RnnStepGrads)
    assert [float(grad.item()) for grad in grads] == [30, -40, 10, 5, 10]


def test_a_step_of_an_lstm_by_hand():
    weights = np.zeros((1, 4))
    h, c, cache = nn.lstm_step_forward(array(3), array(5), array(2), weights, weights, np.zeros(4))  # i = f = o = ½, g = 0
    np.testing.assert_array_equal(c, [[1]])
    np.testing.assert_array_equal(h, [[0.5 * np.tanh(1)]])
    assert isinstance(cache, nn.LstmStepCache)
    grads = nn.lstm_step_backward(array(0), array(8), cache)
    assert isinstance(grads, nn.LstmStepGrads)
    np.testing.assert_array_equal(grads.dc_prev, [[4]])
    np.testing.assert_array_equal(grads.db, [0, 8 * 2 / 4, 8 / 2, 0])
    np.testing.assert_array_equal(grads.dw_xh, 3 * grads.db[np.newaxis])
    np.testing.assert_array_equal(grads.dw_hh, 5 * grads.db[np.newaxis])


def test_a_step_of_a_gru_by_hand():
    weights = np.zeros((1, 3))
    h, cache = nn.gru_step_forward(array(3), array(2), weights, weights, np.array([0, 0, -2.0]), np.array([0, 0, 4.0]))
    np.testing.assert_array_equal(h, [[1]])  # r = z = ½, n = tanh(−2 + ½ · 4) = 0
    assert isinstance(cache, nn.GruStepCache)
    grads = nn.gru_step_backward(array(4), cache)
    assert isinstance(grads, nn.GruStepGrads)
    np.testing.assert_array_equal(grads.db_xh, [2 * 4 / 4, 4 * 2 / 4, 4 / 2])
    np.testing.assert_array_equal(grads.db_hh, [2, 2, 2 / 2])  # r stands between n and the state's side
    np.testing.assert_array_equal(grads.dh_prev, [[2]])
    np.testing.assert_array_equal(grads.dw_xh, 3 * grads.db_xh[np.newaxis])
    np.testing.assert_array_equal(grads.dw_hh, 2 * grads.db_hh[np.newaxis])


def test_an_lstm_keeps_its_cell_while_the_forget_gate_is_open_and_nothing_is_written(arrays):
    source = arrays(0)
    x, h_prev, c_prev = source.normal(2, 3), source.normal(2, 4), source.normal(2, 4)
    b = np.repeat([-1e4, 1e4, 0, 0], 4)  # i shut, f open
    _, c, cache = nn.lstm_step_forward(x, h_prev, c_prev, source.normal(3, 16), source.normal(4, 16), b)
    np.testing.assert_array_equal(c, c_prev)
    dc = source.normal(2, 4)
    np.testing.assert_array_equal(nn.lstm_step_backward(np.zeros((2, 4)), dc, cache).dc_prev, dc)  # so it does not vanish


def test_a_gru_keeps_its_state_while_the_update_gate_is_open(arrays):
    source = arrays(0)
    b = np.repeat([0, 1e4, 0], 4)
    h_prev, dh = source.normal(2, 4), source.normal(2, 4)
    h, cache = nn.gru_step_forward(source.normal(2, 3), h_prev, source.normal(3, 12), source.normal(4, 12), b, np.zeros(12))
    np.testing.assert_array_equal(h, h_prev)
    np.testing.assert_array_equal(nn.gru_step_backward(dh, cache).dh_prev, dh)


@all_kinds
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 3), d=st.integers(1, 3), h=st.integers(1, 3))
@settings(max_examples=10)
def test_backward_agrees_with_finite_differences(kind, seed, n, d, h, arrays):
    """The last of the step's outputs is left out in turn: h alone, and for the LSTM c alone as well."""
    for output in range(kind.num_states):

        def forward(*inputs, output=output):
            *outs, cache = kind.step_forward(*inputs)
            return outs[output], cache

        def backward(dout, cache, output=output):
            douts = [np.zeros_like(dout) for _ in range(kind.num_states)]
            douts[output] = dout
            return kind.step_backward(*douts, cache)

        assert_backward_agrees_with_differences(forward, backward, kind.inputs(arrays(seed), (n, d), h), np.random.default_rng(seed))


@all_kinds
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_extremes_are_finite(kind, dtype, arrays):
    inputs = tuple((1e4 * array).astype(dtype) for array in kind.inputs(arrays(0), (3, 2), 5))
    *outs, cache = kind.step_forward(*inputs)
    for result in (*outs, *kind.step_backward(*(np.full((3, 5), 1e4, dtype) for _ in outs), cache)):
        assert np.all(np.isfinite(result))
        assert result.dtype == dtype


@all_kinds
def test_the_caches_of_two_steps_are_apart(kind, arrays):
    """The first cache still gives the first gradient after a second step has been taken."""
    first, second = kind.inputs(arrays(0), (3, 2), 5), kind.inputs(arrays(1), (3, 2), 5)
    douts = [arrays(2).normal(3, 5) for _ in range(kind.num_states)]
    cache = kind.step_forward(*first)[-1]
    expected = kind.step_backward(*douts, cache)
    kind.step_backward(*douts, kind.step_forward(*second)[-1])
    for got, want in zip(kind.step_backward(*douts, cache), expected, strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(
    ("function", "wrong", "message"),
    [
        (nn.rnn_step_forward, {"x": (2, 3, 1)}, r"x has shape \(2, 3, 1\); it needs \(N, D\), which is 2 axes and not 3"),
        (nn.rnn_step_forward, {"x": (0, 3)}, r"x has shape \(0, 3\); it needs \(N, D\) with N at least 1"),
        (nn.rnn_step_forward, {"h_prev": (1, 4)}, r"h_prev has shape \(1, 4\); it needs \(N, H\) with N = 2, as in x"),
        (nn.rnn_step_forward, {"w_hh": (4, 3)}, r"w_hh has shape \(4, 3\); it needs \(H, H\) with H = 4, as in h_prev"),
        (nn.rnn_step_forward, {"b": (5,)}, r"b has shape \(5,\); it needs \(H,\) with H = 4, as in h_prev"),
        (nn.lstm_step_forward, {"c_prev": (2, 5)}, r"c_prev has shape \(2, 5\); it needs \(N, H\) with H = 4, as in h_prev"),
        (nn.lstm_step_forward, {"w_xh": (3, 12)}, r"w_xh has shape \(3, 12\); it needs \(D, 4H\) with H = 4, as in h_prev"),
        (nn.lstm_step_forward, {"b": (4,)}, r"b has shape \(4,\); it needs \(4H,\) with H = 4, as in h_prev"),
        (nn.gru_step_forward, {"w_hh": (4, 16)}, r"w_hh has shape \(4, 16\); it needs \(H, 3H\) with H = 4, as in h_prev"),
        (nn.gru_step_forward, {"b_hh": (4,)}, r"b_hh has shape \(4,\); it needs \(3H,\) with H = 4, as in h_prev"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(function, wrong, message):
    blocks = {nn.rnn_step_forward: 1, nn.lstm_step_forward: 4, nn.gru_step_forward: 3}[function]
    shapes = {"x": (2, 3), "h_prev": (2, 4)} | ({"c_prev": (2, 4)} if blocks == 4 else {})
    shapes |= {"w_xh": (3, 4 * blocks), "w_hh": (4, 4 * blocks)}
    shapes |= {"b_xh": (12,), "b_hh": (12,)} if blocks == 3 else {"b": (4 * blocks,)}
    with pytest.raises(ValueError, match=message):
        function(**{name: np.ones(shape) for name, shape in (shapes | wrong).items()})


@all_kinds
def test_wrong_kinds_of_input_are_refused(kind, arrays):
    inputs = kind.inputs(arrays(0), (2, 3), 4)
    with pytest.raises(ValueError, match="x has dtype bool; it needs real numbers"):
        kind.step_forward(inputs[0] > 0, *inputs[1:])
    with pytest.raises(TypeError, match="h_prev is a list; it needs to be a NumPy array"):
        kind.step_forward(inputs[0], inputs[1].tolist(), *inputs[2:])


@all_kinds
def test_backward_refuses_another_gradient_than_forward_would_get(kind, arrays):
    cache = kind.step_forward(*kind.inputs(arrays(0), (2, 3), 4))[-1]
    good = [np.ones((2, 4))] * kind.num_states
    with pytest.raises(ValueError, match=r"dh has shape \(1, 4\); it needs \(N, H\) with N = 2, as in h"):
        kind.step_backward(np.ones((1, 4)), *good[1:], cache)
    with pytest.raises(ValueError, match="dh has dtype bool"):
        kind.step_backward(np.ones((2, 4), bool), *good[1:], cache)
    if kind.num_states == 2:
        with pytest.raises(ValueError, match=r"dc has shape \(2, 5\); it needs \(N, H\) with H = 4"):
            kind.step_backward(good[0], np.ones((2, 5)), cache)


def test_whole_numbers_and_plain_tuples_will_do():
    ones = np.ones((1, 1), int)
    h, cache = nn.rnn_step_forward(ones, ones, ones, ones, np.ones(1, int))
    np.testing.assert_allclose(h, np.tanh(3.0))
    np.testing.assert_array_equal(RNN.step_backward(ones, tuple(cache)).db, RNN.step_backward(ones, cache).db)
