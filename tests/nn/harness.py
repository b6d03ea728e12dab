"""What every layer is put through: PyTorch's autograd in float64, and finite differences of its own forward function."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlteach import nn

Array = np.ndarray[Any, Any]


class Options(dict[str, Any]):
    """The arguments of a call that are given by name, at the end of those that are not."""


def assert_agree(ours: Any, theirs: Any, rtol: float = 1e-10) -> None:
    """To 1e-10 of the largest number in PyTorch's answer; the 1e-15 is the rounding of a difference such as p − 1."""
    theirs = theirs.detach().numpy() if hasattr(theirs, "detach") else np.asarray(theirs)
    assert np.shape(ours) == theirs.shape
    assert np.max(np.abs(ours - theirs)) <= rtol * np.max(np.abs(theirs)) + 1e-15


def frozen(value: Any) -> Any:
    """The same nest of tuples and dicts with every array in it read-only, so that writing to a cache fails on the spot."""
    if isinstance(value, np.ndarray):
        view = value.view()
        view.flags.writeable = False
        return view
    if isinstance(value, dict):
        return {name: frozen(item) for name, item in value.items()}
    if isinstance(value, tuple):
        items = [frozen(item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return value


def as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple) else (value,)


def assert_layer_agrees_with_torch(
    forward: Callable[..., tuple[Any, Any]],
    backward: Callable[[Any, Any], Any],
    twin: Callable[..., Any],
    inputs: tuple[Array, ...],
    rng: np.random.Generator,
    *,
    steps: int = 2,
) -> None:
    """Outputs and the gradient of every input agree, and again after a step of gradient descent on all of them.

    Args:
        forward: takes the inputs, gives `(out, cache)`; several outputs are a tuple.
        backward: takes `dout` (a tuple for several outputs) and the cache, gives the gradients in the order of the inputs.
        twin: takes the inputs as float64 tensors, gives the output, or a tuple of them, in the shapes of ours.
        inputs: everything that has a gradient: activations and parameters.
        rng: draws the upstream gradients.
        steps: how many steps in a row.
    """
    import torch

    for _ in range(steps):
        inputs = frozen(inputs)
        outs, cache = forward(*inputs)
        tensors = [torch.tensor(array, requires_grad=True) for array in inputs]
        expected = as_tuple(twin(*tensors))
        assert len(as_tuple(outs)) == len(expected)
        for got, want in zip(as_tuple(outs), expected, strict=True):
            assert_agree(got, want)
        douts = tuple(frozen(rng.standard_normal(np.shape(out))) for out in as_tuple(outs))
        torch.autograd.backward(expected, [torch.tensor(dout) for dout in douts])
        grads = as_tuple(backward(douts if isinstance(outs, tuple) else douts[0], frozen(cache)))
        assert len(grads) == len(inputs)
        for grad, tensor in zip(grads, tensors, strict=True):
            assert_agree(grad, tensor.grad)
        inputs = tuple(array - 0.1 * grad for array, grad in zip(inputs, grads, strict=True))


def assert_backward_agrees_with_differences(
    forward: Callable[..., tuple[Any, Any]],
    backward: Callable[[Any, Any], Any],
    inputs: tuple[Array, ...],
    rng: np.random.Generator,
    *,
    atol: float = 1e-7,
) -> None:
    """The gradient of every input is what nudging that input says (one output; use it away from kinks)."""
    out, cache = forward(*inputs)
    dout = frozen(rng.standard_normal(np.shape(out)))
    grads = as_tuple(backward(dout, frozen(cache)))
    for place, grad in enumerate(grads):

        def nudged(array: Array, place: int = place) -> Array:
            return forward(*inputs[:place], array, *inputs[place + 1 :])[0]

        np.testing.assert_allclose(grad, nn.numerical_backward(nudged, inputs[place], dout), atol=atol, rtol=1e-6)
