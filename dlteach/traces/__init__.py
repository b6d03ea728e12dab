"""Computations recorded frame by frame: pure functions that run the reference, or the learner's own function in its place."""

from dlteach.traces.backpropagation import backpropagation_trace
from dlteach.traces.descent import gradient_descent_trace
from dlteach.traces.logistic import logistic_regression_trace
from dlteach.traces.network import network_trace
from dlteach.traces.own import OwnFunctionError
from dlteach.traces.regression import linear_regression_trace
from dlteach.traces.surfaces import SURFACES, Surface
from dlteach.traces.threshold import threshold_trace
from dlteach.traces.trace import MAX_BYTES, Bytes, Trace, in_bytes

__all__ = [
    "MAX_BYTES",
    "SURFACES",
    "Bytes",
    "OwnFunctionError",
    "Surface",
    "Trace",
    "backpropagation_trace",
    "gradient_descent_trace",
    "in_bytes",
    "linear_regression_trace",
    "logistic_regression_trace",
    "network_trace",
    "threshold_trace",
]
