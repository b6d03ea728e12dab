"""A network that writes: it guesses the next character (or word) of a text, again and again."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.models._recurrent import Cell, State, advance, require_cell, zero_state
from dlteach.nn._require import require_count, require_shapes
from dlteach.nn._types import Array
from dlteach.training import Dense, Embedding, Layer, Lstm, Sequential


class CharRnn(Layer):
    """Guess, at every step of a text, which token comes next.

    tokens (N, T) → embedding (N, T, D) → recurrent (N, T, H) → … → dense, logits (N, T, V)

    It is trained on text alone: the tokens without the last go in, those without the first are what should come out
    (`nn.sequence_cross_entropy`), so that every step of the text is a lesson. To write, let a decoder draw from it::

        state = model.read(seed[:, :-1])
        sample(model.step, state, seed[:, -1], end=None, max_length=200, temperature=0.8, rng=rng)

    Args:
        num_tokens: V, the size of the vocabulary.
        num_features: D, the size of a token's vector.
        num_hidden: H, the size of each recurrent layer's state.
        cell: `Rnn`, `Lstm` or `Gru`, the class itself.
        num_layers: how many recurrent layers stand on top of each other.
        rng: NumPy's random generator, which draws the weights.
        dtype: of the parameters.

    Raises:
        TypeError: a size is not a whole number, `cell` is not a kind of recurrent layer, or `rng` is no generator.
        ValueError: a size is below 1; in `forward`, tokens are not (N, T) or out of the vocabulary.

    Source: Karpathy, "The unreasonable effectiveness of recurrent neural networks", 2015; Sutskever, Martens and Hinton,
        "Generating text with recurrent neural networks", 2011.
    """

    takes_lengths = True

    def __init__(
        self,
        num_tokens: int,
        num_features: int,
        num_hidden: int,
        *,
        rng: np.random.Generator,
        cell: Cell = Lstm,
        num_layers: int = 1,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        require_cell(cell)
        require_count(1, num_layers=num_layers)
        self.embedding = Embedding(num_tokens, num_features, rng=rng, dtype=dtype)
        self.recurrent = [
            cell(num_features if place == 0 else num_hidden, num_hidden, rng=rng, dtype=dtype) for place in range(num_layers)
        ]
        self.output = Dense(num_hidden, num_tokens, rng=rng, dtype=dtype)
        self.chain = Sequential(self.embedding, *self.recurrent, self.output)

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the embedding, the recurrent layers and the output layer."""
        recurrent = {f"recurrent_{place}": layer for place, layer in enumerate(self.recurrent)}
        return {"embedding": self.embedding, **recurrent, "output": self.output}

    def forward(self, tokens: Array, lengths: Array | None = None, *, training: bool = False) -> Array:
        """Give logits (N, T, V) for tokens (N, T); step t has seen the tokens up to t, and guesses the one after."""
        require_shapes(tokens=(tokens, "N T"))
        logits: Array = self.chain.forward(tokens, lengths, training=training and self.trainable)
        return logits

    def backward(self, dout: Array) -> None:
        """Fill the gradients of all parameters. Tokens have none."""
        self.chain.backward(dout)

    def start_state(self, num: int) -> tuple[State, ...]:
        """Give the state in which `num` texts begin: for each recurrent layer `(h,)`, or for an LSTM `(h, c)`."""
        require_count(1, num=num)
        return tuple(zero_state(layer, num) for layer in self.recurrent)

    def step(self, tokens: Array, state: tuple[State, ...]) -> tuple[Array, tuple[State, ...]]:
        """Read one more token of each text, (N,); give the log-probabilities of what comes next, (N, V), and the new state."""
        require_shapes(tokens=(tokens, "N"))
        x, _ = nn.embedding_forward(tokens, **self.embedding.params)
        states = []
        for layer, old in zip(self.recurrent, state, strict=True):
            states.append(advance(layer, x, old))
            x = states[-1][0]
        logits, _ = nn.affine_forward(x, **self.output.params)
        return nn.log_softmax(logits), tuple(states)

    def read(self, tokens: Array) -> tuple[State, ...]:
        """Give the state after reading the beginning of each text, (N, T); T may be 0."""
        state = self.start_state(len(tokens))
        for column in tokens.T:
            _, state = self.step(column, state)
        return state
