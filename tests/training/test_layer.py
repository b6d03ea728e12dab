"""The layer itself: names, walks, freezing, and what it says when it is used wrongly."""

import textwrap

import numpy as np
import pytest

from dlteach import nn
from dlteach.training import SGD, BatchNorm, Conv2d, Dense, Dropout, Embedding, Gru, Input, Layer, Lstm, ReLU, Rnn, Sequential, fit
from dlteach.training import layer as layer_module

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def nested(rng):
    body = Sequential(Dense(3, 4, rng=rng), BatchNorm(4), ReLU(), Dropout(0.5, rng=rng))
    return Sequential(body, Dense(4, 2, rng=rng))


def test_parameters_gradients_and_states_have_full_names_and_are_the_very_arrays(nested):
    names = ["0.0.w", "0.0.b", "0.1.gamma", "0.1.beta", "1.w", "1.b"]
    assert list(nested.parameters()) == names
    assert nested.parameters()["1.w"] is nested.layers[1].params["w"]
    assert list(nested.states()) == ["0.1.running_mean", "0.1.running_var"]
    assert nested.gradients() == {}
    nested.backward(np.ones_like(nested.forward(np.ones((5, 3), np.float32), training=True)))
    assert list(nested.gradients()) == names
    assert [grad.shape for grad in nested.gradients().values()] == [array.shape for array in nested.parameters().values()]
    assert nested.num_parameters() == 12 + 4 + 4 + 4 + 8 + 2


def test_a_walk_meets_every_layer_with_its_name(nested):
    assert [(name, type(layer).__name__) for name, layer in nested.walk()] == [
        ("", "Sequential"),
        ("0", "Sequential"),
        ("0.0", "Dense"),
        ("0.1", "BatchNorm"),
        ("0.2", "ReLU"),
        ("0.3", "Dropout"),
        ("1", "Dense"),
    ]


def test_a_frozen_part_keeps_its_parameters_from_the_optimizer_and_runs_as_after_training(nested):
    x = np.random.default_rng(1).standard_normal((5, 3)).astype(np.float32)
    after_training = nested.layers[0].forward(x)
    nested.layers[0].trainable = False
    assert list(nested.parameters(trainable_only=True)) == ["1.w", "1.b"]
    assert len(nested.parameters()) == 6
    before = {name: array.copy() for name, array in nested.states().items()}
    np.testing.assert_array_equal(nested.layers[0].forward(x, training=True), after_training)  # no dropout, running averages
    for name, array in nested.states().items():
        np.testing.assert_array_equal(array, before[name])
    nested.layers[0].trainable = True
    assert not np.array_equal(nested.layers[0].forward(x, training=True), after_training)


def test_a_layer_without_its_methods_says_so():
    class Empty(Layer):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no forward"):
        Empty().forward(np.ones((1, 1)))
    with pytest.raises(NotImplementedError, match="Empty has no backward"):
        Empty().backward(np.ones((1, 1)))


def test_the_layer_that_the_docstring_shows_can_be_trained():
    shown = layer_module.__doc__.partition("::\n")[2].partition("The rest")[0]
    names = {"np": np, "Layer": Layer}
    exec(textwrap.dedent(shown), names)  # the documentation is ours
    model, x = names["Scale"](), np.linspace(1, 2, 8, dtype=np.float32)
    fit(model, x, 3 * x, loss=nn.mean_squared_error, optimizer=SGD(0.1), epochs=20, rng=np.random.default_rng(0))
    np.testing.assert_allclose(model.params["w"], 3, rtol=1e-3)


