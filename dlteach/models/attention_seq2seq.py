"""From one sequence to another with attention: at every step the decoder looks back at all states of the encoder."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.models._recurrent import Cell, State, advance, last_state, require_cell
from dlteach.models._sources import source_mask
from dlteach.nn._require import require_shapes
from dlteach.nn._types import Array
from dlteach.training import Concat, Dense, Embedding, Gru, Layer, Tanh


class AttentionState(NamedTuple):
    """What decoding carries along: the state of the decoder, the states of the encoder (B, S, H), and where they are real (B, 1, S)."""

    decoder: State
    memory: Array
    mask: Array


class AttentionSeq2Seq(Layer):
    """Write a target sequence while looking back, at every step, at those places of the source that matter now.

    encoder    source (N, S) → embedding → recurrent, all states: the memory m (N, S, H)
    decoder    target_in (N, T) → embedding → recurrent, started with the encoder's last state: h (N, T, H)
    attention  weights_t = softmax_s(h_t @ m_s / √H)    context_t = Σ_s weights_ts · m_s    (N, T, H)
    output     tanh([h_t, context_t] @ w + b) (N, T, H) → dense, logits (N, T, V)

    The state no longer has to hold the whole source, only to know where to look. Padding in the source is never looked at.
    After a forward pass `weights` shows, for each target step, where it looked: the picture of an alignment.

    Training and decoding work as with `Seq2Seq`.

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

    Source: Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation", 2015 (their dot
        attention, to which we add the √H of Vaswani et al.); Bahdanau, Cho and Bengio, "Neural machine translation by jointly
        learning to align and translate", 2015.
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
        self.concat, self.tanh = Concat(axis=-1), Tanh()
        self.mix = Dense(2 * num_hidden, num_hidden, rng=rng, dtype=dtype, init=nn.xavier_uniform)
        self.output = Dense(num_hidden, num_target_tokens, rng=rng, dtype=dtype)

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the eight layers."""
        names = ("source_embedding", "encoder", "target_embedding", "decoder", "concat", "mix", "tanh", "output")
        return {name: getattr(self, name) for name in names}

    @property
    def weights(self) -> Array:
        """Where the last forward pass looked: (N, T, S), each row sums to 1."""
        attention: nn.AttentionCache = self.recall()
        return attention.weights

    def forward(self, source: Array, source_lengths: Array | None, target_in: Array, *, training: bool = False) -> Array:
        """Give logits (N, T, V) for source (N, S), its lengths (N,) if it is padded, and target_in (N, T)."""
        require_shapes(source=(source, "N S"), target_in=(target_in, "N T"))
        start, memory, mask = self.start_state(source, source_lengths)
        h = self.decoder.forward(self.target_embedding.forward(target_in), *start)
        context, self.cache = nn.attention_forward(h, memory, memory, mask)
        mixed = self.tanh.forward(self.mix.forward(self.concat.forward(h, context)))
        return self.output.forward(mixed)

    def backward(self, dout: Array) -> tuple[None, None, None]:
        """Fill the gradients of all parameters. The encoder hears from the attention, and from the decoder's first state.

        Neither tokens nor lengths have a gradient: None for each input.
        """
        dmixed = self.output.backward(dout)
        dh, dcontext = self.concat.backward(self.mix.backward(self.tanh.backward(dmixed)))
        attention = nn.attention_backward(dcontext, self.recall())
        dx, *dstate = self.decoder.backward(dh + attention.dq)
        self.target_embedding.backward(dx)
        dmemory = attention.dk + attention.dv  # the memory is both the keys and the values
        dmemory[:, -1] += dstate[0]
        self.source_embedding.backward(self.encoder.backward(dmemory, *dstate[1:]))
        return None, None, None

    def start_state(self, source: Array, source_lengths: Array | None = None) -> AttentionState:
        """Give what decoding starts from: the encoder's last state, all its states, and which of them are no padding."""
        mask = source_mask(source, source_lengths)
        memory = self.encoder.forward(self.source_embedding.forward(source), lengths=source_lengths)
        return AttentionState(last_state(self.encoder, memory), memory, mask)

    def step(self, tokens: Array, state: AttentionState) -> tuple[Array, AttentionState]:
        """Read the last token of each target, (B,); give the log-probabilities of the next, (B, V), and the new state."""
        require_shapes(tokens=(tokens, "B"))
        x, _ = nn.embedding_forward(tokens, **self.target_embedding.params)
        decoder = advance(self.decoder, x, state.decoder)
        h = decoder[0]
        context, _ = nn.attention_forward(h[:, None], state.memory, state.memory, state.mask)
        mixed, _ = nn.affine_forward(np.concatenate([h, context[:, 0]], axis=1), **self.mix.params)
        logits, _ = nn.affine_forward(np.tanh(mixed), **self.output.params)
        return nn.log_softmax(logits), state._replace(decoder=decoder)
