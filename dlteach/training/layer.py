"""The layer: a pair of functions of `dlteach.nn`, together with the parameters they work on.

A layer needs no more than this::

    class Scale(Layer):
        def __init__(self):
            super().__init__()
            self.params = {"w": np.ones(1, np.float32)}

        def forward(self, x, *, training=False):
            self.cache = x
            return x * self.params["w"]

        def backward(self, dout):
            x = self.recall()
            self.grads = {"w": np.sum(dout * x).reshape(1)}
            return dout * self.params["w"]

The rest of the class is for models made of layers: graphs, names, freezing, saving.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dlteach.nn._types import Params
from dlteach.training.node import Node


class Layer:
    """What every layer and every model is: parameters, a way forward, a way back.

    `forward` calls a function of `dlteach.nn` and keeps its cache. `backward` hands the cache back, writes the gradients of
    the parameters into `grads` (over the last ones: nothing adds up between batches), and returns the gradient of the input.
    A layer made of layers lists them in `sublayers`; its parameters are then called "encoder.w_xh", and so on.

    A layer that draws random numbers while training (dropout) holds its generator as `rng`, and no other layer has that
    attribute: whoever saves a model in the middle of training finds all generators with `walk`.

    Attributes:
        params: what training changes, by name. Optimizers write into these arrays, so that they stay the same objects.
        grads: the gradients of the last backward pass, under the same names.
        state: arrays that are kept and saved but not trained, such as the running mean of batch norm.
        trainable: False freezes this layer and all in it (transfer learning): an optimizer leaves their parameters alone, and
            dropout and batch norm do what they do after training.
        cache: what the last forward pass kept; None before the first.
        takes_lengths: whether `forward` takes `lengths`, the true lengths of padded sequences.
    """

    takes_lengths = False

    def __init__(self) -> None:
        self.params: Params = {}
        self.grads: Params = {}
        self.state: Params = {}
        self.trainable = True
        self.cache: Any = None

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Give the output for a batch; `training=True` switches on what differs while learning (dropout, batch statistics)."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, dout: Any) -> Any:
        """Fill `grads`, given the gradient of the last output; give that of the input (a tuple if there were several).

        What has no gradient (tokens, lengths, a mask) gives None, or is left out if it was given by name.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def backward_to_parameters(self, dout: Any) -> None:
        """Fill `grads` as `backward` does, where the input is the data and nobody asks how that should change.

        The first layer can then leave the gradient of its input out: in a small net, a third of the work of a step.
        """
        self.backward(dout)

    def recall(self) -> Any:
        """Give the cache of the last forward pass, which `backward` cannot do without."""
        if self.cache is None:
            raise RuntimeError(f"backward of {type(self).__name__} comes before its forward, so it has no cache; call forward first.")
        return self.cache

    def fill(self, gradients: Any) -> None:
        """Take the gradients of the parameters from a tuple of `dlteach.nn`, where that of `w` is called `dw`."""
        self.grads = {name: getattr(gradients, f"d{name}") for name in self.params}

    # for graphs

    def __call__(self, *sources: Node, **named: Node) -> Node:
        """Make the node of a graph where this layer works on the values of these nodes; nothing is calculated yet."""
        given: tuple[object, ...] = (*sources, *named.values())
        for node in given:
            if not isinstance(node, Node):
                kind = type(node).__name__
                raise TypeError(f"{type(self).__name__} is called on a {kind}; it needs nodes of a graph. Arrays go to its forward.")
        for name, node in named.items():
            if node.layer is not None:
                raise ValueError(f"{name} comes from a {type(node.layer).__name__}; what is given by name needs to be an Input.")
        return Node(self, sources, named)

    # for models made of layers

    def __repr__(self) -> str:
        return f"{type(self).__name__} with {self.num_parameters():,} parameters"

    def sublayers(self) -> Mapping[str, "Layer"]:
        """Give the layers this one is made of, by name."""
        return {}

    def walk(self, name: str = "") -> Iterator[tuple[str, "Layer"]]:
        """Give this layer and all in it, each with its full name; the layer itself has the name given, "" unless told."""
        yield name, self
        for part, layer in self.sublayers().items():
            yield from layer.walk(_join(name, part))

    def parameters(self, *, trainable_only: bool = False) -> Params:
        """Give the parameters of this layer and of all in it, by full name: the very arrays, not copies."""
        if trainable_only and not self.trainable:
            return {}
        found = dict(self.params)
        for part, layer in self.sublayers().items():
            inner = layer.parameters(trainable_only=trainable_only)
            found.update({f"{part}.{name}": array for name, array in inner.items()})
        return found

    def gradients(self) -> Params:
        """Give the gradients of the last backward pass, under the names that `parameters` gives."""
        return {_join(name, key): array for name, layer in self.walk() for key, array in layer.grads.items()}

    def states(self) -> Params:
        """Give what is kept but not trained, by full name: the very arrays, not copies."""
        return {_join(name, key): array for name, layer in self.walk() for key, array in layer.state.items()}

    def num_parameters(self) -> int:
        """Count the numbers that training changes, frozen ones included."""
        return sum(array.size for array in self.parameters().values())

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters, in which the layer calculates; float32 where there are no parameters."""
        return next((array.dtype for array in self.parameters().values()), np.dtype(np.float32))


def _join(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key
