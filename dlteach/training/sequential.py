"""A model as a list: each layer works on what the one before it gives."""

from collections.abc import Mapping
from typing import Any

from dlteach.nn._types import Array
from dlteach.training._require import Naming, require_layers
from dlteach.training.layer import Layer


class Sequential(Layer):
    """Run layers one after the other, and the gradient through them in reverse (the chain rule, as a loop).

    out = f_n(… f_2(f_1(x)))    as in `Sequential(Dense(2, 8, rng=rng), ReLU(), Dense(8, 3, rng=rng))`

    The layers are called "0", "1", … and their parameters "0.w", "0.b", ….

    Args:
        layers: at least one; none of them twice.

    Raises:
        TypeError: one of them is not a layer.
        ValueError: there is none, or one stands in two places.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """

    def __init__(self, *layers: Layer) -> None:
        super().__init__()
        if not layers:
            raise ValueError("there are 0 layers; Sequential needs at least 1.")
        require_layers(layers)
        self.layers = layers
        self.takes_lengths = any(layer.takes_lengths for layer in layers)

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the layers, called "0", "1", …."""
        return {str(place): layer for place, layer in enumerate(self.layers)}

    def forward(self, x: Any, lengths: Array | None = None, *, training: bool = False) -> Any:
        """Give the output of the last layer; the `lengths` of padded sequences go to those layers that take them."""
        if lengths is not None and not self.takes_lengths:
            raise ValueError("lengths are given, but no layer takes them; a recurrent layer would.")
        for place, layer in enumerate(self.layers):
            options = {"lengths": lengths} if layer.takes_lengths else {}
            with Naming(place, layer):
                x = layer.forward(x, training=training and self.trainable, **options)
        return x

    def backward(self, dout: Any) -> Any:
        """Give the gradient of x (None where x are tokens); fill that of all parameters."""
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
            if dout is None:  # an embedding: nothing before it has a gradient
                break
        return dout

    def backward_to_parameters(self, dout: Any) -> None:
        """Fill the gradients of all parameters, and go no further back than the first layer that has any."""
        first = next((place for place, layer in enumerate(self.layers) if layer.parameters()), 0)
        for layer in reversed(self.layers[first + 1 :]):
            dout = layer.backward(dout)
        self.layers[first].backward_to_parameters(dout)
