"""Lists and graphs of layers against their twins in PyTorch: outputs, gradients of inputs and parameters, two steps in a row."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach.training import (
    GELU,
    Add,
    AvgPool2d,
    BatchNorm,
    Concat,
    Conv2d,
    Dense,
    Embedding,
    Flatten,
    GlobalAvgPool2d,
    Graph,
    Gru,
    Identity,
    Input,
    LayerNorm,
    LeakyReLU,
    MaxPool2d,
    MultiHeadAttention,
    PositionalEncoding,
    ReLU,
    Reshape,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample2d,
    inception_block,
    residual_block,
)
from tests.nn.harness import assert_agree
from tests.training.harness import assert_twins

pytestmark = pytest.mark.filterwarnings("error")

sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


def conv(p, x, name, **options):
    return F.conv2d(x, p[f"{name}.w"], p.get(f"{name}.b"), **options)


def norm(p, x, name):
    return F.batch_norm(x, None, None, p[f"{name}.gamma"], p[f"{name}.beta"], training=True)


def dense(p, x, name):
    return x @ p[f"{name}.w"] + p[f"{name}.b"]


@settings(max_examples=15)
@given(seed=seeds, n=sizes, d=sizes, h=sizes, c=sizes)
def test_a_dense_net_with_every_activation(seed, n, d, h, c, arrays):
    source = arrays(seed)
    rng, options = source.rng, {"rng": source.rng, "dtype": np.float64}
    layers = [Dense(d, h, **options), Sigmoid(), Dense(h, h, **options), Tanh(), Dense(h, h, **options), LeakyReLU(0.1)]
    model = Sequential(*layers, Dense(h, h, **options), GELU(), Dense(h, c, **options), Softmax())

    def twin(p, x):
        x = torch.tanh(dense(p, torch.sigmoid(dense(p, x, 0)), 2))
        x = F.leaky_relu(dense(p, x, 4), 0.1)
        return torch.softmax(dense(p, F.gelu(dense(p, x, 6)), 8), dim=-1)

    assert_twins(model, twin, (source.normal(n, d),), rng)


@given(seed=seeds, n=sizes, t=sizes, d=sizes, h=sizes)
def test_a_dense_layer_maps_every_step_of_a_sequence(seed, n, t, d, h, arrays):
    source = arrays(seed)
    layer = Dense(d, h, rng=source.rng, dtype=np.float64)
    assert_twins(layer, lambda p, x: x @ p["w"] + p["b"], (source.normal(n, t, d),), source.rng)


@settings(max_examples=15)
@given(seed=seeds, n=st.integers(1, 3), c=st.integers(1, 3), stride=st.integers(1, 2), pad=st.integers(0, 2), height=st.integers(7, 9))
def test_a_convnet(seed, n, c, stride, pad, height, arrays):
    source = arrays(seed)
    options = {"rng": source.rng, "dtype": np.float64}
    model = Sequential(
        Conv2d(c, 3, 3, stride=stride, pad=pad, **options),
        ReLU(),
        MaxPool2d(2, stride=1),
        Upsample2d(2),
        Conv2d(3, 2, 3, pad=1, **options),
        LeakyReLU(),
        AvgPool2d(2),
        Reshape(-1, 2),
        Flatten(),
    )

    def twin(p, x):
        x = F.max_pool2d(F.relu(conv(p, x, 0, stride=stride, padding=pad)), 2, stride=1)
        x = F.leaky_relu(conv(p, F.interpolate(x, scale_factor=2), 4, padding=1))
        return F.avg_pool2d(x, 2).flatten(1)

    assert_twins(model, twin, (source.normal(n, c, height, 8),), source.rng)


def test_batch_norm_tracks_the_batches_and_stands_in_for_them_afterwards(arrays):
    source = arrays(0)
    rng = source.rng
    model = Sequential(Dense(3, 4, rng=rng, dtype=np.float64), BatchNorm(4, momentum=0.3, dtype=np.float64), ReLU())
    running = [torch.zeros(4).double(), torch.ones(4).double()]

    def twin(p, x, training=True):
        return F.relu(F.batch_norm(dense(p, x, 0), *running, p["1.gamma"], p["1.beta"], training=training, momentum=0.3))

    kept = model.states()
    assert_twins(model, twin, (source.normal(5, 3),), rng)
    for array, theirs, name in zip(kept.values(), running, model.states(), strict=True):
        assert_agree(array, theirs)
        assert model.states()[name] is array  # written into, so that what was handed out stays true
    assert_twins(model, lambda p, x: twin(p, x, training=False), (source.normal(5, 3),), rng, training=False)
    for array, theirs in zip(kept.values(), running, strict=True):
        assert_agree(array, theirs)


@settings(max_examples=15)
@given(seed=seeds, n=st.integers(1, 3), c=st.integers(1, 3), k=st.integers(1, 3), stride=st.integers(1, 2), h=st.integers(4, 6))
def test_a_residual_block_with_either_shortcut(seed, n, c, k, stride, h, arrays):
    source = arrays(seed)
    block = residual_block(c, k, stride=stride, rng=source.rng, dtype=np.float64)

    def twin(p, x):
        out = F.relu(norm(p, conv(p, x, 0, stride=stride, padding=1), 1))
        out = norm(p, conv(p, out, 3, padding=1), 4)
        return F.relu(out + (x if stride == 1 and c == k else norm(p, conv(p, x, 5, stride=stride), 6)))

    projection = 0 if stride == 1 and c == k else c * k + 2 * k
    assert block.num_parameters() == 9 * c * k + 9 * k * k + 4 * k + projection
    assert_twins(block, twin, (source.normal(n, c, h, 5),), source.rng)


@settings(max_examples=15)
@given(seed=seeds, n=st.integers(1, 2), c=st.integers(1, 3), counts=st.lists(st.integers(1, 3), min_size=6, max_size=6))
def test_an_inception_block(seed, n, c, counts, arrays):
    source = arrays(seed)
    names = ("num_1x1", "num_3x3_reduce", "num_3x3", "num_5x5_reduce", "num_5x5", "num_pool")
    block = inception_block(c, **dict(zip(names, counts, strict=True)), rng=source.rng, dtype=np.float64)

    def twin(p, x):
        threes = F.relu(conv(p, F.relu(conv(p, x, 2)), 4, padding=1))
        fives = F.relu(conv(p, F.relu(conv(p, x, 6)), 8, padding=2))
        pooled = F.relu(conv(p, F.max_pool2d(x, 3, stride=1, padding=1), 11))
        return torch.cat([F.relu(conv(p, x, 0)), threes, fives, pooled], dim=1)

    x = source.normal(n, c, 4, 5)
    ones, _, threes, _, fives, pool = counts
    assert block.forward(x).shape == (n, ones + threes + fives + pool, 4, 5)
    assert_twins(block, twin, (x,), source.rng)


def test_a_small_resnet_of_blocks(arrays):
    source = arrays(0)
    rng = source.rng
    blocks = [residual_block(2, 2, rng=rng, dtype=np.float64), residual_block(2, 3, stride=2, rng=rng, dtype=np.float64)]
    model = Sequential(*blocks, GlobalAvgPool2d(), Dense(3, 4, rng=rng, dtype=np.float64))

    def block(p, x, name, stride, projected):
        out = F.relu(norm(p, conv(p, x, f"{name}.0", stride=stride, padding=1), f"{name}.1"))
        out = norm(p, conv(p, out, f"{name}.3", padding=1), f"{name}.4")
        return F.relu(out + (norm(p, conv(p, x, f"{name}.5", stride=stride), f"{name}.6") if projected else x))

    def twin(p, x):
        x = block(p, block(p, x, 0, 1, False), 1, 2, True)
        return dense(p, x.mean(dim=(2, 3)), 3)

    assert_twins(model, twin, (source.normal(3, 2, 6, 5),), rng)


@settings(max_examples=15)
@given(seed=seeds, n=sizes, t=sizes, s=sizes)
def test_a_transformer_block_with_two_inputs_and_a_mask(seed, n, t, s, arrays):
    source = arrays(seed)
    options = {"rng": source.rng, "dtype": np.float64}
    x, memory, mask = Input(), Input(), Input()
    placed = PositionalEncoding()(x)
    looked = Add()(MultiHeadAttention(4, 2, **options)(placed), placed)
    fetched = MultiHeadAttention(4, 2, **options)(LayerNorm(4, dtype=np.float64)(looked), memory, mask=mask)
    model = Graph([x, memory, mask], Dense(4, 3, **options)(Add()(looked, fetched)))
    allowed = source.rng.integers(0, 2, (n, t, s)).astype(bool)
    allowed[..., 0] = True

    def attention(p, query, key, name, mask=None):
        q, k, v = (source @ p[f"{name}.w_{part}"] + p[f"{name}.b_{part}"] for part, source in (("q", query), ("k", key), ("v", key)))
        q, k, v = (a.reshape(*a.shape[:2], 2, 2).transpose(1, 2) for a in (q, k, v))
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=None if mask is None else mask[:, None])
        return out.transpose(1, 2).reshape(query.shape) @ p[f"{name}.w_o"] + p[f"{name}.b_o"]

    def twin(p, x, memory, mask):
        rates = 10000.0 ** (-torch.arange(0, 4, 2).double() / 4)
        angles = torch.arange(t)[:, None] * rates
        x = x + torch.stack([angles.sin(), angles.cos()], dim=-1).reshape(t, 4)
        x = x + attention(p, x, x, 1)
        normed = F.layer_norm(x, (4,), p["3.gamma"], p["3.beta"])
        return dense(p, x + attention(p, normed, memory, 4, mask), 6)

    assert_twins(model, twin, (source.normal(n, t, 4), source.normal(n, s, 4), allowed), source.rng)


def test_a_graph_with_two_inputs_two_outputs_and_values_used_three_times(arrays):
    source = arrays(0)
    options = {"rng": source.rng, "dtype": np.float64}
    first, second = Input(), Input()
    hidden = Tanh()(Dense(3, 4, **options)(first))
    both = Concat(axis=-1)(hidden, second, hidden)
    summed = Add()(hidden, Dense(10, 4, **options)(both), hidden)
    model = Graph([first, second], [summed, Sigmoid()(hidden)])

    def twin(p, first, second):
        hidden = torch.tanh(dense(p, first, 0))
        both = torch.cat([hidden, second, hidden], dim=-1)
        return 2 * hidden + dense(p, both, 3), torch.sigmoid(hidden)

    assert_twins(model, twin, (source.normal(5, 3), source.normal(5, 2)), source.rng)


def test_one_value_given_to_one_layer_twice_and_an_output_that_goes_on(arrays):
    source = arrays(0)
    x = Input()
    hidden = Dense(3, 3, rng=source.rng, dtype=np.float64)(x)
    model = Graph([x], [hidden, Add()(hidden, hidden), hidden])
    assert_twins(model, lambda p, x: (dense(p, x, 0), 2 * dense(p, x, 0), dense(p, x, 0)), (source.normal(2, 3),), source.rng)


def test_tokens_have_no_gradient_and_lengths_go_in_by_name(arrays):
    source = arrays(0)
    options = {"rng": source.rng, "dtype": np.float64}
    tokens, lengths = Input(), Input()
    states = Gru(3, 4, **options)(Embedding(6, 3, **options)(Reshape(-1)(tokens)), lengths=lengths)
    model = Graph([tokens, lengths], Dense(4, 2, **options)(states))
    words, ends = source.rng.integers(0, 6, (2, 5, 1)), np.array([5, 2])
    out = model.forward(words, ends)
    assert model.backward(np.ones_like(out)) == (None, None)
    embedding, gru, head = (layer for name, layer in model.walk() if name in ("1", "2", "3"))
    np.testing.assert_array_equal(out, head.forward(gru.forward(embedding.forward(words[..., 0]), lengths=ends)))


def test_a_graph_is_a_layer_and_a_list_is_a_node(arrays):
    source = arrays(0)
    options = {"rng": source.rng, "dtype": np.float64}
    x, y = Input(), Input()
    inner = Graph([x, y], Add()(Sequential(Dense(3, 4, **options), ReLU())(x), Identity()(y)))
    a, b = Input(), Input()
    model = Graph([a, b], Tanh()(inner(a, Dense(2, 4, **options)(b))))
    assert list(model.parameters()) == ["0.w", "0.b", "1.0.0.w", "1.0.0.b"]
    twin = lambda p, a, b: torch.tanh(F.relu(dense(p, a, "1.0.0")) + dense(p, b, "0"))
    assert_twins(model, twin, (source.normal(5, 3), source.normal(5, 2)), source.rng)


def test_a_very_deep_graph_runs_and_can_be_copied():
    x = Input()
    node = x
    for _ in range(1500):
        node = Add()(Identity()(node), node)
    model = Graph(x, node)
    twin = copy.deepcopy(model)
    assert np.all(twin.forward(np.full((1, 1), 2.0**-1020)) == 2.0**480)
    assert np.all(twin.backward(np.full((1, 1), 2.0**-600)) == 2.0**900)
    with pytest.raises(RuntimeError, match="backward of Graph comes before its forward"):
        model.backward(np.ones((1, 1)))
