"""Recurrent layers: first states, lengths, both directions, stacked, against PyTorch's own."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from dlteach.training import Bidirectional, Dense, Embedding, Gru, Lstm, Rnn, Sequential
from tests.training.harness import assert_twins, stir

pytestmark = pytest.mark.filterwarnings("error")

KINDS = {"Rnn": (Rnn, torch.nn.RNN), "Lstm": (Lstm, torch.nn.LSTM), "Gru": (Gru, torch.nn.GRU)}
kinds = st.sampled_from(list(KINDS))
sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


def theirs(kind, p, x, *first, lengths=None, prefix=""):
    """PyTorch's layer with our parameters: all states, held past the end of each sequence."""
    w_xh, w_hh = p[f"{prefix}w_xh"], p[f"{prefix}w_hh"]
    b = [p[f"{prefix}b_xh"], p[f"{prefix}b_hh"]] if kind == "Gru" else [p[f"{prefix}b"], torch.zeros(w_hh.shape[1]).double()]
    module = KINDS[kind][1](w_xh.shape[0], w_hh.shape[0], batch_first=True).double()
    weights = dict(zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), (w_xh.T, w_hh.T, *b), strict=True))
    state = tuple(h[None] for h in first)
    state = state[0] if len(state) == 1 else state or None
    if lengths is None:
        return torch.func.functional_call(module, weights, (x, state))[0]
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    h = pad_packed_sequence(torch.func.functional_call(module, weights, (packed, state))[0], batch_first=True, total_length=x.shape[1])[0]
    held = torch.minimum(torch.arange(x.shape[1])[None], torch.tensor(lengths)[:, None] - 1)
    return torch.gather(h, 1, held[..., None].expand_as(h))


def reversed_within(x, lengths):
    """Each sequence turned round within its length, its padding left in place."""
    count = x.shape[1]
    lengths = [count] * len(x) if lengths is None else lengths
    order = torch.tensor([[n - 1 - t if t < n else t for t in range(count)] for n in lengths])
    return torch.gather(x, 1, order[..., None].expand_as(x))


def drawn(source, n, t):
    return source.rng.integers(1, t + 1, n)


@given(seed=seeds, kind=kinds, n=sizes, t=sizes, d=sizes, h=sizes, padded=st.booleans(), all_states=st.booleans())
def test_a_recurrent_layer_is_that_of_pytorch(seed, kind, n, t, d, h, padded, all_states, arrays):
    source = arrays(seed)
    lengths = drawn(source, n, t) if padded else None

    def twin(p, x):
        out = theirs(kind, p, x, lengths=lengths)
        return out if all_states else out[:, -1]

    layer = KINDS[kind][0](d, h, rng=source.rng, dtype=np.float64, return_sequences=all_states)
    assert_twins(layer, twin, (source.normal(n, t, d),), source.rng, lengths=lengths)


@given(seed=seeds, kind=kinds, n=sizes, t=sizes, d=sizes, h=sizes)
def test_first_states_are_taken_and_get_their_gradients(seed, kind, n, t, d, h, arrays):
    source = arrays(seed)
    first = [source.normal(n, h) for _ in range(2 if kind == "Lstm" else 1)]
    layer = KINDS[kind][0](d, h, rng=source.rng, dtype=np.float64)
    assert_twins(layer, lambda p, x, *first: theirs(kind, p, x, *first), (source.normal(n, t, d), *first), source.rng)


def test_the_memory_of_an_lstm_can_be_carried_on_and_its_gradient_carried_back(arrays):
    source = arrays(0)
    x = source.normal(2, 5, 3)
    whole, first, second = (Lstm(3, 4, rng=np.random.default_rng(1), dtype=np.float64) for _ in range(3))
    expected = whole.forward(x)
    early = first.forward(x[:, :2])
    late = second.forward(x[:, 2:], early[:, -1], first.c_last)
    np.testing.assert_allclose(np.concatenate([early, late], axis=1), expected, rtol=1e-13)
    dout = source.normal(2, 5, 4)
    dx = whole.backward(dout)
    dx_late, dh, dc = second.backward(dout[:, 2:])
    dearly = dout[:, :2].copy()
    dearly[:, -1] += dh
    np.testing.assert_allclose(np.concatenate([first.backward(dearly, dc_last=dc), dx_late], axis=1), dx, rtol=1e-12, atol=1e-14)
    for name, grad in whole.grads.items():
        np.testing.assert_allclose(first.grads[name] + second.grads[name], grad, rtol=1e-12, atol=1e-14)


def test_an_lstm_given_only_its_first_state_gives_only_its_gradient(arrays):
    source = arrays(0)
    layer = Lstm(3, 4, rng=source.rng, dtype=np.float64)
    x, h0 = source.normal(2, 5, 3), source.normal(2, 4)
    out = layer.forward(x, h0)
    dx, dh0 = layer.backward(out)
    layer.forward(x, h0, np.zeros((2, 4)))
    same = layer.backward(out)
    np.testing.assert_array_equal(dx, same[0])
    np.testing.assert_array_equal(dh0, same[1])
    with pytest.raises(ValueError, match="c0 is given without h0"):
        layer.forward(x, c0=h0)


