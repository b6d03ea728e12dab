"""Lessons 02, 04 and 05."""

import numpy as np

from dlteach import nn

CALLS = {
    "sigmoid": lambda a: (a.normal(3, 4),),
    "sigmoid_forward": lambda a: (a.normal(3, 4),),
    "sigmoid_backward": lambda a: (a.normal(3, 4), nn.sigmoid(a.normal(3, 4))),
    "relu_forward": lambda a: (a.normal(3, 4),),
    "relu_backward": lambda a: (a.normal(3, 4), a.normal(3, 4)),
    "softmax": lambda a: (a.normal(3, 4),),
    "log_softmax": lambda a: (a.normal(3, 4),),
    "affine_forward": lambda a: (a.normal(2, 3), a.normal(3, 4), a.normal(4)),
    "affine_backward": lambda a: (a.normal(2, 4), nn.AffineCache(a.normal(2, 3), a.normal(3, 4))),
    "affine_parameter_gradients": lambda a: (a.normal(2, 4), nn.AffineCache(a.normal(2, 3), a.normal(3, 4))),
    "binary_cross_entropy": lambda a: (a.normal(5), a.labels(5)),
    "softmax_cross_entropy": lambda a: (a.normal(5, 3), a.labels(5, 3)),
    "logistic_gradient": lambda a: (a.normal(5, 3), a.labels(5), a.normal(3), 0.5),
    "predict": lambda a: (a.normal(5, 3), a.normal(3), 0.5),
    "train_logistic_regression": lambda a: (a.normal(5, 3), a.labels(5), 0.1, 3),
    "two_layer_logits": lambda a: (a.two_layer_params(3, 4, 2), a.normal(5, 3)),
    "two_layer_loss": lambda a: (a.two_layer_params(3, 4, 2), a.normal(5, 3), a.labels(5, 2)),
    "quadratic_derivative": lambda a: (a.normal(3, 4),),
    "gradient_descent": lambda a: (nn.quadratic_derivative, a.normal(3, 4), 0.1, 3),
    "sgd_step": lambda a: (a.two_layer_params(3, 4, 2), a.two_layer_params(3, 4, 2), 0.1),
    "numerical_gradient": lambda a: (lambda x: np.sum(x**2), a.normal(3, 4)),
    "numerical_backward": lambda a: (lambda x: x**2, a.normal(3, 4), a.normal(3, 4)),
    "relative_error": lambda a: (a.normal(3, 4), a.normal(3, 4)),
    "accuracy": lambda a: (a.labels(9), a.labels(9)),
    "confusion_matrix": lambda a: (a.labels(9, 3), a.labels(9, 3), 3),
    "precision": lambda a: (a.labels(9), a.labels(9)),
    "recall": lambda a: (a.labels(9), a.labels(9)),
    "f1_score": lambda a: (a.labels(9), a.labels(9)),
}
