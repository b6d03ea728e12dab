"""Pictures that move: each shows a trace of the real computation, with knobs to turn and time to go back and forth in."""

from dlteach.widgets.base import TraceWidget

__all__ = [
    "TraceWidget",
]
