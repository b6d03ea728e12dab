"""Lesson 05: backpropagation by hand."""

from dlteach.checking import Lesson
from dlteach.exercises.backpropagation.affine_backward import EXERCISE as AFFINE_BACKWARD
from dlteach.exercises.backpropagation.affine_forward import EXERCISE as AFFINE_FORWARD
from dlteach.exercises.backpropagation.relative_error import EXERCISE as RELATIVE_ERROR
from dlteach.exercises.backpropagation.relu_backward import EXERCISE as RELU_BACKWARD
from dlteach.exercises.backpropagation.relu_forward import EXERCISE as RELU_FORWARD
from dlteach.exercises.backpropagation.sgd_step import EXERCISE as SGD_STEP
from dlteach.exercises.backpropagation.sigmoid_backward import EXERCISE as SIGMOID_BACKWARD
from dlteach.exercises.backpropagation.sigmoid_forward import EXERCISE as SIGMOID_FORWARD
from dlteach.exercises.backpropagation.softmax import EXERCISE as SOFTMAX
from dlteach.exercises.backpropagation.softmax_cross_entropy import EXERCISE as SOFTMAX_CROSS_ENTROPY
from dlteach.exercises.backpropagation.two_layer_loss import EXERCISE as TWO_LAYER_LOSS

LESSON = Lesson(
    number=5,
    name="backpropagation",
    title="Backpropagation",
    exercises=(
        AFFINE_FORWARD,
        AFFINE_BACKWARD,
        RELU_FORWARD,
        RELU_BACKWARD,
        SIGMOID_FORWARD,
        SIGMOID_BACKWARD,
        SOFTMAX,
        SOFTMAX_CROSS_ENTROPY,
        TWO_LAYER_LOSS,
        SGD_STEP,
        RELATIVE_ERROR,
    ),
)
