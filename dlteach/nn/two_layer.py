"""The smallest network with a hidden layer: affine, ReLU, affine, softmax cross-entropy.

Its parameters are a dict: `w1 (D, H)`, `b1 (H,)`, `w2 (H, C)`, `b2 (C,)`.
"""

from dlteach.nn._require import require_names
from dlteach.nn._types import Array, Params
from dlteach.nn.activations import relu_backward, relu_forward
from dlteach.nn.affine import affine_backward, affine_forward
from dlteach.nn.cross_entropy import softmax_cross_entropy

_NAMES = ("w1", "b1", "w2", "b2")


def two_layer_logits(params: Params, x: Array) -> Array:
    """Give the scores of every class; the largest of a row is the network's answer.

    logits = relu(x @ w1 + b1) @ w2 + b2

    Args:
        params: `w1 (D, H)`, `b1 (H,)`, `w2 (H, C)`, `b2 (C,)`.
        x: (N, D), samples.

    Returns:
        logits: (N, C).

    Raises:
        TypeError: an argument is not an array.
        ValueError: a parameter is missing or unknown, the shapes do not fit together, the batch is empty, or a dtype is not of
            real numbers.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    require_names(_NAMES, params=params)
    scores, _ = affine_forward(x, params["w1"], params["b1"])
    hidden, _ = relu_forward(scores)
    logits, _ = affine_forward(hidden, params["w2"], params["b2"])
    return logits


def two_layer_loss(params: Params, x: Array, labels: Array) -> tuple[float, Params]:
    """Run the network forward to its loss, then backward to the gradient of every parameter.

    logits = relu(x @ w1 + b1) @ w2 + b2    J = −mean_n log softmax(logits_n)_label(n)

    The loss comes with its gradient. The backward half takes it from there through the other three functions in reverse order,
    each with the cache its forward half kept. In the code `scores` are those of the H hidden units, before the ReLU.

    Args:
        params: `w1 (D, H)`, `b1 (H,)`, `w2 (H, C)`, `b2 (C,)`.
        x: (N, D), samples.
        labels: (N,), integers from 0 to C − 1.

    Returns:
        loss: the mean loss.
        grads: the gradients, under the names and in the shapes of the parameters.

    Raises:
        TypeError: an argument is not an array.
        ValueError: a parameter is missing or unknown, the shapes do not fit together, the batch is empty, a dtype is not of real
            numbers, or a label is no class number.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    require_names(_NAMES, params=params)
    scores, affine1_cache = affine_forward(x, params["w1"], params["b1"])
    hidden, relu_cache = relu_forward(scores)
    logits, affine2_cache = affine_forward(hidden, params["w2"], params["b2"])
    loss, dlogits = softmax_cross_entropy(logits, labels)

    dhidden, dw2, db2 = affine_backward(dlogits, affine2_cache)
    dscores = relu_backward(dhidden, relu_cache)
    _, dw1, db1 = affine_backward(dscores, affine1_cache)
    return loss, {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2}
