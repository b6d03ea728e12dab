"""Multi-head attention, forward and backward."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree, assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")
sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


def draw(source, n, t, s, d):
    """Query, key and value, the four weights in one array and the four biases in another."""
    return source.normal(n, t, d), source.normal(n, s, d), source.normal(n, s, d), source.normal(4, d, d), source.normal(4, d)


def named(weights, biases):
    return {f"{kind}_{part}": array for kind, arrays in (("w", weights), ("b", biases)) for part, array in zip("qkvo", arrays, strict=True)}


def flat(num_heads, mask=None):
    """The two halves with an array of weights and one of biases in place of the dict."""

    def forward(query, key, value, weights, biases):
        return nn.multi_head_attention_forward(query, key, value, named(weights, biases), num_heads, mask)

    def backward(dout, cache):
        *grads, dparams = nn.multi_head_attention_backward(dout, cache)
        return (*grads, *(np.stack([dparams[f"{kind}_{part}"] for part in "qkvo"]) for kind in "wb"))

    return forward, backward


def torch_twin(num_heads, mask=None):
    """PyTorch's function, which takes the weights of q, k and v in one array, as (out, in), and True for what is hidden."""
    torch = pytest.importorskip("torch")
    hidden = None if mask is None else torch.tensor(~mask).repeat_interleave(num_heads, dim=0)

    def twin(query, key, value, weights, biases):
        out, _ = torch.nn.functional.multi_head_attention_forward(
            *(x.transpose(0, 1) for x in (query, key, value)),
            embed_dim_to_check=query.shape[-1],
            num_heads=num_heads,
            in_proj_weight=weights[:3].transpose(1, 2).flatten(0, 1),
            in_proj_bias=biases[:3].flatten(),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=0.0,
            out_proj_weight=weights[3].T,
            out_proj_bias=biases[3],
            attn_mask=hidden,
        )
        return out.transpose(0, 1)

    return twin


@given(seed=seeds, n=sizes, t=sizes, s=sizes, num_heads=st.integers(1, 3), size=st.integers(1, 2), masked=st.booleans())
def test_agrees_with_torch(seed, n, t, s, num_heads, size, masked, arrays):
    source = arrays(seed)
    mask = source.rng.random((n, t, s)) < 0.5
    mask[..., 0] |= ~mask.any(axis=-1)
    mask = mask if masked else None
    twin = torch_twin(num_heads, mask)
    assert_layer_agrees_with_torch(*flat(num_heads, mask), twin, draw(source, n, t, s, num_heads * size), source.rng)


