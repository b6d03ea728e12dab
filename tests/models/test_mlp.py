"""The multi-layer perceptron against PyTorch, and on the iris flowers' kind of task."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import nn
from dlteach.models import MLP
from dlteach.training import Adam, Dropout, ReLU, Tanh, fit
from tests.models.harness import assert_keeps_float32, assert_model_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")

sizes = st.lists(st.integers(1, 5), min_size=2, max_size=4)


def twin(activation, num_layers):
    import torch

    def forward(params, x):
        h = torch.tensor(x)
        for place in range(num_layers):
            h = torch.nn.functional.linear(h, params[f"{2 * place}.w"].T, params[f"{2 * place}.b"])
            h = getattr(torch, activation)(h) if place < num_layers - 1 else h
        return h

    return forward


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 4), sizes=sizes, activation=st.sampled_from(["relu", "tanh"]))
def test_it_agrees_with_torch_over_two_steps(seed, n, sizes, activation):
    rng = np.random.default_rng(seed)
    options = {"activation": Tanh} if activation == "tanh" else {}
    model = MLP(*sizes, rng=rng, dtype=np.float64, **options)
    assert_model_agrees_with_torch(model, twin(activation, len(sizes) - 1), (rng.standard_normal((n, sizes[0])),), rng)


def test_the_networks_of_the_lessons_have_as_many_parameters_as_they_say():
    rng = np.random.default_rng(0)
    assert MLP(4, 32, 32, 32, 3, rng=rng).num_parameters() == 2_371
    assert MLP(784, 512, 10, rng=rng).num_parameters() == 407_050
    assert MLP(10_000, 16, 16, 1, rng=rng).num_parameters() == 160_305


def test_dropout_stands_behind_every_hidden_layer_and_only_works_while_training():
    rng = np.random.default_rng(0)
    model, x = MLP(4, 50, 50, 3, rng=rng, dropout=0.5), rng.standard_normal((2, 4)).astype(np.float32)
    assert sum(isinstance(layer, Dropout) for layer in model.layers) == 2
    np.testing.assert_array_equal(model.forward(x), model.forward(x))
    assert not np.array_equal(model.forward(x, training=True), model.forward(x, training=True))
    assert not any(isinstance(layer, Dropout) for layer in MLP(4, 50, 3, rng=rng).layers)


def test_it_keeps_float32_and_learns_what_a_line_cannot():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (300, 2)).astype(np.float32)
    labels = (x[:, 0] * x[:, 1] > 0).astype(int)  # XOR in the plane
    model = MLP(2, 16, 16, 2, rng=rng)
    assert_keeps_float32(model, (x,))
    fit(model, x, labels, loss=nn.softmax_cross_entropy, optimizer=Adam(0.01), epochs=40, rng=rng)
    assert np.mean(np.argmax(model.forward(x), axis=1) == labels) > 0.95


def test_one_size_is_no_network():
    with pytest.raises(ValueError, match=r"sizes is \(4,\); it needs at least two numbers"):
        MLP(4, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="num_out is 0"):
        MLP(4, 0, 2, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="p is 1"):
        MLP(4, 3, 2, rng=np.random.default_rng(0), dropout=1.0)


@pytest.mark.parametrize(("activation", "what"), [(ReLU(), "a ReLU"), ("relu", "a str")])
def test_what_makes_no_activation_is_named(activation, what):
    with pytest.raises(TypeError, match=f"activation is {what}; it needs to make a layer when it is called"):
        MLP(4, 3, 2, rng=np.random.default_rng(0), activation=activation)


def test_a_list_of_sizes_is_refused():
    with pytest.raises(TypeError, match=r"sizes is \(\[4, 3\],\); it needs plain numbers"):
        MLP([4, 3], rng=np.random.default_rng(0))
