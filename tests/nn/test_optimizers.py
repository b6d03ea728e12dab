"""Steps of the optimizers, five in a row, as PyTorch takes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn
from tests.nn.harness import assert_agree, frozen

pytestmark = pytest.mark.filterwarnings("error")
seeds = st.integers(0, 2**32 - 1)
shares = st.sampled_from([0.0, 0.5, 0.9, 0.99])
SHAPES = {"w": (3, 2), "b": (2,), "scale": ()}
STEPS = [
    (nn.momentum_step, nn.zeros_for),
    (nn.nesterov_step, nn.zeros_for),
    (nn.rmsprop_step, nn.zeros_for),
    (nn.adam_step, nn.adam_start),
    (nn.adamw_step, nn.adam_start),
]


def draw(source, scale=1.0):
    return {name: source.normal(*shape, scale=scale) for name, shape in SHAPES.items()}


def assert_steps_agree_with_torch(step, start, options, twin_name, twin_options, source, scale, zero):
    """Five steps from the same place with the same gradients; with `zero` one parameter has no gradient at all."""
    torch = pytest.importorskip("torch")
    params = draw(source)
    state = start(params)
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    twin = getattr(torch.optim, twin_name)(tensors.values(), foreach=False, **twin_options)
    before = {name: np.copy(value) for name, value in params.items()}
    for _ in range(5):
        grads = draw(source, scale)
        grads = {**grads, "b": np.zeros(2)} if zero else grads
        params, state = step(frozen(params), grads, frozen(state), **options)
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(grads[name])
        twin.step()
        for name, tensor in tensors.items():
            assert_agree(params[name], tensor, rtol=1e-12)
            moved, expected = params[name] - before[name], tensor.detach().numpy() - before[name]
            assert np.max(np.abs(moved - expected)) <= 1e-9 * np.max(np.abs(expected)) + 1e-15


@given(seed=seeds, lr=st.sampled_from([1e-3, 0.1]), momentum=shares, scale=st.sampled_from([1e-6, 1.0, 1e4]), zero=st.booleans())
@pytest.mark.parametrize(("step", "nesterov"), [(nn.momentum_step, False), (nn.nesterov_step, True)])
def test_momentum_agrees_with_torch(step, nesterov, seed, lr, momentum, scale, zero, arrays):
    twin = {"lr": lr, "momentum": momentum, "nesterov": nesterov and momentum > 0}  # which PyTorch refuses without momentum
    assert_steps_agree_with_torch(step, nn.zeros_for, {"lr": lr, "momentum": momentum}, "SGD", twin, arrays(seed), scale, zero)


@given(seed=seeds, decay=shares, scale=st.sampled_from([1e-6, 1.0, 1e4]), zero=st.booleans())
def test_rmsprop_agrees_with_torch(seed, decay, scale, zero, arrays):
    ours, twin = {"lr": 0.01, "decay": decay, "eps": 1e-8}, {"lr": 0.01, "alpha": decay, "eps": 1e-8}
    assert_steps_agree_with_torch(nn.rmsprop_step, nn.zeros_for, ours, "RMSprop", twin, arrays(seed), scale, zero)


@given(seed=seeds, beta1=shares, beta2=st.sampled_from([0.9, 0.999]), scale=st.sampled_from([1e-6, 1.0, 1e4]), zero=st.booleans())
def test_adam_agrees_with_torch(seed, beta1, beta2, scale, zero, arrays):
    ours, twin = {"lr": 0.01, "beta1": beta1, "beta2": beta2}, {"lr": 0.01, "betas": (beta1, beta2)}
    assert_steps_agree_with_torch(nn.adam_step, nn.adam_start, ours, "Adam", twin, arrays(seed), scale, zero)


@given(seed=seeds, weight_decay=st.sampled_from([0.0, 0.01, 0.5]), scale=st.sampled_from([1e-6, 1.0, 1e4]), zero=st.booleans())
def test_adamw_agrees_with_torch(seed, weight_decay, scale, zero, arrays):
    options = {"lr": 0.01, "weight_decay": weight_decay}
    assert_steps_agree_with_torch(nn.adamw_step, nn.adam_start, options, "AdamW", options, arrays(seed), scale, zero)


@pytest.mark.parametrize(
    ("step", "start", "twin_name", "twin_options"),
    [
        (nn.rmsprop_step, nn.zeros_for, "RMSprop", {}),
        (nn.adam_step, nn.adam_start, "Adam", {}),
        (nn.adamw_step, nn.adam_start, "AdamW", {}),
    ],
)
def test_defaults_are_those_of_torch(step, start, twin_name, twin_options, arrays):
    assert_steps_agree_with_torch(step, start, {"lr": 0.1}, twin_name, {"lr": 0.1, **twin_options}, arrays(0), 1.0, False)


@pytest.mark.parametrize("size", [1.0, 1e-6])
def test_the_first_step_of_adam_is_as_long_as_the_learning_rate_even_if_the_gradient_is_tiny(size):
    params, _ = nn.adam_step({"p": np.array([1.0])}, {"p": np.array([size])}, nn.adam_start({"p": np.array([1.0])}), lr=0.1)
    assert params["p"][0] == pytest.approx(1 - 0.1 * size / (size + 1e-8), rel=1e-14)


def test_two_steps_of_momentum_done_by_hand():
    params, grads = {"p": np.array([10.0])}, {"p": np.array([1.0])}
    params, velocity = nn.momentum_step(params, grads, nn.zeros_for(params), lr=1.0, momentum=0.5)
    assert (params["p"][0], velocity["p"][0]) == (9.0, 1.0)
    params, velocity = nn.momentum_step(params, grads, velocity, lr=1.0, momentum=0.5)
    assert (params["p"][0], velocity["p"][0]) == (7.5, 1.5)
    params, velocity = nn.nesterov_step(params, grads, velocity, lr=1.0, momentum=0.5)
    assert (params["p"][0], velocity["p"][0]) == (7.5 - (1 + 0.5 * 1.75), 1.75)


@given(seed=seeds)
def test_without_memory_each_is_gradient_descent(seed, arrays):
    params, grads = draw(arrays(seed)), draw(arrays(seed))
    plain = nn.sgd_step(params, grads, 0.1)
    for step in (nn.momentum_step, nn.nesterov_step):
        got, _ = step(params, grads, nn.zeros_for(params), lr=0.1, momentum=0.0)
        for name in params:
            np.testing.assert_array_equal(got[name], plain[name])


@pytest.mark.parametrize(("step", "start"), STEPS)
def test_float32_stays_float32_even_if_the_learning_rate_is_of_numpy(step, start, arrays):
    params, grads = draw(arrays(0, np.float32)), draw(arrays(1, np.float32))
    options = {"lr": np.float64(0.1), **({} if start is nn.zeros_for else {"beta1": np.float64(0.9), "eps": np.float64(1e-8)})}
    state = start(params)
    for _ in range(2):
        params, state = step(params, grads, state, **options)
        memories = (state,) if start is nn.zeros_for else state[:2]
        assert {value.dtype for values in (params, *memories) for value in values.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(("step", "start"), STEPS)
@pytest.mark.parametrize("size", [0.0, 1e-30, 1e4])
def test_extreme_gradients_stay_finite_in_float32(step, start, size):
    params = {"p": np.full(3, 1e4, dtype=np.float32)}
    state = start(params)
    for _ in range(3):
        params, state = step(params, {"p": np.full(3, size, dtype=np.float32)}, state, lr=0.1)
    assert np.isfinite(params["p"]).all()


def test_a_state_begins_at_zero_and_can_hold_fractions():
    params = {"w": np.ones((2, 3), dtype=np.float32), "n": np.array([1, 2])}
    state = nn.adam_start(params)
    assert isinstance(state, nn.AdamState)
    assert state.t == 0
    for zeros in (nn.zeros_for(params), state.m, state.v):
        assert {name: (value.shape, value.dtype) for name, value in zeros.items()} == {
            "w": ((2, 3), np.dtype(np.float32)),
            "n": ((2,), np.dtype(np.float64)),
        }
        assert not any(value.any() for value in zeros.values())
    assert not np.shares_memory(state.m["w"], state.v["w"])
    _, state = nn.adam_step(params, params, state, lr=0.1)
    assert state.t == 1


@pytest.mark.parametrize(("step", "start"), STEPS)
def test_names_and_shapes_that_differ_are_refused(step, start):
    params = {"w": np.ones((2, 3)), "b": np.ones(3)}
    with pytest.raises(ValueError, match=r"grads has the keys \['w'\]; it needs \['b', 'w'\]"):
        step(params, {"w": params["w"]}, start(params), 0.1)
    with pytest.raises(ValueError, match=r"grads\['b'\] has shape \(1, 3\); it needs \(3,\), the shape of params\['b'\]"):
        step(params, {**params, "b": np.ones((1, 3))}, start(params), 0.1)
    with pytest.raises(ValueError, match=r"has the keys \['w'\]; it needs \['b', 'w'\]"):
        step(params, params, start({"w": params["w"]}), 0.1)
    with pytest.raises(ValueError, match=r"\['w'\] has shape \(2,\); it needs \(2, 3\), the shape of params\['w'\]"):
        step(params, params, start({**params, "w": np.ones(2)}), 0.1)
    with pytest.raises(TypeError, match=r"grads\['b'\] is a list"):
        step(params, {**params, "b": [1.0, 2.0, 3.0]}, start(params), 0.1)
    with pytest.raises(ValueError, match=r"lr has shape \(1,\); it needs to be a single number"):
        step(params, params, start(params), np.ones(1))


def test_options_out_of_range_are_refused():
    params = {"w": np.ones(2)}
    zeros, state = nn.zeros_for(params), nn.adam_start(params)
    for wrong in (1.0, -0.1, np.nan):
        with pytest.raises(ValueError, match=f"momentum is {wrong}; it needs to be from 0 to less than 1"):
            nn.momentum_step(params, params, zeros, 0.1, wrong)
        with pytest.raises(ValueError, match=f"momentum is {wrong}; it needs to be from 0 to less than 1"):
            nn.nesterov_step(params, params, zeros, 0.1, wrong)
        with pytest.raises(ValueError, match=f"decay is {wrong}; it needs to be from 0 to less than 1"):
            nn.rmsprop_step(params, params, zeros, 0.1, wrong)
        with pytest.raises(ValueError, match=f"beta1 is {wrong}; it needs to be from 0 to less than 1"):
            nn.adam_step(params, params, state, 0.1, beta1=wrong)
        with pytest.raises(ValueError, match=f"beta2 is {wrong}; it needs to be from 0 to less than 1"):
            nn.adamw_step(params, params, state, 0.1, beta2=wrong)
    with pytest.raises(ValueError, match=r"eps is 0\.0; it needs to be above 0"):
        nn.rmsprop_step(params, params, zeros, 0.1, eps=0.0)
    with pytest.raises(ValueError, match=r"eps is 0\.0; it needs to be above 0"):
        nn.adam_step(params, params, state, 0.1, eps=0.0)
    with pytest.raises(ValueError, match=r"state\.t is -1; it needs to be at least 0"):
        nn.adam_step(params, params, state._replace(t=-1), 0.1)
    with pytest.raises(ValueError, match=r"params\['w'\] has dtype bool; it needs real numbers"):
        nn.zeros_for({"w": np.ones(2, dtype=bool)})
    for wrong in (None, {}):
        with pytest.raises(TypeError, match=r"it needs to be an AdamState: nn\.adam_start"):
            nn.adam_step(params, params, wrong, 0.1)
    with pytest.raises(TypeError, match="velocity is a NoneType; it needs to be a dict of arrays by name"):
        nn.momentum_step(params, params, None, 0.1)
