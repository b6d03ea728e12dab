"""Students get copies of the lessons, and never lose what they wrote in them."""

import json

import pytest

from dlteach.authoring import AuthoringError, hand_out
from dlteach.authoring.places import lessons_folder

NOTEBOOKS = sorted(path.name for path in lessons_folder().glob("*.ipynb"))


def test_the_first_time_every_lesson_is_copied(tmp_path):
    handed = hand_out(tmp_path / "mine")
    assert [path.name for path in handed.copied] == NOTEBOOKS
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == NOTEBOOKS


def test_work_is_never_overwritten(tmp_path):
    hand_out(tmp_path)
    (tmp_path / NOTEBOOKS[0]).write_text("my work", encoding="utf-8")
    (tmp_path / NOTEBOOKS[1]).unlink()
    handed = hand_out(tmp_path)
    assert (tmp_path / NOTEBOOKS[0]).read_text(encoding="utf-8") == "my work"
    assert [path.name for path in handed.copied] == [NOTEBOOKS[1]]


def test_a_fresh_start_keeps_the_old_work_under_another_name(tmp_path):
    name = NOTEBOOKS[0]
    stem = name.removesuffix(".ipynb")
    for work in ("first try", "second try"):
        hand_out(tmp_path)
        (tmp_path / name).write_text(work, encoding="utf-8")
        handed = hand_out(tmp_path, fresh=[stem])
        assert [path.name for path in handed.copied] == [name]
    assert (tmp_path / name).read_bytes() == (lessons_folder() / name).read_bytes()
    assert (tmp_path / f"{stem}_before_1.ipynb").read_text(encoding="utf-8") == "first try"
    assert (tmp_path / f"{stem}_before_2.ipynb").read_text(encoding="utf-8") == "second try"
    assert hand_out(tmp_path, fresh=[stem]).moved == []


def test_solutions_go_to_a_folder_of_their_own(tmp_path):
    hand_out(tmp_path, solutions=True)
    solved = sorted(path.name for path in (tmp_path / "solutions").iterdir())
    assert solved == NOTEBOOKS
    assert "BEGIN SOLUTION" in json.dumps(json.loads((tmp_path / "solutions" / solved[0]).read_text(encoding="utf-8")))


def test_a_file_in_the_way_and_an_unknown_lesson_are_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(AuthoringError, match="is a file; the lessons need a folder"):
        hand_out(tmp_path / "file")
    with pytest.raises(AuthoringError, match=r"no notebook 77_nothing\.ipynb"):
        hand_out(tmp_path / "new", fresh=["77_nothing"])
    assert not (tmp_path / "new").exists()
