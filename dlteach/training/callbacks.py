"""Callbacks: what happens beside the arithmetic of training, such as showing how far it is or ending it in time.

`fit` tells each callback when something begins or ends. One of your own is a class with the hooks it needs:

    class Shout(Callback):
        def on_epoch_end(self, run):
            print(run.history["loss"][-1])
"""

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from dlteach.nn._require import require_between, require_count
from dlteach.nn._types import Params
from dlteach.training.history import History
from dlteach.training.layer import Layer
from dlteach.training.optimizers import Optimizer
from dlteach.training.saving import require_folder, save


@dataclass
class Run:
    """A training under way: what callbacks get to see, and may change.

    Attributes:
        model: what is trained.
        optimizer: what trains it.
        rng: draws the order of the samples.
        history: the epochs that are over, those of an earlier run included.
        callbacks: all of them, as they were given.
        epochs: how many epochs there shall be in all.
        num_batches: how many batches an epoch has.
        names: what the history has of every epoch: "loss", "val_loss", ….
        batch: the number of the batch within its epoch, from 0.
        values: the loss and the metrics of this epoch, averaged over the batches so far; at its end, those of validation too.
        stop: set it to True, and training ends with this epoch.
    """

    model: Layer
    optimizer: Optimizer
    rng: np.random.Generator
    history: History
    callbacks: Sequence["Callback"]
    epochs: int
    num_batches: int
    names: tuple[str, ...]
    batch: int = 0
    values: dict[str, float] = field(default_factory=dict)
    stop: bool = False

    @property
    def epoch(self) -> int:
        """The number of the epoch, from 0: as many as are over."""
        return self.history.epochs

    def tell(self, hook: str) -> None:
        """Call a hook of every callback, in their order, but those that save after all others, whose decisions they save."""
        for callback in sorted(self.callbacks, key=lambda callback: isinstance(callback, Checkpoint)):
            getattr(callback, hook)(self)


class Callback:
    """What every callback is: hooks that do nothing until a subclass writes them, and a state that is saved with the model.

    Attributes:
        state: arrays by name, all that a training needs to go on as if it had never stopped.
    """

    def __init__(self) -> None:
        self.state: Params = {}

    def on_start(self, run: Run) -> None:
        """Before the first epoch of this call of `fit`."""

    def on_epoch_start(self, run: Run) -> None:
        """Before the first batch of an epoch."""

    def on_batch_start(self, run: Run) -> None:
        """Before a batch."""

    def on_batch_end(self, run: Run) -> None:
        """After the step of the optimizer."""

    def on_epoch_end(self, run: Run) -> None:
        """After validation, when the epoch stands in the history."""

    def on_end(self, run: Run) -> None:
        """When training is over, even if an error or the stop button ended it."""


class EarlyStopping(Callback):
    """End the training when a value has stopped to get better, and put the best weights back.

    Better means: by more than `min_delta`. After `patience` epochs in a row that were not better than the best, training ends.
    With `restore_best` the model then holds the weights of its best epoch, and so it does if the epochs run out first.
    A training that goes on with the same history goes on from the weights it had last, not from the best ones.

    Args:
        monitor: what is watched, a name of the history.
        patience: how many epochs without improvement are one too many.
        min_delta: what counts as none.
        restore_best: put the best weights back at the end.
        higher_is_better: as it is for accuracy. It must be said, unless `monitor` is a loss.

    Raises:
        TypeError: `patience` is not a whole number.
        ValueError: `patience` is below 1, `min_delta` is negative, or `higher_is_better` is left open.

    Source: Prechelt, "Early stopping - but when?", 1998.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 1,
        min_delta: float = 0.0,
        restore_best: bool = True,
        higher_is_better: bool | None = None,
    ) -> None:
        super().__init__()
        require_count(1, patience=patience)
        require_between(0.0, math.inf, min_delta=min_delta)
        if higher_is_better is None and not monitor.endswith("loss"):
            raise ValueError(f"higher_is_better is None; it needs to be True or False, because {monitor} is not a loss.")
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.restore_best, self.higher_is_better = restore_best, bool(higher_is_better)

    def on_start(self, run: Run) -> None:
        """Begin afresh, or go on where the history ends."""
        if self.monitor not in run.names:
            raise ValueError(f"monitor is {self.monitor!r}; it needs to be one of {', '.join(run.names)}.")
        if not run.epoch:
            self.state = {}
        if not self.state:
            self.state = {"best": np.array(-math.inf if self.higher_is_better else math.inf), "waited": np.array(0)}
        self._take_out("last", run.model)
        self._stop_if_waited(run)

    def on_epoch_end(self, run: Run) -> None:
        """Compare this epoch with the best."""
        value, best = run.history[self.monitor][-1], float(self.state["best"])
        gain = value - best if self.higher_is_better else best - value
        if gain > self.min_delta:
            self.state["best"], self.state["waited"] = np.array(value), np.array(0)
            if self.restore_best:
                self._put_away("weights", run.model)
        else:
            self.state["waited"] = np.asarray(self.state["waited"] + 1)
            self._stop_if_waited(run)

    def on_end(self, run: Run) -> None:
        """Put the best weights back, and keep the last ones for a training that goes on."""
        if any(name.startswith("weights.") for name in self.state):
            self._put_away("last", run.model)
            self._take_out("weights", run.model, keep=True)

    def _stop_if_waited(self, run: Run) -> None:
        if self.state["waited"] >= self.patience:
            run.stop = True

    def _put_away(self, drawer: str, model: Layer) -> None:
        self.state.update({f"{drawer}.{name}": array.copy() for name, array in _weights(model).items()})

    def _take_out(self, drawer: str, model: Layer, *, keep: bool = False) -> None:
        for name, array in _weights(model).items():
            key = f"{drawer}.{name}"
            if key in self.state:
                array[...] = self.state[key] if keep else self.state.pop(key)


def _weights(model: Layer) -> Params:
    """All that makes up a model's answer: what is trained and, for batch norm, what is tracked."""
    kept = {f"state.{name}": array for name, array in model.states().items()}
    return {**{f"params.{name}": array for name, array in model.parameters().items()}, **kept}


