"""The table of a model."""

import numpy as np
import pytest

from dlteach.training import (
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Graph,
    Input,
    Lstm,
    MaxPool2d,
    ReLU,
    Sequential,
    Sigmoid,
    residual_block,
    summary,
)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def convnet():
    rng = np.random.default_rng(0)
    picture = [Conv2d(1, 32, 3, rng=rng), ReLU(), MaxPool2d(2), Conv2d(32, 64, 3, rng=rng), ReLU(), MaxPool2d(2)]
    return Sequential(*picture, Conv2d(64, 64, 3, rng=rng), ReLU(), Flatten(), Dense(576, 64, rng=rng), ReLU(), Dense(64, 10, rng=rng))


def cells(text):
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


def test_the_convnet_of_the_lessons_with_its_93322_parameters(convnet):
    rows = cells(summary(convnet, input_shape=(1, 28, 28)))
    assert rows[0] == ["layer", "kind", "output", "parameters"]
    assert rows[2] == ["0", "Conv2d", "(N, 32, 26, 26)", "320"]
    assert [row[2] for row in rows[2:9]] == [
        *["(N, 32, 26, 26)"] * 2,
        "(N, 32, 13, 13)",
        *["(N, 64, 11, 11)"] * 2,
        "(N, 64, 5, 5)",
        "(N, 64, 3, 3)",
    ]
    assert [row[3] for row in rows[2:14] if row[3] != "0"] == ["320", "18,496", "36,928", "36,928", "650"]
    assert rows[-1] == ["93,322 parameters, of which 93,322 are trained"]


def test_all_lines_of_the_table_have_one_width(convnet):
    lines = summary(convnet, input_shape=(1, 28, 28)).splitlines()[:-1]
    assert len({len(line) for line in lines}) == 1
    assert set(lines[1]) == {"-"}


def test_a_table_leaves_the_model_as_it_is():
    rng = np.random.default_rng(0)
    model = Sequential(Dense(3, 4, rng=rng), BatchNorm(4), Dropout(0.5, rng=rng))
    out = model.forward(np.ones((5, 3), np.float32), training=True)
    state, kept = rng.bit_generator.state, {name: array.copy() for name, array in model.states().items()}
    summary(model, input_shape=(3,))
    assert rng.bit_generator.state == state
    for name, array in model.states().items():
        np.testing.assert_array_equal(array, kept[name])
    assert model.backward(np.ones_like(out)).shape == (5, 3)  # the cache is still that of five samples
    assert "forward" not in vars(model.layers[0])


def test_tokens_and_several_inputs_need_samples():
    rng = np.random.default_rng(0)
    model = Sequential(Embedding(9, 3, rng=rng), Lstm(3, 4, rng=rng, return_sequences=False), Dense(4, 1, rng=rng))
    rows = cells(summary(model, (np.zeros((5, 7), int), np.full(5, 3))))
    assert [row[2] for row in rows[2:5]] == ["(N, 7, 3)", "(N, 4)", "(N, 1)"]
    assert rows[-1] == [f"{27 + 16 * 8 + 5} parameters, of which {27 + 16 * 8 + 5} are trained"]
    with pytest.raises(ValueError, match="tokens has dtype float32"):
        summary(model, input_shape=(7,))


def test_one_sample_is_enough():
    class One(ReLU):
        def forward(self, x, *, training=False):
            assert len(x) == 1
            return super().forward(x)

    assert cells(summary(One(), np.ones((5, 3))))[2] == ["-", "One", "(N, 3)", "0"]


def test_blocks_are_shown_layer_by_layer_and_frozen_parts_counted_apart():
    rng = np.random.default_rng(0)
    model = Sequential(residual_block(2, 2, rng=rng), Flatten(), Dense(32, 3, rng=rng))
    model.layers[0].trainable = False
    rows = cells(summary(model, input_shape=(2, 4, 4)))
    assert [row[0] for row in rows[2:-2]] == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "1", "2"]
    assert rows[-1] == ["179 parameters, of which 99 are trained"]


def test_several_outputs_and_a_single_layer():
    rng = np.random.default_rng(0)
    x = Input()
    inner = Graph(x, [Dense(2, 3, rng=rng)(x), Sigmoid()(x)])
    assert [row[2] for row in cells(summary(inner, input_shape=(2,)))[2:4]] == ["(N, 3)", "(N, 2)"]
    assert cells(summary(Dense(2, 3, rng=rng), input_shape=(2,)))[2] == ["-", "Dense", "(N, 3)", "9"]


def test_a_layer_that_does_not_run_has_no_shape():
    class Lazy(Sequential):
        def forward(self, x, lengths=None, *, training=False):
            return self.layers[0].forward(x)

    rng = np.random.default_rng(0)
    rows = cells(summary(Lazy(Dense(2, 3, rng=rng), Dense(3, 4, rng=rng)), input_shape=(2,)))
    assert rows[3] == ["1", "Dense", "-", "16"]


def test_what_cannot_be_summed_up_is_said():
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match="model is a int; it needs to be a Layer"):
        summary(3, input_shape=(2,))
    for wrong in ({}, {"x": np.ones((1, 2)), "input_shape": (2,)}):
        with pytest.raises(ValueError, match="summary needs either x or input_shape"):
            summary(ReLU(), **wrong)
    with pytest.raises(ValueError, match=r"input_shape\[0\] is 0; it needs to be at least 1"):
        summary(ReLU(), input_shape=(0,))
    with pytest.raises(ValueError, match="x has shape"):
        summary(Dense(2, 3, rng=rng), input_shape=(3,))
    with pytest.raises(TypeError, match=r"x is or holds 2; it needs arrays of samples\. The shape of a sample is given as input_shape="):
        summary(Dense(2, 3, rng=rng), (2,))
    with pytest.raises(TypeError, match=r"input_shape is 2; it needs to be a tuple of sizes, as \(64,\)"):
        summary(Dense(2, 3, rng=rng), input_shape=2)
