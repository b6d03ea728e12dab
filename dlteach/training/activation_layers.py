"""Activation functions as layers: they have no parameters, and their output has the shape of their input."""

from dlteach import nn
from dlteach.nn._types import Array
from dlteach.training.layer import Layer


class Sigmoid(Layer):
    """Squash every number into the range 0 to 1 (`nn.sigmoid_forward`).

    out = 1 / (1 + exp(−x))

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give the sigmoid of every number in x."""
        out, self.cache = nn.sigmoid_forward(x)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx."""
        return nn.sigmoid_backward(dout, self.recall())


class Tanh(Layer):
    """Squash every number into the range −1 to 1 (`nn.tanh_forward`).

    out = tanh(x)

    Source: LeCun, Bottou, Orr and Müller, "Efficient backprop", 1998.
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give the tanh of every number in x."""
        out, self.cache = nn.tanh_forward(x)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx."""
        return nn.tanh_backward(dout, self.recall())


class ReLU(Layer):
    """Let positive numbers through and replace the others by 0 (`nn.relu_forward`).

    out = max(0, x)

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give the positive part of every number in x."""
        out, self.cache = nn.relu_forward(x)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx."""
        return nn.relu_backward(dout, self.recall())


class LeakyReLU(Layer):
    """Let positive numbers through and shrink the others (`nn.leaky_relu_forward`).

    out = x where x > 0, and slope · x elsewhere

    Args:
        slope: what negative numbers are multiplied by.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give x, with its negative numbers shrunk."""
        out, self.cache = nn.leaky_relu_forward(x, self.slope)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx."""
        return nn.leaky_relu_backward(dout, self.recall())


class GELU(Layer):
    """Multiply every number by the probability that a standard normal one lies below it (`nn.gelu_forward`).

    out = x · Φ(x)

    Source: Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", 2016.
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give the GELU of every number in x."""
        out, self.cache = nn.gelu_forward(x)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx."""
        return nn.gelu_backward(dout, self.recall())


class Softmax(Layer):
    """Turn the scores along the last axis into probabilities (`nn.softmax_forward`).

    out_c = exp(x_c) / Σ_k exp(x_k)

    A classifier is trained without it: its loss takes the scores themselves, which is more exact.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give probabilities, in the shape of x."""
        out, self.cache = nn.softmax_forward(x)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx."""
        return nn.softmax_backward(dout, self.recall())
