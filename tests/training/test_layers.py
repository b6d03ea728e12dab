"""What holds for every layer: it is the function of the reference, its gradients are right, and it keeps to the conventions."""

import copy
import inspect

import numpy as np
import pytest

from dlteach import nn, training
from dlteach.training import Layer, MultiHeadAttention
from tests.nn.harness import as_tuple, frozen
from tests.training.harness import freeze_caches, stir
from tests.training.layers import CASES

pytestmark = pytest.mark.filterwarnings("error")


def made(name, arrays, dtype=np.float64, seed=0):
    """The layer with parameters that are not the first ones, and inputs nobody may write to."""
    rng = np.random.default_rng(seed)
    layer = CASES[name].make(rng, dtype)
    stir(layer, rng)
    return layer, CASES[name].inputs(arrays(seed, dtype))


def dout_for(out):
    return frozen(np.random.default_rng(1).standard_normal(out.shape).astype(out.dtype))


def test_every_layer_stands_in_the_table():
    classes = {value for value in vars(training).values() if inspect.isclass(value) and issubclass(value, Layer)}
    used = {type(inner) for case in CASES.values() for _, inner in case.make(np.random.default_rng(0), np.float64).walk()}
    assert used == classes - {Layer}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.forward])
def test_a_layer_is_the_function_of_the_reference(name, arrays):
    layer, inputs = made(name, arrays)
    expected, cache = CASES[name].forward(layer.params, *inputs)
    out = layer.forward(*inputs)
    np.testing.assert_array_equal(out, expected)
    back = layer.backward(dout_for(out))
    grads = as_tuple(CASES[name].backward(dout_for(out), cache))
    grads = grads[0] if isinstance(grads[0], list) else grads
    for ours, theirs in zip([*as_tuple(back), *layer.grads.values()], grads, strict=True):
        if theirs is None:
            assert ours is None
        else:
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("training", [True, False])
def test_gradients_agree_with_finite_differences(name, training, arrays):
    layer, inputs = made(name, arrays)
    probe = copy.deepcopy(layer)  # from the same state of its generator, so that dropout draws the same mask
    out = layer.forward(*inputs, training=training)
    dout = dout_for(out)
    freeze_caches(layer)
    back = as_tuple(layer.backward(dout))

    def run(changed, place):
        twin = copy.deepcopy(probe)
        if isinstance(place, str):
            twin.parameters()[place][...] = changed
            return twin.forward(*inputs, training=training)
        return twin.forward(*inputs[:place], changed, *inputs[place + 1 :], training=training)

    for place, (x, dx) in enumerate(zip(inputs, back, strict=True)):
        if x.dtype.kind == "f":
            np.testing.assert_allclose(dx, nn.numerical_backward(lambda x, place=place: run(x, place), x, dout), atol=1e-7, rtol=1e-6)
    assert set(layer.gradients()) == set(layer.parameters())
    for key, array in layer.parameters().items():
        differences = nn.numerical_backward(lambda array, key=key: run(array, key), array, dout)
        np.testing.assert_allclose(layer.gradients()[key], differences, atol=1e-7, rtol=1e-6)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("training", [True, False])
def test_the_gradients_of_the_parameters_are_the_same_where_nobody_asks_for_that_of_the_input(name, training, arrays):
    layer, inputs = made(name, arrays)
    twin = copy.deepcopy(layer)
    dout = dout_for(layer.forward(*inputs, training=training))
    twin.forward(*inputs, training=training)
    layer.backward(dout)
    assert twin.backward_to_parameters(dout) is None
    assert set(twin.gradients()) == set(layer.parameters())
    for key, gradient in layer.gradients().items():
        np.testing.assert_array_equal(twin.gradients()[key], gradient)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("training", [True, False])
def test_the_dtype_of_input_and_parameters_is_kept(name, dtype, training, arrays):
    layer, inputs = made(name, arrays, dtype)
    out = layer.forward(*inputs, training=training)
    back = as_tuple(layer.backward(np.ones_like(out)))
    everything = [out, *back, *layer.gradients().values(), *layer.parameters().values(), *layer.states().values()]
    assert {array.dtype for array in everything if array is not None} == {np.dtype(dtype)}
    assert layer.dtype == (dtype if layer.params or layer.sublayers() else np.float32)


