"""The classes that benchmarks and comparisons are made with: no two notebooks alike, the same every time, light where it is said."""

import nbformat
import pytest

from benchmarks.classes import LIGHT, lesson_class, ten_class, ten_source
from dlteach.checking import examine
from dlteach.exercises.registry import find, lessons
from tests.autograder.plain.assignments import ASSIGNMENTS
from tests.autograder.plain.classes import CLASSES
from tests.submissions import grade_id


@pytest.mark.parametrize("number", [2, 5])
def test_sixty_students_hand_in_sixty_different_notebooks_the_same_every_time(number):
    lesson = next(lesson for lesson in lessons() if lesson.number == number)
    handed_in = lesson_class(lesson, 60)
    assert len(set(handed_in.values())) == len(handed_in) == 60
    assert lesson_class(lesson, 60) == handed_in
    assert lesson_class(lesson, 60, seed=1) != handed_in
    nbformat.validate(nbformat.reads(handed_in["student-07"], as_version=4))


def test_every_kind_of_answer_is_in_a_class():
    handed_in = ten_class(60)
    assert len(set(handed_in.values())) == 60
    first = [nbformat.reads(text, as_version=4) for text in handed_in.values()]
    answers = {cell.source.partition("\n")[2] for made in first for cell in made.cells if grade_id(cell) == "relu_backward"}
    assert len(answers) > 3


def test_ten_exercises_have_an_answer_and_a_check_each_and_every_solution_is_right():
    made = ten_source()
    nbformat.validate(made)
    scope = {}
    for cell in made.cells:
        if cell.cell_type == "code" and not (grade_id(cell) or "").startswith("check-"):
            exec(cell.source, scope)
    assert sum((grade_id(cell) or "").startswith("check-") for cell in made.cells) == len(LIGHT) == 10
    for key in LIGHT:
        assert examine(find(key), scope, forbid=False).passed, key


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_a_plain_assignment_is_valid_and_twenty_students_hand_it_in(name):
    assert len(CLASSES[name]) >= 20
    for make in ASSIGNMENTS[name][0].values():
        nbformat.validate(make())
