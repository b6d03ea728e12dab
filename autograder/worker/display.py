"""The ways by which IPython shows something, leading to :class:`~autograder.worker.outputs.Outputs` instead of a socket."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter

from autograder.worker.outputs import Outputs


class Hook(DisplayHook):
    """``sys.displayhook``: shows the value of a cell's last expression."""

    outputs: Outputs
    cell_name: Callable[[], str]
    counts = False

    def __call__(self, result: Any = None) -> None:
        """Show a value. As the cell's points counts only what the cell's own code shows, not what a function called by it does."""
        self.counts = sys._getframe(1).f_code.co_filename == self.cell_name()
        super().__call__(result)

    def compute_format_data(self, result: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The value in all formats, even where a display would no longer be kept: it may be the cell's points."""
        return DisplayFormatter.format(self.shell.display_formatter, result)  # type: ignore[no-any-return]

    def write_output_prompt(self) -> None:
        """A notebook has none."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Keep the formats as an output."""
        self.outputs.result(format_dict, md_dict or {}, self.prompt_count, self.counts)

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """Nothing is logged: there is no history on a disk."""

    def finish_displayhook(self) -> None:
        """There is no prompt to end."""
        self._is_active = False


class Publisher(DisplayPublisher):
    """``display()``, ``update_display()`` and ``clear_output()``."""

    outputs: Outputs

    def publish(self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, update: bool = False, **__: Any) -> None:
        """Keep a display."""
        metadata = {} if metadata is None else metadata
        self._validate_data(data, metadata)
        name = transient.get("display_id") if isinstance(transient, dict) else None
        self.outputs.display(data, metadata, name if isinstance(name, str) else None, bool(update))

    def clear_output(self, wait: bool = False) -> None:
        """Forget what was shown."""
        self.outputs.clear(bool(wait))


class Formatter(DisplayFormatter):
    """Turns objects into formats, unless nothing more will be kept of this cell: a million displays should cost little."""

    outputs: Outputs | None = None

    def format(self, obj: Any, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """The object in every format there is for it."""
        if self.outputs is not None and self.outputs.full:
            self.outputs.dropped.outputs += 1
            return {}, {}
        return super().format(obj, include=include, exclude=exclude)  # type: ignore[no-any-return]
