"""docs/writing-exercises.md works as it is written: its files are created, its commands run, and the grade comes out."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from tests.conftest import TESTS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("course")]
PAGE = (TESTS.parent / "docs" / "writing-exercises.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FOR_EYES = ("jupyter lab",)  # opens a window and stays


@pytest.fixture(scope="module")
def followed(environment, tmp_path_factory):
    """The folder after everything on the page was done, and what each command printed."""
    folder = tmp_path_factory.mktemp("page")
    installed = folder / "installed"
    here = {**environment, "PYTHONPATH": os.pathsep.join([str(installed), str(TESTS.parent)])}
    said, current = {}, folder
    for language, text in BLOCK.findall(PAGE):
        if language:
            name = re.match(r"# (\S+)\n", text)
            (folder / name[1]).parent.mkdir(exist_ok=True)
            (folder / name[1]).write_text(text.partition("\n")[2], encoding="utf-8")
            continue
        for line in text.splitlines():
            if line.startswith(FOR_EYES):
                continue
            if line.startswith("cd "):
                current = current / line[3:]
                continue
            done = subprocess.run(command(line, installed), cwd=current, env=here, capture_output=True, text=True, timeout=300, check=False)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            said[line] = done.stdout
    return folder, said, here


def command(line, installed):
    """What to run for a line of the page: this Python, this dlteach, and an installation that leaves the environment alone."""
    words = shlex.split(line)
    if words[0] == "pip":
        offline = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target", str(installed)]
        return [sys.executable, "-m", "pip", "install", *offline, "."]
    if words[0] == "python":
        return [sys.executable, *words[1:]]
    if words[0] == "dlteach":
        return [sys.executable, "-m", "dlteach.cli", *words[1:]]
    return words


def test_the_wrong_answer_is_named(followed):
    assert "These are the means of the rows." in followed[1]["python try_it.py"]


def test_the_student_notebook_is_built_with_hints_and_the_locked_check(followed):
    notebook = (followed[0] / "lessons" / "50_averages.ipynb").read_text(encoding="utf-8")
    assert "raise NotImplementedError()" in notebook
    assert "x.mean(axis=0)" not in notebook
    assert "The axis you name is the one that disappears." in notebook
    assert 'dlteach.check(\\"averages.column_means\\", points=2)' in notebook


def test_ada_gets_her_grade_and_her_page(followed):
    folder, said, _ = followed
    assert "ada" in said["dlteach report 50"]
    page = folder / "course" / "feedback" / "ada" / "50_averages" / "50_averages.html"
    assert "is not written yet" in page.read_text(encoding="utf-8")


def test_the_exercises_own_tests_pass(followed):
    folder, _, here = followed
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_my_lessons.py"]
    done = subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
