"""Callbacks: when they are called, and what those that come with the package do."""

import math

import numpy as np
import pytest

from dlteach import nn
from dlteach.training import (
    SGD,
    BatchNorm,
    Callback,
    Checkpoint,
    Dense,
    EarlyStopping,
    LearningRateSchedule,
    ProgressBar,
    Sequential,
    fit,
    load,
)

pytestmark = pytest.mark.filterwarnings("error")

X, Y = np.arange(12.0).reshape(6, 2) / 10, np.arange(6.0).reshape(6, 1)


def model(seed=0):
    return Dense(2, 1, rng=np.random.default_rng(seed), dtype=np.float64)


def train(net, *callbacks, **changes):
    options = {"loss": nn.mean_squared_error, "optimizer": SGD(0.01), "epochs": 4, "batch_size": 4, "rng": np.random.default_rng(0)}
    return fit(net, X, Y, callbacks=callbacks, **{**options, **changes})


class Diary(Callback):
    def __init__(self):
        super().__init__()
        self.lines = []

    def on_start(self, run):
        self.lines.append(f"start {run.epochs} {run.num_batches} {'+'.join(run.names)}")

    def on_epoch_start(self, run):
        self.lines.append(f"epoch {run.epoch}")

    def on_batch_start(self, run):
        self.lines.append(f"batch {run.batch}")

    def on_batch_end(self, run):
        self.lines.append(f"done {run.batch} {'+'.join(run.values)}")

    def on_epoch_end(self, run):
        self.lines.append(f"over {run.epoch} {'+'.join(run.values)}")

    def on_end(self, run):
        self.lines.append("end")


class Told(Callback):
    """Give these validation losses in place of the real ones, and write down the weights of each epoch."""

    def __init__(self, *values):
        super().__init__()
        self.values, self.weights = values, []

    def on_epoch_end(self, run):
        run.history["val_loss"][-1] = self.values[run.epoch - 1]
        self.weights.append({name: array.copy() for name, array in {**run.model.parameters(), **run.model.states()}.items()})


def told(*values, **options):
    """Train with these validation losses; give the model, the told weights, the history, and the early stopping."""
    net, told, stopping = model(), Told(*values), EarlyStopping(**options)
    history = train(net, told, stopping, epochs=len(values), validation=(X, Y))
    return net, told.weights, history, stopping


def test_the_hooks_come_in_order():
    diary = Diary()
    train(model(), diary, epochs=2, validation=(X, Y))
    epoch = ["batch 0", "done 0 loss", "batch 1", "done 1 loss"]
    assert diary.lines == [
        "start 2 2 loss+val_loss",
        *("epoch 0", *epoch, "over 1 loss+val_loss"),
        *("epoch 1", *epoch, "over 2 loss+val_loss"),
        "end",
    ]


def test_the_end_is_told_even_after_an_error():
    diary = Diary()
    with pytest.raises(FloatingPointError):
        train(model(), diary, loss=lambda output, target: (math.nan, output))
    assert diary.lines[-1] == "end"


def test_a_callback_may_stop_the_training():
    class Enough(Callback):
        def on_epoch_end(self, run):
            run.stop = run.epoch == 2

    assert train(model(), Enough()).epochs == 2


