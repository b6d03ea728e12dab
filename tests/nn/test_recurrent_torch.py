"""Recurrent networks agree with PyTorch's: steps, sequences of different lengths, two layers, two directions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_layer_agrees_with_torch
from tests.nn.recurrent import KINDS, LSTM, back, held, run, torch_parameters, torch_run

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install 'dlteach[torch]'): nothing to compare with")
pytestmark = [
    pytest.mark.filterwarnings("error"),
    pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name),
]
cases = given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 4), t=st.integers(1, 5), d=st.integers(1, 4), h=st.integers(1, 4))


@cases
@settings(max_examples=15)
def test_a_step(kind, seed, n, t, d, h, arrays):
    def forward(*inputs):
        *outs, cache = kind.step_forward(*inputs)
        return tuple(outs), cache

    def twin(x, *rest):
        _, states, params = kind.split((x, *rest))
        cell = getattr(torch.nn, f"{kind.name}Cell")(d, h, dtype=torch.float64)
        named = {name.removesuffix("_"): value for name, value in torch_parameters(kind, params, "").items()}
        return torch.func.functional_call(cell, named, (x, states if kind is LSTM else states[0]))

    inputs = kind.inputs(arrays(seed), (n, d), h)
    assert_layer_agrees_with_torch(
        forward, lambda douts, cache: kind.step_backward(*douts, cache), twin, inputs, np.random.default_rng(seed)
    )


@cases
@settings(max_examples=15)
@pytest.mark.parametrize("full", [True, False], ids=["all of one length", "lengths"])
def test_sequences(kind, full, seed, n, t, d, h, arrays):
    rng = np.random.default_rng(seed)
    lengths = np.full(n, t) if full else rng.integers(1, t + 1, n)

    def twin(*inputs):
        x, states, params = kind.split(inputs)
        out, last = torch_run(kind, x, [states], torch_parameters(kind, params, "l0"), lengths)
        return held(out, lengths, lengths - 1), *(state[0] for state in last[1:])

    assert_layer_agrees_with_torch(
        lambda *inputs: run(kind, *inputs, lengths=None if full else lengths),
        lambda douts, cache: back(kind, douts, cache),
        twin,
        kind.inputs(arrays(seed), (n, t, d), h),
        rng,
    )


@cases
@settings(max_examples=10)
def test_two_layers_on_top_of_each_other(kind, seed, n, t, d, h, arrays):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, t + 1, n)
    lower = kind.inputs(arrays(seed), (n, t, d), h)
    upper = kind.inputs(arrays(seed + 1), (n, t, h), h)[1:]

    def forward(*inputs):
        first, cache_1 = run(kind, *inputs[: len(lower)], lengths=lengths)
        second, cache_2 = run(kind, first[0], *inputs[len(lower) :], lengths=lengths)
        return (second[0], *first[1:], *second[1:]), (cache_1, cache_2)

    def backward(douts, caches):
        dcells = douts[1:]
        dh, *upper_grads = back(kind, (douts[0], *dcells[1:]), caches[1])
        return *back(kind, (dh, *dcells[:1]), caches[0]), *upper_grads

    def twin(*inputs):
        x, states_1, params_1 = kind.split(inputs[: len(lower)])
        _, states_2, params_2 = kind.split((None, *inputs[len(lower) :]))
        params = torch_parameters(kind, params_1, "l0") | torch_parameters(kind, params_2, "l1")
        out, last = torch_run(kind, x, [states_1, states_2], params, lengths, num_layers=2)
        return held(out, lengths, lengths - 1), *(layer for state in last[1:] for layer in state)

    assert_layer_agrees_with_torch(forward, backward, twin, (*lower, *upper), rng)


@cases
@settings(max_examples=10)
def test_two_directions(kind, seed, n, t, d, h, arrays):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, t + 1, n)
    ahead = kind.inputs(arrays(seed), (n, t, d), h)
    astern = kind.inputs(arrays(seed + 1), (n, t, d), h)[1:]

    def forward(*inputs):
        there, cache_1 = run(kind, *inputs[: len(ahead)], lengths=lengths)
        again, cache_2 = run(kind, nn.reverse_sequences(inputs[0], lengths), *inputs[len(ahead) :], lengths=lengths)
        h = np.concatenate([there[0], nn.reverse_sequences(again[0], lengths)], axis=2)
        return (h, *there[1:], *again[1:]), (cache_1, cache_2)

    def backward(douts, caches):
        dh_there, dh_again = np.split(douts[0], 2, axis=2)
        dcells = douts[1:]
        dx_there, *grads_there = back(kind, (dh_there, *dcells[:1]), caches[0])
        dx_again, *grads_again = back(kind, (nn.reverse_sequences(dh_again, lengths), *dcells[1:]), caches[1])
        return dx_there + nn.reverse_sequences(dx_again, lengths), *grads_there, *grads_again

    def twin(*inputs):
        x, states_1, params_1 = kind.split(inputs[: len(ahead)])
        _, states_2, params_2 = kind.split((None, *inputs[len(ahead) :]))
        params = torch_parameters(kind, params_1, "l0") | torch_parameters(kind, params_2, "l0_reverse")
        out, last = torch_run(kind, x, [states_1, states_2], params, lengths, bidirectional=True)
        there, again = out.chunk(2, dim=2)
        h = torch.cat([held(there, lengths, lengths - 1), held(again, lengths, np.zeros_like(lengths))], dim=2)
        return h, *(layer for state in last[1:] for layer in state)

    assert_layer_agrees_with_torch(forward, backward, twin, (*ahead, *astern), rng)


@pytest.mark.parametrize("size", [30.0, 1e4])
def test_the_extremes(kind, size, arrays):
    """Every gate open or shut as far as it goes: σ and tanh are flat there, and the answers are the same."""

    def twin(*inputs):
        x, states, params = kind.split(inputs)
        out, last = torch_run(kind, x, [states], torch_parameters(kind, params, "l0"), [4, 4, 4])
        return out, *(state[0] for state in last[1:])

    inputs = tuple(size * array for array in kind.inputs(arrays(0), (3, 4, 2), 5))
    assert_layer_agrees_with_torch(
        lambda *inputs: run(kind, *inputs), lambda douts, cache: back(kind, douts, cache), twin, inputs, np.random.default_rng(0), steps=1
    )
