"""The command: lessons by any of their names, exit status 0, 1 or 2, and mistakes said in one sentence."""

import json
import sys

import pytest
import typer

from dlteach.cli import find_lesson, find_lessons
from dlteach.exercises.registry import lessons
from tests.servers import answer, server_of


@pytest.mark.parametrize("name", ["5", "05", "backpropagation", "05_backpropagation", "lessons/05_backpropagation.ipynb"])
def test_a_lesson_has_many_names(name):
    assert find_lesson(name).name == "backpropagation"


def test_several_lessons_are_separated_by_commas():
    assert [lesson.number for lesson in find_lessons("02, 5")] == [2, 5]
    assert find_lessons("") == []


def test_an_unknown_lesson_is_wrong_usage_and_the_known_ones_are_listed():
    with pytest.raises(typer.BadParameter, match=r"no lesson '77'; there are 02_gradient_descent"):
        find_lesson("77")


@pytest.mark.parametrize("command", ["lab", "demo", "build", "course", "grade", "report"])
def test_every_command_explains_itself(run, command):
    assert command in run("dlteach", "--help").stdout
    assert "Usage: dlteach" in run("dlteach", command, "--help").stdout.replace("python -m dlteach.cli", "dlteach")


WRONG = {
    "unknown command": (["grad"], 2, "No such command"),
    "unknown lesson": (["grade", "77"], 2, "there is no lesson '77'"),
    "missing argument": (["grade"], 2, "Missing argument"),
    "unknown option": (["report", "05", "--html5"], 2, "No such option"),
    "two folders": (["lab", "one", "two"], 2, "one folder is enough"),
    "no course": (["report", "05"], 1, "is no course"),
    "no sources": (["build", "nowhere"], 1, "is not a folder of lesson sources"),
    "nothing to put in a course": (["course", "init", "c", "--sources", "."], 1, "holds no source of an installed lesson"),
    "no roster": (["course", "init", "c", "--lessons", "02", "--students", "none.csv"], 1, "none.csv could not be read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_said_and_never_a_traceback(run, name, tmp_path):
    command, status, says = WRONG[name]
    done = run("dlteach", *command, cwd=tmp_path, ok=False)
    assert done.returncode == status
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_demo_takes_no_folder_that_holds_something_else(run, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    done = run("dlteach", "demo", tmp_path, ok=False)
    assert (done.returncode, "no earlier demo made it" in done.stderr) == (1, True)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_lab_hands_out_the_lessons_and_starts_a_server_that_stops_with_it(environment, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "05_backpropagation.ipynb").write_text("my work", encoding="utf-8")
    command = [sys.executable, "-m", "dlteach.cli", "lab", "mine", "--fresh", "5", "--solutions"]
    with server_of(command, tmp_path, environment) as url:
        listed = json.loads(answer(f"{url}/api/contents"))
    names = {item["name"] for item in listed["content"]}
    assert names == {f"{lesson.stem}.ipynb" for lesson in lessons() if lesson.number < 90} | {
        "05_backpropagation_before_1.ipynb",
        "solutions",
    }
    assert (tmp_path / "mine" / "05_backpropagation_before_1.ipynb").read_text(encoding="utf-8") == "my work"
