"""A small network that learns: forward, backward, update, with our functions or with the learner's.

Its parameters are a dict: `w1 (2, H)`, `b1 (H,)`, `w2`, `b2`, …; the last layer has one output, the logit of class 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import numpy as np

from dlteach import nn
from dlteach.traces.own import OwnFunctionError, call, name_of, numbers
from dlteach.traces.stations import BACKWARD, FORWARD, Function, activation_gradient, affine_gradients
from dlteach.traces.trace import Array
from dlteach.traces.words import rounded, say_apart

Params = dict[str, Array]


class Recipe(NamedTuple):
    """All that training needs besides the network and the data."""

    activation: str
    lr: float
    epochs: int
    batch_size: int


class Functions:
    """The functions that learning is made of: ours."""

    def affine(self, dout: Array, cache: nn.AffineCache) -> Sequence[Array]:
        """The gradients `dx, dw, db` of an affine layer."""
        return nn.affine_backward(dout, cache)

    def activation(self, kind: str, dout: Array, cache: Array) -> Array:
        """The gradient `dx` of an activation."""
        dx: Array = BACKWARD[kind](dout, cache)
        return dx

    def step(self, params: Params, grads: Params, lr: float) -> Params:
        """New parameters."""
        return nn.sgd_step(params, grads, lr)


class OwnFunctions(Functions):
    """The learner's functions where there are any, each compared with ours on the same input until one is found to differ."""

    def __init__(self, backward: dict[str, Function], step: Function | None) -> None:
        self._own, self._step = backward, step
        self.used: dict[str, None] = {}  # names, in the order in which they were first called
        self.difference = ""

    def affine(self, dout: Array, cache: nn.AffineCache) -> Sequence[Array]:
        """The gradients `dx, dw, db` of an affine layer, by the learner's function if there is one."""
        own = self._own.get("affine")
        if own is None:
            return super().affine(dout, cache)
        result = affine_gradients(own, dout, cache)
        self._compare(own, dict(zip(("dx", "dw", "db"), result, strict=True)), lambda: super(OwnFunctions, self).affine(dout, cache))
        return result

    def activation(self, kind: str, dout: Array, cache: Array) -> Array:
        """The gradient `dx` of an activation, by the learner's function if there is one."""
        own = self._own.get(kind)
        if own is None:
            return super().activation(kind, dout, cache)
        result = activation_gradient(kind, own, dout, cache)
        self._compare(own, {"dx": result}, lambda: [super(OwnFunctions, self).activation(kind, dout, cache)])
        return result

    def step(self, params: Params, grads: Params, lr: float) -> Params:
        """New parameters, by the learner's function if there is one."""
        own = self._step
        if own is None:
            return super().step(params, grads, lr)
        given = call(own, {key: array.copy() for key, array in params.items()}, {key: array.copy() for key, array in grads.items()}, lr)
        result = _same_names(own, given, params)
        self._compare(own, result, lambda: super(OwnFunctions, self).step(params, grads, lr).values())
        return result

    def _compare(self, own: Function, results: Params, ours: Callable[[], Collection[Array]]) -> None:
        self.used[name_of(own)] = None
        if self.difference:
            return
        for (what, result), right in zip(results.items(), ours(), strict=True):
            # A tolerance relative to the whole array: a sum in another order may miss its last digits where it nearly cancels.
            tolerance = max(1e-6 * np.abs(right).max(), 1e-12)
            alike = np.abs(result - right) <= tolerance
            if not (alike.all() or (alike | (np.isnan(result) & np.isnan(right))).all()):
                place = tuple(np.argwhere(~alike)[0])
                entry = f"{what}[{', '.join(map(str, place))}]"
                yours, true = say_apart(result[place], right[place], rounded)
                self.difference = f"its {entry} is {yours}, ours {true}"
                self.culprit = name_of(own)
                return


def new_network(sizes: Sequence[int], activation: str, rng: np.random.Generator) -> Params:
    """Draw the weights of a network, as its activation wants them; the biases are zero.

    Args:
        sizes: inputs, units of each hidden layer, outputs.
        activation: "relu", "tanh" or "sigmoid".
        rng: NumPy's random generator.
    """
    draw = nn.he_normal if activation == "relu" else nn.xavier_normal
    params: Params = {}
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes), start=1):
        params |= {f"w{layer}": draw(fan_in, fan_out, rng), f"b{layer}": np.zeros(fan_out)}
    return params


