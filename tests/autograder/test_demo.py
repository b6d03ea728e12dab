"""`dlteach demo`: a class of twelve, graded by nbgrader, in a course that formgrader opens."""

import csv
import os
import sys
from pathlib import Path

import pytest

from dlteach.cli import find_lesson
from tests.servers import TOKEN, server_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]  # one course for all tests of this file


@pytest.fixture(scope="module")
def demo(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "class"
    return folder, run("dlteach", "demo", folder, "--lesson", "02")


@pytest.fixture(scope="module")
def points(run, demo, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "points.csv"
    run("dlteach", "report", "02", "--course", demo[0], "--csv", path)
    with path.open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_right_answers_earn_everything_however_they_are_written(points):
    best = sum(exercise.points for exercise in find_lesson("02").exercises)
    assert [float(points[student]["total"]) for student in ("amara", "bo", "chen", "divya")] == [best] * 4


def test_mistakes_and_unfinished_work_cost_points_and_a_broken_file_is_listed(points):
    best = float(points["amara"]["total"])
    assert all(float(points[student]["total"]) < best for student in ("emil", "fatima", "george", "hana", "ivan", "julia", "kofi"))
    assert "breaks off" in points["lena"]["remark"]
    assert len(points) == 12


def test_every_misconception_of_the_class_is_named(demo):
    said = demo[1].stdout
    lesson = find_lesson("02")
    planted = {lesson.exercises[position].misconceptions[position].id for position in range(len(lesson.exercises))}
    assert planted <= {known for known in planted if f"[{known}]" in said.replace("\n", "")}


def test_the_demo_says_where_the_feedback_is(demo):
    folder, done = demo
    assert str(folder / "feedback") in done.stdout
    pages = list(folder.glob("feedback/*/02_gradient_descent/02_gradient_descent.html"))
    assert len(pages) == 12  # that of the broken file says why it could not be graded


def test_formgrader_shows_the_class_in_a_real_browser(demo, environment, chromium, tmp_path):
    command = [sys.executable, "-m", "jupyter", "lab"]
    with server_of(command, demo[0], environment) as url, chromium.new_page(viewport={"width": 1200, "height": 900}) as page:
        page.goto(f"{url}/formgrader/?token={TOKEN}")
        page.wait_for_selector("text=02_gradient_descent", timeout=60_000)
        page.goto(f"{url}/formgrader/manage_submissions/02_gradient_descent")
        page.wait_for_selector("text=Okafor", timeout=60_000)
        _picture(page, tmp_path, "formgrader-submissions")
        page.goto(f"{url}/formgrader/gradebook/02_gradient_descent/02_gradient_descent")
        page.wait_for_selector("text=Submission #1", timeout=60_000)
        _picture(page, tmp_path, "formgrader-gradebook")
        page.click("text=Submission #1")
        page.wait_for_selector("text=check-quadratic_derivative", timeout=60_000)
        _picture(page, tmp_path, "formgrader-submission")


def _picture(page, tmp_path, name):
    """A screenshot to look at, where DLTEACH_SCREENSHOTS says or in the test's own folder."""
    folder = Path(os.environ.get("DLTEACH_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