@given(seed=seeds, t=sizes)
def test_the_module_of_torch_agrees_and_self_attention_adds_up_three_gradients(seed, t, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    x, _, _, weights, biases = draw(source, 2, t, t, 4)
    params = named(weights, biases)
    lengths = source.rng.integers(1, t + 1, 2)
    out, cache = nn.multi_head_attention_forward(x, x, x, params, 2, nn.padding_mask(lengths, t)[:, None])
    module = torch.nn.MultiheadAttention(4, 2, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        module.in_proj_weight.copy_(torch.tensor(np.concatenate([params[name].T for name in ("w_q", "w_k", "w_v")])))
        module.in_proj_bias.copy_(torch.tensor(np.concatenate([params[name] for name in ("b_q", "b_k", "b_v")])))
        module.out_proj.weight.copy_(torch.tensor(params["w_o"].T.copy()))
        module.out_proj.bias.copy_(torch.tensor(params["b_o"]))
    tx = torch.tensor(x, requires_grad=True)
    hidden = torch.tensor(~nn.padding_mask(lengths, t))
    expected, looks = module(tx, tx, tx, key_padding_mask=hidden, average_attn_weights=False)
    assert_agree(out, expected)
    assert_agree(cache.attention.weights, looks)
    dout = source.normal(2, t, 4)
    expected.backward(torch.tensor(dout))
    dquery, dkey, dvalue, dparams = nn.multi_head_attention_backward(dout, cache)
    assert_agree(dquery + dkey + dvalue, tx.grad)
    assert_agree(np.concatenate([dparams[name].T for name in ("w_q", "w_k", "w_v")]), module.in_proj_weight.grad)
    # one number added to every score changes nothing: the true gradient of b_k is 0, and both give its rounding
    np.testing.assert_allclose(dparams["b_k"], module.in_proj_bias.grad[4:8], atol=1e-12)
    assert_agree(dparams["w_o"].T, module.out_proj.weight.grad)


def test_agrees_with_differences_where_a_row_may_look_nowhere(arrays):
    source = arrays(0)
    mask = np.array([[True, False, True], [False, False, False]])
    assert_backward_agrees_with_differences(*flat(2, mask), draw(source, 2, 2, 3, 4), source.rng)


def test_every_head_is_an_attention_of_its_own(arrays):
    source = arrays(1)
    query, key, value, weights, biases = draw(source, 2, 3, 4, 6)
    params = {**named(weights, biases), "w_o": np.eye(6), "b_o": np.zeros(6)}
    out, cache = nn.multi_head_attention_forward(query, key, value, params, 3)
    assert cache.attention.weights.shape == (2, 3, 3, 4)
    for head in range(3):
        part = slice(2 * head, 2 * head + 2)
        q, k, v = ((x @ params[f"w_{name}"] + params[f"b_{name}"])[..., part] for x, name in ((query, "q"), (key, "k"), (value, "v")))
        assert_agree(out[..., part], nn.attention_forward(q, k, v)[0])


@pytest.mark.parametrize("shape", [(), (4,), (3, 4), (1, 4), (2, 1, 4), (2, 3, 4), (2, 1, 1)])
def test_a_mask_is_the_same_for_all_heads(shape, arrays):
    source = arrays(2)
    query, key, value, weights, biases = draw(source, 2, 3, 4, 4)
    params = named(weights, biases)
    mask = np.asarray(source.rng.random(shape) < 0.5)
    _, cache = nn.multi_head_attention_forward(query, key, value, params, 2, mask)
    allowed = np.broadcast_to(np.broadcast_to(mask, (2, 3, 4))[:, None], (2, 2, 3, 4))
    assert np.array_equal(cache.attention.weights > 0, allowed)


def test_cache_and_gradients_are_named():
    x, params = np.ones((1, 2, 4)), named(np.ones((4, 4, 4)), np.ones((4, 4)))
    _, cache = nn.multi_head_attention_forward(x, x, x, params, 2)
    assert isinstance(cache, nn.MultiHeadCache)
    grads = nn.multi_head_attention_backward(np.ones((1, 2, 4)), cache)
    assert isinstance(grads, nn.MultiHeadGrads)
    assert {name: grad.shape for name, grad in grads.dparams.items()} == {name: value.shape for name, value in params.items()}


def test_bad_input_is_refused():
    x, params = np.ones((1, 2, 4)), named(np.ones((4, 4, 4)), np.ones((4, 4)))
    forward = nn.multi_head_attention_forward
    with pytest.raises(ValueError, match="num_heads is 3; it needs to divide the 4 features of query"):
        forward(x, x, x, params, 3)
    with pytest.raises(ValueError, match="num_heads is 0; it needs to be at least 1"):
        forward(x, x, x, params, 0)
    with pytest.raises(ValueError, match=r"key has shape \(1, 2, 3\); it needs \(N, S, D\) with D = 4, as in query"):
        forward(x, x[..., :3], x, params, 2)
    with pytest.raises(ValueError, match=r"value has shape \(1, 1, 4\); it needs \(N, S, D\) with S = 2, as in key"):
        forward(x, x, x[:, :1], params, 2)
    with pytest.raises(ValueError, match=r"params has the keys .*; it needs \['b_k', 'b_o', 'b_q', 'b_v', 'w_k', 'w_o', 'w_q', 'w_v'\]"):
        forward(x, x, x, {"w_q": np.ones((4, 4))}, 2)
    with pytest.raises(ValueError, match=r"params\['w_v'\] has shape \(4, 3\); it needs \(D, D\) with D = 4"):
        forward(x, x, x, {**params, "w_v": np.ones((4, 3))}, 2)
    with pytest.raises(ValueError, match=r"params\['b_o'\] has dtype bool; it needs real numbers"):
        forward(x, x, x, {**params, "b_o": np.ones(4, dtype=bool)}, 2)
    with pytest.raises(ValueError, match="query has dtype complex128; it needs real numbers"):
        forward(x.astype(complex), x, x, params, 2)
    with pytest.raises(ValueError, match=r"mask has shape \(1, 2, 2, 2\); it needs \(1, 2, 2\), or a shape that broadcasts to it"):
        forward(x, x, x, params, 2, np.ones((1, 2, 2, 2), dtype=bool))
    with pytest.raises(ValueError, match="mask has dtype int64; it needs True and False"):
        forward(x, x, x, params, 2, np.ones((2, 2), dtype=int))
    with pytest.raises(TypeError, match="mask is a list; it needs to be a NumPy array"):
        forward(x, x, x, params, 2, [[True]])
    with pytest.raises(ValueError, match=r"dout has shape \(2, 1, 4\); it needs \(N, T, D\) with N = 1, as in query"):
        nn.multi_head_attention_backward(np.ones((2, 1, 4)), forward(x, x, x, params, 2)[1])
