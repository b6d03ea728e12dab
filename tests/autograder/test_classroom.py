"""The class of the demo is made of the exercises' own banks, and is the same every time."""

import pytest

from autograder.classroom import hand_in, pupils, renamed
from dlteach.exercises.registry import lessons


def test_a_function_is_renamed_where_it_is_defined_and_where_it_calls_itself():
    def halved(n):
        half = "halved"
        return 0 if n < 1 else 1 + halved(n / 2), half

    source = renamed(halved, "halvings")
    assert "def halvings(n):" in source
    assert "1 + halvings(n / 2)" in source
    assert 'half = "halved"' in source


@pytest.mark.parametrize("lesson", [lesson for lesson in lessons() if lesson.number < 90], ids=lambda lesson: lesson.name)
def test_twelve_students_hand_in_the_same_every_time(lesson, tmp_path):
    everybody = pupils(lesson)
    assert len({pupil.student.id for pupil in everybody}) == 12
    for pupil in everybody[::5]:
        first = hand_in(pupil, lesson, tmp_path / "first").read_bytes()
        assert hand_in(pupil, lesson, tmp_path / "second").read_bytes() == first
