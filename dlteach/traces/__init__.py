"""Computations recorded frame by frame: pure functions that run the reference, or the learner's own function in its place."""

from dlteach.traces.own import OwnFunctionError
from dlteach.traces.trace import MAX_BYTES, Bytes, Trace, in_bytes

__all__ = [
    "MAX_BYTES",
    "Bytes",
    "OwnFunctionError",
    "Trace",
    "in_bytes",
]
