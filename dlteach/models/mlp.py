"""The multi-layer perceptron: dense layers with an activation function between them."""

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from dlteach.training import Dense, Dropout, Layer, ReLU, Sequential
from dlteach.training._require import kind


class MLP(Sequential):
    """Pass each sample through dense layers; all but the last are followed by an activation, and by dropout if wanted.

    x → dense → ReLU → dense → ReLU → … → dense → logits

    h_1 = f(x @ w_1 + b_1)    h_2 = f(h_1 @ w_2 + b_2)    …    out = h_L @ w_(L+1) + b_(L+1)    x (N, D)    out (N, C)

    Without the activations the dense layers would collapse into one. The outputs are scores (logits): a loss such as
    `nn.softmax_cross_entropy` takes them as they are. `MLP(4, 32, 32, 32, 3, rng=rng)` is the network of the iris lesson.

    Args:
        sizes: number of features that come in, units of each hidden layer, number of outputs: at least two numbers.
        rng: NumPy's random generator, which draws the weights and the dropout masks.
        activation: makes the layer between two dense ones.
        dropout: probability to drop a hidden unit while training; 0 for no dropout.
        dtype: of the parameters.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: there are fewer than two sizes, one is below 1, or `dropout` is not from 0 up to (but not) 1.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """

    def __init__(
        self,
        *sizes: int,
        rng: np.random.Generator,
        activation: Callable[[], Layer] = ReLU,
        dropout: float = 0.0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if any(isinstance(size, list | tuple) for size in sizes):
            raise TypeError(f"sizes is {sizes}; it needs plain numbers, as in MLP(4, 32, 3, rng=rng).")
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes}; it needs at least two numbers, those of the inputs and of the outputs.")
        _require_activation(activation)
        layers: list[Layer] = []
        for num_in, num_out in itertools.pairwise(sizes[:-1]):
            layers += [Dense(num_in, num_out, rng=rng, dtype=dtype), activation()]
            if dropout != 0:
                layers.append(Dropout(dropout, rng=rng))
        super().__init__(*layers, Dense(sizes[-2], sizes[-1], rng=rng, dtype=dtype))


def _require_activation(activation: object) -> None:
    """Raise unless something can be called to make a layer, which a layer itself, made already, cannot."""
    if isinstance(activation, Layer) or not callable(activation):
        raise TypeError(f"activation is {kind(activation)}; it needs to make a layer when it is called, as the class ReLU does.")
