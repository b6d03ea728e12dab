"""What a graph and a list refuse, and how they say it."""

import dataclasses

import numpy as np
import pytest

from dlteach.training import (
    Add,
    Concat,
    Conv2d,
    Dense,
    Embedding,
    Flatten,
    Graph,
    Gru,
    Input,
    Node,
    ReLU,
    Reshape,
    Sequential,
    residual_block,
)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_layer_has_one_place(rng):
    layer, x = Dense(3, 3, rng=rng), Input()
    with pytest.raises(ValueError, match=r"layer 1 \(Dense\) is used twice; each place needs a layer of its own"):
        Graph(x, layer(layer(x)))
    with pytest.raises(ValueError, match=r"layer 2 \(Dense\) is used twice"):
        Sequential(layer, ReLU(), layer)
    with pytest.raises(ValueError, match=r"layer 1\.0 \(Dense\) is used twice"):
        Sequential(layer, Sequential(layer))
    with pytest.raises(ValueError, match=r"layer 1\.0 \(Dense\) is used twice"):
        Graph(x, Sequential(layer)(layer(x)))


def test_a_node_cannot_be_bent_into_a_circle():
    x = Input()
    y = ReLU()(x)
    with pytest.raises(dataclasses.FrozenInstanceError):
        x.sources = (y,)


def test_inputs_and_outputs_have_to_belong_together(rng):
    x, other = Input(), Input()
    y = Dense(2, 3, rng=rng)(x)
    with pytest.raises(ValueError, match=r"inputs\[1\] does not lead to any output; it needs to be used, or left out"):
        Graph([x, other], y)
    with pytest.raises(ValueError, match=r"the outputs are made from 1 further Input\(\) that inputs lacks"):
        Graph(x, Add()(y, other))
    with pytest.raises(ValueError, match=r"inputs\[0\] is what a Dense gives; it needs to be an Input\(\)"):
        Graph(y, ReLU()(y))
    with pytest.raises(ValueError, match=r"inputs\[1\] stands in the list twice"):
        Graph([x, x], y)
    with pytest.raises(ValueError, match="inputs is empty; it needs at least one node"):
        Graph([], y)
    with pytest.raises(ValueError, match="outputs is empty; it needs at least one node"):
        Graph(x, [])
    with pytest.raises(TypeError, match="outputs holds a Dense; it needs nodes"):
        Graph(x, [Dense(2, 3, rng=rng)])
    with pytest.raises(TypeError, match="inputs holds a ndarray; it needs nodes"):
        Graph([np.ones(2)], y)


def test_lists_hold_layers():
    with pytest.raises(ValueError, match="there are 0 layers; Sequential needs at least 1"):
        Sequential()
    with pytest.raises(TypeError, match="layer 1 is the class ReLU; it needs to be a Layer"):
        Sequential(ReLU(), ReLU)


def test_as_many_arrays_as_inputs_and_as_many_gradients_as_outputs():
    x = Input()
    model = Graph(x, [ReLU()(x), Flatten()(x)])
    with pytest.raises(ValueError, match="forward got 2 inputs; the graph needs 1"):
        model.forward(np.ones((1, 1)), np.ones((1, 1)))
    out = model.forward(np.ones((2, 3)))
    assert isinstance(out, tuple)
    for wrong in (np.ones((2, 3)), (np.ones((2, 3)),)):
        with pytest.raises(ValueError, match="dout needs to be a tuple of 2 gradients, one for each output"):
            model.backward(wrong)


def test_one_output_in_a_list_is_a_tuple_of_one():
    x = Input()
    model = Graph([x], [ReLU()(x)])
    (out,) = model.forward(np.ones((2, 3)))
    np.testing.assert_array_equal(model.backward((out,)), out)


def test_what_is_given_by_name_gets_no_gradient_and_keeps_none_from_the_rest(rng):
    x, state = Input(), Input()
    gru = Gru(4, 2, rng=rng, dtype=np.float64)
    model = Graph([x, state], gru(Dense(3, 4, rng=rng, dtype=np.float64)(x), h0=state))
    model.forward(rng.standard_normal((2, 5, 3)), rng.standard_normal((2, 2)))
    dout = rng.standard_normal((2, 5, 2))
    dx, dstate = model.backward(dout)
    dense, gru = model.sublayers().values()
    np.testing.assert_array_equal(dx, dense.backward(gru.backward(dout)[0]))
    assert dstate is None


def test_what_comes_before_an_embedding_has_no_gradient(rng):
    model = Sequential(Reshape(2, 2), Embedding(5, 3, rng=rng), Flatten(), Dense(12, 2, rng=rng))
    out = model.forward(np.array([[1, 2, 3, 1]]))
    assert model.backward(out) is None
    assert set(model.gradients()) == set(model.parameters())


