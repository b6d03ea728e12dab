"""Recurrent layers: they read a batch of sequences (N, T, D) step by step and carry a state of H numbers along.

All three start alike. The input weights are drawn by Xavier, because tanh and sigmoid follow; the recurrent weights of each
gate are orthogonal, so that a state neither grows nor shrinks as it is multiplied by them again and again (Saxe, McClelland
and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2014).

With `lengths`, a sequence ends before its padding does: from there on its state is held, so that `h[:, -1]` is the last
state of every sequence.
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.nn._require import require_count, require_generator
from dlteach.nn._types import Array, Params
from dlteach.training._require import require_dout
from dlteach.training.dtypes import cast, own
from dlteach.training.layer import Layer


class _Recurrent(Layer):
    """What the three have in common: a first state of 0 unless told, and all states or the last one as output."""

    takes_lengths = True

    def __init__(self, num_hidden: int, return_sequences: bool) -> None:
        super().__init__()
        self.num_hidden, self.return_sequences = num_hidden, return_sequences

    def start(self, state: Array | None, name: str, x: Array) -> Array:
        """Give the state before the first step, (N, H): all 0 where none is given."""
        return np.zeros((len(x), self.num_hidden), self.dtype) if state is None else cast(state, self.dtype, name)

    def output(self, h: Array) -> Array:
        """Give all states (N, T, H), or only the last (N, H)."""
        return h if self.return_sequences else h[:, -1]

    def all_steps(self, dout: Array, shape: tuple[int, ...]) -> Array:
        """Give the gradient of all states (N, T, H); where only the last was given on, the others get 0."""
        if self.return_sequences:
            require_dout(dout, shape)
            return dout
        require_dout(dout, (shape[0], shape[2]))
        dh = np.zeros(shape, dout.dtype)
        dh[:, -1] = dout
        return dh


class Rnn(_Recurrent):
    """Carry a state along that mixes each step with what came before (`nn.rnn_forward`).

    h_t = tanh(x_t @ w_xh + h_{t−1} @ w_hh + b)    w_xh (D, H)    w_hh (H, H)    b (H,)

    Args:
        num_in: D, features of a step.
        num_hidden: H, the size of the state.
        rng: NumPy's random generator, which draws the weights; the bias starts at 0.
        dtype: of the parameters.
        return_sequences: True gives the states of all steps, False only the last one.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, or `dtype` holds no fractions.

    Source: Elman, "Finding structure in time", 1990.
    """

    def __init__(
        self, num_in: int, num_hidden: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32, return_sequences: bool = True
    ) -> None:
        super().__init__(num_hidden, return_sequences)
        self.params = _weights(num_in, num_hidden, 1, rng, dtype)
        self.params["b"] = own(np.zeros(num_hidden), dtype)

    def forward(self, x: Array, h0: Array | None = None, lengths: Array | None = None, *, training: bool = False) -> Array:
        """Give (N, T, H) or (N, H) for x (N, T, D), starting from h0 (N, H) or 0."""
        x = cast(x, self.dtype)
        h, cache = nn.rnn_forward(x, self.start(h0, "h0", x), **self.params, lengths=lengths)
        self.cache = cache, h.shape, h0 is not None
        return self.output(h)

    def backward(self, dout: Array) -> Any:
        """Give dx, or (dx, dh0) if h0 was given; fill the gradients of the weights."""
        cache, shape, started = self.recall()
        grads = nn.rnn_backward(self.all_steps(dout, shape), cache)
        self.fill(grads)
        return (grads.dx, grads.dh0) if started else grads.dx


class Lstm(_Recurrent):
    """Carry a state and a memory along; gates decide what is forgotten, written and shown (`nn.lstm_forward`).

    c_t = f · c_{t−1} + i · g    h_t = o · tanh(c_t)    w_xh (D, 4H)    w_hh (H, 4H)    b (4H,), in the order i, f, g, o

    The bias of the forget gate starts at 1, all else of the bias at 0: at first the memory is kept (Jozefowicz, Zaremba and
    Sutskever, "An empirical exploration of recurrent network architectures", 2015).

    Args:
        num_in: D, features of a step.
        num_hidden: H, the size of the state and of the memory.
        rng: NumPy's random generator, which draws the weights.
        dtype: of the parameters.
        return_sequences: True gives the states of all steps, False only the last one.

    Attributes:
        c_last: (N, H), the memory after the last step of the last forward pass, for whoever goes on from there.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, or `dtype` holds no fractions.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; Gers, Schmidhuber and Cummins, "Learning to forget:
    continual prediction with LSTM", 2000.
    """

    def __init__(
        self, num_in: int, num_hidden: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32, return_sequences: bool = True
    ) -> None:
        super().__init__(num_hidden, return_sequences)
        self.params = _weights(num_in, num_hidden, 4, rng, dtype)
        self.params["b"] = own(np.repeat([0.0, 1.0, 0.0, 0.0], num_hidden), dtype)
        self.c_last: Array | None = None

    def forward(
        self, x: Array, h0: Array | None = None, c0: Array | None = None, lengths: Array | None = None, *, training: bool = False
    ) -> Array:
        """Give (N, T, H) or (N, H) for x (N, T, D), starting from h0 and c0, both (N, H), or 0."""
        if h0 is None and c0 is not None:
            raise ValueError("c0 is given without h0; it needs h0 as well.")
        x = cast(x, self.dtype)
        h, self.c_last, cache = nn.lstm_forward(x, self.start(h0, "h0", x), self.start(c0, "c0", x), **self.params, lengths=lengths)
        self.cache = cache, h.shape, 1 + (h0 is not None) + (c0 is not None)
        return self.output(h)

    def backward(self, dout: Array, dc_last: Array | None = None) -> Any:
        """Give dx, or (dx, dh0) or (dx, dh0, dc0) if these were given; fill the gradients of the weights.

        `dc_last` (N, H) is the gradient of `c_last`, if anything went on from there.
        """
        cache, shape, num_inputs = self.recall()
        dh = self.all_steps(dout, shape)
        grads = nn.lstm_backward(dh, np.zeros_like(dh[:, -1]) if dc_last is None else dc_last, cache)
        self.fill(grads)
        return (grads.dx, grads.dh0, grads.dc0)[:num_inputs] if num_inputs > 1 else grads.dx


class Gru(_Recurrent):
    """Carry a state along; one gate says how much of it is replaced, one how much the new part sees of it (`nn.gru_forward`).

    h_t = (1 − z) · n + z · h_{t−1}    w_xh (D, 3H)    w_hh (H, 3H)    b_xh, b_hh (3H,), in the order r, z, n

    Args:
        num_in: D, features of a step.
        num_hidden: H, the size of the state.
        rng: NumPy's random generator, which draws the weights; both biases start at 0.
        dtype: of the parameters.
        return_sequences: True gives the states of all steps, False only the last one.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, or `dtype` holds no fractions.

    Source: Cho et al., "Learning phrase representations using RNN encoder–decoder for statistical machine translation", 2014.
    """

    def __init__(
        self, num_in: int, num_hidden: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32, return_sequences: bool = True
    ) -> None:
        super().__init__(num_hidden, return_sequences)
        self.params = _weights(num_in, num_hidden, 3, rng, dtype)
        self.params |= {name: own(np.zeros(3 * num_hidden), dtype) for name in ("b_xh", "b_hh")}

    def forward(self, x: Array, h0: Array | None = None, lengths: Array | None = None, *, training: bool = False) -> Array:
        """Give (N, T, H) or (N, H) for x (N, T, D), starting from h0 (N, H) or 0."""
        x = cast(x, self.dtype)
        h, cache = nn.gru_forward(x, self.start(h0, "h0", x), **self.params, lengths=lengths)
        self.cache = cache, h.shape, h0 is not None
        return self.output(h)

    def backward(self, dout: Array) -> Any:
        """Give dx, or (dx, dh0) if h0 was given; fill the gradients of the weights."""
        cache, shape, started = self.recall()
        grads = nn.gru_backward(self.all_steps(dout, shape), cache)
        self.fill(grads)
        return (grads.dx, grads.dh0) if started else grads.dx


def _weights(num_in: int, num_hidden: int, num_gates: int, rng: np.random.Generator, dtype: DTypeLike) -> Params:
    """Draw w_xh (D, gates·H) and w_hh (H, gates·H), each gate as a matrix of its own."""
    require_count(1, num_in=num_in, num_hidden=num_hidden)
    require_generator(rng)
    w_xh = np.hstack([nn.xavier_uniform(num_in, num_hidden, rng) for _ in range(num_gates)])
    w_hh = np.hstack([nn.orthogonal(num_hidden, num_hidden, rng) for _ in range(num_gates)])
    return {"w_xh": own(w_xh, dtype), "w_hh": own(w_hh, dtype)}
