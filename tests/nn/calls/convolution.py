"""Lesson 08, batch norm and dropout; lesson 10, convolution and pooling; layer norm, upsampling."""

import numpy as np

from dlteach import nn
from tests.nn.harness import Options


def conv(a):
    return a.normal(2, 3, 5, 4), a.normal(4, 3, 3, 2), a.normal(4), Options(stride=2, pad=1)


def norm(a):
    """A batch of images, and three times one number for each channel: the last one above 0, so that it can be a variance."""
    return a.normal(2, 3, 4, 5), a.normal(3), a.normal(3), a.normal(3), np.abs(a.normal(3))


CALLS = {
    "conv_output_size": lambda a: (7, 3, 2, 1),
    "im2col": lambda a: (a.normal(2, 3, 5, 4), 3, 2, 2, 1),
    "col2im": lambda a: (a.normal(2, 18, 9), (2, 3, 5, 4), 3, 2, 2, 1),
    "conv2d_forward": conv,
    "conv2d_backward": lambda a: (a.normal(2, 4, 3, 3), nn.ConvCache(a.normal(2, 3, 5, 4), a.normal(4, 3, 3, 2), 2, 1)),
    "conv2d_naive": conv,
    "conv2d_naive_backward": lambda a: (a.normal(2, 4, 3, 3), nn.ConvCache(a.normal(2, 3, 5, 4), a.normal(4, 3, 3, 2), 2, 1)),
    "conv2d_parameter_gradients": lambda a: (a.normal(2, 4, 3, 3), nn.ConvCache(a.normal(2, 3, 5, 4), a.normal(4, 3, 3, 2), 2, 1)),
    "max_pool2d_forward": lambda a: (a.normal(2, 3, 5, 6), Options(size=3, stride=2, pad=1)),
    "max_pool2d_backward": lambda a: (a.normal(2, 3, 2, 3), nn.max_pool2d_forward(a.normal(2, 3, 5, 6), size=2)[1]),
    "avg_pool2d_forward": lambda a: (a.normal(2, 3, 5, 6), Options(size=3, stride=2, pad=1)),
    "avg_pool2d_backward": lambda a: (a.normal(2, 3, 2, 3), nn.AvgPoolCache((2, 3, 5, 6), 2, 2, 0)),
    "upsample2d_forward": lambda a: (a.normal(2, 3, 2, 3), Options(factor=2)),
    "upsample2d_backward": lambda a: (a.normal(2, 3, 4, 6), 2),
    "batch_norm_forward": lambda a: (*norm(a)[:3], Options(eps=1e-4)),
    "batch_norm_backward": lambda a: (a.normal(2, 3, 4, 5), nn.batch_norm_forward(*norm(a)[:3])[1]),
    "batch_norm_track": lambda a: (*norm(a)[3:], nn.batch_norm_forward(*norm(a)[:3])[1], Options(momentum=0.3)),
    "batch_norm_inference_forward": lambda a: (*norm(a), Options(eps=1e-4)),
    "batch_norm_inference_backward": lambda a: (a.normal(2, 3, 4, 5), nn.batch_norm_inference_forward(*norm(a))[1]),
    "layer_norm_forward": lambda a: (a.normal(2, 3, 4), a.normal(4), a.normal(4), Options(eps=1e-4)),
    "layer_norm_backward": lambda a: (a.normal(2, 3, 4), nn.layer_norm_forward(a.normal(2, 3, 4), a.normal(4), a.normal(4))[1]),
    "dropout_forward": lambda a: (a.normal(3, 4), 0.3, np.random.default_rng(0)),
    "dropout_backward": lambda a: (a.normal(3, 4), nn.dropout_forward(a.normal(3, 4), 0.3, np.random.default_rng(0))[1]),
}
