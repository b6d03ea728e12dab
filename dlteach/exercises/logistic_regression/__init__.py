"""Lesson 04: logistic regression, from the sigmoid to precision and recall."""

from dlteach.checking import Lesson
from dlteach.exercises.logistic_regression.binary_cross_entropy import EXERCISE as BINARY_CROSS_ENTROPY
from dlteach.exercises.logistic_regression.confusion_matrix import EXERCISE as CONFUSION_MATRIX
from dlteach.exercises.logistic_regression.f1_score import EXERCISE as F1_SCORE
from dlteach.exercises.logistic_regression.logistic_gradient import EXERCISE as LOGISTIC_GRADIENT
from dlteach.exercises.logistic_regression.precision import EXERCISE as PRECISION
from dlteach.exercises.logistic_regression.predict import EXERCISE as PREDICT
from dlteach.exercises.logistic_regression.recall import EXERCISE as RECALL
from dlteach.exercises.logistic_regression.sigmoid import EXERCISE as SIGMOID
from dlteach.exercises.logistic_regression.train_logistic_regression import EXERCISE as TRAIN_LOGISTIC_REGRESSION

LESSON = Lesson(
    number=4,
    name="logistic_regression",
    title="Logistic regression",
    exercises=(
        SIGMOID,
        BINARY_CROSS_ENTROPY,
        LOGISTIC_GRADIENT,
        TRAIN_LOGISTIC_REGRESSION,
        PREDICT,
        CONFUSION_MATRIX,
        PRECISION,
        RECALL,
        F1_SCORE,
    ),
)
