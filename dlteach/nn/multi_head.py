"""Multi-head attention: several attentions side by side, each with its own idea of what is relevant."""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_broadcast, require_count, require_mask, require_names, require_numbers, require_shapes
from dlteach.nn._types import Array, Params
from dlteach.nn.affine import AffineCache, affine_backward, affine_forward
from dlteach.nn.attention import AttentionCache, attention_backward, attention_forward

NAMES = ("w_q", "b_q", "w_k", "b_k", "w_v", "b_v", "w_o", "b_o")


class MultiHeadCache(NamedTuple):
    """What the backward pass needs to remember of the forward pass; `attention.weights` is (N, heads, T, S)."""

    query: Array
    key: Array
    value: Array
    params: Params
    attention: AttentionCache
    joined: Array


class MultiHeadGrads(NamedTuple):
    """The gradient of the loss with respect to the inputs and, under the same names, the parameters."""

    dquery: Array
    dkey: Array
    dvalue: Array
    dparams: Params


def multi_head_attention_forward(
    query: Array, key: Array, value: Array, params: Params, num_heads: int, mask: Array | None = None
) -> tuple[Array, MultiHeadCache]:
    """Attend with several heads at once, each in a part of the features.

    q = query @ w_q + b_q    k = key @ w_k + b_k    v = value @ w_v + b_v    (each cut into heads of D / num_heads features)
    out = join(attention(q, k, v) of every head) @ w_o + b_o    (the √D in it is that of the D / num_heads features of a head)

    One head blends what it finds into one mean. Several can look at several places, one at the verb, say, and one at
    the word before, and the last map brings together what they found. For self-attention give the same array three
    times, and add up the three gradients.

    Args:
        query: (N, T, D), the sequences that look.
        key: (N, S, D), the sequences that are looked at.
        value: (N, S, D), what they have to say; usually the same array as `key`.
        params: `w_q`, `w_k`, `w_v`, `w_o`, (D, D) each, and `b_q`, `b_k`, `b_v`, `b_o`, (D,) each.
        num_heads: how many heads share the D features.
        mask: True where a step may look, of a shape that broadcasts to (N, T, S), the same for all heads; None for no mask.

    Returns:
        out: (N, T, D).
        cache: `(query, key, value, params, attention, joined)`.

    Raises:
        TypeError: an argument is not an array, or `num_heads` is not a whole number.
        ValueError: the shapes or the names do not fit, D is no multiple of `num_heads`, or `mask` is not of True and False.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.2.
    """
    require_shapes(query=(query, "N T D"), key=(key, "N S D"), value=(value, "N S D"))
    require_numbers(query=query, key=key, value=value)
    _require_params(params, query)
    _require_heads(num_heads, query)
    if mask is not None:
        require_mask(mask=mask)
        require_broadcast((*query.shape[:2], key.shape[1]), mask=mask)
        mask = mask if mask.ndim < 3 else mask[:, None]  # the heads' axis comes after N
    q = _split(_affine(query, params["w_q"], params["b_q"]), num_heads)
    k = _split(_affine(key, params["w_k"], params["b_k"]), num_heads)
    v = _split(_affine(value, params["w_v"], params["b_v"]), num_heads)
    heads, attention = attention_forward(q, k, v, mask)  # (N, heads, T, D / heads)
    joined = _join(heads)
    out = _affine(joined, params["w_o"], params["b_o"])
    return out, MultiHeadCache(query, key, value, params, attention, joined)


def multi_head_attention_backward(dout: Array, cache: MultiHeadCache) -> MultiHeadGrads:
    """Carry the gradient of the loss back to query, key, value and all parameters.

    It is the way forward in reverse: back through the last map, the attention of every head, and the first three maps. Where
    the way forward cuts features into heads, the gradients of the heads are joined, and the other way round.

    Args:
        dout: (N, T, D), gradient of the loss with respect to `out`.
        cache: what `multi_head_attention_forward` kept.

    Returns:
        dquery: (N, T, D), dkey: (N, S, D), dvalue: (N, S, D), dparams: dict with the names of `params`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or an array is empty.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.2.
    """
    query, key, value, params, attention, joined = cache
    require_shapes(query=(query, "N T D"), dout=(dout, "N T D"))
    require_numbers(dout=dout)
    num_heads = attention.q.shape[1]
    djoined, dw_o, db_o = _affine_backward(dout, joined, params["w_o"])
    dq, dk, dv = attention_backward(_split(djoined, num_heads), attention)
    dquery, dw_q, db_q = _affine_backward(_join(dq), query, params["w_q"])
    dkey, dw_k, db_k = _affine_backward(_join(dk), key, params["w_k"])
    dvalue, dw_v, db_v = _affine_backward(_join(dv), value, params["w_v"])
    dparams = dict(zip(NAMES, (dw_q, db_q, dw_k, db_k, dw_v, db_v, dw_o, db_o), strict=True))
    return MultiHeadGrads(dquery, dkey, dvalue, dparams)


def _affine(x: Array, w: Array, b: Array) -> Array:
    """Map every step of every sequence: one big product is faster than N small ones."""
    out, _ = affine_forward(x.reshape(-1, x.shape[-1]), w, b)
    return out.reshape(*x.shape[:-1], -1)


def _affine_backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    cache = AffineCache(x.reshape(-1, x.shape[-1]), w)
    dx, dw, db = affine_backward(dout.reshape(-1, dout.shape[-1]), cache)
    return dx.reshape(x.shape), dw, db


def _split(x: Array, num_heads: int) -> Array:
    """(N, T, D) → (N, heads, T, D / heads)."""
    n, t, d = x.shape
    return np.swapaxes(x.reshape(n, t, num_heads, d // num_heads), 1, 2)


def _join(heads: Array) -> Array:
    """(N, heads, T, D / heads) → (N, T, D)."""
    n, num_heads, t, d = heads.shape
    return np.swapaxes(heads, 1, 2).reshape(n, t, num_heads * d)


def _require_params(params: Params, query: Array) -> None:
    """Raise unless all eight parameters are there and fit the features of the query."""
    require_names(NAMES, params=params)
    for name in NAMES:
        label = f"params[{name!r}]"
        require_shapes(**{"query": (query, "N T D"), label: (params[name], "D D" if name.startswith("w") else "D")})
        require_numbers(**{label: params[name]})


def _require_heads(num_heads: int, query: Array) -> None:
    """Raise unless the features can be cut into this many heads."""
    require_count(1, num_heads=num_heads)
    if query.shape[-1] % num_heads:
        raise ValueError(f"num_heads is {num_heads}; it needs to divide the {query.shape[-1]} features of query.")
