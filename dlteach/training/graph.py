"""A model as a graph: layers called on nodes, with branches, shortcuts, several inputs and several outputs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dlteach.nn._types import Array
from dlteach.training._require import Naming, kind, require_layers
from dlteach.training.layer import Layer
from dlteach.training.node import Node


class Step(NamedTuple):
    """One layer of a graph, and the places of the values it works on. A node's place is its number in the order of running."""

    place: int
    layer: Layer
    sources: list[int]
    named: dict[str, int]


class Graph(Layer):
    """Run layers that were called on nodes: each once its sources are known, and the gradients in the reverse order.

    Say first what is to be calculated from what, then make a model of it::

        x = Input()
        y = Add()(Dense(8, 8, rng=rng)(x), x)
        model = Graph(x, y)

    A value that is used in two places gets a gradient from each, and by the chain rule they add up. In reverse order, the way
    back has been through all layers that use a value before it comes to the layer that made it: by then the sum is complete.

    The layers are called "0", "1", … in the order in which they were called on nodes.

    Args:
        inputs: the input node, or several: `forward` takes as many arrays.
        outputs: the node to give back, or several: `forward` then gives a tuple, and `backward` takes one.

    Raises:
        TypeError: something among the inputs or outputs is not a node.
        ValueError: a layer is used twice; an input does not lead to an output; an output needs an `Input` that is not listed.

    Source: Linnainmaa, "Taylor expansion of the accumulated rounding error", 1976 (reverse accumulation).
    """

    def __init__(self, inputs: Node | Sequence[Node], outputs: Node | Sequence[Node]) -> None:
        super().__init__()
        input_nodes, output_nodes = _nodes(inputs, "inputs"), _nodes(outputs, "outputs")
        nodes = _in_order(output_nodes)
        _require_same_inputs(input_nodes, [node for node in nodes if node.layer is None])
        place = {node: number for number, node in enumerate(nodes)}
        self.inputs, self.outputs = [place[node] for node in input_nodes], [place[node] for node in output_nodes]
        self.single_output = isinstance(outputs, Node)
        self.steps = [
            Step(
                place[node],
                node.layer,
                sources=[place[source] for source in node.sources],
                named={name: place[source] for name, source in node.named.items()},
            )
            for node in nodes
            if node.layer is not None
        ]
        require_layers(step.layer for step in self.steps)

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the layers, called "0", "1", …."""
        return {str(number): step.layer for number, step in enumerate(self.steps)}

    def forward(self, *inputs: Any, training: bool = False) -> Any:
        """Give the output for one array per input node; a tuple if the graph was made with several outputs."""
        if len(inputs) != len(self.inputs):
            raise ValueError(f"forward got {len(inputs)} inputs; the graph needs {len(self.inputs)}.")
        values: dict[int, Any] = dict(zip(self.inputs, inputs, strict=True))
        for number, (place, layer, sources, named) in enumerate(self.steps):
            options = {name: values[source] for name, source in named.items()}
            with Naming(number, layer):
                values[place] = layer.forward(*(values[source] for source in sources), training=training and self.trainable, **options)
        self.cache = True  # what the way back needs is in the caches of the layers
        outs = tuple(values[place] for place in self.outputs)
        return outs[0] if self.single_output else outs

    def backward(self, dout: Any) -> Any:
        """Give the gradient of the input (of several a tuple; None where there is none, as for tokens); fill all others."""
        self.recall()
        douts = (dout,) if self.single_output else dout
        if not isinstance(douts, tuple) or len(douts) != len(self.outputs):
            raise ValueError(f"dout needs to be a tuple of {len(self.outputs)} gradients, one for each output.")
        gradients: dict[int, Array] = {}
        _add(gradients, self.outputs, douts)
        for place, layer, sources, named in reversed(self.steps):
            if place not in gradients:  # no gradient arrives: the loss does not look there, or it cannot be differentiated (tokens)
                for _, part in layer.walk():
                    part.grads = {}  # those of the last batch must not be used again
            else:
                back = layer.backward(gradients.pop(place))
                several = isinstance(back, tuple) and (len(sources) > 1 or named)
                _add(gradients, sources, back[: len(sources)] if several else (back,))  # what was given by name gets no gradient
        dinputs = tuple(gradients.get(place) for place in self.inputs)
        return dinputs[0] if len(dinputs) == 1 else dinputs


def _add(gradients: dict[int, Array], places: Sequence[int], more: tuple[Array | None, ...]) -> None:
    """Add to the gradients at these places, in new arrays: the old ones may belong to other places as well."""
    for place, gradient in zip(places, more, strict=True):
        if gradient is not None:
            gradients[place] = gradients[place] + gradient if place in gradients else gradient


def _nodes(given: Node | Sequence[Node], name: str) -> tuple[Node, ...]:
    """Give one node or several as a tuple of nodes."""
    nodes: tuple[object, ...] = tuple(given) if isinstance(given, list | tuple) else (given,)
    for node in nodes:
        if not isinstance(node, Node):
            raise TypeError(f"{name} holds {kind(node)}; it needs nodes: an Input(), or what a layer called on one gives.")
    if not nodes:
        raise ValueError(f"{name} is empty; it needs at least one node.")
    return tuple(node for node in nodes if isinstance(node, Node))


def _in_order(outputs: tuple[Node, ...]) -> list[Node]:
    """Give all nodes that the outputs are made from, sources first: in the order in which they were made."""
    found: set[Node] = set()
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += [*node.sources, *node.named.values()]
    return sorted(found, key=lambda node: node.number)


def _require_same_inputs(inputs: tuple[Node, ...], reached: list[Node]) -> None:
    """Raise unless the inputs are those, each once, that the outputs are made from."""
    for place, node in enumerate(inputs):
        if node.layer is not None:
            raise ValueError(f"inputs[{place}] is what a {type(node.layer).__name__} gives; it needs to be an Input().")
        if node in inputs[:place]:
            raise ValueError(f"inputs[{place}] stands in the list twice.")
        if node not in reached:
            raise ValueError(f"inputs[{place}] does not lead to any output; it needs to be used, or left out.")
    missing = [node for node in reached if node not in inputs]
    if missing:
        raise ValueError(f"the outputs are made from {len(missing)} further Input() that inputs lacks; it needs to hold every one.")