@pytest.mark.parametrize(
    ("losses", "options", "epochs", "best"),
    [
        ([3, 2, 1, 2, 3, 0], {"patience": 2}, 5, 2),
        ([3, 2, 2, 2, 2, 0], {"patience": 2}, 4, 1),  # as good is not better
        ([3, 2.0, 1.8, 1.6, 1.4, 0], {"patience": 2, "min_delta": 0.5}, 4, 1),  # 1.6 and 1.8 are too little of a gain over 2
        ([3, 2.0, 1.8, 1.4, 1.3, 1.2], {"patience": 2, "min_delta": 0.5}, 6, 3),  # what counts is the gain over the best
        ([3, 4, 0, 0, 0, 0], {"patience": 1}, 2, 0),
        ([3, math.nan, 2, math.nan, math.nan, 0], {"patience": 2}, 5, 2),
        ([6, 5, 4, 3, 2, 3], {"patience": 2}, 6, 4),  # the epochs run out first: the best weights come back all the same
    ],
)
def test_early_stopping_waits_and_puts_the_best_weights_back(losses, options, epochs, best):
    net, weights, history, _ = told(*losses, **options)
    assert history.epochs == epochs
    for name, p in net.parameters().items():
        np.testing.assert_array_equal(p, weights[best][name])
        assert not np.array_equal(p, weights[best - 1][name])


def test_early_stopping_may_leave_the_last_weights():
    net, weights, history, stopping = told(1, 2, 3, patience=1, restore_best=False)
    assert history.epochs == 2
    np.testing.assert_array_equal(net.params["w"], weights[1]["w"])
    assert set(stopping.state) == {"best", "waited"}


def test_early_stopping_restores_what_batch_norm_tracks_too():
    net = Sequential(BatchNorm(2, dtype=np.float64), model())
    told, stopping = Told(1, 2, 3), EarlyStopping(patience=2)
    train(net, told, stopping, validation=(X, Y))
    assert set(told.weights[0]) == {"0.gamma", "0.beta", "1.w", "1.b", "0.running_mean", "0.running_var"}
    for name, array in {**net.parameters(), **net.states()}.items():
        np.testing.assert_array_equal(array, told.weights[0][name])
        assert not np.array_equal(array, told.weights[2][name])


def test_early_stopping_on_something_that_is_better_when_higher():
    values = iter([0.1, 0.5, 0.9, 0.8, 0.9, 1.0])
    stopping = EarlyStopping("accuracy", patience=2, higher_is_better=True)
    history = train(model(), stopping, epochs=6, batch_size=6, metrics={"accuracy": lambda *_: next(values)})
    assert history["accuracy"] == pytest.approx([0.1, 0.5, 0.9, 0.8, 0.9])


def test_early_stopping_begins_afresh_with_a_new_history():
    net, stopping = model(), EarlyStopping(patience=1)
    first = train(net, Told(1, 2, 3, 4), stopping, validation=(X, Y))
    second = train(net, Told(9, 8, 9, 9), stopping, validation=(X, Y))
    assert (first.epochs, second.epochs) == (2, 3)


def test_early_stopping_goes_on_from_the_last_weights():
    losses, straight, halted = (4, 1, 3, 2, 0), model(), model()
    expected = train(straight, Told(*losses), EarlyStopping(patience=4), epochs=5, validation=(X, Y))
    told, stopping, rng, optimizer = Told(*losses), EarlyStopping(patience=4), np.random.default_rng(0), SGD(0.01, momentum=0.0)
    history = train(halted, told, stopping, epochs=3, rng=rng, optimizer=optimizer, validation=(X, Y))
    np.testing.assert_array_equal(halted.params["w"], told.weights[1]["w"])
    train(halted, told, stopping, epochs=5, rng=rng, optimizer=optimizer, validation=(X, Y), history=history)
    assert history == expected
    np.testing.assert_array_equal(halted.params["w"], straight.params["w"])


