"""The embedding, forward and backward."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree, assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")
sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def with_tokens(tokens):
    """The two halves as functions of the weights alone, since the tokens have no gradient."""
    return lambda w: nn.embedding_forward(tokens, w), lambda dout, cache: (nn.embedding_backward(dout, cache),)


def test_a_word_that_comes_three_times_adds_up_three_gradients():
    w = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    out, cache = nn.embedding_forward(np.array([2, 0, 2, 2]), w)
    np.testing.assert_array_equal(out, [[5, 6], [1, 2], [5, 6], [5, 6]])
    dw = nn.embedding_backward(np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]), cache)
    np.testing.assert_array_equal(dw, [[2, 20], [0, 0], [8, 80]])


@given(seed=seeds, n=sizes, t=sizes, v=sizes, d=sizes)
def test_agrees_with_torch(seed, n, t, v, d, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    tokens = source.labels((n, t), v)
    forward, backward = with_tokens(tokens)
    twin = lambda w: torch.nn.functional.embedding(torch.tensor(tokens), w)
    assert_layer_agrees_with_torch(forward, backward, twin, (source.normal(v, d),), source.rng)


@given(seed=seeds, shape=st.sampled_from([(), (1,), (4,), (2, 3), (2, 1, 3)]))
def test_agrees_with_differences_and_with_a_product_of_one_hot_rows(seed, shape, arrays):
    source = arrays(seed)
    tokens, w = source.labels(shape, 3), source.normal(3, 2)
    assert_backward_agrees_with_differences(*with_tokens(tokens), (w,), source.rng)
    assert_agree(nn.embedding_forward(tokens, w)[0], np.eye(3)[tokens] @ w)


def test_the_output_is_no_view_of_the_weights():
    w = np.ones((3, 2))
    out, _ = nn.embedding_forward(np.array(1), w)
    assert not np.shares_memory(out, w)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_tokens_may_be_integers_of_any_kind(dtype):
    out, cache = nn.embedding_forward(np.array([1, 0, 1], dtype=dtype), np.array([[1.0], [2.0]], dtype=np.float32))
    np.testing.assert_array_equal(out, [[2], [1], [2]])
    dw = nn.embedding_backward(np.ones((3, 1), dtype=np.float32), cache)
    assert dw.dtype == np.float32
    np.testing.assert_array_equal(dw, [[1], [2]])


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (np.array([[0, 3]]), "tokens has the value 3; it needs token numbers from 0 to 2"),
        (np.array([0, -1]), "tokens has the value -1; it needs token numbers from 0 to 2"),
        (np.array([0.0, 1.0]), "tokens has dtype float64; it needs integers, the numbers of the tokens"),
        (np.array([True, False]), "tokens has dtype bool; it needs integers"),
        (np.empty((2, 0), dtype=int), r"tokens has shape \(2, 0\), so it is empty; it needs at least one token"),
    ],
)
def test_what_is_no_token_is_refused(tokens, message):
    with pytest.raises(ValueError, match=message):
        nn.embedding_forward(tokens, np.ones((3, 2)))
    with pytest.raises(ValueError, match=message):
        nn.embedding_backward(np.ones((2, 2)), nn.EmbeddingCache(tokens, np.ones((3, 2))))


def test_other_bad_input_is_refused():
    tokens, w = np.array([[0, 1]]), np.ones((3, 2))
    with pytest.raises(TypeError, match="tokens is a list; it needs to be a NumPy array"):
        nn.embedding_forward([0, 1], w)
    with pytest.raises(ValueError, match=r"w has shape \(3,\); it needs \(V, D\), which is 2 axes and not 1"):
        nn.embedding_forward(tokens, np.ones(3))
    with pytest.raises(ValueError, match="w has dtype complex128; it needs real numbers"):
        nn.embedding_forward(tokens, w.astype(complex))
    cache = nn.embedding_forward(tokens, w)[1]
    with pytest.raises(ValueError, match=r"dout has shape \(1, 2, 3\); it needs \(..., D\) with D = 2, as in w"):
        nn.embedding_backward(np.ones((1, 2, 3)), cache)
    with pytest.raises(ValueError, match=r"dout has shape \(2, 1, 2\); it needs \(1, 2, D\), the shape of tokens and one more axis"):
        nn.embedding_backward(np.ones((2, 1, 2)), cache)
