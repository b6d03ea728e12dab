"""Lesson 02: gradient descent, one step at a time."""

from dlteach.checking import Lesson
from dlteach.exercises.gradient_descent.gradient_descent import EXERCISE as GRADIENT_DESCENT
from dlteach.exercises.gradient_descent.numerical_gradient import EXERCISE as NUMERICAL_GRADIENT
from dlteach.exercises.gradient_descent.quadratic_derivative import EXERCISE as QUADRATIC_DERIVATIVE

LESSON = Lesson(
    number=2,
    name="gradient_descent",
    title="Gradient descent",
    exercises=(QUADRATIC_DERIVATIVE, GRADIENT_DESCENT, NUMERICAL_GRADIENT),
)
