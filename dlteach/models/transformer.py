"""A small transformer: from one sequence to another by attention alone, without a step-by-step state."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.models._sources import source_mask
from dlteach.models.transformer_blocks import DecoderBlock, EncoderBlock
from dlteach.nn._require import require_count, require_shapes
from dlteach.nn._types import Array
from dlteach.training import Dense, Dropout, Embedding, Layer, LayerNorm, PositionalEncoding


class TransformerState(NamedTuple):
    """What decoding carries along: all tokens so far (B, t), the memory of the encoder (B, S, D), and where it is real (B, 1, S)."""

    tokens: Array
    memory: Array
    mask: Array


class Transformer(Layer):
    """Encode a source sequence with a stack of attention blocks, and decode the target with another.

    encoder    source (N, S) → embedding + position (N, S, D) → L encoder blocks → norm: the memory (N, S, D)
    decoder    target_in (N, T) → embedding + position (N, T, D) → L decoder blocks, which look at the memory → norm
               → dense, logits (N, T, V)

    All steps are calculated at once. A causal mask keeps each step of the target from looking ahead, so that training on a
    whole sentence (teacher forcing, as with `Seq2Seq`) is the same as giving it token by token. The blocks normalise first
    (pre-norm, see `transformer_blocks`), and a last norm follows each stack. The vectors of the embedding are drawn about as
    large as the positional encoding, so that they need not be multiplied by √D as in 2017; and the last dense layer has weights
    of its own.

    Decoding works as with `Seq2Seq`. A step calculates all the tokens so far again: simple, and fast enough for short sentences.

    Args:
        num_source_tokens: the size of the source vocabulary.
        num_target_tokens: V, the size of the target vocabulary.
        num_features: D, the size of a token's vector.
        num_heads: how many heads share the features.
        num_hidden: size of the hidden layer in each block's feed-forward part.
        num_layers: L, how many blocks each stack has.
        dropout: probability to drop a number of a part's output, or of a token's vector, while training.
        rng: NumPy's random generator, which draws the weights and the dropout masks.
        dtype: of the parameters.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, `num_heads` does not divide `num_features`, or `dropout` is not from 0 up to (but not) 1; in
            `forward`, the shapes do not fit, or a token or a length is out of range.

    Source: Vaswani et al., "Attention is all you need", 2017.
    """

    def __init__(
        self,
        num_source_tokens: int,
        num_target_tokens: int,
        num_features: int,
        num_heads: int,
        num_hidden: int,
        *,
        rng: np.random.Generator,
        num_layers: int = 1,
        dropout: float = 0.0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        require_count(1, num_layers=num_layers)
        sizes = num_features, num_heads, num_hidden, dropout
        self.source_embedding = Embedding(num_source_tokens, num_features, rng=rng, dtype=dtype)
        self.source_position, self.source_dropout = PositionalEncoding(), Dropout(dropout, rng=rng)
        self.encoder_blocks = [EncoderBlock(*sizes, rng=rng, dtype=dtype) for _ in range(num_layers)]
        self.encoder_norm = LayerNorm(num_features, dtype=dtype)
        self.target_embedding = Embedding(num_target_tokens, num_features, rng=rng, dtype=dtype)
        self.target_position, self.target_dropout = PositionalEncoding(), Dropout(dropout, rng=rng)
        self.decoder_blocks = [DecoderBlock(*sizes, rng=rng, dtype=dtype) for _ in range(num_layers)]
        self.decoder_norm = LayerNorm(num_features, dtype=dtype)
        self.output = Dense(num_features, num_target_tokens, rng=rng, dtype=dtype)

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the layers of the encoder, then those of the decoder."""
        return {
            "source_embedding": self.source_embedding,
            "source_position": self.source_position,
            "source_dropout": self.source_dropout,
            **{f"encoder_{place}": block for place, block in enumerate(self.encoder_blocks)},
            "encoder_norm": self.encoder_norm,
            "target_embedding": self.target_embedding,
            "target_position": self.target_position,
            "target_dropout": self.target_dropout,
            **{f"decoder_{place}": block for place, block in enumerate(self.decoder_blocks)},
            "decoder_norm": self.decoder_norm,
            "output": self.output,
        }

    def forward(self, source: Array, source_lengths: Array | None, target_in: Array, *, training: bool = False) -> Array:
        """Give logits (N, T, V) for source (N, S), its lengths (N,) if it is padded, and target_in (N, T)."""
        require_shapes(source=(source, "N S"), target_in=(target_in, "N T"))
        training = training and self.trainable
        mask = source_mask(source, source_lengths)
        memory = self.encode(source, mask, training=training)
        self.cache = memory.shape
        return self.decode(target_in, memory, mask, training=training)

    def encode(self, source: Array, mask: Array, *, training: bool = False) -> Array:
        """Give the memory (N, S, D) for source (N, S); mask (N, 1, S) is True where it is no padding."""
        x = self.source_position.forward(self.source_embedding.forward(source))
        x = self.source_dropout.forward(x, training=training)
        for block in self.encoder_blocks:
            x = block.forward(x, mask, training=training)
        return self.encoder_norm.forward(x)

    def decode(self, target_in: Array, memory: Array, mask: Array, *, training: bool = False) -> Array:
        """Give logits (N, T, V) for target_in (N, T) and the encoder's memory (N, S, D) with its mask (N, 1, S)."""
        x = self.target_position.forward(self.target_embedding.forward(target_in))
        x = self.target_dropout.forward(x, training=training)
        not_ahead = nn.causal_mask(target_in.shape[1])
        for block in self.decoder_blocks:
            x = block.forward(x, memory, not_ahead, mask, training=training)
        return self.output.forward(self.decoder_norm.forward(x))

    def backward(self, dout: Array) -> tuple[None, None, None]:
        """Fill the gradients of all parameters: down the decoder, which hands the memory's gradient to the encoder.

        Neither tokens nor lengths have a gradient: None for each input.
        """
        dx = self.decoder_norm.backward(self.output.backward(dout))
        dmemory = np.zeros(self.recall(), dx.dtype)
        for block in reversed(self.decoder_blocks):  # each looked at the memory, and each has its say about it
            dx, dmemory_of_block = block.backward(dx)
            dmemory += dmemory_of_block
        self.target_embedding.backward(self.target_position.backward(self.target_dropout.backward(dx)))
        dx = self.encoder_norm.backward(dmemory)
        for encoder_block in reversed(self.encoder_blocks):
            dx = encoder_block.backward(dx)
        self.source_embedding.backward(self.source_position.backward(self.source_dropout.backward(dx)))
        return None, None, None

    def start_state(self, source: Array, source_lengths: Array | None = None) -> TransformerState:
        """Give what decoding starts from: no tokens yet, and the memory of the source (N, S)."""
        mask = source_mask(source, source_lengths)
        return TransformerState(np.zeros((len(source), 0), int), self.encode(source, mask), mask)

    def step(self, tokens: Array, state: TransformerState) -> tuple[Array, TransformerState]:
        """Add the last token of each target, (B,); give the log-probabilities of the next, (B, V), and the new state."""
        require_shapes(tokens=(tokens, "B"))
        so_far = np.concatenate([state.tokens, tokens[:, None]], axis=1)
        logits = self.decode(so_far, state.memory, state.mask)
        return nn.log_softmax(logits[:, -1]), state._replace(tokens=so_far)
