"""The loop: what a batch goes through, what an epoch's numbers mean, and what is refused."""

import numpy as np
import pytest

from dlteach import nn
from dlteach.training import (
    SGD,
    Adam,
    BatchNorm,
    Callback,
    Dense,
    Dropout,
    Flatten,
    History,
    Layer,
    ReLU,
    Sequential,
    evaluate,
    fit,
    predict,
)
from dlteach.training.batches import batches

pytestmark = pytest.mark.filterwarnings("error")


def line(n=10, dtype=np.float64, seed=0):
    """Points on a plane: y = x · w + 1, without noise."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 3)).astype(dtype)
    return x, (x @ np.array([[1.0], [-2.0], [0.5]]) + 1).astype(dtype)


def dense(dtype=np.float64, seed=0):
    return Dense(3, 1, rng=np.random.default_rng(seed), dtype=dtype)


def train(model, x, y, **changes):
    """Fit with what every test needs and most do not care about."""
    options = {"loss": nn.mean_squared_error, "optimizer": SGD(0.1), "epochs": 2, "batch_size": 4, "rng": np.random.default_rng(0)}
    return fit(model, x, y, **{**options, **changes})


class TwoArms(Layer):
    """Two inputs, two outputs: each input times a number."""

    def __init__(self):
        super().__init__()
        self.params = {"a": np.array([1.0]), "b": np.array([1.0])}

    def forward(self, x, z, *, training=False):
        self.cache = x, z
        return x * self.params["a"], z * self.params["b"]

    def backward(self, dout):
        x, z = self.cache
        self.grads = {"a": np.array([np.sum(dout[0] * x)]), "b": np.array([np.sum(dout[1] * z)])}
        return dout[0] * self.params["a"], dout[1] * self.params["b"]


def test_training_is_the_loop_that_one_would_write_by_hand():
    x, y = line(10)
    model, twin = dense(), dense()
    history = train(model, x, y, epochs=3)
    rng, params, losses = np.random.default_rng(0), twin.parameters(), []
    for _ in range(3):
        total = 0.0
        for part, target in batches(x, y, batch_size=4, rng=rng):
            loss, dout = nn.mean_squared_error(twin.forward(part), target)
            twin.backward(dout)
            total += loss * len(part)
            for name, p in nn.sgd_step(params, twin.gradients(), 0.1).items():
                params[name][...] = p
        losses.append(total / 10)
    for name, p in model.parameters().items():
        np.testing.assert_allclose(p, params[name], rtol=1e-14)
    np.testing.assert_allclose(history["loss"], losses, rtol=1e-14)


def test_it_agrees_with_torch_over_several_epochs():
    torch = pytest.importorskip("torch")
    x, y = line(12)
    rng = np.random.default_rng(5)
    model = Sequential(Dense(3, 4, rng=rng, dtype=np.float64), ReLU(), Dense(4, 1, rng=rng, dtype=np.float64))
    twin = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1)).double()
    with torch.no_grad():
        for layer, place in ((twin[0], "0"), (twin[2], "2")):
            layer.weight.copy_(torch.tensor(model.parameters()[f"{place}.w"].T))
            layer.bias.copy_(torch.tensor(model.parameters()[f"{place}.b"]))
    train(model, x, y, optimizer=Adam(0.05), epochs=5, batch_size=5)
    optimizer, rng = torch.optim.Adam(twin.parameters(), lr=0.05), np.random.default_rng(0)
    for _ in range(5):
        for part, target in batches(x, y, batch_size=5, rng=rng):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(twin(torch.tensor(part)), torch.tensor(target)).backward()
            optimizer.step()
    np.testing.assert_allclose(predict(model, x), twin(torch.tensor(x)).detach().numpy(), rtol=1e-10)


def test_a_plane_is_found():
    x, y = line(40)
    model = dense()
    history = train(model, x, y, epochs=60, optimizer=Adam(0.05), validation=line(20, seed=1))
    np.testing.assert_allclose(model.params["w"], [[1.0], [-2.0], [0.5]], atol=0.02)
    assert history["val_loss"][-1] < 1e-3 < history["val_loss"][0]
    assert (history.epochs, history.interrupted) == (60, False)


def test_the_numbers_of_an_epoch_are_means_over_its_samples_however_the_batches_fall():
    x, y = line(10)
    model = dense()

    def error(output, target):
        return float(np.mean(np.abs(output - target)))

    history = train(model, x, y, epochs=1, optimizer=SGD(0.0), metrics={"error": error}, validation=(x[:7], y[:7]))
    out = x @ model.params["w"] + model.params["b"]
    assert list(history) == ["loss", "error", "val_loss", "val_error"]
    np.testing.assert_allclose(history["loss"], [np.mean((out - y) ** 2)])
    np.testing.assert_allclose(history["val_loss"], [np.mean((out - y)[:7] ** 2)])
    np.testing.assert_allclose(history["val_error"], [error(out[:7], y[:7])])
    judged = evaluate(model, x, y, loss=nn.mean_squared_error, metrics={"error": error}, batch_size=3)
    np.testing.assert_allclose([judged["loss"], judged["error"]], [history["loss"][0], history["error"][0]])


def test_training_switches_dropout_on_and_evaluation_off():
    x, y = np.ones((6, 3)), np.ones((6, 3))
    model = Sequential(Dropout(0.5, rng=np.random.default_rng(0)))
    history = train(model, x, y, epochs=1, validation=(x, y))
    assert history["loss"][0] > 0.5
    assert history["val_loss"] == [0.0]
    np.testing.assert_array_equal(predict(model, x), x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("given", [np.float16, np.float32, np.float64])
def test_numbers_are_cast_to_the_dtype_of_the_model_and_the_samples_are_left_alone(dtype, given):
    x, y = line(6, given)
    x.flags.writeable = y.flags.writeable = False
    seen = []

    def loss(output, target):
        seen.append((output.dtype, target.dtype))
        return nn.mean_squared_error(output, target)

    model = dense(dtype)
    train(model, x, y, loss=loss, validation=(x, y))
    assert set(seen) == {(np.dtype(dtype), np.dtype(dtype))}
    assert predict(model, x).dtype == dtype
    assert {p.dtype for p in model.parameters().values()} == {np.dtype(dtype)}


@pytest.mark.parametrize("first", [Flatten, lambda: Dropout(0.5, rng=np.random.default_rng(0)), lambda: BatchNorm(3)])
def test_whole_numbers_do_as_well_as_fractions(first):
    x, y = np.arange(24).reshape(8, 3), np.arange(8)[:, None]
    models = [Sequential(first(), dense(np.float32)) for _ in range(2)]
    whole = train(models[0], x, y, optimizer=SGD(1e-4))
    assert whole == train(models[1], x.astype(np.float32), y.astype(np.float32), optimizer=SGD(1e-4))
    np.testing.assert_array_equal(predict(models[0], x), predict(models[1], x.astype(np.float32)))
    assert predict(models[0], x).dtype == np.float32


def test_a_sample_left_alone_with_batch_norm_is_an_error_that_says_what_to_do():
    model = Sequential(BatchNorm(3), dense(np.float32))
    with pytest.raises(ValueError, match=r"x has shape \(1, 3\).*choose a batch_size that leaves no single sample over"):
        train(model, *line(9), batch_size=4)
    train(model, *line(9), batch_size=3)


def test_the_gradient_of_the_data_is_not_asked_for():
    class Grudging(Dense):
        def backward(self, dout):
            raise AssertionError("nobody needs dx here")

    model, twin = Grudging(3, 1, rng=np.random.default_rng(0), dtype=np.float64), dense()
    train(model, *line(8))
    train(twin, *line(8))
    np.testing.assert_array_equal(model.params["w"], twin.params["w"])


def test_labels_stay_whole_numbers():
    x, y = line(6)[0], np.array([0, 1, 2, 0, 1, 2], np.uint8)
    model = Dense(3, 3, rng=np.random.default_rng(0))
    history = train(model, x, y, loss=nn.softmax_cross_entropy, epochs=1)
    assert 0 < history["loss"][0] < 5


def test_several_inputs_and_outputs_are_tuples():
    x, z = np.ones((5, 1)), np.full((5, 1), 2.0)

    def loss(outputs, targets):
        first, dfirst = nn.mean_squared_error(outputs[0], targets[0])
        second, dsecond = nn.mean_squared_error(outputs[1], targets[1])
        return first + second, (dfirst, dsecond)

    model = TwoArms()
    history = train(model, (x, z), (3 * x, -z), loss=loss, epochs=40, validation=((x, z), (3 * x, -z)))
    np.testing.assert_allclose([model.params["a"][0], model.params["b"][0]], [3, -1], atol=1e-3)
    assert history["val_loss"][-1] < 1e-5
    first, second = predict(model, (x, z), batch_size=2)
    np.testing.assert_allclose(first, 3 * x, atol=1e-2)
    np.testing.assert_allclose(second, -z, atol=1e-2)


def test_predictions_come_in_order_and_whatever_the_batches_the_same():
    x, _ = line(7)
    model = dense()
    expected = x @ model.params["w"] + model.params["b"]
    for size in (1, 3, 7, 100):
        np.testing.assert_allclose(predict(model, x, batch_size=size), expected, rtol=1e-14)


def test_frozen_layers_stay_as_they_are():
    rng = np.random.default_rng(0)
    model = Sequential(Dense(3, 4, rng=rng, dtype=np.float64), ReLU(), Dense(4, 1, rng=rng, dtype=np.float64))
    model.layers[0].trainable = False
    before = {name: p.copy() for name, p in model.parameters().items()}
    train(model, *line(8))
    moved = {name for name, p in model.parameters().items() if not np.array_equal(p, before[name])}
    assert moved == {"2.w", "2.b"}


def test_a_penalty_is_added_to_the_gradient_and_not_to_the_loss():
    x, y = line(4)
    model, twin = dense(), dense()
    history = train(model, x, y, epochs=1, penalty=lambda name, p: nn.l2_penalty(p, 0.3) if name == "w" else None)
    loss, dout = nn.mean_squared_error(twin.forward(x), y)
    twin.backward(dout)
    np.testing.assert_allclose(history["loss"], [loss])
    np.testing.assert_allclose(model.params["w"], twin.params["w"] - 0.1 * (twin.grads["w"] + 0.3 * twin.params["w"]))
    np.testing.assert_allclose(model.params["b"], twin.params["b"] - 0.1 * twin.grads["b"])


def test_long_gradients_are_shortened():
    x, y = line(4)
    model, twin = dense(), dense()
    before = {name: p.copy() for name, p in model.parameters().items()}
    train(model, x, y, epochs=1, clip_norm=0.01)
    twin.backward(nn.mean_squared_error(twin.forward(x), y)[1])
    clipped, norm = nn.clip_by_norm(twin.gradients(), 0.01)
    assert norm > 0.02
    for name, p in model.parameters().items():
        np.testing.assert_allclose(p, before[name] - 0.1 * clipped[name])


def test_samples_are_changed_afresh_for_every_batch_but_not_those_of_validation():
    x, y = line(8)
    seen = []

    def noisy(x, rng):
        seen.append(x)
        return x + rng.standard_normal(x.shape)

    model, twin = dense(), dense()
    history = train(model, x, y, epochs=2, augment=noisy, validation=(x, y))
    assert [len(batch) for batch in seen] == [4, 4, 4, 4]
    np.testing.assert_array_equal(np.sort(np.concatenate(seen[:2]), axis=0), np.sort(x, axis=0))
    np.testing.assert_allclose(history["val_loss"][-1], nn.mean_squared_error(model.forward(x), y)[0])
    again = train(twin, x, y, epochs=2, augment=noisy, validation=(x, y))  # from the same generator, the same changes
    assert again["loss"] == history["loss"]


def test_what_is_trained_on_is_the_changed_samples():
    x, y = line(8)
    model, twin = dense(), dense()
    history = train(model, x, y, augment=lambda x, rng: x + 1)
    assert history["loss"] == train(twin, x + 1, y)["loss"]
    np.testing.assert_array_equal(model.params["w"], twin.params["w"])
    assert history["loss"] != train(dense(), x, y)["loss"]


def test_the_gradients_of_frozen_layers_do_not_count_as_length():
    rng = np.random.default_rng(0)
    model, alone = Sequential(Dense(3, 3, rng=rng, dtype=np.float64), dense()), dense()
    model.layers[0].trainable = False
    x, y = line(4)
    before = model.layers[0].forward(x)
    train(model, x, y, epochs=1, clip_norm=0.01)
    train(alone, before, y, epochs=1, clip_norm=0.01)
    np.testing.assert_allclose(model.layers[1].params["w"], alone.params["w"], rtol=1e-14)


def test_going_on_counts_the_epochs_that_are_over():
    x, y = line(10)
    model, straight = dense(), dense()
    optimizer, rng = Adam(0.1), np.random.default_rng(0)
    history = train(model, x, y, epochs=2, optimizer=optimizer, rng=rng)
    assert train(model, x, y, epochs=5, optimizer=optimizer, rng=rng, history=history) is history
    expected = train(straight, x, y, epochs=5, optimizer=Adam(0.1))
    assert history == expected
    np.testing.assert_array_equal(model.params["w"], straight.params["w"])
    train(model, x, y, epochs=5, optimizer=optimizer, rng=rng, history=history)  # there is nothing left to do
    np.testing.assert_array_equal(model.params["w"], straight.params["w"])


class Interrupt(Callback):
    """Press the stop button in the third batch of the second epoch."""

    def __init__(self):
        super().__init__()
        self.ended = False

    def on_batch_end(self, run):
        if (run.epoch, run.batch) == (1, 2):
            raise KeyboardInterrupt

    def on_end(self, run):
        self.ended = True


def test_interrupted_it_ends_cleanly_and_gives_the_whole_epochs():
    x, y = line(12)
    model, interrupt = dense(), Interrupt()
    history = train(model, x, y, epochs=5, callbacks=[interrupt], validation=(x, y))
    assert history.interrupted
    assert interrupt.ended
    assert [len(values) for values in history.values()] == [1, 1]
    train(model, x, y, epochs=3, history=history, validation=(x, y))
    assert (history.epochs, history.interrupted) == (3, False)


def test_a_loss_that_is_no_number_ends_the_training_before_it_spoils_the_weights():
    x, y = line(12)
    x[7, 0] = np.nan
    model, history = dense(), History()
    with pytest.raises(FloatingPointError, match=r"the loss is nan in batch \d of epoch 1.*learning rate is too large \(it is 0.1\)"):
        train(model, x, y, history=history)
    assert np.all(np.isfinite(model.params["w"]))
    assert history.epochs == 0


ARRAYS = [
    ({"x": [[1.0]]}, TypeError, r"x is a list; it needs to be a NumPy array"),
    ({"x": (np.ones((4, 3)), [1.0])}, TypeError, r"x\[1\] is a list; it needs to be a NumPy array"),
    ({"x": ()}, ValueError, r"x is an empty tuple; it needs at least one array"),
    ({"y": np.ones((3, 1))}, ValueError, r"y has 3 samples; it needs 4, as x has"),
    ({"x": np.ones((0, 3)), "y": np.ones((0, 1))}, ValueError, r"x has shape \(0, 3\); it needs at least one sample"),
    ({"x": np.ones((4, 3), np.uint8)}, ValueError, r"x has dtype uint8; it needs to be scaled first"),
    ({"x": np.ones((4, 3), complex)}, ValueError, r"x has dtype complex128; it needs real numbers"),
    ({"batch_size": 0}, ValueError, r"batch_size is 0; it needs to be at least 1"),
    ({"loss": "mse"}, TypeError, r"loss is a str; it needs to be a function of \(output, target\)"),
    ({"metrics": [nn.accuracy]}, TypeError, r"metrics is a list; it needs to be a dict of functions by name"),
    ({"metrics": {"accuracy": 1}}, TypeError, r"metrics\['accuracy'\] is a int; it needs to be a function"),
    ({"metrics": {"loss": nn.accuracy}}, ValueError, r"metrics has the name 'loss'; it needs others"),
    ({"metrics": {"val_x": nn.accuracy}}, ValueError, r"metrics has the name 'val_x'; it needs others"),
    ({"loss": lambda output, target: 1.0}, TypeError, r"loss gave a float; it needs to give two things"),
    ({"loss": lambda output, target: (1.0, 1, 1)}, TypeError, r"loss gave a tuple of 3; it needs to give two things"),
    ({"model": Dense}, TypeError, r"model is the class Dense; it needs to be a Layer"),
    ({"model": nn}, TypeError, r"model is a module; it needs to be a Layer"),
]

OPTIONS = [
    ({"epochs": 0}, ValueError, r"epochs is 0; it needs to be at least 1"),
    ({"epochs": 1.5}, TypeError, r"epochs is 1.5; it needs a whole number"),
    ({"rng": 0}, TypeError, r"rng is 0; it needs to be a random generator"),
    ({"optimizer": 0.1}, TypeError, r"optimizer is a float; it needs to be an Optimizer"),
    ({"optimizer": SGD}, TypeError, r"optimizer is the class SGD; it needs to be an Optimizer"),
    ({"callbacks": Callback()}, TypeError, r"callbacks is a Callback; it needs to be a list"),
    ({"callbacks": [Interrupt]}, TypeError, r"callbacks\[0\] is the class Interrupt; it needs to be a Callback"),
    ({"callbacks": [print]}, TypeError, r"callbacks\[0\] is a builtin_function_or_method; it needs to be a Callback"),
    ({"validation": [1, 2]}, TypeError, r"validation is a list; it needs to be a tuple \(x, y\)"),
    ({"validation": (np.ones((1, 3)),)}, ValueError, r"validation is a tuple of 1; it needs to be one of two"),
    ({"validation": (np.ones((2, 3)), np.ones((3, 1)))}, ValueError, r"y of validation has 3 samples; it needs 2, as x of validation has"),
    ({"validation": (np.ones((2, 3), np.uint8), np.ones((2, 1)))}, ValueError, r"x of validation has dtype uint8"),
    ({"penalty": 0.1}, TypeError, r"penalty is a float; it needs to be a function"),
    ({"augment": 0.1}, TypeError, r"augment is a float; it needs to be a function of a batch and a random generator"),
    ({"clip_norm": 0.0}, ValueError, r"clip_norm is 0.0; it needs to be above 0"),
    ({"history": History({"loss": [1.0], "val_loss": [1.0]})}, ValueError, r"history has loss, val_loss; it needs loss, which is what"),
    ({"history": {}}, TypeError, r"history is a dict; it needs to be the History of an earlier fit"),
]


@pytest.mark.parametrize(("changes", "error", "message"), ARRAYS + OPTIONS)
def test_fit_names_what_it_cannot_use(changes, error, message):
    given = {"model": dense(), "x": np.ones((4, 3)), "y": np.ones((4, 1)), **changes}
    with pytest.raises(error, match=message):
        train(given.pop("model"), given.pop("x"), given.pop("y"), **given)


@pytest.mark.parametrize(("changes", "error", "message"), ARRAYS)
def test_evaluate_names_what_it_cannot_use(changes, error, message):
    given = {"model": dense(), "x": np.ones((4, 3)), "y": np.ones((4, 1)), "loss": nn.mean_squared_error, **changes}
    with pytest.raises(error, match=message):
        evaluate(given.pop("model"), given.pop("x"), given.pop("y"), **given)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [case for case in ARRAYS if set(case[0]) <= {"model", "x", "batch_size"}],
)
def test_predict_names_what_it_cannot_use(changes, error, message):
    given = {"model": dense(), "x": np.ones((4, 3)), **changes}
    with pytest.raises(error, match=message):
        predict(given.pop("model"), given.pop("x"), **given)


def test_a_frozen_model_is_refused():
    frozen = dense()
    frozen.trainable = False
    x, y = line(4)
    with pytest.raises(ValueError, match=r"model has no parameters to train: all of them are frozen \(trainable = False\)"):
        train(frozen, x, y)


def test_an_error_in_a_loss_or_a_metric_says_whose_it_was():
    x, y = line(4)
    end = "a function of (output, target), the output being what the model gives."
    for changes, what in (
        ({"metrics": {"a": nn.accuracy}}, "metrics['a']"),
        ({"loss": nn.softmax_cross_entropy}, "the loss"),
    ):
        with pytest.raises(ValueError, match="needs") as caught:
            train(dense(), x, y, **changes)
        assert caught.value.__notes__ == [f"This was in {what}, {end}"]
