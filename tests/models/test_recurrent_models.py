"""The network that reads a text and judges it, and the one that writes: against PyTorch, and learning."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import nn
from dlteach.models import CharRnn, SequenceClassifier, sample
from dlteach.training import Adam, Dropout, Gru, Lstm, Rnn, fit
from tests.models.harness import (
    assert_decoding_agrees_with_teacher_forcing,
    assert_keeps_float32,
    assert_model_agrees_with_torch,
    part,
    torch_recurrent,
)

pytestmark = pytest.mark.filterwarnings("error")

cells = st.sampled_from([Rnn, Lstm, Gru])
sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=40)
@given(seed=seeds, cell=cells, n=sizes, t=sizes, d=sizes, h=sizes, c=sizes, num_layers=st.integers(1, 3), padded=st.booleans())
def test_the_classifier_agrees_with_torch_over_two_steps(seed, cell, n, t, d, h, c, num_layers, padded):
    import torch

    rng = np.random.default_rng(seed)
    model = SequenceClassifier(5, d, h, c, cell=cell, num_layers=num_layers, rng=rng, dtype=np.float64)
    lengths = rng.integers(1, t + 1, n) if padded else None

    def twin(params, tokens, lengths):
        x = torch.nn.functional.embedding(torch.tensor(tokens), params["0.w"])
        for place in range(num_layers):
            x, last = torch_recurrent(cell.__name__.upper(), part(params, str(place + 1)), x, lengths=lengths)
        return last[0] @ params[f"{num_layers + 1}.w"] + params[f"{num_layers + 1}.b"]

    assert_model_agrees_with_torch(model, twin, (rng.integers(0, 5, (n, t)), lengths), rng)


@settings(max_examples=40)
@given(seed=seeds, cell=cells, n=sizes, t=sizes, d=sizes, h=sizes, num_layers=st.integers(1, 2))
def test_the_writer_agrees_with_torch_over_two_steps(seed, cell, n, t, d, h, num_layers):
    import torch

    rng = np.random.default_rng(seed)
    model = CharRnn(5, d, h, cell=cell, num_layers=num_layers, rng=rng, dtype=np.float64)

    def twin(params, tokens):
        x = torch.nn.functional.embedding(torch.tensor(tokens), params["embedding.w"])
        for place in range(num_layers):
            x, _ = torch_recurrent(cell.__name__.upper(), part(params, f"recurrent_{place}"), x)
        return x @ params["output.w"] + params["output.b"]

    assert_model_agrees_with_torch(model, twin, (rng.integers(0, 5, (n, t)),), rng)


@pytest.mark.parametrize("cell", [Rnn, Lstm, Gru])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_writing_token_by_token_agrees_with_reading_at_once(cell, num_layers):
    rng = np.random.default_rng(0)
    model, tokens = CharRnn(6, 3, 4, cell=cell, num_layers=num_layers, rng=rng, dtype=np.float64), rng.integers(0, 6, (3, 7))
    assert_decoding_agrees_with_teacher_forcing(model, model.forward(tokens), model.start_state(3), tokens)
    log_probs, _ = model.step(tokens[:, -1], model.read(tokens[:, :-1]))
    np.testing.assert_allclose(log_probs, nn.log_softmax(model.forward(tokens))[:, -1], rtol=1e-12)
    unread, zero = model.read(tokens[:, :0]), model.start_state(3)
    np.testing.assert_array_equal(unread[-1][-1], zero[-1][-1])


def test_a_step_leaves_the_way_back_alone():
    rng = np.random.default_rng(0)
    model, tokens = CharRnn(6, 3, 4, rng=rng, dtype=np.float64), rng.integers(0, 6, (3, 7))
    logits = model.forward(tokens)
    model.backward(np.ones_like(logits))
    before = {name: grad.copy() for name, grad in model.gradients().items()}
    model.forward(tokens)
    model.read(tokens[:2, :4])
    model.backward(np.ones_like(logits))
    for name, grad in model.gradients().items():
        np.testing.assert_array_equal(grad, before[name])


def test_the_published_classifier_has_324_193_parameters():
    model = SequenceClassifier(10_000, 32, 32, 1, num_layers=2, rng=np.random.default_rng(0))
    assert model.num_parameters() == 324_193
    assert [layer.num_parameters() for layer in model.layers] == [320_000, 2_080, 2_080, 33]
    lstm = SequenceClassifier(100, 8, 16, 1, cell=Lstm, rng=np.random.default_rng(0))
    assert lstm.num_parameters() == 800 + 4 * (8 + 16 + 1) * 16 + 17
    writer = CharRnn(100, 8, 16, cell=Gru, num_layers=2, rng=np.random.default_rng(0))
    assert writer.num_parameters() == 800 + 3 * (8 + 16 + 2) * 16 + 3 * (16 + 16 + 2) * 16 + 17 * 100


@pytest.mark.parametrize("cell", [Rnn, Lstm, Gru])
def test_padding_has_no_effect(cell):
    rng = np.random.default_rng(0)
    model = SequenceClassifier(9, 3, 4, 2, cell=cell, num_layers=2, rng=rng, dtype=np.float64)
    text = rng.integers(0, 9, (1, 4))
    padded = np.concatenate([text, rng.integers(0, 9, (1, 3))], axis=1)
    np.testing.assert_allclose(model.forward(padded, np.array([4])), model.forward(text), rtol=1e-12)


@pytest.mark.parametrize("cell", [Rnn, Lstm, Gru])
def test_the_classifier_keeps_float32_and_learns_which_of_two_tokens_came_first(cell):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (256, 1))
    tokens = rng.integers(2, 6, (256, 8))
    tokens[:, 1:2], tokens[:, 5:6] = labels, 1 - labels
    lengths = rng.integers(6, 9, 256)
    model = SequenceClassifier(6, 8, 16, 1, cell=cell, rng=rng)
    assert_keeps_float32(model, (tokens, lengths))
    fit(model, (tokens, lengths), labels, loss=nn.sigmoid_cross_entropy, optimizer=Adam(0.01), epochs=20, rng=rng)
    assert np.mean((model.forward(tokens, lengths) > 0) == labels) > 0.97


def test_the_writer_learns_a_text_and_writes_it():
    rng = np.random.default_rng(0)
    words = np.array([0, 1, 2, 0, 1, 3, 0, 4])  # what follows "0 1", or 0, takes more than the last token to know
    text = np.tile(words, 60)
    windows = np.lib.stride_tricks.sliding_window_view(text, 25)[::4].copy()
    model = CharRnn(5, 8, 32, rng=rng)
    assert_keeps_float32(model, (windows[:3, :-1],))

    def loss(logits, labels):
        return nn.sequence_cross_entropy(logits, labels, np.ones(labels.shape, bool))

    fit(model, windows[:, :-1], windows[:, 1:], loss=loss, optimizer=Adam(0.02), epochs=12, rng=rng)
    seed = windows[:1, :9]
    options = {"end": None, "max_length": 16, "temperature": 0.1, "rng": rng}
    [written] = sample(model.step, model.read(seed[:, :-1]), seed[:, -1], **options)
    assert list(written.tokens) == list(np.tile(words, 9)[9 : 9 + 16])


def test_dropout_is_there_if_asked_for():
    model = SequenceClassifier(6, 8, 16, 1, dropout=0.3, rng=np.random.default_rng(0))
    assert [layer.p for layer in model.layers if isinstance(layer, Dropout)] == [0.3]


@pytest.mark.parametrize("model", [SequenceClassifier, CharRnn])
def test_what_does_not_fit_is_named(model):
    rng = np.random.default_rng(0)
    sizes = (5, 3, 4, 2)[: 4 if model is SequenceClassifier else 3]
    with pytest.raises(TypeError, match="cell is 'lstm'; it needs to be the class Rnn, Lstm or Gru"):
        model(*sizes, cell="lstm", rng=rng)
    with pytest.raises(ValueError, match="num_layers is 0"):
        model(*sizes, num_layers=0, rng=rng)
    network = model(*sizes, rng=rng)
    with pytest.raises(ValueError, match="tokens has the value 5"):
        network.forward(np.array([[0, 5]]))
    with pytest.raises(ValueError, match="tokens has dtype float64"):
        network.forward(np.array([[0.0]]))
    with pytest.raises(ValueError, match="has shape"):
        network.forward(np.array([1, 2]))
    with pytest.raises(ValueError, match="lengths"):
        network.forward(np.array([[1, 2]]), np.array([3]))
