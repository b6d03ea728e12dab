"""What one does with a trained model: ask it for its outputs, and say how good they are."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from dlteach.nn._require import require_count
from dlteach.nn._types import Array
from dlteach.training._require import require_model
from dlteach.training.batches import Data, as_tuple, batches, require_samples, require_scaled
from dlteach.training.layer import Layer

Loss: TypeAlias = Callable[[Any, Any], tuple[float, Any]]
"""A function of (output, target) that gives the loss and its gradient with respect to the output."""

Metric: TypeAlias = Callable[[Any, Any], float]
"""A function of (output, target) that gives a number to look at."""


def evaluate(
    model: Layer, x: Data, y: Data, *, loss: Loss, metrics: Mapping[str, Metric] | None = None, batch_size: int = 128
) -> dict[str, float]:
    """Say how good a model is on samples, changing nothing.

    Args:
        model: any layer.
        x: (N, …), or a tuple of such arrays.
        y: (N, …), the targets, or a tuple of such arrays.
        loss: function of (output, target) that gives (loss, dout).
        metrics: functions of (output, target) that give a number, by name.
        batch_size: how many samples are worked on at a time.

    Returns:
        The loss as "loss", and every metric: means over the batches, each with the weight of its size. For what is no mean over
        samples, such as `nn.f1_score`, ask `predict` for all outputs and take the score of those.

    Raises:
        TypeError: an argument is of a wrong kind.
        ValueError: a number is out of its range, `x` is bytes or empty, or lengths differ.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 5.1.2.
    """
    require_task(model, x, y, loss, metrics, batch_size)
    means = Means()
    for inputs, target in pairs(model, x, y, batch_size):
        output = model.forward(*inputs)
        value, _ = judged(loss, output, target)
        means.add(len(inputs[0]), {"loss": value, **measured(metrics, output, target)})
    return means.values()


def predict(model: Layer, x: Data, *, batch_size: int = 128) -> Any:
    """Give the model's output for samples, in their order.

    Args:
        model: any layer.
        x: (N, …), or a tuple of such arrays.
        batch_size: how many samples are worked on at a time.

    Returns:
        (N, …), or a tuple of such arrays if the model has several outputs.

    Raises:
        TypeError: an argument is of a wrong kind.
        ValueError: `x` is bytes or empty, or `batch_size` is below 1.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.
    """
    require_model(model)
    require_samples(x=x)
    require_scaled(x=x)
    require_count(1, batch_size=batch_size)
    outputs = [model.forward(*_cast(inputs, model.dtype)) for inputs in batches(*as_tuple(x), batch_size=batch_size)]
    if isinstance(outputs[0], tuple):
        return tuple(np.concatenate(parts) for parts in zip(*outputs, strict=True))
    return np.concatenate(outputs)


class Means:
    """Means of several values over samples that come in batches: each batch has the weight of its size."""

    def __init__(self) -> None:
        self.count = 0
        self.sums: dict[str, float] = {}

    def add(self, count: int, values: Mapping[str, float]) -> None:
        """Take in the values of one batch."""
        self.count += count
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + count * value

    def values(self) -> dict[str, float]:
        """Give the means over all that was taken in."""
        return {name: total / self.count for name, total in self.sums.items()}


def pairs(model: Layer, x: Data, y: Data, size: int, rng: np.random.Generator | None = None) -> Iterator[tuple[tuple[Array, ...], Any]]:
    """Go through the batches: the inputs as a tuple, the target as it was given, an array or a tuple."""
    num_inputs, dtype = len(as_tuple(x)), model.dtype
    for arrays in batches(*as_tuple(x), *as_tuple(y), batch_size=size, rng=rng):
        cast = _cast(arrays, dtype)
        yield cast[:num_inputs], cast[num_inputs:] if isinstance(y, tuple) else cast[num_inputs]


def judged(loss: Loss, output: Any, target: Any) -> tuple[float, Any]:
    """Give the loss of a batch and its gradient; raise if the function gives something else."""
    answer: Any = _called("the loss", loss, output, target)
    if not (isinstance(answer, tuple) and len(answer) == 2):
        what = f"a tuple of {len(answer)}" if isinstance(answer, tuple) else f"a {type(answer).__name__}"
        raise TypeError(f"loss gave {what}; it needs to give two things, the loss and its gradient for the output.")
    return float(answer[0]), answer[1]


def measured(metrics: Mapping[str, Metric] | None, output: Any, target: Any) -> dict[str, float]:
    """Give every metric of a batch."""
    return {name: float(_called(f"metrics[{name!r}]", metric, output, target)) for name, metric in (metrics or {}).items()}


def _called(what: str, function: Callable[[Any, Any], Any], output: Any, target: Any) -> Any:
    """Give what a function of (output, target) gives; an error in it says which function it was."""
    try:
        return function(output, target)
    except (TypeError, ValueError) as error:
        error.add_note(f"This was in {what}, a function of (output, target), the output being what the model gives.")
        raise


def require_task(model: Layer, x: Data, y: Data, loss: Loss, metrics: Mapping[str, Metric] | None, batch_size: int, of: str = "") -> int:
    """Raise unless a model can be judged on these samples; give their number. `of` follows x and y in messages."""
    require_model(model)
    num_samples = require_samples(**{f"x{of}": x, f"y{of}": y})
    require_scaled(**{f"x{of}": x})
    require_count(1, batch_size=batch_size)
    if not isinstance(metrics, Mapping | None):
        raise TypeError(f"metrics is a {type(metrics).__name__}; it needs to be a dict of functions by name, as {{'accuracy': …}}.")
    for name, function in {"loss": loss, **{f"metrics[{name!r}]": metric for name, metric in (metrics or {}).items()}}.items():
        if not callable(function):
            raise TypeError(f"{name} is a {type(function).__name__}; it needs to be a function of (output, target).")
    for name in metrics or {}:
        if name == "loss" or name.startswith("val_"):
            raise ValueError(f"metrics has the name {name!r}; it needs others, because the history has that name already.")
    return num_samples


def _cast(arrays: tuple[Array, ...], dtype: np.dtype[Any]) -> tuple[Array, ...]:
    """Numbers with fractions in the dtype of the model; whole numbers, which are labels and tokens, as they are."""
    return tuple(array.astype(dtype, copy=False) if array.dtype.kind == "f" else array for array in arrays)
