"""One of every layer, small: how it is made, what it is given, and the functions of the reference that it stands for."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dlteach import nn
from dlteach.training import (
    GELU,
    Add,
    AvgPool2d,
    BatchNorm,
    Bidirectional,
    Concat,
    Conv2d,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAvgPool2d,
    Graph,
    Gru,
    Identity,
    Input,
    Layer,
    LayerNorm,
    LeakyReLU,
    Lstm,
    MaxPool2d,
    MultiHeadAttention,
    PositionalEncoding,
    ReLU,
    Reshape,
    Rnn,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample2d,
)

Array = np.ndarray[Any, Any]


class Case(NamedTuple):
    """A layer and its inputs; `forward` takes the layer's parameters and the inputs, `backward` takes dout and the cache."""

    make: Callable[[np.random.Generator, Any], Layer]
    inputs: Callable[[Any], tuple[Array, ...]]  # made by the fixture `arrays`
    forward: Callable[..., tuple[Any, ...]] | None = None
    backward: Callable[[Array, Any], Any] | None = None


def zeros(x: Array) -> Array:
    return np.zeros((len(x), 4), x.dtype)


def steps(a: Any) -> tuple[Array, ...]:
    return (a.normal(2, 3, 3),)


def picture(a: Any) -> tuple[Array, ...]:
    return (a.normal(2, 3, 5, 4),)


def shortcut(rng: np.random.Generator, dtype: Any) -> Graph:
    x = Input()
    return Graph(x, Add()(Dense(3, 3, rng=rng, dtype=dtype)(x), x))


