"""Attention: every step takes what it needs from all others."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.nn._require import require_count, require_generator
from dlteach.nn._types import Array
from dlteach.training.dtypes import cast, own
from dlteach.training.layer import Layer


class MultiHeadAttention(Layer):
    """Let every query look at all keys, with several heads at once, and fetch values (`nn.multi_head_attention_forward`).

    head_i = softmax(q_i @ k_iᵀ / √(D / heads)) @ v_i    out = [head_1, head_2, …] @ w_o + b_o    query, key, value (N, T, D)

    Called with one array, a sequence looks at itself; with two, the first looks at the second; three are query, key, value.

    Args:
        num_features: D, of the queries, keys, values and the output.
        num_heads: how many heads share the features.
        rng: NumPy's random generator, which draws w_q, w_k, w_v and w_o (D, D) by Xavier; the biases start at 0.
        dtype: of the parameters.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, `num_heads` does not divide `num_features`, or `dtype` holds no fractions.

    Source: Vaswani et al., "Attention is all you need", 2017.
    """

    def __init__(self, num_features: int, num_heads: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> None:
        super().__init__()
        require_count(1, num_features=num_features, num_heads=num_heads)
        require_generator(rng)
        if num_features % num_heads:
            raise ValueError(f"num_heads is {num_heads}; it needs to divide num_features = {num_features}.")
        self.num_heads = num_heads
        for part in "qkvo":
            self.params[f"w_{part}"] = own(nn.xavier_uniform(num_features, num_features, rng), dtype)
            self.params[f"b_{part}"] = own(np.zeros(num_features), dtype)

    @property
    def weights(self) -> Array:
        """Where each head looked in the last forward pass: (N, heads, T, S), each row sums to 1."""
        cache: nn.MultiHeadCache = self.recall()[0]
        return cache.attention.weights

    def forward(
        self, query: Array, key: Array | None = None, value: Array | None = None, mask: Array | None = None, *, training: bool = False
    ) -> Array:
        """Give (N, T, D) for query (N, T, D), key and value (N, S, D); mask (N, T, S) is True where a query may look."""
        if key is None and value is not None:
            raise ValueError("value is given without key; it needs key as well.")
        num_inputs = 1 + (key is not None) + (value is not None)
        queries = cast(query, self.dtype, "query")
        keys = queries if key is None else cast(key, self.dtype, "key")
        values = keys if value is None else cast(value, self.dtype, "value")
        out, cache = nn.multi_head_attention_forward(queries, keys, values, self.params, self.num_heads, mask)
        self.cache = cache, num_inputs
        return out

    def backward(self, dout: Array) -> Any:
        """Give a gradient for each input that was given (a tuple for several); fill those of the weights."""
        cache, num_inputs = self.recall()
        dquery, dkey, dvalue, self.grads = nn.multi_head_attention_backward(dout, cache)
        if num_inputs == 1:
            return dquery + dkey + dvalue
        return (dquery, dkey + dvalue) if num_inputs == 2 else (dquery, dkey, dvalue)
