"""The training loop: forward, loss, backward, step, batch after batch.

Without its options it is this::

    for epoch in range(epochs):
        for inputs, target in batches(x, y, batch_size=32, rng=rng):
            output = model.forward(inputs, training=True)
            value, dout = loss(output, target)
            model.backward(dout)
            optimizer.step(model.parameters(), model.gradients())

`_train` is the inner loop and `_repeat` the outer one. All else checks, measures, or tells the callbacks.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from dlteach import nn
from dlteach.nn._require import require_count, require_generator, require_positive
from dlteach.nn._types import Array, Params
from dlteach.training._require import kind
from dlteach.training.batches import Data
from dlteach.training.callbacks import Callback, Run
from dlteach.training.evaluation import Loss, Means, Metric, evaluate, judged, measured, pairs, require_task
from dlteach.training.history import History
from dlteach.training.layer import Layer
from dlteach.training.optimizers import Optimizer

Penalty: TypeAlias = Callable[[str, Array], tuple[float, Array] | None]
"""A function of the name and the array of a parameter that gives a penalty and its gradient, or None for no penalty."""

Augment: TypeAlias = Callable[[Array, np.random.Generator], Array]
"""A function of a batch and a generator that gives the batch in another form each time."""


def fit(
    model: Layer, x: Data, y: Data, *, loss: Loss, optimizer: Optimizer, epochs: int, batch_size: int = 32, rng: np.random.Generator,
    validation: tuple[Data, Data] | None = None, metrics: Mapping[str, Metric] | None = None, callbacks: Sequence[Callback] = (),
    penalty: Penalty | None = None, clip_norm: float | None = None, augment: Augment | None = None, history: History | None = None,
) -> History:
    """Train a model: go through the samples `epochs` times, in a new order each time, and step after every batch.

    for every batch:    out = model(x)    J, dout = loss(out, y)    model.backward(dout) gives every dp    p ← step(p, dp)

    Loss and metrics of an epoch are means over its samples, taken while the model learns: with dropout on, and by weights that
    still change. Those of validation are taken afterwards, by the model as it then is. Parameters of layers that are not
    `trainable` stay as they are. Numbers with fractions are cast to the dtype of the model batch by batch; whole numbers are
    left for the layers, to which they may be tokens or lengths, and for the loss, to which they may be labels.

    Interrupted (Ctrl-C, or the stop button of a notebook), `fit` ends at once and gives the history of the whole epochs, with
    `history.interrupted = True`; the model is as the last step left it.

    Args:
        model: any layer, most often a `Sequential`.
        x: (N, …), or a tuple of such arrays, one for each input of the model.
        y: (N, …), the targets, or a tuple of such arrays.
        loss: function of (output, target) that gives (loss, dout), such as `nn.softmax_cross_entropy`.
        optimizer: an `SGD`, `Adam`, …; it keeps its memory from call to call.
        epochs: how many times in all; those in `history` count.
        batch_size: B, how many samples make a step.
        rng: draws the order of the samples.
        validation: (x, y) of samples that are not trained on.
        metrics: functions of (output, target) that give a number, by name: `{"accuracy": class_accuracy}`.
        callbacks: what else shall happen: `EarlyStopping`, `Checkpoint`, `LearningRateSchedule`, `ProgressBar`.
        penalty: function of (name, p) that gives (penalty, dp), or None for no penalty on this p:
            `lambda name, p: nn.l2_penalty(p, 0.01) if name.endswith("w") else None`. It
            pushes the parameters, and is not counted in the recorded loss, so that training and validation compare.
        clip_norm: the longest gradient, all parameters taken together; a longer one is shortened (`nn.clip_by_norm`).
        augment: function of (x, rng) that changes the samples of a batch in some harmless way before they are trained on:
            `lambda x, rng: random_shift(x, rng, most=2)`. Of several inputs it gets the first; those of validation stay as they are.
        history: that of an earlier call, to go on with; new epochs are added to it.

    Returns:
        The history: `history["loss"]`, `history["val_loss"]`, `history["accuracy"]`, …, and a picture with `history.plot()`.

    Raises:
        TypeError: an argument is of a wrong kind.
        ValueError: a number is out of its range, `x` is bytes or empty, lengths differ, or the whole model is frozen.
        FloatingPointError: the loss is no longer a finite number, so no step could be right.

    Source: Bottou, Curtis and Nocedal, "Optimization methods for large-scale machine learning", 2018, section 3.
    """
    num_samples = require_task(model, x, y, loss, metrics, batch_size)
    require_generator(rng)
    require_count(1, epochs=epochs)
    _require_options(optimizer, callbacks, penalty, clip_norm, augment, history)
    _require_not_frozen(model)
    names = ["loss", *(metrics or {})]
    if validation is not None:
        _require_pair(validation)
        require_task(model, *validation, loss, metrics, batch_size, of=" of validation")
        names += [f"val_{name}" for name in names]
    history = History() if history is None else history
    if history and set(history) != set(names):
        raise ValueError(f"history has {', '.join(history)}; it needs {', '.join(names)}, which is what this training records.")
    run = Run(model, optimizer, rng, history, tuple(callbacks), epochs, math.ceil(num_samples / batch_size), tuple(names))

    def one_epoch() -> None:
        _train(run, x, y, batch_size, loss, metrics, penalty, clip_norm, augment)
        if validation is not None:
            values = evaluate(model, *validation, loss=loss, metrics=metrics, batch_size=batch_size)
            run.values |= {f"val_{name}": value for name, value in values.items()}

    _repeat(run, one_epoch)
    return history


def _repeat(run: Run, one_epoch: Callable[[], None]) -> None:
    """Run epoch after epoch, until enough are done, or a callback or the reader says stop."""
    run.history.interrupted = False
    run.tell("on_start")
    try:
        while run.epoch < run.epochs and not run.stop:
            run.tell("on_epoch_start")
            one_epoch()
            run.history.add(run.values)
            run.tell("on_epoch_end")
    except KeyboardInterrupt:
        run.history.interrupted = True
    finally:
        run.tell("on_end")


def _train(
    run: Run, x: Data, y: Data, batch_size: int, loss: Loss, metrics: Mapping[str, Metric] | None,
    penalty: Penalty | None, clip_norm: float | None, augment: Augment | None,
) -> None:
    """Go through the samples once, and leave the means of loss and metrics in `run.values`."""
    model, means = run.model, Means()
    params = model.parameters(trainable_only=True)
    for batch, (inputs, target) in enumerate(pairs(model, x, y, batch_size, run.rng)):
        run.batch = batch
        run.tell("on_batch_start")
        if augment is not None:
            inputs = (augment(inputs[0], run.rng), *inputs[1:])
        output = model.forward(*inputs, training=True)
        value, dout = judged(loss, output, target)
        _require_finite(value, run)
        model.backward_to_parameters(dout)
        run.optimizer.step(params, _gradients(model, params, penalty, clip_norm))
        means.add(len(inputs[0]), {"loss": value, **measured(metrics, output, target)})
        run.values = means.values()
        run.tell("on_batch_end")


def _gradients(model: Layer, params: Params, penalty: Penalty | None, clip_norm: float | None) -> Params:
    """Give the gradients of what is trained, those of the penalty added, and all shortened if they are too long together."""
    grads = {name: dp for name, dp in model.gradients().items() if name in params}
    if penalty is not None:
        extras = {name: penalty(name, p) for name, p in params.items()}
        grads |= {name: grads[name] + extra[1] for name, extra in extras.items() if extra is not None}
    if clip_norm is not None:
        grads, _ = nn.clip_by_norm(grads, clip_norm)
    return grads


def _require_finite(loss: float, run: Run) -> None:
    if not math.isfinite(loss):
        raise FloatingPointError(
            f"the loss is {loss} in batch {run.batch + 1} of epoch {run.epoch + 1}. Most often the learning rate is too large "
            f"(it is {run.optimizer.lr:g}); clip_norm may help too. In the very first batch, look for NaN in x and y."
        )


def _require_pair(validation: tuple[Data, Data]) -> None:
    if not isinstance(validation, tuple):
        raise TypeError(f"validation is a {type(validation).__name__}; it needs to be a tuple (x, y).")
    if len(validation) != 2:
        raise ValueError(f"validation is a tuple of {len(validation)}; it needs to be one of two, (x, y).")


def _require_not_frozen(model: Layer) -> None:
    if model.parameters() and not model.parameters(trainable_only=True):
        raise ValueError("model has no parameters to train: all of them are frozen (trainable = False).")


def _require_options(
    optimizer: Optimizer, callbacks: Sequence[Callback], penalty: Penalty | None, clip_norm: float | None, augment: Augment | None,
    history: History | None,
) -> None:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer is {kind(optimizer)}; it needs to be an Optimizer, such as Adam(0.001).")
    if not isinstance(callbacks, list | tuple):
        raise TypeError(f"callbacks is a {type(callbacks).__name__}; it needs to be a list, as [EarlyStopping()].")
    for place, callback in enumerate(callbacks):
        if not isinstance(callback, Callback):
            raise TypeError(f"callbacks[{place}] is {kind(callback)}; it needs to be a Callback, such as EarlyStopping().")
    if penalty is not None and not callable(penalty):
        raise TypeError(f"penalty is a {type(penalty).__name__}; it needs to be a function of the name and the array of a parameter.")
    if augment is not None and not callable(augment):
        raise TypeError(f"augment is a {type(augment).__name__}; it needs to be a function of a batch and a random generator.")
    if clip_norm is not None:
        require_positive(clip_norm=clip_norm)
    if not isinstance(history, History | None):
        raise TypeError(f"history is a {type(history).__name__}; it needs to be the History of an earlier fit.")
