"""The reference: deep learning as pure NumPy functions, written to be read, one idea per file.

A layer is two functions side by side. `…_forward` gives its output and a cache, which is what the way back needs to
remember; `…_backward` takes `dout`, the gradient of the loss with respect to that output, and the cache, and gives the
gradient with respect to each input. There is no engine and no hidden state.

Conventions, everywhere the same:

- A batch comes first: `(N, D)`. Weights are `(in, out)`; PyTorch's are `(out, in)`, and one transpose carries them over.
- Losses are means over the batch.
- The result has the dtype of the input: float32 stays float32. No input is ever written to.
- A shape that does not fit raises `ValueError`, which names the argument, the shape it has and the shape it needs.
"""

from dlteach.nn.activations import (
    log_softmax,
    relu_backward,
    relu_forward,
    sigmoid,
    sigmoid_backward,
    sigmoid_forward,
    softmax,
)
from dlteach.nn.affine import AffineCache, AffineGrads, affine_backward, affine_forward
from dlteach.nn.descent import gradient_descent, quadratic_derivative, sgd_step
from dlteach.nn.initialization import he_normal, he_uniform, xavier_normal, xavier_uniform
from dlteach.nn.logistic import logistic_gradient, predict, train_logistic_regression
from dlteach.nn.losses import binary_cross_entropy, softmax_cross_entropy
from dlteach.nn.metrics import accuracy, confusion_matrix, f1_score, precision, recall
from dlteach.nn.numerical import numerical_backward, numerical_gradient, relative_error
from dlteach.nn.two_layer import two_layer_logits, two_layer_loss

__all__ = [
    "AffineCache",
    "AffineGrads",
    "accuracy",
    "affine_backward",
    "affine_forward",
    "binary_cross_entropy",
    "confusion_matrix",
    "f1_score",
    "gradient_descent",
    "he_normal",
    "he_uniform",
    "log_softmax",
    "logistic_gradient",
    "numerical_backward",
    "numerical_gradient",
    "precision",
    "predict",
    "quadratic_derivative",
    "recall",
    "relative_error",
    "relu_backward",
    "relu_forward",
    "sgd_step",
    "sigmoid",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax",
    "softmax_cross_entropy",
    "train_logistic_regression",
    "two_layer_logits",
    "two_layer_loss",
    "xavier_normal",
    "xavier_uniform",
]