def forward(params: Params, x: Array, activation: str) -> tuple[Array, list[Array], list[tuple[nn.AffineCache, Array]]]:
    """Send a batch through the network.

    Args:
        params: the parameters.
        x: (N, 2).
        activation: of the hidden layers.

    Returns:
        logits: (N, 1). hidden: the output of each hidden layer, (N, H). caches: of each layer, that of the affine station and
        that of the activation (none for the last).
    """
    layers = len(params) // 2
    hidden, caches = [], []
    for layer in range(1, layers):
        z, affine_cache = FORWARD["affine"](x, params[f"w{layer}"], params[f"b{layer}"])
        x, activation_cache = FORWARD[activation](z)
        hidden.append(x)
        caches.append((affine_cache, activation_cache))
    logits, affine_cache = FORWARD["affine"](x, params[f"w{layers}"], params[f"b{layers}"])
    return logits, hidden, [*caches, (affine_cache, np.empty(0))]


def gradients(params: Params, x: Array, y: Array, activation: str, functions: Functions) -> Params:
    """The gradient of the mean cross-entropy with respect to every parameter: forward, then back from the last layer to the first.

    Args:
        params: the parameters.
        x: (N, 2), samples.
        y: (N, 1), labels, 0 or 1.
        activation: of the hidden layers.
        functions: ours, or the learner's.

    Returns:
        A dict with the names and shapes of `params`.
    """
    logits, _, caches = forward(params, x, activation)
    _, dout = nn.sigmoid_cross_entropy(logits, y)
    found: Params = {}
    for layer in range(len(caches), 0, -1):
        affine_cache, activation_cache = caches[layer - 1]
        if layer < len(caches):  # the last layer has no activation: its sigmoid is in the loss
            dout = functions.activation(activation, dout, activation_cache)
        dout, found[f"w{layer}"], found[f"b{layer}"] = functions.affine(dout, affine_cache)
    return {name: found[name] for name in params}


def train(
    params: Params, x: Array, y: Array, recipe: Recipe, epochs: Collection[int], rng: np.random.Generator, functions: Functions
) -> tuple[list[Params], int | None]:
    """Train with mini-batches, shuffled anew in every epoch.

    Args:
        params: where to start.
        x: (N, 2), samples.
        y: (N, 1), labels.
        recipe: activation, learning rate, number of epochs, size of a batch.
        epochs: after which epochs to keep the parameters; 0 is before the first.
        rng: shuffles.
        functions: ours, or the learner's.

    Returns:
        kept: the parameters after each of those epochs, up to the one at which they left the range of floating-point numbers.
        parted: the epoch in which a function of the learner first gave something else than ours; None if it never did.
    """
    kept, parted = [params], None
    for epoch in range(1, recipe.epochs + 1):
        order = rng.permutation(len(y))
        for start in range(0, len(y), recipe.batch_size):
            batch = order[start : start + recipe.batch_size]
            with np.errstate(all="ignore"):  # the learning rate may be too large: the picture shows it
                found = gradients(params, x[batch], y[batch], recipe.activation, functions)
                params = functions.step(params, found, recipe.lr)
        if parted is None and isinstance(functions, OwnFunctions) and functions.difference:
            parted = epoch
        if epoch in epochs:
            kept.append(params)
        if not all(np.isfinite(array).all() for array in params.values()):
            break
    return kept, parted


def _same_names(own: Function, given: object, params: Params) -> Params:
    """What the learner's step returned, if it is a dict with the names and shapes of the parameters."""
    if given is None:
        raise OwnFunctionError(f"{name_of(own)} returned None: is a return missing?")
    if not isinstance(given, dict) or set(given) != set(params):
        what = f"a dict with the keys {', '.join(map(str, given))}" if isinstance(given, dict) else f"a {type(given).__name__}"
        raise OwnFunctionError(f"{name_of(own)} returned {what}; it should return a dict with the keys {', '.join(params)}.")
    return {key: numbers(own, given[key], params[key].shape, f"{key!r}") for key in params}
