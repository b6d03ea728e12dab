"""Classes to measure and to compare with: as many students as wanted, no two notebooks alike, the same for the same seed.

What students write comes from the exercises' own banks: the lesson's solution, right answers written otherwise, known mistakes,
nothing yet. Nobody in them is real.
"""

import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.classroom import renamed
from dlteach.authoring import build_release, build_source, notebook_text
from dlteach.authoring.answer import BEGIN, END
from dlteach.exercises.registry import find, lessons

SHARES = {"solution": 0.5, "another way": 0.2, "a mistake": 0.22, "nothing": 0.08}
"""How often an answer is what."""

LIGHT = (
    "gradient_descent.quadratic_derivative",
    "logistic_regression.sigmoid",
    "logistic_regression.binary_cross_entropy",
    "logistic_regression.predict",
    "logistic_regression.confusion_matrix",
    "backpropagation.affine_forward",
    "backpropagation.relu_forward",
    "backpropagation.relu_backward",
    "backpropagation.sigmoid_forward",
    "backpropagation.sgd_step",
)
"""Ten exercises that take next to no time."""
TEN = "ten_light_exercises"


def lesson_class(lesson, size, seed=0):
    """Student id → the text of the notebook they hand in, for a lesson."""
    solved = {grade_id(cell): without_markers(cell.source) for cell in build_source(lesson).cells}
    return class_of(build_release(lesson), lesson.exercises, solved, size, seed)


def ten_class(size, seed=0):
    """Student id → the text of the notebook they hand in, for the assignment of ten light exercises."""
    exercises = [find(key) for key in LIGHT]
    solved = {grade_id(cell): without_markers(cell.source) for cell in ten_source().cells}
    return class_of(ten_notebook(build_release), exercises, solved, size, seed)


def ten_source():
    """The instructor's notebook of the assignment of ten light exercises."""
    return ten_notebook(build_source)


def ten_notebook(build):
    """The cells of the ten exercises, taken out of their lessons; ``build`` makes a lesson's notebook, solved or not."""
    cells = {}
    for lesson in lessons():
        if any(key.startswith(f"{lesson.name}.") for key in LIGHT):
            notebook = build(lesson)
            cells |= {(lesson.name, grade_id(cell)): cell for cell in notebook.cells if grade_id(cell)}
            metadata = notebook.metadata
    made = [new_markdown_cell("# Ten exercises", id="title"), new_code_cell("import numpy as np", id="setup")]
    for key in LIGHT:
        lesson, _, name = key.partition(".")
        made += [cells[lesson, name], cells[lesson, f"check-{name}"]]
    return new_notebook(cells=made, metadata=metadata)


def class_of(release, exercises, solved, size, seed):
    """The notebooks of a class: each student writes something for every exercise, and signs every answer."""
    rng = np.random.default_rng(seed)
    width = len(str(size - 1))
    handed_in = {}
    for number in range(size):
        student = f"student-{number:0{width}d}"
        answers = {exercise.name: answer(rng, exercise, solved) for exercise in exercises}
        made = signed(release, answers, student)
        handed_in[student] = notebook_text(made)
    return handed_in


def answer(rng, exercise, solved):
    """What a student writes for an exercise; None leaves it as it is."""
    kind = rng.choice(list(SHARES), p=list(SHARES.values()))
    if kind == "another way" and exercise.accepted:
        return renamed(exercise.accepted[rng.integers(len(exercise.accepted))], exercise.name)
    if kind == "a mistake" and exercise.misconceptions:
        return renamed(exercise.misconceptions[rng.integers(len(exercise.misconceptions))].function, exercise.name)
    return None if kind == "nothing" else solved[exercise.name]


def signed(release, answers, student):
    """The notebook with the answers, each under a comment of the student's, and a cell of their own."""
    made = release.copy()
    made.cells = [cell.copy() for cell in release.cells]
    for cell in made.cells:
        written = answers.get(grade_id(cell))
        if written is not None:
            cell.source = f"# {student}\n{written}"
    made.cells.insert(1, new_code_cell(f'author = "{student}"', id="author"))
    return made


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def without_markers(source):
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))
