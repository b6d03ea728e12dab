"""What every network is put through: a twin in PyTorch, float64, over two steps of gradient descent."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlteach import nn
from dlteach.training import SGD, Layer
from tests.nn.harness import assert_agree, frozen

Array = np.ndarray[Any, Any]


def drawn(model: Layer, rng: np.random.Generator) -> Layer:
    """The model with all its parameters drawn anew: a bias of 0 would hide mistakes."""
    for array in model.parameters().values():
        array[...] = rng.standard_normal(array.shape) * (0.3 if array.ndim == 1 else 1 / np.sqrt(array[..., 0].size))
    return model


def assert_model_agrees_with_torch(
    model: Layer, twin: Callable[..., Any], inputs: tuple[Array | None, ...], rng: np.random.Generator, *, steps: int = 2, **options: Any
) -> None:
    """The output and the gradient of every parameter agree, and again after a step of gradient descent.

    Args:
        model: with parameters of float64.
        twin: takes the parameters as a dict of tensors, and the inputs as they are; gives the output.
        inputs: what `model.forward` takes.
        rng: draws the parameters and the upstream gradients.
        steps: how many steps in a row.
        options: given to `model.forward` alone.
    """
    import torch

    torch.set_num_threads(1)  # arrays this small lose more by sharing the work than they gain
    drawn(model, rng)
    optimizer = SGD(0.1)
    for _ in range(steps):
        out = model.forward(*frozen(inputs), **options)
        tensors = {name: torch.tensor(array, requires_grad=True) for name, array in model.parameters().items()}
        expected = twin(tensors, *inputs)
        assert_agree(out, expected)
        dout = frozen(rng.standard_normal(out.shape))
        torch.autograd.backward(expected, torch.tensor(dout))
        model.backward(dout)
        grads = model.gradients()
        assert set(grads) == set(tensors)
        for name, tensor in tensors.items():
            assert_agree(grads[name], tensor.grad)
        optimizer.step(model.parameters(), grads)


def assert_keeps_float32(model: Layer, inputs: tuple[Array | None, ...]) -> None:
    """A model of float32 gives float32, and gradients of float32."""
    out = model.forward(*frozen(inputs))
    assert out.dtype == np.float32
    model.backward(np.ones_like(out))
    grads = model.gradients()
    assert set(grads) == set(model.parameters())
    assert {grad.dtype for grad in grads.values()} == {np.dtype(np.float32)}


def torch_recurrent(cell: str, params: dict[str, Any], x: Any, state: tuple[Any, ...] | None = None, lengths: Array | None = None) -> Any:
    """PyTorch's own recurrent layer with our parameters: all states (0 behind the end of a sequence), and the last state as a tuple."""
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    w_xh, w_hh = params["w_xh"], params["w_hh"]
    b_xh = params["b_xh"] if cell == "GRU" else params["b"]
    theirs = {
        "weight_ih_l0": w_xh.T,
        "weight_hh_l0": w_hh.T,
        "bias_ih_l0": b_xh,
        "bias_hh_l0": params["b_hh"] if cell == "GRU" else torch.zeros_like(b_xh),
    }
    module = getattr(torch.nn, cell)(w_xh.shape[0], w_hh.shape[0], batch_first=True, dtype=torch.float64)
    packed = pack_padded_sequence(x, torch.tensor(as_lengths(x, lengths)), batch_first=True, enforce_sorted=False)
    start = () if state is None else tuple(part[None] for part in state)
    first = () if not start else (start if cell == "LSTM" else start[0],)
    out, last = torch.func.functional_call(module, theirs, (packed, *first))
    h, _ = pad_packed_sequence(out, batch_first=True, total_length=x.shape[1])
    return h, tuple(part[0] for part in (last if cell == "LSTM" else (last,)))


def as_lengths(x: Any, lengths: Array | None) -> Array:
    return np.full(x.shape[0], x.shape[1]) if lengths is None else lengths


def part(params: dict[str, Any], name: str) -> dict[str, Any]:
    """The parameters of one layer of a model, by their own names."""
    return {key.removeprefix(f"{name}."): value for key, value in params.items() if key.startswith(f"{name}.")}


def assert_decoding_agrees_with_teacher_forcing(model: Layer, logits: Array, state: Any, target_in: Array) -> None:
    """Token by token the model says what it says of the whole sequence at once; and each sentence does by itself, in any order."""
    from dlteach.models._stepping import take_rows

    rows = np.array([2, 0, 0])  # a beam may leave out one hypothesis and double another
    expected, tokens = nn.log_softmax(logits), target_in
    for t in range(target_in.shape[1]):
        log_probs, state = model.step(tokens[:, t], state)
        assert_agree(log_probs, expected[:, t])
        if t == 1:
            state, tokens, expected = take_rows(state, rows), tokens[rows], expected[rows]