@settings(max_examples=25)
@given(seed=seeds, kind=kinds, n=sizes, t=sizes, d=sizes, h=sizes, padded=st.booleans(), all_states=st.booleans())
def test_both_directions(seed, kind, n, t, d, h, padded, all_states, arrays):
    source = arrays(seed)
    lengths = drawn(source, n, t) if padded else None

    def twin(p, x):
        ahead = theirs(kind, p, x, lengths=lengths, prefix="forward_layer.")
        behind = theirs(kind, p, reversed_within(x, lengths), lengths=lengths, prefix="backward_layer.")
        if not all_states:
            return torch.cat([ahead[:, -1], behind[:, -1]], dim=-1)
        return torch.cat([ahead, reversed_within(behind, lengths)], dim=-1)

    one, other = (KINDS[kind][0](d, size, rng=source.rng, dtype=np.float64, return_sequences=all_states) for size in (h, h + 1))
    assert_twins(Bidirectional(one, other), twin, (source.normal(n, t, d),), source.rng, lengths=lengths)


def test_a_stacked_bidirectional_lstm_is_that_of_pytorch(arrays):
    source = arrays(3)
    make = [lambda d: Lstm(d, 4, rng=source.rng, dtype=np.float64)] * 2
    model = Sequential(Bidirectional(make[0](3), make[1](3)), Bidirectional(make[0](8), make[1](8)))

    def twin(p, x):
        module = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True).double()
        weights = {}
        for level in range(2):
            for part, end in {"forward_layer": "", "backward_layer": "_reverse"}.items():
                weights[f"weight_ih_l{level}{end}"] = p[f"{level}.{part}.w_xh"].T
                weights[f"weight_hh_l{level}{end}"] = p[f"{level}.{part}.w_hh"].T
                weights[f"bias_ih_l{level}{end}"] = p[f"{level}.{part}.b"]
                weights[f"bias_hh_l{level}{end}"] = torch.zeros(16).double()
        return torch.func.functional_call(module, weights, (x,))[0]

    assert_twins(model, twin, (source.normal(2, 5, 3),), source.rng)


def test_the_stacked_rnn_classifier_of_the_lessons_has_324193_parameters_and_its_twin(arrays):
    source = arrays(4)
    rng, options = source.rng, {"dtype": np.float64}
    recurrent = Rnn(32, 32, rng=rng), Rnn(32, 32, rng=rng, return_sequences=False)
    assert Sequential(Embedding(10000, 32, rng=rng), *recurrent, Dense(32, 1, rng=rng)).num_parameters() == 324_193
    model = Sequential(
        Embedding(7, 3, rng=rng, **options),
        Rnn(3, 4, rng=rng, **options),
        Rnn(4, 4, rng=rng, **options, return_sequences=False),
        Dense(4, 1, rng=rng, **options),
    )
    tokens, lengths = rng.integers(0, 7, (3, 5)), np.array([5, 1, 3])

    def twin(p, tokens):
        h = theirs("Rnn", p, p["0.w"][tokens], lengths=lengths, prefix="1.")
        h = theirs("Rnn", p, h, lengths=lengths, prefix="2.")
        return h[:, -1] @ p["3.w"] + p["3.b"]

    assert_twins(model, twin, (tokens,), rng, lengths=lengths)


def test_padding_has_no_effect(arrays):
    source = arrays(0)
    model = Sequential(Bidirectional(*(Gru(3, 4, rng=source.rng, dtype=np.float64, return_sequences=False) for _ in range(2))))
    stir(model, source.rng)
    x, noise = source.normal(2, 3, 3), source.normal(2, 2, 3)
    plain = model.forward(x)
    padded = model.forward(np.concatenate([x, noise], axis=1), np.array([3, 3]))
    np.testing.assert_allclose(padded, plain, rtol=1e-13)
    dx = model.backward(plain)
    assert not np.any(dx[:, 3:])


def test_first_states_come_in_the_dtype_of_the_layer(arrays):
    layer, x = Lstm(2, 3, rng=arrays(0).rng), np.ones((2, 4, 2), np.float32)
    out = layer.forward(x, np.ones((2, 3), int), np.zeros((2, 3)))
    assert {array.dtype for array in (out, *layer.backward(out), *layer.gradients().values())} == {np.dtype(np.float32)}


def test_what_does_not_fit_is_named(arrays):
    source = arrays(0)
    rng = source.rng
    with pytest.raises(TypeError, match="backward_layer is a Dense; it needs to be an Rnn, Lstm or Gru"):
        Bidirectional(Rnn(2, 3, rng=rng), Dense(2, 3, rng=rng))
    with pytest.raises(ValueError, match="return_sequences differs"):
        Bidirectional(Rnn(2, 3, rng=rng), Rnn(2, 3, rng=rng, return_sequences=False))
    one = Rnn(2, 3, rng=rng)
    with pytest.raises(ValueError, match=r"layer 1 \(Rnn\) is used twice"):
        Bidirectional(one, one)
    with pytest.raises(ValueError, match="lengths has the value 6"):
        one.forward(np.ones((2, 5, 2), np.float32), lengths=np.array([1, 6]))
    with pytest.raises(ValueError, match="x has shape"):
        one.forward(np.ones((2, 2), np.float32))
    with pytest.raises(ValueError, match="lengths are given, but no layer takes them"):
        Sequential(Dense(2, 3, rng=rng)).forward(np.ones((2, 2), np.float32), np.array([1, 2]))
