"""LeNet-5 and the two convolutional networks of the published results, against PyTorch."""

import numpy as np
import pytest

from dlteach import nn
from dlteach.models import ConvNet, DropoutConvNet, LeNet5
from dlteach.training import Adam, Dropout, fit
from tests.models.harness import assert_keeps_float32, assert_model_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")


def twin(script):
    """A network in PyTorch from a script such as "conv-2 relu max flatten dense" (2: the padding); each layer takes the next parameters."""
    import torch
    from torch.nn import functional as f

    plain = {
        "relu": f.relu,
        "tanh": torch.tanh,
        "flatten": lambda h: h.flatten(1),
        "max": lambda h: f.max_pool2d(h, 2),
        "avg": lambda h: f.avg_pool2d(h, 2),
    }

    def forward(params, x):
        h, layers = torch.tensor(x), iter(sorted({int(name.split(".")[0]) for name in params}))
        for word in script.split():
            kind, *number = word.split("-")
            if kind in ("conv", "dense"):
                place = next(layers)
                w, b = params[f"{place}.w"], params[f"{place}.b"]
                h = f.conv2d(h, w, b, padding=int(number[0])) if kind == "conv" else f.linear(h, w.T, b)
            else:
                h = plain[kind](h)
        assert next(layers, None) is None
        return h

    return forward


LENET = "conv-2 tanh avg conv-0 tanh avg flatten dense tanh dense tanh dense"
CONVNET = "conv-0 relu max conv-0 relu max conv-0 relu flatten dense relu dense"
DROPOUT_CONVNET = "conv-0 relu max conv-0 relu max flatten dense"
NETWORKS = [(LeNet5, LENET), (ConvNet, CONVNET), (DropoutConvNet, DROPOUT_CONVNET)]


@pytest.mark.parametrize(("network", "script"), NETWORKS)
@pytest.mark.parametrize(("n", "num_classes"), [(1, 3), (2, 10)])
def test_it_agrees_with_torch_over_two_steps(network, script, n, num_classes):
    rng = np.random.default_rng(n)
    model = network(num_classes, rng=rng, dtype=np.float64)
    assert_model_agrees_with_torch(model, twin(script), (rng.standard_normal((n, 1, 28, 28)),), rng)


@pytest.mark.parametrize(
    ("network", "by_layer", "total"),
    [
        (LeNet5, [156, 2_416, 48_120, 10_164, 850], 61_706),
        (ConvNet, [320, 18_496, 36_928, 36_928, 650], 93_322),
        (DropoutConvNet, [320, 18_496, 16_010], 34_826),
    ],
)
def test_the_parameters_are_as_many_as_published(network, by_layer, total):
    model = network(rng=np.random.default_rng(0))
    assert [layer.num_parameters() for layer in model.layers if layer.params] == by_layer
    assert model.num_parameters() == total


def test_the_maps_of_the_convnet_are_26_13_11_5_and_3_pixels_wide():
    x, widths = np.zeros((1, 1, 28, 28), np.float32), []
    for layer in ConvNet(rng=np.random.default_rng(0)).layers[:8]:
        x = layer.forward(x)
        widths.append(x.shape[-1])
    assert widths == [26, 26, 13, 11, 11, 5, 3, 3]
    assert x.shape == (1, 64, 3, 3)


def test_half_is_dropped_and_only_while_training():
    rng = np.random.default_rng(0)
    model, x = DropoutConvNet(rng=rng), rng.random((1, 1, 28, 28), np.float32)
    [dropout] = [layer for layer in model.layers if isinstance(layer, Dropout)]
    assert dropout.p == 0.5
    np.testing.assert_array_equal(model.forward(x), model.forward(x))
    assert not np.array_equal(model.forward(x, training=True), model.forward(x, training=True))


@pytest.mark.parametrize("network", [LeNet5, ConvNet, DropoutConvNet])
def test_it_keeps_float32_and_learns_to_tell_three_patterns_apart(network):
    rng = np.random.default_rng(0)
    labels = np.arange(48) % 3
    patterns = rng.random((3, 1, 28, 28))
    x = (0.5 * patterns[labels] + 0.5 * rng.random((48, 1, 28, 28))).astype(np.float32) - 0.5
    model = network(3, rng=rng)
    assert_keeps_float32(model, (x[:2],))
    fit(model, x, labels, loss=nn.softmax_cross_entropy, optimizer=Adam(0.002), epochs=5, batch_size=12, rng=rng)
    assert np.mean(np.argmax(model.forward(x), axis=1) == labels) == 1


@pytest.mark.parametrize("network", [LeNet5, ConvNet, DropoutConvNet])
def test_an_image_of_another_size_is_refused(network):
    model = network(rng=np.random.default_rng(0))
    for shape in ((1, 1, 40, 40), (1, 3, 28, 28), (28, 28), (0, 1, 28, 28)):
        with pytest.raises(ValueError, match="has shape"):
            model.forward(np.zeros(shape, np.float32))
    with pytest.raises(ValueError, match="num_out is 0"):
        network(0, rng=np.random.default_rng(0))
