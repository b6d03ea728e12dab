"""Learn deep learning in Jupyter: write the functions yourself, see them move, and be told what is wrong.

Importing this package imports nothing else; everything comes when it is first asked for::

    from dlteach import check          # tell me what is wrong with my function
    from dlteach import nn             # the reference, written to be read
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlteach.exercises import check as check
    from dlteach.exercises import progress as progress
    from dlteach.exercises import use as use

__version__ = "0.1.0"

_FROM_EXERCISES = ("check", "progress", "use")
_ROOMS = ("authoring", "checking", "cli", "data", "exercises", "models", "nn", "traces", "training", "widgets")

__all__ = [*_FROM_EXERCISES, *_ROOMS]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for (PEP 562)."""
    if name in _FROM_EXERCISES:
        return getattr(importlib.import_module("dlteach.exercises"), name)
    if name in _ROOMS:
        return importlib.import_module(f"dlteach.{name}")
    raise AttributeError(f"module 'dlteach' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
