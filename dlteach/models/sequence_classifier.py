"""A network that reads a text and gives one verdict on it."""

import numpy as np
from numpy.typing import DTypeLike

from dlteach.models._recurrent import Cell, require_cell
from dlteach.nn._require import require_count
from dlteach.training import Dense, Dropout, Embedding, Layer, Rnn, Sequential


class SequenceClassifier(Sequential):
    """Look up a vector for every token, read them with recurrent layers on top of each other, and judge by the last state.

    tokens (N, T) → embedding (N, T, D) → recurrent (N, T, H) → … → recurrent, its last state (N, H) → dense (N, C)

    Each recurrent layer reads the states of the one below. Texts of different lengths are padded to T at their ends;
    `forward(tokens, lengths)` then stops reading each where it ends, so that the padding has no effect.

    A single output is the score of one class against the other, (N, 1), for `nn.sigmoid_cross_entropy` with labels (N, 1);
    several are for `nn.softmax_cross_entropy`. `SequenceClassifier(10_000, 32, 32, 1, num_layers=2, rng=rng)` has
    320,000 + 2,080 + 2,080 + 33 = 324,193 parameters: each simple recurrent layer has one bias.

    Args:
        num_tokens: V, the size of the vocabulary.
        num_features: D, the size of a token's vector.
        num_hidden: H, the size of each recurrent layer's state.
        num_outputs: C.
        cell: `Rnn`, `Lstm` or `Gru`, the class itself.
        num_layers: how many recurrent layers stand on top of each other.
        dropout: probability to drop a number of the last state while training; 0 for no dropout.
        rng: NumPy's random generator, which draws the weights and the dropout masks.
        dtype: of the parameters.

    Raises:
        TypeError: a size is not a whole number, `cell` is not a kind of recurrent layer, or `rng` is no generator.
        ValueError: a size is below 1, or `dropout` is not from 0 up to (but not) 1; in `forward`, tokens are not (N, T) or out of
            the vocabulary, or lengths are not (N,) from 1 to T.

    Source: Chollet, "Deep Learning with Python", 2017, section 6.2; Graves, Mohamed and Hinton, "Speech recognition with deep
        recurrent neural networks", 2013, for the stack.
    """

    def __init__(
        self,
        num_tokens: int,
        num_features: int,
        num_hidden: int,
        num_outputs: int,
        *,
        rng: np.random.Generator,
        cell: Cell = Rnn,
        num_layers: int = 1,
        dropout: float = 0.0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        require_cell(cell)
        require_count(1, num_layers=num_layers)
        layers: list[Layer] = [Embedding(num_tokens, num_features, rng=rng, dtype=dtype)]
        for place in range(num_layers):
            is_last = place == num_layers - 1
            num_in = num_features if place == 0 else num_hidden
            layers.append(cell(num_in, num_hidden, rng=rng, dtype=dtype, return_sequences=not is_last))
        if dropout != 0:
            layers.append(Dropout(dropout, rng=rng))
        super().__init__(*layers, Dense(num_hidden, num_outputs, rng=rng, dtype=dtype))
