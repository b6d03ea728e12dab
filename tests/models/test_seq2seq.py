"""From sequence to sequence, with and without attention and with a transformer: against PyTorch, decoding, and learning."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import nn
from dlteach.models import AttentionSeq2Seq, Seq2Seq, Transformer, beam_search, greedy
from dlteach.training import Adam, Gru, Lstm, Rnn, fit
from tests.models.harness import (
    as_lengths,
    assert_decoding_agrees_with_teacher_forcing,
    assert_keeps_float32,
    assert_model_agrees_with_torch,
    part,
    torch_recurrent,
)

pytestmark = pytest.mark.filterwarnings("error")

cells = st.sampled_from([Rnn, Lstm, Gru])
sizes = st.integers(1, 4)
few = st.integers(1, 2)
seeds = st.integers(0, 2**32 - 1)

RECURRENT = [(kind, cell) for kind in (Seq2Seq, AttentionSeq2Seq) for cell in (Rnn, Lstm, Gru)]


def build(kind, cell, rng, dtype=np.float64, tokens=(7, 6), width=8, num_layers=2):
    if kind is Transformer:
        return Transformer(*tokens, width, 2, 2 * width, num_layers=num_layers, rng=rng, dtype=dtype)
    return kind(*tokens, width, width, cell=cell, rng=rng, dtype=dtype)


MODELS = pytest.mark.parametrize(("kind", "cell"), [*RECURRENT, (Transformer, None)])


def pair(rng, n, s, t, padded=True, num_source=7, num_target=6):
    lengths = rng.integers(1, s + 1, n) if padded else None
    return rng.integers(0, num_source, (n, s)), lengths, rng.integers(0, num_target, (n, t))


def recurrent_twin(kind, cell):
    import torch
    from torch.nn import functional as f

    name = cell.__name__.upper()

    def forward(params, source, lengths, target_in):
        x = f.embedding(torch.tensor(source), params["source_embedding.w"])
        memory, state = torch_recurrent(name, part(params, "encoder"), x, lengths=lengths)
        x = f.embedding(torch.tensor(target_in), params["target_embedding.w"])
        h, _ = torch_recurrent(name, part(params, "decoder"), x, state)
        if kind is AttentionSeq2Seq:
            real = torch.arange(source.shape[1]) < torch.tensor(as_lengths(source, lengths))[:, None]
            context = f.scaled_dot_product_attention(h, memory, memory, real[:, None])
            h = torch.tanh(torch.cat([h, context], dim=-1) @ params["mix.w"] + params["mix.b"])
        return h @ params["output.w"] + params["output.b"]

    return forward


@pytest.mark.parametrize("kind", [Seq2Seq, AttentionSeq2Seq])
@settings(max_examples=30)
@given(seed=seeds, cell=cells, n=sizes, s=sizes, t=sizes, d=sizes, h=sizes, padded=st.booleans())
def test_the_recurrent_ones_agree_with_torch_over_two_steps(kind, seed, cell, n, s, t, d, h, padded):
    rng = np.random.default_rng(seed)
    model = kind(7, 6, d, h, cell=cell, rng=rng, dtype=np.float64)
    assert_model_agrees_with_torch(model, recurrent_twin(kind, cell), pair(rng, n, s, t, padded), rng)


def torch_names(params, num_layers):
    """Our parameters of the two stacks, as `torch.nn.Transformer` calls and turns them."""
    import torch

    theirs = {}
    for stack in ("encoder", "decoder"):
        parts = {"self_attention": "self_attn", **({"cross_attention": "multihead_attn"} if stack == "decoder" else {})}
        for layer in range(num_layers):
            ours, name = part(params, f"{stack}_{layer}"), f"{stack}.layers.{layer}"
            for place, (our_part, their_part) in enumerate(parts.items(), start=1):
                attention = part(ours, f"{our_part}.attention")
                theirs[f"{name}.{their_part}.in_proj_weight"] = torch.cat([attention[f"w_{c}"].T for c in "qkv"])
                theirs[f"{name}.{their_part}.in_proj_bias"] = torch.cat([attention[f"b_{c}"] for c in "qkv"])
                theirs[f"{name}.{their_part}.out_proj.weight"] = attention["w_o"].T
                theirs[f"{name}.{their_part}.out_proj.bias"] = attention["b_o"]
                theirs[f"{name}.norm{place}.weight"] = ours[f"{our_part}.norm.gamma"]
                theirs[f"{name}.norm{place}.bias"] = ours[f"{our_part}.norm.beta"]
            forward = part(ours, "feed_forward")
            theirs[f"{name}.norm{len(parts) + 1}.weight"] = forward["0.gamma"]
            theirs[f"{name}.norm{len(parts) + 1}.bias"] = forward["0.beta"]
            for linear, place in (("linear1", "1"), ("linear2", "3")):
                theirs[f"{name}.{linear}.weight"], theirs[f"{name}.{linear}.bias"] = forward[f"{place}.w"].T, forward[f"{place}.b"]
        theirs[f"{stack}.norm.weight"], theirs[f"{stack}.norm.bias"] = params[f"{stack}_norm.gamma"], params[f"{stack}_norm.beta"]
    return theirs


def transformer_twin(d, num_heads, num_hidden, num_layers):
    import torch
    from torch.nn import functional as f

    options = {"dropout": 0.0, "batch_first": True, "norm_first": True, "dtype": torch.float64}
    layer, norm = torch.nn.TransformerEncoderLayer(d, num_heads, num_hidden, **options), torch.nn.LayerNorm(d, dtype=torch.float64)
    encoder = torch.nn.TransformerEncoder(layer, num_layers, norm, enable_nested_tensor=False)
    stacks = torch.nn.Transformer(d, num_heads, num_layers, num_layers, num_hidden, custom_encoder=encoder, **options)

    def forward(params, source, lengths, target_in):
        def embedded(tokens, w):
            return f.embedding(torch.tensor(tokens), w) + torch.tensor(nn.positional_encoding(tokens.shape[1], d))

        s, t = source.shape[1], target_in.shape[1]
        padding = torch.arange(s) >= torch.tensor(as_lengths(source, lengths))[:, None]
        inputs = embedded(source, params["source_embedding.w"]), embedded(target_in, params["target_embedding.w"])
        masks = {
            "tgt_mask": torch.triu(torch.ones(t, t, dtype=torch.bool), diagonal=1),
            "src_key_padding_mask": padding,
            "memory_key_padding_mask": padding,
        }
        x = torch.func.functional_call(stacks, torch_names(params, num_layers), inputs, masks)
        return x @ params["output.w"] + params["output.b"]

    return forward


@settings(max_examples=25)
@given(seed=seeds, n=sizes, s=sizes, t=sizes, heads=st.integers(1, 3), d=few, hidden=sizes, layers=few, padded=st.booleans())
def test_the_transformer_agrees_with_torch_over_two_steps(seed, n, s, t, heads, d, hidden, layers, padded):
    rng = np.random.default_rng(seed)
    model = Transformer(7, 6, 2 * heads * d, heads, hidden, num_layers=layers, rng=rng, dtype=np.float64)
    assert_model_agrees_with_torch(model, transformer_twin(2 * heads * d, heads, hidden, layers), pair(rng, n, s, t, padded), rng)


@MODELS
def test_a_small_one_has_as_many_parameters_as_its_equations_say(kind, cell):
    model = build(kind, cell, np.random.default_rng(0))
    embeddings, output = (7 + 6) * 8, (8 + 1) * 6
    if kind is Transformer:
        attention, norm, feed_forward = 4 * (8 + 1) * 8, 2 * 8, (8 + 1) * 16 + (16 + 1) * 8
        encoder, decoder = attention + feed_forward + 2 * norm, 2 * attention + feed_forward + 3 * norm
        assert model.num_parameters() == embeddings + 2 * encoder + 2 * decoder + 2 * norm + output
    else:
        gates, biases = {Rnn: (1, 1), Lstm: (4, 1), Gru: (3, 2)}[cell]
        mix = (2 * 8 + 1) * 8 if kind is AttentionSeq2Seq else 0
        assert model.num_parameters() == embeddings + 2 * gates * (8 + 8 + biases) * 8 + mix + output


@MODELS
def test_decoding_token_by_token_agrees_with_teacher_forcing(kind, cell):
    rng = np.random.default_rng(0)
    model, (source, lengths, target_in) = build(kind, cell, rng), pair(rng, 3, 5, 6)
    logits = model.forward(source, lengths, target_in)
    assert_decoding_agrees_with_teacher_forcing(model, logits, model.start_state(source, lengths), target_in)


@MODELS
def test_decoding_in_float32_stays_in_float32(kind, cell):
    rng = np.random.default_rng(0)
    model, (source, lengths, target_in) = build(kind, cell, rng, np.float32), pair(rng, 3, 5, 6)
    log_probs, state = model.step(target_in[:, 0], model.start_state(source, lengths))
    assert log_probs.dtype == np.float32
    arrays = [array for item in state for array in (item if isinstance(item, tuple) else (item,))]
    assert {array.dtype for array in arrays if array.dtype.kind == "f"} == {np.dtype(np.float32)}


@MODELS
def test_no_step_looks_ahead_and_none_looks_at_padding(kind, cell):
    rng = np.random.default_rng(0)
    model, (source, _, target_in) = build(kind, cell, rng), pair(rng, 3, 5, 6)
    lengths = np.array([2, 5, 4])
    logits = model.forward(source, lengths, target_in)
    later = target_in.copy()
    later[:, 3:] = (later[:, 3:] + 1) % 6
    np.testing.assert_allclose(model.forward(source, lengths, later)[:, :3], logits[:, :3], rtol=1e-12)
    assert not np.allclose(model.forward(source, lengths, later)[:, 3:], logits[:, 3:])
    padding = source.copy()
    padding[0, 2:], padding[2, 4:] = (padding[0, 2:] + 1) % 7, (padding[2, 4:] + 1) % 7
    np.testing.assert_allclose(model.forward(padding, lengths, target_in), logits, rtol=1e-12)
    alone = model.forward(source[:1, :2], None, target_in[:1])
    np.testing.assert_allclose(alone, logits[:1], rtol=1e-10)


START, END = 0, 1


def reversing(rng, n, longest=5, num_symbols=4):
    """Sequences of 2 to 5 symbols, and the same from the last to the first: source, lengths, target_in, target (−1 behind its end)."""
    lengths = rng.integers(2, longest + 1, n)
    source = rng.integers(2, 2 + num_symbols, (n, longest))
    target_in, target = np.full((n, longest + 1), START), np.full((n, longest + 1), -1)
    for row, length in enumerate(lengths):
        source[row, length:] = 0
        target[row, : length + 1] = [*source[row, :length][::-1], END]
        target_in[row, 1 : length + 1] = target[row, :length]
    return source, lengths, target_in, target


def masked_loss(logits, target):
    return nn.sequence_cross_entropy(logits, np.maximum(target, 0), target >= 0)


@pytest.mark.parametrize(("kind", "cell", "epochs"), [(Seq2Seq, Gru, 12), (AttentionSeq2Seq, Lstm, 5), (Transformer, None, 7)])
def test_it_keeps_float32_and_learns_to_reverse_what_it_reads(kind, cell, epochs):
    rng = np.random.default_rng(0)
    model = build(kind, cell, rng, np.float32, tokens=(6, 6), width=32, num_layers=1)
    *inputs, target = reversing(rng, 1500)
    assert_keeps_float32(model, tuple(array[:2] for array in inputs))
    optimizer = Adam(0.005 if kind is Transformer else 0.01)
    fit(model, tuple(inputs), target, loss=masked_loss, optimizer=optimizer, epochs=epochs, rng=rng, clip_norm=1.0)
    source, lengths, _, target = reversing(rng, 100)
    start = np.full(100, START)
    right = [tuple(int(token) for token in row if token >= 0) for row in target]
    by_greedy = greedy(model.step, model.start_state(source, lengths), start, end=END, max_length=8)
    assert np.mean([h.tokens == sentence for h, sentence in zip(by_greedy, right, strict=True)]) > 0.8
    by_beam = beam_search(model.step, model.start_state(source, lengths), start, end=END, max_length=8, width=3)
    assert np.mean([r.hypotheses[0].tokens == sentence for r, sentence in zip(by_beam, right, strict=True)]) > 0.8
    narrow = beam_search(model.step, model.start_state(source, lengths), start, end=END, max_length=8, width=1)
    assert [r.hypotheses[0].tokens for r in narrow] == [h.tokens for h in by_greedy]


def test_the_weights_of_the_attention_are_the_alignment():
    rng = np.random.default_rng(0)
    model, (source, lengths, target_in) = build(AttentionSeq2Seq, Gru, rng), pair(rng, 3, 5, 6)
    model.forward(source, lengths, target_in)
    assert model.weights.shape == (3, 6, 5)
    np.testing.assert_allclose(np.sum(model.weights, axis=2), 1)
    for row, length in enumerate(lengths):
        assert np.all(model.weights[row, :, length:] == 0)


def test_dropout_of_the_transformer_only_works_while_training():
    rng = np.random.default_rng(0)
    model, inputs = Transformer(7, 6, 8, 2, 16, dropout=0.5, rng=rng), pair(rng, 3, 5, 6)
    np.testing.assert_array_equal(model.forward(*inputs), model.forward(*inputs))
    assert not np.array_equal(model.forward(*inputs, training=True), model.forward(*inputs, training=True))
    model.trainable = False
    np.testing.assert_array_equal(model.forward(*inputs, training=True), model.forward(*inputs))


@MODELS
def test_what_does_not_fit_is_named(kind, cell):
    rng = np.random.default_rng(0)
    model, (source, lengths, target_in) = build(kind, cell, rng), pair(rng, 3, 5, 6)
    for wrong, message in [
        ((source[0], lengths, target_in), r"source has shape \(5,\); it needs \(N, S\)"),
        ((source, lengths, target_in[:2]), r"target_in has shape \(2, 6\); it needs \(N, T\) with N = 3, as in source"),
        ((source, lengths[:1], target_in), r"lengths has shape \(1,\); it needs \(N,\) with N = 3"),
        ((source, lengths + 5, target_in), "lengths has the value"),
        ((source + 7, lengths, target_in), "tokens has the value"),
        ((source, lengths, target_in - 6), "tokens has the value -"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.forward(*wrong)
    with pytest.raises(TypeError, match="source is a list"):
        model.forward(source.tolist(), lengths, target_in)
    with pytest.raises(RuntimeError, match="forward first"):
        build(kind, cell, rng).backward(np.ones((3, 6, 6)))
    logits = model.forward(source, lengths, target_in)
    with pytest.raises(ValueError, match="dout has shape"):
        model.backward(np.ones((3, 6, 5)))
    assert model.backward(np.ones_like(logits)) == (None, None, None)


def test_sizes_that_do_not_fit_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match="cell is 'gru'; it needs to be the class Rnn, Lstm or Gru"):
        Seq2Seq(7, 6, 4, 4, cell="gru", rng=rng)
    with pytest.raises(TypeError, match="cell is 'gru'"):
        AttentionSeq2Seq(7, 6, 4, 4, cell="gru", rng=rng)
    with pytest.raises(ValueError, match="num_heads is 3; it needs to divide num_features = 8"):
        Transformer(7, 6, 8, 3, 16, rng=rng)
    with pytest.raises(ValueError, match="num_layers is 0"):
        Transformer(7, 6, 8, 2, 16, num_layers=0, rng=rng)