CASES = {
    "Dense": Case(
        lambda rng, dtype: Dense(3, 4, rng=rng, dtype=dtype),
        lambda a: (a.normal(2, 3),),
        lambda p, x: nn.affine_forward(x, **p),
        nn.affine_backward,
    ),
    "Sigmoid": Case(lambda rng, dtype: Sigmoid(), steps, lambda p, x: nn.sigmoid_forward(x), nn.sigmoid_backward),
    "Tanh": Case(lambda rng, dtype: Tanh(), steps, lambda p, x: nn.tanh_forward(x), nn.tanh_backward),
    "ReLU": Case(lambda rng, dtype: ReLU(), steps, lambda p, x: nn.relu_forward(x), nn.relu_backward),
    "LeakyReLU": Case(lambda rng, dtype: LeakyReLU(0.2), steps, lambda p, x: nn.leaky_relu_forward(x, 0.2), nn.leaky_relu_backward),
    "GELU": Case(lambda rng, dtype: GELU(), steps, lambda p, x: nn.gelu_forward(x), nn.gelu_backward),
    "Softmax": Case(lambda rng, dtype: Softmax(), steps, lambda p, x: nn.softmax_forward(x), nn.softmax_backward),
    "Conv2d": Case(
        lambda rng, dtype: Conv2d(3, 2, 3, stride=2, pad=1, rng=rng, dtype=dtype),
        picture,
        lambda p, x: nn.conv2d_forward(x, **p, stride=2, pad=1),
        nn.conv2d_backward,
    ),
    "MaxPool2d": Case(
        lambda rng, dtype: MaxPool2d(3, stride=2, pad=1),
        picture,
        lambda p, x: nn.max_pool2d_forward(x, size=3, stride=2, pad=1),
        nn.max_pool2d_backward,
    ),
    "AvgPool2d": Case(
        lambda rng, dtype: AvgPool2d(2, stride=3, pad=1),
        picture,
        lambda p, x: nn.avg_pool2d_forward(x, size=2, stride=3, pad=1),
        nn.avg_pool2d_backward,
    ),
    "GlobalAvgPool2d": Case(lambda rng, dtype: GlobalAvgPool2d(), picture),
    "Upsample2d": Case(
        lambda rng, dtype: Upsample2d(2), picture, lambda p, x: nn.upsample2d_forward(x, factor=2), nn.upsample2d_backward
    ),
    "BatchNorm": Case(
        lambda rng, dtype: BatchNorm(3, dtype=dtype),
        picture,
        lambda p, x: nn.batch_norm_inference_forward(x, **p, running_mean=np.zeros(3, x.dtype), running_var=np.ones(3, x.dtype)),
        nn.batch_norm_inference_backward,
    ),
    "LayerNorm": Case(
        lambda rng, dtype: LayerNorm(3, dtype=dtype), steps, lambda p, x: nn.layer_norm_forward(x, **p), nn.layer_norm_backward
    ),
    "Dropout": Case(lambda rng, dtype: Dropout(0.5, rng=rng), steps),
    "Embedding": Case(
        lambda rng, dtype: Embedding(5, 3, rng=rng, dtype=dtype),
        lambda a: (a.labels(4, 5).reshape(2, 2),),
        lambda p, tokens: nn.embedding_forward(tokens, **p),
        lambda dout, cache: (None, nn.embedding_backward(dout, cache)),
    ),
    "PositionalEncoding": Case(lambda rng, dtype: PositionalEncoding(), steps),
    "Rnn": Case(
        lambda rng, dtype: Rnn(3, 4, rng=rng, dtype=dtype),
        steps,
        lambda p, x: nn.rnn_forward(x, zeros(x), **p),
        lambda dout, cache: [grad for name, grad in nn.rnn_backward(dout, cache)._asdict().items() if name != "dh0"],
    ),
    "Lstm": Case(
        lambda rng, dtype: Lstm(3, 4, rng=rng, dtype=dtype),
        steps,
        lambda p, x: nn.lstm_forward(x, zeros(x), zeros(x), **p)[::2],
        lambda dout, cache: [
            grad
            for name, grad in nn.lstm_backward(dout, np.zeros_like(dout[:, 0]), cache)._asdict().items()
            if name not in ("dh0", "dc0")
        ],
    ),
    "Gru": Case(
        lambda rng, dtype: Gru(3, 4, rng=rng, dtype=dtype),
        steps,
        lambda p, x: nn.gru_forward(x, zeros(x), **p),
        lambda dout, cache: [grad for name, grad in nn.gru_backward(dout, cache)._asdict().items() if name != "dh0"],
    ),
    "last step": Case(lambda rng, dtype: Gru(3, 4, rng=rng, dtype=dtype, return_sequences=False), steps),
    "Bidirectional": Case(lambda rng, dtype: Bidirectional(Rnn(3, 2, rng=rng, dtype=dtype), Gru(3, 4, rng=rng, dtype=dtype)), steps),
    "MultiHeadAttention": Case(
        lambda rng, dtype: MultiHeadAttention(4, 2, rng=rng, dtype=dtype),
        lambda a: (a.normal(2, 3, 4), a.normal(2, 5, 4), a.normal(2, 5, 4)),
        lambda p, q, k, v: nn.multi_head_attention_forward(q, k, v, p, 2),
        lambda dout, cache: (lambda grads: (*grads[:3], *grads.dparams.values()))(nn.multi_head_attention_backward(dout, cache)),
    ),
    "Flatten": Case(lambda rng, dtype: Flatten(), picture),
    "Reshape": Case(lambda rng, dtype: Reshape(2, -1, 3), picture),
    "Identity": Case(lambda rng, dtype: Identity(), steps),
    "Add": Case(lambda rng, dtype: Add(), lambda a: (a.normal(2, 3), a.normal(2, 3), a.normal(2, 3))),
    "Concat": Case(lambda rng, dtype: Concat(), lambda a: (a.normal(2, 3), a.normal(2, 1))),
    "Sequential": Case(
        lambda rng, dtype: Sequential(Dense(3, 4, rng=rng, dtype=dtype), ReLU(), BatchNorm(4, dtype=dtype)), lambda a: (a.normal(2, 3),)
    ),
    "Graph": Case(shortcut, lambda a: (a.normal(2, 3),)),
}
