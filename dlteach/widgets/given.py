"""Widgets of data that the learner gave: what their call looks like when it is copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dlteach.traces import Trace
from dlteach.widgets.base import Own, TraceWidget, ViewOf
from dlteach.widgets.view import View


class GivenWidget(TraceWidget):
    """A widget with arguments that no knob changes: data, which stand in its call by name, and texts.

    Args:
        name, record, view, params, own: as in `TraceWidget`.
        data: the arguments that begin the call, by name: "x", "y".
        more: the arguments that end it: "ask=True".
    """

    def __init__(
        self,
        name: str,
        record: Callable[..., Trace],
        view: View | ViewOf,
        params: Mapping[str, Any],
        own: Own | None = None,
        *,
        data: Sequence[str] = (),
        more: Sequence[str] = (),
    ) -> None:
        self._before, self._after = tuple(data), tuple(more)  # first, since the call is written down when the first trace is recorded
        super().__init__(name, record, view, params, own)

    def _as_python(self, params: Mapping[str, Any]) -> str:
        between = super()._as_python(params).removeprefix(f"{self.name}(").removesuffix(")")
        arguments = [*self._before, *([between] if between else []), *self._after]
        return f"{self.name}({', '.join(arguments)})"


def argument(name: str, value: Any, default: Any) -> list[str]:
    """An argument as it stands in the call; nothing where the default would do."""
    return [] if value == default else [f"{name}={value!r}"]


def names_of(class_names: Sequence[str]) -> tuple[str, str]:
    """The names of two classes. Raises TypeError or ValueError unless there are two texts."""
    if isinstance(class_names, str) or not isinstance(class_names, Sequence) or not all(isinstance(name, str) for name in class_names):
        raise TypeError(f"class_names is {class_names!r}; it needs to be two texts, for the classes 0 and 1.")
    if len(class_names) != 2:
        raise ValueError(f"class_names has {len(class_names)} names; it needs two, for the classes 0 and 1.")
    return class_names[0], class_names[1]
