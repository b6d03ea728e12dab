"""The two blocks that transformers are stacks of.

Every part of a block stands beside a shortcut: x → x + part(norm(x)). The shortcut carries the signal, and the gradient, past
the part unchanged, so that a deep stack can be trained. The norm comes first in each part ("pre-norm"). The transformer of 2017
normalised after the sum; to start training then takes a learning rate that warms up slowly, which pre-norm can do without (Xiong et
al., "On layer normalization in the transformer architecture", 2020).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike

from dlteach.nn._types import Array
from dlteach.training import Dense, Dropout, Layer, LayerNorm, MultiHeadAttention, ReLU, Sequential


class FeedForward(Sequential):
    """Normalise each step, and pass it by itself through a dense layer, ReLU and another dense layer.

    out = ReLU(norm(x) @ w_1 + b_1) @ w_2 + b_2    x (N, T, D)    hidden (N, T, H)    out (N, T, D)

    Args:
        num_features: D.
        num_hidden: H, usually four times D.
        dropout: probability to drop a number of the output while training.
        rng: NumPy's random generator.
        dtype: of the parameters.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.3.
    """

    def __init__(self, num_features: int, num_hidden: int, dropout: float, *, rng: np.random.Generator, dtype: DTypeLike) -> None:
        super().__init__(
            LayerNorm(num_features, dtype=dtype),
            Dense(num_features, num_hidden, rng=rng, dtype=dtype),
            ReLU(),
            Dense(num_hidden, num_features, rng=rng, dtype=dtype),
            Dropout(dropout, rng=rng),
        )


class AttentionPart(Layer):
    """Normalise each step, and let it look at the steps of its own sequence, or at a memory.

    out = attention(norm(x), norm(x))    or    attention(norm(x), memory)    x, out (N, T, D)    memory (N, S, D)

    Args:
        num_features: D.
        num_heads: how many heads share the features.
        dropout: probability to drop a number of the output while training.
        rng: NumPy's random generator.
        dtype: of the parameters.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.
    """

    def __init__(self, num_features: int, num_heads: int, dropout: float, *, rng: np.random.Generator, dtype: DTypeLike) -> None:
        super().__init__()
        self.norm = LayerNorm(num_features, dtype=dtype)
        self.attention = MultiHeadAttention(num_features, num_heads, rng=rng, dtype=dtype)
        self.dropout = Dropout(dropout, rng=rng)

    def sublayers(self) -> Mapping[str, Layer]:
        """Give norm, attention and dropout."""
        return {"norm": self.norm, "attention": self.attention, "dropout": self.dropout}

    def forward(self, x: Array, memory: Array | None = None, mask: Array | None = None, *, training: bool = False) -> Array:
        """Give (N, T, D); mask is True where a step may look, and broadcasts to (N, T, T), or (N, T, S) with a memory."""
        out = self.attention.forward(self.norm.forward(x), memory, mask=mask)
        return self.dropout.forward(out, training=training and self.trainable)

    def backward(self, dout: Array) -> tuple[Array, Array | None]:
        """Give dx, and the gradient of the memory (None without one)."""
        back = self.attention.backward(self.dropout.backward(dout))
        dnormal, dmemory = back if isinstance(back, tuple) else (back, None)
        return self.norm.backward(dnormal), dmemory


class EncoderBlock(Layer):
    """Let each step gather from its whole sequence, then think by itself.

    x → x + attention(norm(x)) → x + feed_forward(norm(x))    x (N, S, D)

    Args:
        num_features: D.
        num_heads: how many heads share the features.
        num_hidden: size of the hidden layer of the feed-forward part.
        dropout: probability to drop a number of a part's output while training.
        rng: NumPy's random generator.
        dtype: of the parameters.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.1; the place of the norm is that of Xiong et al., 2020.
    """

    def __init__(
        self, num_features: int, num_heads: int, num_hidden: int, dropout: float, *, rng: np.random.Generator, dtype: DTypeLike
    ) -> None:
        super().__init__()
        self.self_attention = AttentionPart(num_features, num_heads, dropout, rng=rng, dtype=dtype)
        self.feed_forward = FeedForward(num_features, num_hidden, dropout, rng=rng, dtype=dtype)

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the two parts."""
        return {"self_attention": self.self_attention, "feed_forward": self.feed_forward}

    def forward(self, x: Array, mask: Array | None = None, *, training: bool = False) -> Array:
        """Give (N, S, D) for x (N, S, D)."""
        training = training and self.trainable
        x = x + self.self_attention.forward(x, mask=mask, training=training)
        return np.asarray(x + self.feed_forward.forward(x, training=training))

    def backward(self, dout: Array) -> Array:
        """Give dx: what came along the shortcut, and what came through the part."""
        dx = dout + self.feed_forward.backward(dout)
        return np.asarray(dx + self.self_attention.backward(dx)[0])


class DecoderBlock(Layer):
    """Let each step gather from the steps before it, then from the memory that the encoder left, then think by itself.

    x → x + attention(norm(x)) → x + attention(norm(x), memory) → x + feed_forward(norm(x))    x (N, T, D)    memory (N, S, D)

    Args:
        num_features: D.
        num_heads: how many heads share the features.
        num_hidden: size of the hidden layer of the feed-forward part.
        dropout: probability to drop a number of a part's output while training.
        rng: NumPy's random generator.
        dtype: of the parameters.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.1; the place of the norm is that of Xiong et al., 2020.
    """

    def __init__(
        self, num_features: int, num_heads: int, num_hidden: int, dropout: float, *, rng: np.random.Generator, dtype: DTypeLike
    ) -> None:
        super().__init__()
        self.self_attention = AttentionPart(num_features, num_heads, dropout, rng=rng, dtype=dtype)
        self.cross_attention = AttentionPart(num_features, num_heads, dropout, rng=rng, dtype=dtype)
        self.feed_forward = FeedForward(num_features, num_hidden, dropout, rng=rng, dtype=dtype)

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the three parts."""
        return {"self_attention": self.self_attention, "cross_attention": self.cross_attention, "feed_forward": self.feed_forward}

    def forward(
        self, x: Array, memory: Array, mask: Array | None = None, memory_mask: Array | None = None, *, training: bool = False
    ) -> Array:
        """Give (N, T, D) for x (N, T, D) and memory (N, S, D); `mask` is for the steps of x, `memory_mask` for the memory."""
        training = training and self.trainable
        x = x + self.self_attention.forward(x, mask=mask, training=training)
        x = x + self.cross_attention.forward(x, memory, mask=memory_mask, training=training)
        return np.asarray(x + self.feed_forward.forward(x, training=training))

    def backward(self, dout: Array) -> tuple[Array, Array]:
        """Give dx and the gradient of the memory."""
        dx = dout + self.feed_forward.backward(dout)
        dpart, dmemory = self.cross_attention.backward(dx)
        dx = dx + dpart
        assert dmemory is not None  # the forward pass had a memory
        return dx + self.self_attention.backward(dx)[0], dmemory
