import itertools

import numpy as np
import pytest

from dlteach import nn
from dlteach.data import load, stratified_split
from dlteach.traces import MAX_BYTES, OwnFunctionError
from dlteach.traces.network import DATA, boundary, network_trace
from dlteach.training import SGD, Dense, ReLU, Sequential, Sigmoid, Tanh
from tests.traces import wrong_backward as learner

QUICK = {"epochs": 6, "n": 60}


def last(trace):
    return trace.frame(len(trace) - 1)


def points_of(trace):
    """What the network learns from, and what is held out, as the trace has them."""
    frame = trace.frame(0)
    x, y, held_out = np.column_stack([frame["x1"], frame["x2"]]), frame["label"], frame["held_out"] == 1
    return x[~held_out], y[~held_out], x[held_out], y[held_out]


def start_of(hidden, activation, seed):
    """The weights as they are drawn: the trace says how in its documentation."""
    rng, draw = np.random.default_rng([seed, 2]), nn.he_normal if activation == "relu" else nn.xavier_normal
    sizes = (2, *hidden, 1)
    return [(draw(fan_in, fan_out, rng), np.zeros(fan_out)) for fan_in, fan_out in itertools.pairwise(sizes)]


@pytest.mark.parametrize(("activation", "layer"), [("relu", ReLU), ("tanh", Tanh), ("sigmoid", Sigmoid)])
@pytest.mark.parametrize("hidden", [(3,), (4, 2), (5, 3, 2)])
def test_it_is_the_network_that_layers_and_an_optimizer_train(activation, layer, hidden):
    trace = network_trace("circles", hidden, activation, lr=0.3, seed=3, **QUICK)
    dataset = load("circles", n=60, rng=np.random.default_rng([3, 0]), noise=0.1)
    x, x_val, y, y_val = stratified_split(dataset.x, dataset.y, 0.25, np.random.default_rng([3, 1]))
    layers, dense = [], []
    for w, b in start_of(hidden, activation, 3):
        dense.append(Dense(*w.shape, rng=np.random.default_rng(0), dtype=np.float64))
        dense[-1].params["w"][:], dense[-1].params["b"][:] = w, b
        layers += [dense[-1], layer()]
    model = Sequential(*layers[:-1])
    optimizer, rng = SGD(0.3), np.random.default_rng([3, 3])
    for epoch in range(7):
        frame = trace.frame(epoch)
        np.testing.assert_allclose(frame["weights"], np.concatenate([each.params["w"].ravel() for each in dense]), rtol=1e-5, atol=1e-6)
        for name, part, labels in (("", x, y), ("val_", x_val, y_val)):
            logits = model.forward(part)
            assert frame[f"{name}loss"] == pytest.approx(nn.sigmoid_cross_entropy(logits, labels[:, None])[0], rel=1e-5)
            assert frame[f"{name}accuracy"] == pytest.approx(np.mean((logits[:, 0] > 0) == labels))
        order = rng.permutation(len(y))
        for batch in (order[:32], order[32:]):
            _, dlogits = nn.sigmoid_cross_entropy(model.forward(x[batch], training=True), y[batch][:, None])
            model.backward(dlogits)
            optimizer.step(model.parameters(), model.gradients())


def test_torch_learns_the_same():
    torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")
    trace = network_trace("moons", (4, 3), "tanh", lr=0.5, seed=1, batch_size=60, **QUICK)  # one batch: all points
    x, y, _, _ = (torch.tensor(each, dtype=torch.float64) for each in points_of(trace))
    params = [torch.tensor(each, requires_grad=True) for pair in start_of((4, 3), "tanh", 1) for each in pair]
    for t in range(len(trace)):
        h = torch.tanh(torch.tanh(x @ params[0] + params[1]) @ params[2] + params[3])
        loss = torch.nn.functional.binary_cross_entropy_with_logits((h @ params[4] + params[5])[:, 0], y)
        assert trace.frame(t)["loss"] == pytest.approx(loss.item(), rel=1e-5)
        grads = torch.autograd.grad(loss, params)
        params = [(param - 0.5 * grad).detach().requires_grad_() for param, grad in zip(params, grads, strict=True)]


@pytest.mark.parametrize("data", DATA)
def test_a_quarter_of_the_points_is_held_out_and_both_classes_are_in_both_parts(data):
    _, y, _, y_val = points_of(network_trace(data, epochs=1, n=80))
    assert (np.bincount(y.astype(int)).tolist(), np.bincount(y_val.astype(int)).tolist()) == ([30, 30], [10, 10])