@pytest.mark.parametrize("name", ["Dense", "Conv2d", "BatchNorm", "LayerNorm", "Rnn", "Lstm", "Gru", "Bidirectional", "MultiHeadAttention"])
@pytest.mark.parametrize("given", [np.int64, np.float64])
def test_a_layer_calculates_in_the_dtype_of_its_parameters_whatever_comes_in(name, given, arrays):
    layer, inputs = made(name, arrays, np.float32)
    whole = tuple(np.round(3 * x) for x in inputs)
    expected = layer.forward(*whole, training=True)
    out = layer.forward(*frozen(tuple(x.astype(given) for x in whole)), training=True)
    np.testing.assert_array_equal(out, expected)
    back = as_tuple(layer.backward(dout_for(out)))
    assert {array.dtype for array in (out, *back, *layer.gradients().values())} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", CASES)
def test_backward_gives_the_same_twice_and_another_forward_forgets_the_first(name, arrays):
    layer, inputs = made(name, arrays)
    out = layer.forward(*inputs)
    first = [*as_tuple(layer.backward(dout_for(out))), *layer.gradients().values()]
    again = [*as_tuple(layer.backward(dout_for(out))), *layer.gradients().values()]
    layer.forward(*CASES[name].inputs(arrays(7)))
    layer.forward(*inputs)
    later = [*as_tuple(layer.backward(dout_for(out))), *layer.gradients().values()]
    for one, two, three in zip(first, again, later, strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(one, three)


@pytest.mark.parametrize("name", CASES)
def test_backward_before_forward_is_an_error_that_says_so(name):
    layer = CASES[name].make(np.random.default_rng(0), np.float64)
    with pytest.raises(RuntimeError, match=r"backward of \w+ comes before its forward, so it has no cache; call forward first"):
        layer.backward(np.ones((2, 3)))


@pytest.mark.parametrize("name", CASES)
def test_backward_refuses_another_shape_than_that_of_the_output(name, arrays):
    layer, inputs = made(name, arrays)
    out = layer.forward(*inputs)
    for wrong in (np.ones((*out.shape, 1)), np.ones((len(out) + 1, *out.shape[1:]))):
        with pytest.raises(ValueError, match=r"dout has shape"):
            layer.backward(wrong)
    with pytest.raises(TypeError):
        layer.backward(out.tolist())


@pytest.mark.parametrize("name", CASES)
def test_forward_refuses_lists_and_empty_batches(name, arrays):
    layer, inputs = made(name, arrays)
    with pytest.raises(TypeError, match="is a list"):
        layer.forward(*(x.tolist() for x in inputs))
    with pytest.raises(ValueError):
        layer.forward(*(x[:0] for x in inputs))


@pytest.mark.parametrize("name", CASES)
def test_one_sample_alone_gives_what_it_gives_in_a_batch(name, arrays):
    layer, inputs = made(name, arrays)
    together = layer.forward(*inputs)
    np.testing.assert_allclose(layer.forward(*(x[1:2] for x in inputs)), together[1:2], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_a_copy_goes_its_own_way(name, arrays):
    layer, inputs = made(name, arrays)
    before = layer.forward(*inputs)
    twin = copy.deepcopy(layer)
    for array in twin.parameters().values():
        array += 1
    if layer.parameters():
        assert not np.array_equal(twin.forward(*inputs), before)
    np.testing.assert_array_equal(layer.forward(*inputs), before)


@pytest.mark.parametrize("name", CASES)
def test_only_layers_that_draw_while_training_hold_a_generator(name):
    layer = CASES[name].make(np.random.default_rng(0), np.float64)
    holders = [type(inner).__name__ for _, inner in layer.walk() if getattr(inner, "rng", None) is not None]
    assert holders == (["Dropout"] if name == "Dropout" else [])


def test_every_layer_says_what_its_arguments_are():
    for value in vars(training).values():
        if inspect.isclass(value) and issubclass(value, Layer):
            for parameter in inspect.signature(value.__init__).parameters:
                assert parameter == "self" or f" {parameter}: " in value.__doc__, (value, parameter)


def test_attention_shows_where_each_head_looked(arrays):
    source = arrays(0)
    layer = MultiHeadAttention(4, 2, rng=source.rng, dtype=np.float64)
    with pytest.raises(RuntimeError, match="comes before its forward"):
        _ = layer.weights
    mask = nn.causal_mask(3)
    layer.forward(source.normal(5, 3, 4), mask=mask)
    assert layer.weights.shape == (5, 2, 3, 3)
    np.testing.assert_allclose(layer.weights.sum(axis=-1), 1)
    assert not np.any(layer.weights[:, :, ~mask])