def test_a_layer_called_on_an_array_says_where_arrays_go(rng):
    with pytest.raises(TypeError, match=r"Dense is called on a ndarray; it needs nodes of a graph\. Arrays go to its forward"):
        Dense(2, 3, rng=rng)(np.ones((1, 2)))
    with pytest.raises(ValueError, match="lengths comes from a ReLU; what is given by name needs to be an Input"):
        Rnn(2, 3, rng=rng)(Input(), lengths=ReLU()(Input()))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda rng: Dense(0, 3, rng=rng), "num_in is 0; it needs to be at least 1"),
        (lambda rng: Dense(2, -1, rng=rng), "num_out is -1; it needs to be at least 1"),
        (lambda rng: Dense(2, 3, rng=rng, dtype=int), "dtype is int64; it needs one for fractions, such as float32 or float64"),
        (lambda rng: Dense(2, 3, rng=rng, init=lambda i, o, rng: np.ones((o, i))), r"init gives the shape \(3, 2\); it needs to give"),
        (lambda rng: Conv2d(2, 3, 3, rng=rng, init=lambda i, o, rng, shape: np.ones((i, o))), r"init gives the shape \(18, 27\)"),
        (lambda rng: Conv2d(1, 2, 3, stride=0, rng=rng), "stride is 0; it needs to be at least 1"),
        (lambda rng: Conv2d(1, 2, 3, pad=-1, rng=rng), "pad is -1; it needs to be at least 0"),
        (lambda rng: BatchNorm(3, momentum=1.5), "momentum is 1.5; it needs to be from 0 to 1"),
        (lambda rng: BatchNorm(3, eps=0), "eps is 0; it needs to be above 0"),
        (lambda rng: Dropout(1.0, rng=rng), "p is 1.0; it needs to be from 0 up to, but not including, 1"),
        (lambda rng: Embedding(5, 3, rng=rng, scale=0), "scale is 0; it needs to be above 0"),
    ],
)
def test_a_setting_that_cannot_be_is_named(make, message, rng):
    with pytest.raises(ValueError, match=message):
        make(rng)


@pytest.mark.parametrize("make", [Dense, Rnn, Lstm, Gru, Embedding])
def test_a_seed_is_no_generator_and_a_fraction_no_size(make, rng):
    with pytest.raises(TypeError, match="rng is 0; it needs to be a random generator"):
        make(2, 3, rng=0)
    with pytest.raises(TypeError, match=r"is 2.0; it needs a whole number"):
        make(2.0, 3, rng=rng)


def test_the_same_seed_gives_the_same_weights_and_every_initialiser_its_spread():
    first, second = (Dense(3, 4, rng=np.random.default_rng(5)).params["w"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, nn.he_uniform(3, 4, np.random.default_rng(5)).astype(np.float32))
    xavier = Dense(3, 4, rng=np.random.default_rng(5), init=nn.xavier_normal, dtype=np.float64).params["w"]
    np.testing.assert_array_equal(xavier, nn.xavier_normal(3, 4, np.random.default_rng(5)))
    filters = Conv2d(16, 32, 3, rng=np.random.default_rng(5)).params["w"]
    assert filters.shape == (32, 16, 3, 3)
    assert np.abs(filters).max() <= np.float32(np.sqrt(6 / (16 * 9)))
    assert np.std(filters) == pytest.approx(np.sqrt(2 / (16 * 9)), rel=0.05)
    assert np.std(Embedding(200, 50, rng=np.random.default_rng(5), scale=0.1).params["w"]) == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(("make", "gates"), [(Rnn, 1), (Lstm, 4), (Gru, 3)])
def test_recurrent_weights_start_orthogonal_and_input_weights_as_xavier(make, gates, rng):
    layer = make(20, 30, rng=rng, dtype=np.float64)
    assert layer.params["w_xh"].shape == (20, gates * 30)
    limit = np.sqrt(6 / 50)
    assert 0.9 * limit < np.abs(layer.params["w_xh"]).max() <= limit
    for gate in np.split(layer.params["w_hh"], gates, axis=1):
        np.testing.assert_allclose(gate @ gate.T, np.eye(30), atol=1e-12)


def test_the_forget_gate_of_an_lstm_starts_open_and_all_other_biases_at_0(rng):
    np.testing.assert_array_equal(Lstm(2, 3, rng=rng).params["b"], [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    assert not np.any(Rnn(2, 3, rng=rng).params["b"])
    assert not any(np.any(Gru(2, 3, rng=rng).params[name]) for name in ("b_xh", "b_hh"))


def test_weights_with_a_bias_in_front_of_batch_norm_can_do_without(rng):
    with_bias, without = Conv2d(2, 3, 3, rng=np.random.default_rng(1)), Conv2d(2, 3, 3, rng=np.random.default_rng(1), bias=False)
    assert list(without.params) == ["w"]
    x = rng.standard_normal((2, 2, 5, 5)).astype(np.float32)
    np.testing.assert_array_equal(with_bias.forward(x), without.forward(x))
    without.backward(np.ones((2, 3, 3, 3), np.float32))
    assert list(without.grads) == ["w"]


def test_a_layer_shows_what_it_is():
    assert repr(Dense(64, 32, rng=np.random.default_rng(0))) == "Dense with 2,080 parameters"