def test_another_network_meets_the_same_points_and_another_seed_others():
    one, other, seed = (network_trace(hidden=hidden, seed=seed, **QUICK) for hidden, seed in (((4,), 0), ((3, 3), 0), ((4,), 1)))
    np.testing.assert_array_equal(one.frame(0)["x1"], other.frame(0)["x1"])
    assert not np.array_equal(one.frame(0)["x1"], seed.frame(0)["x1"])


def test_the_same_call_gives_the_same_trace():
    assert network_trace(**QUICK).pack() == network_trace(**QUICK).pack()


def test_maps_show_what_the_network_answers_at_the_middle_of_each_pixel():
    frame = network_trace("xor", (3, 2), "tanh", **QUICK).frame(0)  # before the first epoch, when all biases are 0
    w1, w2, w3 = (part.reshape(shape) for part, shape in zip(np.split(frame["weights"], [6, 12]), [(2, 3), (3, 2), (2, 1)], strict=True))
    (left, right), (bottom, top) = frame["plane_x"], frame["plane_y"]

    def hidden_at(row, column, size):
        x = np.array([left + (right - left) * (column + 0.5) / size, bottom + (top - bottom) * (row + 0.5) / size])
        return np.tanh(x @ w1), np.tanh(np.tanh(x @ w1) @ w2)

    np.testing.assert_allclose(frame["units"][:, 13, 2], np.concatenate(hidden_at(13, 2, 16)), atol=0.01)
    assert frame["probability"][5, 40] == pytest.approx(nn.sigmoid(hidden_at(5, 40, 48)[1] @ w3)[0], abs=0.01)
    assert (frame["units"].shape, frame["probability"].shape) == ((5, 16, 16), (48, 48))


@pytest.mark.parametrize(("activation", "low", "high"), [("relu", 0, None), ("tanh", -1, 1), ("sigmoid", 0, 1)])
def test_the_maps_of_the_units_stay_in_the_range_of_their_activation(activation, low, high):
    trace = network_trace(activation=activation, **QUICK)
    frame = last(trace)
    slack = (frame["units_range"][1] - frame["units_range"][0]) / 200
    assert frame["units"].min() >= low - slack
    assert frame["units"].max() <= (frame["units_range"][1] if high is None else high) + slack


def test_it_learns_what_a_straight_line_cannot_tell_apart():
    for data in ("moons", "circles", "xor"):
        assert last(network_trace(data, (8,), epochs=100))["accuracy"] > 0.95, data


def test_frames_are_epochs_where_there_are_few_and_a_spread_of_them_where_there_are_many():
    few, many = network_trace(epochs=10, n=40), network_trace(epochs=300, n=40, batch_size=40)
    assert (few.step, few.frames["epoch"].tolist()) == ("epoch", list(range(11)))
    assert (many.name(1), len(many), many.frames["epoch"][[0, 1, -1]].tolist()) == ("epoch 5", 61, [0, 5, 300])


def test_sentences_tell_epoch_loss_and_accuracy():
    trace = network_trace()
    frame = last(trace)
    assert trace.describe(0).startswith("Before the first epoch: loss ")
    for number in (f"{frame['loss']:.3f}".rstrip("0"), f"{100 * frame['val_accuracy']:.0f} % right"):
        assert number in trace.sentences[-1]
    assert "4 hidden units (ReLU) learns moons, lr 0.5: after 60 epochs" in trace.caption


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("lr", [0.01, 10, 100])
@pytest.mark.parametrize("data", ["spirals", "two_blobs"])
def test_at_every_extreme_of_the_knobs_it_weighs_at_most_a_megabyte(data, lr, activation):
    functions = {"backward": learner.RIGHT, "step": learner.sgd_step}  # with a ghost it weighs most
    _, packed = network_trace(data, (8, 8, 8), activation, lr, noise=0.5, n=200, **functions).pack()
    assert len(packed) <= MAX_BYTES


def test_a_learning_rate_that_is_far_too_large_ends_in_a_sentence_and_not_in_an_error():
    def bigger(params, grads, lr):
        return {key: 1e200 * (value + 1) for key, value in params.items()}

    trace = network_trace(step=bigger, **QUICK)
    assert "beyond what a computer can hold" in trace.sentences[-1]
    assert not np.isfinite(trace.frames["loss"][-1])
    assert np.isfinite(last(trace)["probability"]).all()
    assert len(trace.pack()[1]) <= MAX_BYTES


