"""The nodes of a graph: a note of which layer is to work on which values, written down before there are any values."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlteach.training.layer import Layer

_numbers = itertools.count()


@dataclass(frozen=True, eq=False)
class Node:
    """One value in a graph: what an input brings, or what a layer makes of the values of other nodes.

    A node is made from nodes that exist already and never changes. So there can be no circle, and the order in which the
    nodes were made is an order in which they can be calculated.

    Attributes:
        layer: the layer that makes the value; None for an input.
        sources: the nodes whose values the layer is given; gradients flow back to them.
        named: further nodes that the layer is given by name, such as lengths or a mask; these have no gradient.
        number: counts the nodes as they are made.
    """

    layer: Layer | None = None
    sources: tuple[Node, ...] = ()
    named: dict[str, Node] = field(default_factory=dict)
    number: int = field(default_factory=lambda: next(_numbers))


def Input() -> Node:
    """Make a node for a value that comes in from outside: a batch, or its lengths, or a mask.

    Returns:
        A node without a layer, to call layers on: `Dense(2, 3, rng=rng)(Input())`.
    """
    return Node()
