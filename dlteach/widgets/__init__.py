"""Pictures that move: each shows a trace of the real computation, with knobs to turn and time to go back and forth in."""

from dlteach.widgets.backpropagation import explore_backpropagation
from dlteach.widgets.base import TraceWidget
from dlteach.widgets.descent import explore_descent
from dlteach.widgets.logistic import explore_logistic
from dlteach.widgets.network import explore_network
from dlteach.widgets.regression import explore_regression
from dlteach.widgets.threshold import explore_threshold

__all__ = [
    "TraceWidget",
    "explore_backpropagation",
    "explore_descent",
    "explore_logistic",
    "explore_network",
    "explore_regression",
    "explore_threshold",
]
