"""A table of a model: its layers, the shapes of what they give, and how many parameters they have."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlteach.nn._require import require_count
from dlteach.nn._types import Array
from dlteach.training._require import require_model
from dlteach.training.layer import Layer

HEADINGS = ("layer", "kind", "output", "parameters")


def summary(model: Layer, x: Any = None, *, input_shape: Sequence[int] | None = None) -> str:
    """Describe a model as a table, one line for each layer that is not made of others.

    The shapes are found by running one sample through a copy of the model; N stands for the size of the batch.

    Args:
        model: any layer.
        x: a batch (a tuple of arrays for a model with several inputs), of which the first sample is used.
        input_shape: instead of `x`, the shape of one sample, without the batch: (1, 28, 28) for a grey picture. Tokens need `x`.

    Returns:
        The table, as text to print.

    Raises:
        TypeError: `model` is not a layer, `x` holds something else than arrays, or a size is not a whole number.
        ValueError: there are both `x` and `input_shape`, or neither; or the model cannot take such a sample.
    """
    require_model(model)
    if (x is None) == (input_shape is None):
        raise ValueError("summary needs either x or input_shape.")
    if input_shape is not None:
        if not isinstance(input_shape, tuple | list):
            raise TypeError(f"input_shape is {input_shape!r}; it needs to be a tuple of sizes, as (64,).")
        require_count(1, **{f"input_shape[{axis}]": size for axis, size in enumerate(input_shape)})
        x = np.zeros((1, *input_shape), model.dtype)
    inputs = tuple(_first_sample(array) for array in (x if isinstance(x, tuple) else (x,)))
    shapes = _output_shapes(model, inputs)
    rows = [
        (name or "-", type(layer).__name__, shapes.get(name, "-"), f"{_size(layer.params):,}")
        for name, layer in model.walk()
        if layer.params or not layer.sublayers()
    ]
    total, trained = model.num_parameters(), _size(model.parameters(trainable_only=True))
    lines = [*_table(rows), f"{total:,} parameters, of which {trained:,} are trained"]
    return "\n".join(lines)


def _first_sample(array: Any) -> Array:
    if not isinstance(array, np.ndarray) or array.ndim == 0:
        raise TypeError(f"x is or holds {array!r}; it needs arrays of samples. The shape of a sample is given as input_shape=(…).")
    return array[:1]


def _size(arrays: dict[str, Any]) -> int:
    """Count the numbers in all arrays."""
    return sum(array.size for array in arrays.values())


def _output_shapes(model: Layer, inputs: tuple[Any, ...]) -> dict[str, str]:
    """Give the shapes of the outputs of all layers by name, from a copy of the model that notes them down as it runs."""
    probe = copy.deepcopy(model)
    shapes: dict[str, str] = {}

    def noting(name: str, forward: Callable[..., Any]) -> Callable[..., Any]:
        def forward_and_note(*inputs: Any, **options: Any) -> Any:
            out = forward(*inputs, **options)
            shapes[name] = ", ".join(_shape(array) for array in (out if isinstance(out, tuple) else (out,)))
            return out

        return forward_and_note

    for name, layer in probe.walk():
        vars(layer)["forward"] = noting(name, layer.forward)
    probe.forward(*inputs)
    return shapes


def _shape(array: Any) -> str:
    """Give the shape of the output for one sample, with N for the batch."""
    return f"({', '.join(['N', *map(str, np.shape(array)[1:])])})"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Set rows in columns: words to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in (HEADINGS, *rows)) for column in range(len(HEADINGS))]
    lines = []
    for *words, number in (HEADINGS, *rows):
        cells = [word.ljust(width) for word, width in zip(words, widths[:-1], strict=True)]
        lines.append("  ".join([*cells, number.rjust(widths[-1])]))
    rule = "-" * len(lines[0])
    return [lines[0], rule, *lines[1:], rule]
