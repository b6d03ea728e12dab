"""The three recurrent networks under one roof, so that one test can be put to all of them: ours, and PyTorch's twin.

Inputs are always in the order x, states (h, and c for the LSTM), w_xh, w_hh, biases.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dlteach import nn


class Kind(NamedTuple):
    name: str
    blocks: int
    num_states: int
    num_biases: int
    step_forward: Callable[..., Any]
    step_backward: Callable[..., Any]
    forward: Callable[..., Any]
    backward: Callable[..., Any]

    def inputs(self, source: Any, x_shape: tuple[int, ...], h: int, scale: float = 1.0) -> tuple[Any, ...]:
        n, d, k = x_shape[0], x_shape[-1], self.blocks * h
        states = [source.normal(n, h) for _ in range(self.num_states)]
        weights = [source.normal(d, k, scale=scale), source.normal(h, k, scale=scale)]
        return source.normal(*x_shape), *states, *weights, *(source.normal(k) for _ in range(self.num_biases))

    def split(self, inputs: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
        """The input, the states, the parameters."""
        return inputs[0], inputs[1 : 1 + self.num_states], inputs[1 + self.num_states :]


RNN = Kind("RNN", 1, 1, 1, nn.rnn_step_forward, nn.rnn_step_backward, nn.rnn_forward, nn.rnn_backward)
LSTM = Kind("LSTM", 4, 2, 1, nn.lstm_step_forward, nn.lstm_step_backward, nn.lstm_forward, nn.lstm_backward)
GRU = Kind("GRU", 3, 1, 2, nn.gru_step_forward, nn.gru_step_backward, nn.gru_forward, nn.gru_backward)
KINDS = [RNN, LSTM, GRU]


def run(kind: Kind, *inputs: Any, lengths: Any = None) -> tuple[tuple[Any, ...], Any]:
    """Ours along whole sequences: a tuple of outputs (h, and the last c for the LSTM), and the cache."""
    *outs, cache = kind.forward(*inputs, lengths)
    return tuple(outs), cache


def back(kind: Kind, douts: tuple[Any, ...], cache: Any) -> Any:
    return kind.backward(*douts, cache)


def loop(kind: Kind, *inputs: Any, lengths: Any) -> tuple[tuple[Any, ...], list[Any]]:
    """The same by the step functions, one after the other; a sequence that has ended keeps its states."""
    x, states, params = kind.split(inputs)
    hs, caches = [], []
    for t in range(x.shape[1]):
        *new, cache = kind.step_forward(x[:, t], *states, *params)
        live = (t < lengths)[:, np.newaxis]
        states = tuple(np.where(live, after, before) for after, before in zip(new, states, strict=True))
        hs.append(states[0])
        caches.append((live, cache))
    return (np.stack(hs, axis=1), *states[1:]), caches


def loop_back(kind: Kind, douts: tuple[Any, ...], caches: list[Any]) -> tuple[Any, ...]:
    dh, *dstates = np.zeros_like(douts[0][:, 0]), *douts[1:]
    dstates = [dh, *dstates]
    dxs, dparams = [], [0.0] * (2 + kind.num_biases)
    for t in reversed(range(len(caches))):
        live, cache = caches[t]
        dstates[0] = dstates[0] + douts[0][:, t]
        dx, before, some = kind.split(tuple(kind.step_backward(*(live * d for d in dstates), cache)))
        dstates = [new + ~live * d for new, d in zip(before, dstates, strict=True)]
        dparams = [total + d for total, d in zip(dparams, some, strict=True)]
        dxs.append(dx)
    return np.stack(dxs[::-1], axis=1), *dstates, *dparams


def torch_parameters(kind: Kind, params: tuple[Any, ...], suffix: str) -> dict[str, Any]:
    """Our parameters under PyTorch's names and in its layout; where we have one bias, its second one is zero."""
    w_xh, w_hh, *biases = params
    second = biases[1] if kind.num_biases == 2 else biases[0].new_zeros(biases[0].shape)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return {f"{name}_{suffix}": value for name, value in zip(names, (w_xh.T, w_hh.T, biases[0], second), strict=True)}


def torch_run(kind: Kind, x: Any, states: list[tuple[Any, ...]], params: dict[str, Any], lengths: Any, **options: Any) -> tuple[Any, Any]:
    """PyTorch's module on packed sequences: its padded output, and its last states (layers, N, H)."""
    import torch

    num_hidden = states[0][0].shape[1]
    module = getattr(torch.nn, kind.name)(x.shape[2], num_hidden, batch_first=True, dtype=torch.float64, **options)
    start = tuple(torch.stack(layers) for layers in zip(*states, strict=True))
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    out, last = torch.func.functional_call(module, params, (packed, start if kind is LSTM else start[0]))
    out, _ = torch.nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=x.shape[1])
    return out, last if kind is LSTM else (last,)


def held(out: Any, lengths: Any, behind: Any) -> Any:
    """PyTorch's output with step `behind[n]` of each sequence in place of the zeros behind its end."""
    import torch

    steps = torch.arange(out.shape[1])
    source = torch.where(steps < torch.tensor(lengths)[:, None], steps, torch.tensor(behind)[:, None])
    return out.gather(1, source[:, :, None].expand(out.shape))