def test_early_stopping_that_has_stopped_a_training_does_not_let_it_go_on():
    net, weights, history, stopping = told(1, 2, 3, patience=1)
    train(net, stopping, epochs=9, history=history, validation=(X, Y))
    assert history.epochs == 2
    np.testing.assert_array_equal(net.params["w"], weights[0]["w"])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: EarlyStopping(patience=0), ValueError, r"patience is 0; it needs to be at least 1"),
        (lambda: EarlyStopping(patience=1.5), TypeError, r"patience is 1.5; it needs a whole number"),
        (lambda: EarlyStopping(min_delta=-1), ValueError, r"min_delta is -1; it needs to be from 0"),
        (lambda: EarlyStopping("val_accuracy"), ValueError, r"higher_is_better is None; it needs to be True or False"),
        (lambda: Checkpoint("x", every=0), ValueError, r"every is 0; it needs to be at least 1"),
        (lambda: LearningRateSchedule(0.1), TypeError, r"function is a float; it needs to be a function of the epoch"),
    ],
)
def test_bad_settings_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_what_cannot_work_is_said_before_the_first_epoch(tmp_path):
    diary = Diary()
    with pytest.raises(ValueError, match=r"monitor is 'val_loss'; it needs to be one of loss"):
        train(model(), EarlyStopping(), diary)
    with pytest.raises(FileNotFoundError, match=r"the folder .*nowhere does not exist"):
        train(model(), Checkpoint(tmp_path / "nowhere" / "a.safetensors"), diary)
    assert not [line for line in diary.lines if line.startswith("epoch")]


def test_a_schedule_by_epoch_and_one_by_batch():
    class Rates(Callback):
        def on_batch_end(self, run):
            rates.append(run.optimizer.lr)

    rates = []
    train(model(), LearningRateSchedule(lambda epoch: nn.step_decay(0.1, epoch, factor=0.5, every=2)), Rates())
    assert rates == [0.1] * 4 + [0.05] * 4
    rates = []
    train(model(), LearningRateSchedule(lambda step: np.float64(step), per_batch=True), Rates(), loss=lambda out, _: (0.0, 0 * out))
    assert rates == [0, 1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(ValueError, match="lr is -1"):
        train(model(), LearningRateSchedule(lambda epoch: -1))


def test_a_checkpoint_holds_the_last_epoch_and_what_early_stopping_decided_in_it(tmp_path):
    path, net, told = tmp_path / "a.safetensors", model(), Told(5, 4, 6)
    train(net, Checkpoint(path), told, EarlyStopping(patience=3), epochs=3, validation=(X, Y))
    other, stopping = model(1), EarlyStopping(patience=3)
    history = load(path, other, callbacks=[stopping])
    np.testing.assert_array_equal(other.params["w"], told.weights[2]["w"])
    assert (float(stopping.state["best"]), int(stopping.state["waited"])) == (4, 1)
    np.testing.assert_array_equal(stopping.state["weights.params.w"], told.weights[1]["w"])
    assert history["val_loss"] == [5, 4, 6]


def test_a_checkpoint_is_written_now_and_then_and_at_the_end(tmp_path):
    written = []

    class Watch(Checkpoint):
        def on_epoch_end(self, run):
            before = self.path.stat().st_mtime_ns if self.path.exists() else None
            super().on_epoch_end(run)
            after = self.path.stat().st_mtime_ns if self.path.exists() else None
            written.append(before != after)

    train(model(), Watch(tmp_path / "a.safetensors", every=3), epochs=7)
    assert written == [False, False, True, False, False, True, True]
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]


def test_the_bar_shows_epochs_and_numbers_as_text(capsys):
    train(model(), ProgressBar(), epochs=2, validation=(X, Y), metrics={"error": lambda *_: 0.25})
    out, err = capsys.readouterr()
    assert err == ""
    first, second = (line.split("\r")[-1] for line in out.strip("\n").split("\n"))
    assert first.startswith("epoch 1/2: 100%")
    assert second.startswith("epoch 2/2: 100%")
    for part in ("2/2 [", "loss=", "error=0.2500", "val_loss=", "val_error=0.2500"):
        assert part in second


def test_the_bar_of_an_epoch_that_was_cut_short_is_closed(capsys):
    class Cut(Callback):
        def on_batch_end(self, run):
            raise KeyboardInterrupt

    assert train(model(), ProgressBar(), Cut()).interrupted
    out, _ = capsys.readouterr()
    assert "1/2 [" in out.split("\r")[-1]
    assert out.endswith("\n")
