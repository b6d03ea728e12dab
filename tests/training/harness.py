"""What every layer and every model made of layers is put through: a twin in PyTorch, float64, two steps in a row."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlteach.training import Layer
from tests.nn.harness import as_tuple, assert_agree, frozen

Array = np.ndarray[Any, Any]


def stir(model: Layer, rng: np.random.Generator) -> None:
    """Draw all parameters anew, in place: a bias of 0 or a gamma of 1 would hide mistakes."""
    for array in model.parameters().values():
        array[...] = rng.standard_normal(array.shape) * 0.7 + 0.1


def freeze_caches(model: Layer) -> None:
    """Writing to anything that a forward pass has kept fails from now on."""
    for _, layer in model.walk():
        layer.cache = frozen(layer.cache)


def assert_twins(
    model: Layer,
    twin: Callable[..., Any],
    inputs: tuple[Array, ...],
    rng: np.random.Generator,
    *,
    training: bool = True,
    **options: Any,
) -> None:
    """Outputs and the gradients of all inputs and parameters agree, and again after a step of gradient descent in place.

    Args:
        model: a layer with float64 parameters.
        twin: takes the parameters of the model by name, and the inputs, all as tensors; gives the output or a tuple of them.
        inputs: arrays; those of whole numbers have no gradient.
        rng: draws the parameters and the upstream gradients.
        training: given to `model.forward`.
        options: given to `model.forward` by name, and not to the twin.
    """
    import torch

    stir(model, rng)
    for _ in range(2):
        out = model.forward(*frozen(inputs), training=training, **options)
        p = {name: torch.tensor(array, requires_grad=True) for name, array in model.parameters().items()}
        tensors = [torch.tensor(array, requires_grad=array.dtype.kind == "f") for array in inputs]
        expected = twin(p, *tensors)
        for got, want in zip(as_tuple(out), as_tuple(expected), strict=True):
            assert_agree(got, want)
        douts = tuple(frozen(rng.standard_normal(np.shape(got))) for got in as_tuple(out))
        torch.autograd.backward(as_tuple(expected), [torch.tensor(dout) for dout in douts])
        freeze_caches(model)
        dinputs = as_tuple(model.backward(douts if isinstance(out, tuple) else douts[0]))
        for dinput, tensor in zip(dinputs, tensors, strict=True):
            if tensor.requires_grad:
                assert_agree(dinput, tensor.grad)
            else:
                assert dinput is None
        grads = model.gradients()
        assert set(grads) == set(p)
        rounding = 1e-14 * max(float(np.max(np.abs(grad))) for grad in [*grads.values(), *douts])
        for name, tensor in p.items():
            if float(tensor.grad.abs().max()) < rounding:  # truly 0, as that of b_k, which shifts all scores of a query alike
                assert np.max(np.abs(grads[name])) < rounding
            else:
                assert_agree(grads[name], tensor.grad)
            model.parameters()[name] -= 0.1 * grads[name]
        inputs = tuple(
            array - 0.1 * dinput if array.dtype.kind == "f" else array for array, dinput in zip(inputs, dinputs, strict=True)
        )