def test_our_boundary_lies_where_the_probability_is_one_half():
    x, y = np.meshgrid((np.arange(40) + 0.5) / 40 * 4 - 2, (np.arange(40) + 0.5) / 40 * 4 - 2)
    pieces = boundary(1 / (1 + np.exp(4 * (np.hypot(x, y) - 1))), (-2, 2), (-2, 2))
    np.testing.assert_allclose(np.hypot(pieces[:, [0, 2]], pieces[:, [1, 3]]), 1, atol=0.01)
    assert np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]).sum() == pytest.approx(2 * np.pi, rel=0.01)


def test_where_four_pixels_form_a_saddle_the_boundary_has_two_pieces():
    assert len(boundary(np.array([[0.9, 0.1], [0.1, 0.9]]), (0, 1), (0, 1))) == 2
    assert len(boundary(np.full((3, 3), 0.2), (0, 1), (0, 1))) == 0


def test_right_functions_of_the_learner_agree_and_ours_lies_behind_them():
    trace, ours = network_trace(backward=learner.RIGHT, step=learner.sgd_step, **QUICK), network_trace(**QUICK)
    assert trace.parted is None
    assert trace.remark == "affine_backward, relu_backward and sgd_step agree with ours at every step."
    np.testing.assert_allclose(trace.frames["ghost_loss"], ours.frames["loss"])
    assert {"ghost_x0", "ghost_y0", "ghost_x1", "ghost_y1"} <= set(trace.frames)


def test_without_functions_of_the_learner_there_is_no_ghost():
    assert not any(name.startswith("ghost") for name in network_trace(**QUICK).frames)
    unused = network_trace(backward={"sigmoid": learner.sigmoid_backward}, **QUICK)
    assert not any(name.startswith("ghost") for name in unused.frames)
    assert unused.remark == ""


def no_upstream(dout, cache):
    x, w = cache
    return np.ones_like(dout) @ w.T, x.T @ np.ones_like(dout), dout.sum(axis=0)


@pytest.mark.parametrize(
    ("station", "wrong", "activation", "entry"),
    [
        ("affine", no_upstream, "relu", "dx[0, 0]"),
        ("affine", learner.x_times_dout_for_db, "relu", "db[0]"),
        ("relu", learner.gate_on_the_wrong_side, "relu", "dx["),
        ("sigmoid", learner.forgets_the_upstream_gradient, "sigmoid", "dx[0, 0]"),
        ("sigmoid", learner.wrong_sign, "sigmoid", "dx[0, 0]"),
        ("sigmoid", learner.one_plus_out, "sigmoid", "dx[0, 0]"),
    ],
)
def test_a_wrong_function_parts_in_the_first_epoch_and_ours_goes_on_behind_it(station, wrong, activation, entry):
    trace, ours = network_trace(activation=activation, backward={station: wrong}, **QUICK), network_trace(activation=activation, **QUICK)
    assert trace.parted == 1
    assert trace.remark.startswith(f"{wrong.__name__} parts from ours in epoch 1: its {entry}")
    np.testing.assert_array_equal(trace.frames["ghost_loss"], ours.frames["loss"])
    assert not np.allclose(trace.frames["loss"], trace.frames["ghost_loss"])


def test_a_wrong_step_parts_too():
    def uphill(params, grads, lr):
        return {key: value + lr * grads[key] for key, value in params.items()}

    trace = network_trace(step=uphill, **QUICK)
    assert trace.parted == 1
    assert trace.remark.startswith("uphill parts from ours in epoch 1: its w1[0, 0] is ")
    assert trace.frames["loss"][-1] > trace.frames["ghost_loss"][-1]


def test_a_mistake_that_shows_late_parts_late():
    calls = []

    def tires(params, grads, lr):
        calls.append(1)
        return nn.sgd_step(params, grads, lr if len(calls) <= 6 else lr / 2)  # two steps an epoch

    assert network_trace(step=tires, **QUICK).parted == 4


def test_the_frame_that_shows_the_difference_comes_after_the_epoch_in_which_it_arose():
    calls = []

    def tires(params, grads, lr):
        calls.append(1)
        return nn.sgd_step(params, grads, lr if len(calls) <= 102 else lr / 2)  # one step an epoch

    trace = network_trace(step=tires, epochs=300, n=40, batch_size=40)
    assert trace.frames["epoch"][trace.parted] == 105  # the first that is kept after epoch 103


def test_numbers_in_another_order_are_no_difference():
    trace = network_trace("spirals", (8, 8, 8), lr=10, backward=learner.RIGHT, step=learner.sgd_step, n=100)
    assert trace.parted is None  # although at this learning rate the last digit decides where the network ends