class Checkpoint(Callback):
    """Write the model, the optimizer and all that a training needs to go on to a file, after every epoch.

    The file is replaced in one go: however the computer stops, the old one or the new one is there. `load` reads it back, and
    `fit` goes on as if nothing had happened. The model in it is that of the last epoch; to keep the best one that early
    stopping puts back, `save` the model after `fit`.

    Args:
        path: the file, which is overwritten.
        every: how many epochs lie between two writings; the last epoch is always written.

    Raises:
        TypeError: `every` is not a whole number.
        ValueError: `every` is below 1.
    """

    def __init__(self, path: str | Path, every: int = 1) -> None:
        super().__init__()
        require_count(1, every=every)
        self.path, self.every = Path(path), every

    def on_start(self, run: Run) -> None:
        """Raise now, and not after the first epoch, if there is no such folder."""
        require_folder(self.path)

    def on_epoch_end(self, run: Run) -> None:
        """Save, if it is time to."""
        if run.epoch % self.every == 0 or run.epoch == run.epochs or run.stop:
            save(self.path, run.model, run.optimizer, rng=run.rng, history=run.history, callbacks=run.callbacks)


class LearningRateSchedule(Callback):
    """Set the learning rate before every epoch, or before every batch.

        LearningRateSchedule(lambda epoch: nn.step_decay(0.1, epoch, factor=0.5, every=10))
        LearningRateSchedule(lambda step: nn.warm_up(0.001, step, steps=500), per_batch=True)

    Args:
        function: takes the number of the epoch, from 0, and gives the learning rate.
        per_batch: ask before every batch instead, with the number of batches since training began.

    Raises:
        TypeError: `function` is not one.
    """

    def __init__(self, function: Callable[[int], float], per_batch: bool = False) -> None:
        super().__init__()
        if not callable(function):
            raise TypeError(f"function is a {type(function).__name__}; it needs to be a function of the epoch that gives the rate.")
        self.function, self.per_batch = function, per_batch

    def on_epoch_start(self, run: Run) -> None:
        """Set the rate of this epoch."""
        if not self.per_batch:
            run.optimizer.lr = self.function(run.epoch)

    def on_batch_start(self, run: Run) -> None:
        """Set the rate of this batch."""
        if self.per_batch:
            run.optimizer.lr = self.function(run.epoch * run.num_batches + run.batch)


class ProgressBar(Callback):
    """Show how far each epoch is, and how the loss and the metrics stand: a line of text per epoch.

    It is plain text in a notebook too. A saved notebook then still shows it, which a bar made of widgets would not.
    """

    def __init__(self) -> None:
        super().__init__()
        self._bar: Any = None

    def on_epoch_start(self, run: Run) -> None:
        """Draw an empty bar."""
        self._bar = tqdm(total=run.num_batches, desc=f"epoch {run.epoch + 1}/{run.epochs}", file=sys.stdout, dynamic_ncols=True)

    def on_batch_end(self, run: Run) -> None:
        """Move on by one batch."""
        self._bar.set_postfix(_rounded(run), refresh=False)
        self._bar.update()

    def on_epoch_end(self, run: Run) -> None:
        """Show the values of the whole epoch, and leave the line standing."""
        self._bar.set_postfix(_rounded(run))
        self._bar.close()

    def on_end(self, run: Run) -> None:
        """Close the bar of an epoch that was not finished."""
        if self._bar is not None:
            self._bar.close()


def _rounded(run: Run) -> dict[str, str]:
    return {name: f"{value:.4f}" for name, value in run.values.items()}
