"""Two recurrent layers that read the same sequences, one from each end."""

from collections.abc import Mapping

import numpy as np

from dlteach import nn
from dlteach.nn._types import Array
from dlteach.training._require import require_dout, require_layers
from dlteach.training.layer import Layer
from dlteach.training.recurrent_layers import Gru, Lstm, Rnn


class Bidirectional(Layer):
    """Read sequences from both ends and lay the states side by side: a step then knows what comes after it, too.

    out_t = [h→_t, h←_t]    x (N, T, D)    out (N, T, 2H), or (N, 2H) where the layers give only their last states

    With `lengths`, the second layer starts at the last true step of each sequence.

    Args:
        forward_layer: reads from the first step to the last.
        backward_layer: reads from the last step to the first.

    Raises:
        TypeError: one of them is not an `Rnn`, `Lstm` or `Gru`.
        ValueError: they are one layer, or one gives all states and the other only the last.

    Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997.
    """

    takes_lengths = True

    def __init__(self, forward_layer: Rnn | Lstm | Gru, backward_layer: Rnn | Lstm | Gru) -> None:
        super().__init__()
        for name, layer in {"forward_layer": forward_layer, "backward_layer": backward_layer}.items():
            if not isinstance(layer, Rnn | Lstm | Gru):
                raise TypeError(f"{name} is a {type(layer).__name__}; it needs to be an Rnn, Lstm or Gru.")
        require_layers([forward_layer, backward_layer])
        if forward_layer.return_sequences != backward_layer.return_sequences:
            raise ValueError("return_sequences differs between the two layers; it needs to be the same.")
        self.forward_layer, self.backward_layer = forward_layer, backward_layer
        self.return_sequences = forward_layer.return_sequences

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the two layers."""
        return {"forward_layer": self.forward_layer, "backward_layer": self.backward_layer}

    def forward(self, x: Array, lengths: Array | None = None, *, training: bool = False) -> Array:
        """Give (N, T, 2H) or (N, 2H) for x (N, T, D)."""
        ahead = self.forward_layer.forward(x, lengths=lengths)
        behind = self.backward_layer.forward(nn.reverse_sequences(x, lengths), lengths=lengths)
        if self.return_sequences:
            behind = nn.reverse_sequences(behind, lengths)
        out = np.concatenate([ahead, behind], axis=-1)
        self.cache = lengths, out.shape
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x; fill the gradients of both layers. To reverse is its own way back."""
        lengths, shape = self.recall()
        require_dout(dout, shape)
        dahead, dbehind = np.split(dout, [self.forward_layer.num_hidden], axis=-1)
        if self.return_sequences:
            dbehind = nn.reverse_sequences(dbehind, lengths)
        dx = self.backward_layer.backward(dbehind)
        return np.asarray(self.forward_layer.backward(dahead) + nn.reverse_sequences(dx, lengths))