@pytest.mark.parametrize(
    ("functions", "message"),
    [
        ({"backward": {"affine": learner.dw_is_transposed}}, r"dw_is_transposed returned dw of shape \(1, 4\); it should be \(4, 1\)."),
        ({"backward": {"affine": learner.returns_none}}, "returns_none stopped with"),
        ({"backward": {"relu": learner.returns_none}}, "returns_none returned None for dx: is a return missing?"),
        ({"backward": {"relu": learner.raises}}, "raises stopped with KeyError: 'w3'"),
        ({"backward": {"relu": learner.not_written}}, "not_written is not written yet."),
        ({"step": lambda params, grads, lr: None}, "your function returned None: is a return missing?"),
        (
            {"step": lambda params, grads, lr: params["w1"]},
            "your function returned a ndarray; it should return a dict with the keys w1, b1, w2, b2",
        ),
        ({"step": lambda params, grads, lr: {"w1": params["w1"]}}, "returned a dict with the keys w1; it should return a dict"),
        ({"step": lambda params, grads, lr: dict.fromkeys(params, 0.0)}, r"returned 'w1' of shape \(\); it should be \(2, 4\)."),
    ],
)
def test_a_function_that_gives_nothing_to_go_on_with_is_reported(functions, message):
    with pytest.raises(OwnFunctionError, match=message):
        network_trace(**QUICK, **functions)


def test_a_step_that_writes_into_its_arguments_spoils_nothing_else():
    def in_place(params, grads, lr):
        for key, array in params.items():
            array -= lr * grads[key]
            grads[key][:] = 99
        return params

    trace, ours = network_trace(step=in_place, **QUICK), network_trace(**QUICK)
    assert trace.parted is None
    np.testing.assert_array_equal(trace.frames["weights"], ours.frames["weights"])


@pytest.mark.parametrize(
    ("error", "arguments", "message"),
    [
        (ValueError, {"data": "moon"}, "data is 'moon'; it needs to be one of 'moons', 'circles', 'spirals', 'two_blobs', 'xor'"),
        (ValueError, {"activation": "gelu"}, "activation is 'gelu'; it needs to be one of 'relu', 'tanh', 'sigmoid'"),
        (TypeError, {"hidden": 4}, r"hidden is 4; it needs to be a tuple such as \(4,\)"),
        (ValueError, {"hidden": ()}, r"hidden is \(\); it needs 1 to 3 layers"),
        (ValueError, {"hidden": (2, 2, 2, 2)}, "it needs 1 to 3 layers"),
        (ValueError, {"hidden": (9,)}, "hidden is 9; it needs to be from 1 to 8"),
        (TypeError, {"hidden": (4.0,)}, "hidden is 4.0; it needs a whole number"),
        (ValueError, {"lr": -0.1}, "lr is -0.1; it needs to be from 0 to 100"),
        (ValueError, {"lr": float("nan")}, "lr is nan"),
        (TypeError, {"lr": "0.1"}, "lr is '0.1'; it needs to be a number"),
        (ValueError, {"epochs": 0}, "epochs is 0; it needs to be from 1 to 1000"),
        (ValueError, {"noise": 2}, "noise is 2; it needs to be from 0 to 1"),
        (ValueError, {"seed": -1}, "seed is -1"),
        (ValueError, {"n": 4}, "n is 4; it needs to be from 16 to 1000"),
        (ValueError, {"batch_size": 0}, "batch_size is 0"),
        (ValueError, {"backward": {"tanh": learner.relu_backward}}, "backward has the key 'tanh'"),
        (TypeError, {"step": 3}, "step is 3; it needs to be a function"),
    ],
)
def test_bad_arguments_are_refused_by_name(error, arguments, message):
    with pytest.raises(error, match=message):
        network_trace(**arguments)


@pytest.mark.parametrize("at_zero", [0.5, 1.0])
def test_which_slope_a_relu_has_at_0_is_nobodys_mistake(at_zero):
    """Where a layer is dead, all that follows is exactly 0."""

    def relu_backward(dout, cache):
        return dout * np.heaviside(cache, at_zero)

    met = []
    for seed in range(3):
        shown = network_trace(
            "moons", (3, 2), "relu", 0.01, 4, seed=seed, backward={"relu": lambda *given: met.append(given) or relu_backward(*given)}
        )
        assert shown.parted is None
    assert any((cache == 0).any() for _, cache in met)
