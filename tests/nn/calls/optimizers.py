"""Lesson 07: optimizers and schedules."""

from dlteach import nn
from tests.nn.harness import Options


def params(a):
    return a.two_layer_params(3, 4, 2)


def squares(a):
    return {name: value**2 for name, value in params(a).items()}


CALLS = {
    "zeros_for": lambda a: (params(a),),
    "adam_start": lambda a: (params(a),),
    "momentum_step": lambda a: (params(a), params(a), params(a), 0.1),
    "nesterov_step": lambda a: (params(a), params(a), params(a), 0.1),
    "rmsprop_step": lambda a: (params(a), params(a), squares(a), 0.1),
    "adam_step": lambda a: (params(a), params(a), nn.AdamState(params(a), squares(a), 3), 0.1),
    "adamw_step": lambda a: (params(a), params(a), nn.AdamState(params(a), squares(a), 3), 0.1),
    "step_decay": lambda a: (0.1, 7, Options(factor=0.5, every=3)),
    "cosine_decay": lambda a: (0.1, 7, Options(total=10)),
    "warm_up": lambda a: (0.1, 7, Options(steps=10)),
}
