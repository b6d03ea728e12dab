"""Activations and softmax."""

from dlteach import nn

CALLS = {
    "tanh_forward": lambda a: (a.normal(3, 4),),
    "tanh_backward": lambda a: (a.normal(3, 4), nn.tanh_forward(a.normal(3, 4))[1]),
    "leaky_relu_forward": lambda a: (a.normal(3, 4), 0.2),
    "leaky_relu_backward": lambda a: (a.normal(3, 4), nn.LeakyReluCache(a.normal(3, 4), 0.2)),
    "gelu_forward": lambda a: (a.normal(3, 4),),
    "gelu_backward": lambda a: (a.normal(3, 4), nn.gelu_forward(a.normal(3, 4))[1]),
    "softmax_forward": lambda a: (a.normal(2, 3, 4),),
    "softmax_backward": lambda a: (a.normal(2, 3, 4), nn.softmax(a.normal(2, 3, 4))),
    "log_softmax_forward": lambda a: (a.normal(2, 3, 4),),
    "log_softmax_backward": lambda a: (a.normal(2, 3, 4), nn.log_softmax(a.normal(2, 3, 4))),
}
