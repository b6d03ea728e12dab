"""Lessons 12 and 13."""

import numpy as np

from dlteach import nn

LENGTHS = np.array([4, 2, 1])


def rnn_step(a):
    return a.normal(3, 2), a.normal(3, 5), a.normal(2, 5), a.normal(5, 5), a.normal(5)


def lstm_step(a):
    return a.normal(3, 2), a.normal(3, 5), a.normal(3, 5), a.normal(2, 20), a.normal(5, 20), a.normal(20)


def gru_step(a):
    return a.normal(3, 2), a.normal(3, 5), a.normal(2, 15), a.normal(5, 15), a.normal(15), a.normal(15)


def sequence(a, step):
    """The arguments of a step with four steps of input in place of one, and lengths."""
    return a.normal(3, 4, 2), *step(a)[1:], LENGTHS


CALLS = {
    "rnn_step_forward": rnn_step,
    "rnn_step_backward": lambda a: (a.normal(3, 5), nn.rnn_step_forward(*rnn_step(a))[-1]),
    "lstm_step_forward": lstm_step,
    "lstm_step_backward": lambda a: (a.normal(3, 5), a.normal(3, 5), nn.lstm_step_forward(*lstm_step(a))[-1]),
    "gru_step_forward": gru_step,
    "gru_step_backward": lambda a: (a.normal(3, 5), nn.gru_step_forward(*gru_step(a))[-1]),
    "rnn_forward": lambda a: sequence(a, rnn_step),
    "rnn_backward": lambda a: (a.normal(3, 4, 5), nn.rnn_forward(*sequence(a, rnn_step))[-1]),
    "lstm_forward": lambda a: sequence(a, lstm_step),
    "lstm_backward": lambda a: (a.normal(3, 4, 5), a.normal(3, 5), nn.lstm_forward(*sequence(a, lstm_step))[-1]),
    "gru_forward": lambda a: sequence(a, gru_step),
    "gru_backward": lambda a: (a.normal(3, 4, 5), nn.gru_forward(*sequence(a, gru_step))[-1]),
    "reverse_sequences": lambda a: (a.normal(3, 4, 2), LENGTHS),
}
