"""Agreement with PyTorch's autograd in float64, on shapes and numbers that Hypothesis picks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install 'dlteach[torch]'): nothing to compare with")
F = torch.nn.functional

sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)
scales = st.sampled_from([1e-3, 1.0, 30.0])


def tensor(array, *, grad=True):
    return torch.tensor(array, requires_grad=grad)


@given(seed=seeds, n=sizes, d=sizes, scale=scales)
@pytest.mark.parametrize(
    ("forward", "backward", "twin"),
    [(nn.sigmoid_forward, nn.sigmoid_backward, torch.sigmoid), (nn.relu_forward, nn.relu_backward, torch.relu)],
)
def test_activations(forward, backward, twin, seed, n, d, scale, arrays):
    source = arrays(seed)
    x, dout = source.normal(n, d, scale=scale), source.normal(n, d)
    out, cache = forward(x)
    tx = tensor(x)
    tout = twin(tx)
    tout.backward(tensor(dout, grad=False))
    assert_agree(out, tout)
    assert_agree(backward(dout, cache), tx.grad)


@given(seed=seeds, n=sizes, c=sizes, scale=scales)
def test_softmax(seed, n, c, scale, arrays):
    logits = arrays(seed).normal(n, c, scale=scale)
    assert_agree(nn.softmax(logits), torch.softmax(tensor(logits), dim=1))
    assert_agree(nn.log_softmax(logits), torch.log_softmax(tensor(logits), dim=1))


@given(seed=seeds, n=sizes, d=sizes, h=sizes)
def test_affine_with_weights_transposed_once(seed, n, d, h, arrays):
    source = arrays(seed)
    x, w, b, dout = source.normal(n, d), source.normal(d, h), source.normal(h), source.normal(n, h)
    out, cache = nn.affine_forward(x, w, b)
    tx, tw, tb = tensor(x), tensor(np.ascontiguousarray(w.T)), tensor(b)
    tout = F.linear(tx, tw, tb)
    tout.backward(tensor(dout, grad=False))
    dx, dw, db = nn.affine_backward(dout, cache)
    assert_agree(out, tout)
    assert_agree(dx, tx.grad)
    assert_agree(dw, tw.grad.T)
    assert_agree(db, tb.grad)


@given(seed=seeds, n=sizes, d=sizes, scale=scales)
def test_binary_cross_entropy_and_logistic_gradient(seed, n, d, scale, arrays):
    source = arrays(seed)
    x, y, w, b = source.normal(n, d), source.labels(n), source.normal(d, scale=scale), 0.3
    tw, tb = tensor(w), torch.tensor(b, dtype=torch.float64, requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(tensor(x, grad=False) @ tw + tb, tensor(y.astype(float), grad=False))
    loss.backward()
    dw, db = nn.logistic_gradient(x, y, w, b)
    assert_agree(nn.binary_cross_entropy(x @ w + b, y), loss)
    assert_agree(dw, tw.grad)
    assert_agree(db, tb.grad)


@given(seed=seeds, n=sizes, c=sizes, scale=scales)
def test_softmax_cross_entropy(seed, n, c, scale, arrays):
    source = arrays(seed)
    logits, labels = source.normal(n, c, scale=scale), source.labels(n, c)
    tlogits = tensor(logits)
    tloss = F.cross_entropy(tlogits, tensor(labels, grad=False))
    tloss.backward()
    loss, dlogits = nn.softmax_cross_entropy(logits, labels)
    assert_agree(loss, tloss)
    assert_agree(dlogits, tlogits.grad)


def test_losses_at_the_extremes():
    z, y = np.array([1e4, -1e4, 1e4, -1e4]), np.array([0, 0, 1, 1])
    assert_agree(nn.binary_cross_entropy(z, y), F.binary_cross_entropy_with_logits(tensor(z), tensor(y.astype(float), grad=False)))
    logits, labels = np.array([[1e4, -1e4, 0.0]] * 3), np.array([0, 1, 2])
    tlogits = tensor(logits)
    tloss = F.cross_entropy(tlogits, tensor(labels, grad=False))
    tloss.backward()
    loss, dlogits = nn.softmax_cross_entropy(logits, labels)
    assert_agree(loss, tloss)
    assert_agree(dlogits, tlogits.grad)


@given(seed=seeds, n=sizes, d=sizes, h=sizes, c=sizes)
def test_three_steps_of_training_a_two_layer_network(seed, n, d, h, c, arrays):
    source = arrays(seed)
    params, x, labels = source.two_layer_params(d, h, c), source.normal(n, d), source.labels(n, c)
    twins = {name: tensor(p) for name, p in params.items()}
    optimizer = torch.optim.SGD(twins.values(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        hidden = torch.relu(tensor(x, grad=False) @ twins["w1"] + twins["b1"])
        tloss = F.cross_entropy(hidden @ twins["w2"] + twins["b2"], tensor(labels, grad=False))
        tloss.backward()
        loss, grads = nn.two_layer_loss(params, x, labels)
        assert abs(loss - tloss.item()) <= 1e-10 * max(abs(loss), 1e-10)
        for name in params:
            np.testing.assert_allclose(grads[name], twins[name].grad.numpy(), rtol=1e-10, atol=1e-12)
        optimizer.step()
        params = nn.sgd_step(params, grads, lr=0.1)
        for name in params:
            np.testing.assert_allclose(params[name], twins[name].detach().numpy(), rtol=1e-10, atol=1e-12)
