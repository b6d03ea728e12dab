"""What the recurrent models share: the choice of a recurrent layer, and a single step of it, for decoding."""

from typing import TypeAlias

import numpy as np

from dlteach import nn
from dlteach.nn._types import Array
from dlteach.training import Gru, Lstm, Rnn

Recurrent: TypeAlias = Rnn | Lstm | Gru
"""A recurrent layer."""

Cell: TypeAlias = type[Rnn] | type[Lstm] | type[Gru]
"""Which kind of recurrent layer a model is to use."""

State: TypeAlias = tuple[Array, ...]
"""What a recurrent layer carries from one step to the next: `(h,)`, or for an LSTM `(h, c)`, each (N, H)."""


def require_cell(cell: object) -> None:
    """Raise unless `cell` is one of the three kinds of recurrent layer."""
    if cell not in (Rnn, Lstm, Gru):
        raise TypeError(f"cell is {cell!r}; it needs to be the class Rnn, Lstm or Gru.")


def zero_state(layer: Recurrent, num: int) -> State:
    """Give the state before the first step, for `num` sequences."""
    zeros = np.zeros((num, layer.num_hidden), layer.dtype)
    return (zeros, zeros) if isinstance(layer, Lstm) else (zeros,)


def last_state(layer: Recurrent, h: Array) -> State:
    """Give the state after the last step of the layer's last forward pass, whose states were `h (N, T, H)`."""
    if isinstance(layer, Lstm):
        assert layer.c_last is not None  # a forward pass has set it
        return h[:, -1], layer.c_last
    return (h[:, -1],)


def advance(layer: Recurrent, x: Array, state: State) -> State:
    """Give the state after one more step, x (N, D). The layer's cache, and so its way back, is left alone."""
    if isinstance(layer, Lstm):
        h, c, _ = nn.lstm_step_forward(x, *state, **layer.params)
        return h, c
    if isinstance(layer, Gru):
        return (nn.gru_step_forward(x, *state, **layer.params)[0],)
    return (nn.rnn_step_forward(x, *state, **layer.params)[0],)