def test_only_what_the_outputs_need_is_part_of_the_model(rng):
    x = Input()
    hidden = Dense(2, 3, rng=rng)(x)
    Dense(3, 3, rng=rng)(hidden)
    assert list(Graph(x, hidden).parameters()) == ["0.w", "0.b"]
    assert isinstance(hidden, Node)


def test_branches_have_to_fit():
    with pytest.raises(ValueError, match="there is 1 input; it needs at least 2"):
        Add().forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"inputs\[1\] has shape \(2, 1\); it needs \(2, 3\), as inputs\[0\] has"):
        Add().forward(np.ones((2, 3)), np.ones((2, 1)))
    with pytest.raises(ValueError, match=r"inputs\[1\] has shape \(1, 3\); it needs \(2, 3\), as inputs\[0\] has, but for axis 1"):
        Concat().forward(np.ones((2, 3)), np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"inputs\[0\] has shape \(2, 3\); it needs an axis 2"):
        Concat(axis=2).forward(np.ones((2, 3)), np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"inputs\[1\] has dtype bool"):
        Add().forward(np.ones((2, 3)), np.ones((2, 3), bool))


def test_a_new_shape_has_to_hold_as_many_numbers():
    with pytest.raises(ValueError, match=r"x has shape \(2, 3, 4\), so 12 numbers in each sample; it needs as many as shape = \(5,"):
        Reshape(5).forward(np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match=r"it needs as many as shape = \(-1, 5\) holds"):
        Reshape(-1, 5).forward(np.ones((2, 3, 4)))
    for wrong in ((-1, -1), (0, 3)):
        with pytest.raises(ValueError, match="it needs sizes of at least 1, of which one may be -1"):
            Reshape(*wrong)
    assert Reshape(6, -1).forward(np.ones((2, 3, 4))).shape == (2, 6, 2)
    assert Flatten().forward(np.ones(3)).shape == (3, 1)


def test_a_block_refuses_sizes_that_cannot_be(rng):
    with pytest.raises(ValueError, match="channels_in is 0"):
        residual_block(0, 2, rng=rng)
    with pytest.raises(ValueError, match="stride is 0"):
        residual_block(2, 2, stride=0, rng=rng)
    with pytest.raises(TypeError, match="rng is 3"):
        residual_block(2, 2, rng=3)


def test_a_frozen_graph_runs_as_after_training(rng):
    block = residual_block(2, 2, rng=rng, dtype=np.float64)
    x = rng.standard_normal((3, 2, 4, 4))
    after = block.forward(x)
    block.trainable = False
    np.testing.assert_array_equal(block.forward(x, training=True), after)
    assert block.parameters(trainable_only=True) == {}


def test_an_error_from_inside_says_in_which_layer_it_was():
    rng = np.random.default_rng(0)
    x = Input()
    graph = Graph(x, Dense(4, 5, rng=rng)(Dense(2, 3, rng=rng)(x)))
    chain = Sequential(Dense(2, 3, rng=rng), Sequential(ReLU(), Dense(4, 5, rng=rng)))
    for model, notes in (
        (graph, ["This was in the forward pass of layer 1 (Dense)."]),
        (chain, ["This was in the forward pass of layer 1 (Dense).", "This was in the forward pass of layer 1 (Sequential)."]),
    ):
        with pytest.raises(ValueError, match=r"x has shape \(1, 3\)") as caught:
            model.forward(np.ones((1, 2), np.float32))
        assert caught.value.__notes__ == notes


def test_a_layer_where_a_node_belongs_is_named():
    with pytest.raises(TypeError, match="outputs holds a ReLU; it needs nodes"):
        Graph(Input(), ReLU())
    with pytest.raises(TypeError, match="outputs holds the class ReLU; it needs nodes"):
        Graph(Input(), ReLU)


@pytest.mark.parametrize("make", [lambda **o: Dense(2, 3, **o), lambda **o: Conv2d(1, 2, 3, **o)])
def test_a_name_is_no_initialiser(make):
    with pytest.raises(TypeError, match="init is 'he'; it needs to be a function"):
        make(rng=np.random.default_rng(0), init="he")


def test_a_head_that_the_loss_does_not_look_at_has_no_gradients_left_from_the_last_batch(rng):
    x = Input()
    first, second = Dense(2, 3, rng=rng), Dense(2, 4, rng=rng)
    model = Graph(x, (first(x), second(x)))
    samples = np.ones((5, 2), np.float32)
    outs = model.forward(samples)
    model.backward(tuple(np.ones_like(out) for out in outs))
    assert set(second.grads) == {"w", "b"}
    dx = model.backward((np.ones_like(outs[0]), None))
    np.testing.assert_allclose(dx, np.ones((5, 3)) @ first.params["w"].T, rtol=1e-6)
    assert set(first.grads) == {"w", "b"}
    assert second.grads == {}
