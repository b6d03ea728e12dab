"""Lesson 14, embedding; lesson 16, attention."""

import numpy as np

from dlteach import nn

LENGTHS = np.array([3, 1])
MASK = np.array([[True, False, True], [True, True, False]])


def heads(a):
    """Everything multi-head attention takes: two sequences of 2 steps look at two of 3 steps, with 2 heads in 4 features."""
    params = {name: a.normal(4, 4) if name.startswith("w") else a.normal(4) for name in nn.multi_head.NAMES}
    return a.normal(2, 2, 4), a.normal(2, 3, 4), a.normal(2, 3, 4), params, 2, MASK


def look(a):
    """Two sequences of 2 steps look at two of 3 steps."""
    return a.normal(2, 2, 4), a.normal(2, 3, 4), a.normal(2, 3, 5), MASK


CALLS = {
    "causal_mask": lambda a: (4,),
    "padding_mask": lambda a: (LENGTHS, 3),
    "embedding_forward": lambda a: (a.labels(6, 3), a.normal(3, 4)),
    "embedding_backward": lambda a: (a.normal(6, 4), nn.EmbeddingCache(a.labels(6, 3), a.normal(3, 4))),
    "positional_encoding": lambda a: (5, 4, a.dtype),
    "attention_forward": look,
    "attention_backward": lambda a: (a.normal(2, 2, 5), nn.attention_forward(*look(a))[1]),
    "multi_head_attention_forward": heads,
    "multi_head_attention_backward": lambda a: (a.normal(2, 2, 4), nn.multi_head_attention_forward(*heads(a))[1]),
}
