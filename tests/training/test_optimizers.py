"""The optimizers: the numbers of the pure steps and of PyTorch, written into the arrays that training holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn
from dlteach.training import SGD, Adam, AdamW, Optimizer, RMSprop

pytestmark = pytest.mark.filterwarnings("error")

seeds = st.integers(0, 2**32 - 1)
shapes = st.dictionaries(st.sampled_from(["0.w", "0.b", "encoder.w", "gamma"]), st.lists(st.integers(1, 5), max_size=3), min_size=1)


def draw(rng, shapes, dtype=np.float64):
    return {name: np.asarray(rng.standard_normal(shape), dtype=dtype) for name, shape in shapes.items()}


def copies(arrays):
    return {name: array.copy() for name, array in arrays.items()}


def pure_steps(kind, params, all_grads):
    """Where five steps of the reference lead."""
    memory = nn.adam_start(params) if "adam" in kind else {name: np.zeros_like(p) for name, p in params.items()}
    for grads in all_grads:
        match kind:
            case "sgd":
                params = nn.sgd_step(params, grads, 0.1)
            case "momentum":
                params, memory = nn.momentum_step(params, grads, memory, 0.1, momentum=0.8)
            case "nesterov":
                params, memory = nn.nesterov_step(params, grads, memory, 0.1, momentum=0.8)
            case "rmsprop":
                params, memory = nn.rmsprop_step(params, grads, memory, 0.1, decay=0.7)
            case "adam":
                params, memory = nn.adam_step(params, grads, memory, 0.1, beta1=0.7, beta2=0.8)
            case "adamw":
                params, memory = nn.adamw_step(params, grads, memory, 0.1, beta1=0.7, beta2=0.8, weight_decay=0.3)
    return params


PURE = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.1, momentum=0.8),
    "nesterov": lambda: SGD(0.1, momentum=0.8, nesterov=True),
    "rmsprop": lambda: RMSprop(0.1, decay=0.7),
    "adam": lambda: Adam(0.1, beta1=0.7, beta2=0.8),
    "adamw": lambda: AdamW(0.1, beta1=0.7, beta2=0.8, weight_decay=0.3),
}

TWINS = {
    "sgd": (lambda: SGD(0.1), "SGD", {"lr": 0.1}),
    "sgd, decay": (lambda: SGD(0.1, weight_decay=0.3), "SGD", {"lr": 0.1, "weight_decay": 0.3}),
    "momentum": (lambda: SGD(0.1, momentum=0.8, weight_decay=0.3), "SGD", {"lr": 0.1, "momentum": 0.8, "weight_decay": 0.3}),
    "nesterov": (
        lambda: SGD(0.1, momentum=0.8, nesterov=True, weight_decay=0.3),
        "SGD",
        {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.3},
    ),
    "rmsprop": (lambda: RMSprop(), "RMSprop", {"lr": 0.001}),
    "rmsprop, decay": (lambda: RMSprop(0.1, decay=0.9, weight_decay=0.3), "RMSprop", {"lr": 0.1, "alpha": 0.9, "weight_decay": 0.3}),
    "adam": (lambda: Adam(), "Adam", {"lr": 0.001}),
    "adam, decay": (
        lambda: Adam(0.1, beta1=0.7, beta2=0.8, eps=1e-3, weight_decay=0.3),
        "Adam",
        {"lr": 0.1, "betas": (0.7, 0.8), "eps": 1e-3, "weight_decay": 0.3},
    ),
    "adamw": (lambda: AdamW(), "AdamW", {"lr": 0.001}),
}


@pytest.mark.parametrize("kind", PURE)
@given(seed=seeds, shapes=shapes)
def test_the_numbers_are_those_of_the_pure_steps(kind, seed, shapes):
    rng = np.random.default_rng(seed)
    params, all_grads = draw(rng, shapes), [draw(rng, shapes) for _ in range(5)]
    expected = pure_steps(kind, copies(params), all_grads)
    optimizer = PURE[kind]()
    for grads in all_grads:
        optimizer.step(params, grads)
    for name, p in params.items():
        np.testing.assert_allclose(p, expected[name], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kind", TWINS)
def test_the_numbers_are_those_of_torch(kind):
    torch = pytest.importorskip("torch")
    make, name, settings = TWINS[kind]
    rng = np.random.default_rng(1)
    params = draw(rng, {"w": (3, 4), "b": (4,), "scale": ()})
    tensors = {key: torch.tensor(p, requires_grad=True) for key, p in params.items()}
    ours, theirs = make(), getattr(torch.optim, name)(tensors.values(), **settings)
    for _ in range(6):
        grads = draw(rng, {"w": (3, 4), "b": (4,), "scale": ()})
        for key, tensor in tensors.items():
            tensor.grad = torch.tensor(grads[key])
        ours.step(params, grads)
        theirs.step()
    for key, p in params.items():
        np.testing.assert_allclose(p, tensors[key].detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("kind", PURE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_stay_the_same_objects_and_gradients_as_they_are(kind, dtype):
    rng = np.random.default_rng(2)
    params, grads = draw(rng, {"w": (3, 4), "b": ()}, dtype), draw(rng, {"w": (3, 4), "b": ()}, dtype)
    for array in grads.values():
        array.flags.writeable = False
    before, objects = copies(params), dict(params)
    optimizer = PURE[kind]()
    optimizer.lr = np.float64(0.1)  # what a schedule in NumPy may give
    optimizer.step(params, grads)
    assert type(optimizer.lr) is float
    for name, p in params.items():
        assert p is objects[name]
        assert p.dtype == dtype
        assert not np.array_equal(p, before[name])
        assert all(array.dtype in (dtype, np.int64) for array in optimizer.state.get(name, {}).values())


@pytest.mark.parametrize("kind", PURE)
def test_parameters_of_any_memory_layout(kind):
    rng = np.random.default_rng(3)
    plain, grads = draw(rng, {"w": (3, 4)}), draw(rng, {"w": (3, 4)})
    turned = {"w": np.asfortranarray(plain["w"])}
    spread = {"w": np.repeat(plain["w"], 2, axis=1)[:, ::2]}
    for params in (plain, turned, spread):
        optimizer = PURE[kind]()
        optimizer.step(params, grads)
        optimizer.step(params, grads)
    np.testing.assert_array_equal(turned["w"], plain["w"])
    np.testing.assert_array_equal(spread["w"], plain["w"])


@pytest.mark.parametrize("kind", PURE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_of_any_size_give_finite_steps(kind, dtype):
    for size in (0.0, 1e-4, 1e4):
        params, optimizer = {"w": np.ones(3, dtype)}, PURE[kind]()
        for _ in range(3):
            optimizer.step(params, {"w": np.array([size, -size, 0], dtype)})
        assert np.all(np.isfinite(params["w"]))


def test_frozen_parameters_have_gradients_that_are_ignored_and_a_thawed_one_starts_afresh():
    optimizer, params = Adam(0.1), {"a": np.ones(2), "b": np.ones(2)}
    grads = {"a": np.array([1.0, -2.0]), "b": np.array([3.0, 4.0])}
    for _ in range(50):
        optimizer.step({"a": params["a"]}, grads)
    np.testing.assert_array_equal(params["b"], 1)
    optimizer.step(params, grads)
    np.testing.assert_allclose(params["b"], 0.9, rtol=1e-6)  # Adam's first step is lr long, whatever the gradient
    assert (int(optimizer.state["a"]["t"]), int(optimizer.state["b"]["t"])) == (51, 1)


def test_a_subclass_needs_no_more_than_its_update():
    class SignDescent(Optimizer):
        def update(self, p, dp, memory):
            p -= self.lr * np.sign(dp)

    params = {"w": np.zeros(2)}
    SignDescent(0.5).step(params, {"w": np.array([3.0, -7.0])})
    np.testing.assert_array_equal(params["w"], [-0.5, 0.5])
    with pytest.raises(NotImplementedError, match="Optimizer has no update"):
        Optimizer(0.1).step(params, params)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(-0.1), r"lr is -0.1; it needs to be a number from 0 up"),
        (lambda: Adam(np.nan), r"lr is nan; it needs"),
        (lambda: SGD(np.inf), r"lr is inf; it needs"),
        (lambda: SGD(np.ones(2)), r"lr has shape \(2,\); it needs to be a single number"),
        (lambda: SGD(0.1, momentum=1.5), r"momentum is 1.5; it needs to be from 0 to below 1"),
        (lambda: SGD(0.1, momentum=1.0), r"momentum is 1.0; it needs to be from 0 to below 1"),
        (lambda: SGD(0.1, nesterov=True), r"momentum is 0.0; it needs to be above 0 for nesterov=True"),
        (lambda: SGD(0.1, weight_decay=-1), r"weight_decay is -1; it needs to be a number from 0 up"),
        (lambda: RMSprop(0.1, decay=1.0), r"decay is 1.0; it needs to be from 0 to below 1"),
        (lambda: RMSprop(0.1, eps=-1e-8), r"eps is -1e-08; it needs to be above 0"),
        (lambda: RMSprop(0.1, eps=0.0), r"eps is 0.0; it needs to be above 0"),
        (lambda: Adam(0.1, eps=0.0), r"eps is 0.0; it needs to be above 0"),
        (lambda: Adam(0.1, beta1=1.0), r"beta1 is 1.0; it needs to be from 0 to below 1"),
        (lambda: Adam(0.1, beta2=-0.1), r"beta2 is -0.1; it needs to be from 0 to below 1"),
        (lambda: AdamW(0.1, weight_decay=np.nan), r"weight_decay is nan; it needs to be a number from 0 up"),
    ],
)
def test_a_number_out_of_its_range_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("grads", "message"),
    [
        ({}, r"grads has no '0.w'; it needs a gradient for every parameter"),
        ({"0.w": np.ones((1, 3))}, r"grads\['0.w'\] has shape \(1, 3\); it needs \(2, 3\), the shape of params"),
        ({"0.w": np.ones((2, 3), np.float32)}, r"grads\['0.w'\] has dtype float32; it needs float64, the dtype of params"),
    ],
)
def test_a_gradient_that_does_not_fit_is_named_and_nothing_moves(grads, message):
    params = {"0.b": np.ones(3), "0.w": np.ones((2, 3))}
    with pytest.raises(ValueError, match=message):
        SGD(0.1).step(params, {"0.b": np.ones(3), **grads})
    np.testing.assert_array_equal(params["0.b"], 1)


def test_the_rate_is_checked_whenever_it_is_set():
    optimizer = SGD(0.1)
    with pytest.raises(ValueError, match="lr is nan"):
        optimizer.lr = np.nan
    assert optimizer.lr == 0.1


@pytest.mark.parametrize("lr", ["0.1", None])
def test_a_rate_that_is_no_number_is_named(lr):
    with pytest.raises(TypeError, match=f"lr is {lr!r}; it needs a number"):
        Adam(lr)


@pytest.mark.parametrize("make", [lambda: SGD(0.1, momentum=0.9), RMSprop, Adam, AdamW])
def test_an_optimizer_that_remembers_another_model_is_refused_and_nothing_moves(make):
    optimizer, ones = make(), np.ones((2, 3))
    optimizer.step({"0.w": np.ones((2, 4))}, {"0.w": np.ones((2, 4))})
    params = {"0.b": np.ones(1), "0.w": ones.copy()}
    with pytest.raises(ValueError, match=r"params\['0.w'\] has shape \(2, 3\); this optimizer remembers one of shape \(2, 4\)"):
        optimizer.step(params, {"0.b": np.ones(1), "0.w": ones})
    np.testing.assert_array_equal(params["0.b"], 1)


def test_lists_of_arrays_are_refused():
    with pytest.raises(TypeError, match="grads is a list; it needs to be a dict of arrays by name"):
        SGD(0.1).step({"w": np.ones(1)}, [np.ones(1)])
