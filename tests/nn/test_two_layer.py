"""The two-layer network: loss, every gradient, learning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

pytestmark = pytest.mark.filterwarnings("error")
sizes = st.integers(1, 5)


@given(seed=st.integers(0, 2**32 - 1), n=sizes, d=sizes, h=sizes, c=sizes)
def test_loss_is_that_of_its_logits_and_gradients_have_the_shapes_of_the_parameters(seed, n, d, h, c, arrays):
    source = arrays(seed)
    params, x, labels = source.two_layer_params(d, h, c), source.normal(n, d), source.labels(n, c)
    loss, grads = nn.two_layer_loss(params, x, labels)
    logits = np.maximum(x @ params["w1"] + params["b1"], 0) @ params["w2"] + params["b2"]
    np.testing.assert_allclose(nn.two_layer_logits(params, x), logits, rtol=1e-13)
    assert type(loss) is float
    assert loss == pytest.approx(nn.softmax_cross_entropy(logits, labels)[0], rel=1e-12)
    assert {name: g.shape for name, g in grads.items()} == {name: p.shape for name, p in params.items()}


@pytest.mark.parametrize("name", ["w1", "b1", "w2", "b2"])
@pytest.mark.parametrize("n", [1, 5])
def test_every_gradient_agrees_with_finite_differences(name, n, arrays):
    source = arrays(n)
    params, x, labels = source.two_layer_params(3, 4, 2), source.normal(n, 3), source.labels(n, 2)
    _, grads = nn.two_layer_loss(params, x, labels)
    estimate = nn.numerical_gradient(lambda p: nn.two_layer_loss({**params, name: p}, x, labels)[0], params[name])
    np.testing.assert_allclose(grads[name], estimate, atol=1e-8)


def test_two_hundred_steps_of_descent_learn_xor():
    rng = np.random.default_rng(0)
    x, labels = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
    params = {"w1": nn.he_normal(2, 16, rng), "b1": np.zeros(16), "w2": nn.he_normal(16, 2, rng), "b2": np.zeros(2)}
    for _ in range(200):
        _, grads = nn.two_layer_loss(params, x, labels)
        params = nn.sgd_step(params, grads, lr=0.5)
    assert nn.accuracy(labels, np.argmax(nn.two_layer_logits(params, x), axis=1)) == 1.0


def test_missing_unknown_and_misshapen_parameters_are_refused(arrays):
    params, x, labels = arrays(0).two_layer_params(3, 4, 2), np.ones((5, 3)), np.zeros(5, dtype=int)
    without = {name: p for name, p in params.items() if name != "b2"}
    with pytest.raises(ValueError, match=r"params has the keys \['b1', 'w1', 'w2'\]; it needs \['b1', 'b2', 'w1', 'w2'\]"):
        nn.two_layer_loss(without, x, labels)
    with pytest.raises(ValueError, match="params has the keys"):
        nn.two_layer_logits({**params, "w3": x}, x)
    with pytest.raises(ValueError, match=r"w has shape \(3, 4\); it needs \(D, H\) with D = 2, as in x"):
        nn.two_layer_loss(params, np.ones((5, 2)), labels)
    with pytest.raises(ValueError, match="labels has the value 2"):
        nn.two_layer_loss(params, x, labels + 2)
