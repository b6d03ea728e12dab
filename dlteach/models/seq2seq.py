"""From one sequence to another: an encoder reads, a decoder writes, and a state of fixed size is all that passes between them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.models._recurrent import Cell, State, advance, last_state, require_cell
from dlteach.nn._require import require_shapes
from dlteach.nn._types import Array
from dlteach.training import Dense, Embedding, Gru, Layer


class Seq2Seq(Layer):
    """Read a source sequence into a state, and write a target sequence from that state, token by token.

    encoder    source (N, S) → embedding (N, S, D) → recurrent, its last state (N, H)
                                                         ↓ is the first state of
    decoder    target_in (N, T) → embedding (N, T, D) → recurrent (N, T, H) → dense, logits (N, T, V)

    While training, the decoder is given the right tokens so far, not its own (teacher forcing): `target_in` is the target with
    a start token in front, and what should come out is the target with an end token behind, one place earlier. Steps
    behind the end of a target are padding; `nn.sequence_cross_entropy` leaves them out by its mask.

    To translate, decode from the state of the encoder::

        beam_search(model.step, model.start_state(source, source_lengths), start, end=END, max_length=20, width=5)

    Everything about the source must fit into H numbers, however long it is: `AttentionSeq2Seq` lifts that.

    Args:
        num_source_tokens: the size of the source vocabulary.
        num_target_tokens: V, the size of the target vocabulary.
        num_features: D, the size of a token's vector.
        num_hidden: H, the size of the state.
        cell: `Rnn`, `Lstm` or `Gru`, the class itself; the encoder and the decoder have one each.
        rng: NumPy's random generator, which draws the weights.
        dtype: of the parameters.

    Raises:
        TypeError: a size is not a whole number, `cell` is not a kind of recurrent layer, or `rng` is no generator.
        ValueError: a size is below 1; in `forward`, the shapes do not fit, or a token or a length is out of range.

    Source: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014; Cho et al., "Learning phrase
        representations using RNN encoder–decoder for statistical machine translation", 2014.
    """

    def __init__(
        self,
        num_source_tokens: int,
        num_target_tokens: int,
        num_features: int,
        num_hidden: int,
        *,
        rng: np.random.Generator,
        cell: Cell = Gru,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        require_cell(cell)
        self.source_embedding = Embedding(num_source_tokens, num_features, rng=rng, dtype=dtype)
        self.encoder = cell(num_features, num_hidden, rng=rng, dtype=dtype)
        self.target_embedding = Embedding(num_target_tokens, num_features, rng=rng, dtype=dtype)
        self.decoder = cell(num_features, num_hidden, rng=rng, dtype=dtype)
        self.output = Dense(num_hidden, num_target_tokens, rng=rng, dtype=dtype)

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the five layers."""
        names = ("source_embedding", "encoder", "target_embedding", "decoder", "output")
        return {name: getattr(self, name) for name in names}

    def forward(self, source: Array, source_lengths: Array | None, target_in: Array, *, training: bool = False) -> Array:
        """Give logits (N, T, V) for source (N, S), its lengths (N,) if it is padded, and target_in (N, T)."""
        require_shapes(source=(source, "N S"), target_in=(target_in, "N T"))
        state = self.start_state(source, source_lengths)
        x = self.target_embedding.forward(target_in)
        h = self.decoder.forward(x, *state)
        self.cache = (*source.shape, h.shape[-1])
        return self.output.forward(h)

    def backward(self, dout: Array) -> tuple[None, None, None]:
        """Fill the gradients of all parameters: back through the decoder, and by its first state into the encoder.

        Neither tokens nor lengths have a gradient: None for each input.
        """
        dh = self.output.backward(dout)
        dx, *dstate = self.decoder.backward(dh)
        self.target_embedding.backward(dx)
        dh_encoder = np.zeros(self.recall(), dh.dtype)
        dh_encoder[:, -1] = dstate[0]  # the encoder's other states went nowhere
        self.source_embedding.backward(self.encoder.backward(dh_encoder, *dstate[1:]))
        return None, None, None

    def start_state(self, source: Array, source_lengths: Array | None = None) -> State:
        """Give what decoding starts from: the encoder's state after its last step, `(h,)`, or for an LSTM `(h, c)`."""
        require_shapes(source=(source, "N S"))
        h = self.encoder.forward(self.source_embedding.forward(source), lengths=source_lengths)
        return last_state(self.encoder, h)

    def step(self, tokens: Array, state: State) -> tuple[Array, State]:
        """Read the last token of each target, (B,); give the log-probabilities of the next, (B, V), and the new state."""
        require_shapes(tokens=(tokens, "B"))
        x, _ = nn.embedding_forward(tokens, **self.target_embedding.params)
        state = advance(self.decoder, x, state)
        logits, _ = nn.affine_forward(state[0], **self.output.params)
        return nn.log_softmax(logits), state
