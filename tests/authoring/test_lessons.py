"""Every notebook of the course runs from top to bottom in a fresh kernel: untouched it earns nothing, solved it earns everything."""

import pytest

from dlteach.authoring import build_release, build_source
from dlteach.exercises.registry import lessons
from tests.conftest import TESTS

nbclient = pytest.importorskip("nbclient", reason="the extra 'grade' is not installed")

SECONDS = 300
OURS = [lesson for lesson in lessons() if lesson.number < 90]


@pytest.mark.slow
@pytest.mark.parametrize("lesson", OURS, ids=lambda lesson: lesson.name)
@pytest.mark.parametrize(("build", "share"), [(build_release, 0), (build_source, 1)], ids=["untouched", "solved"])
def test_a_lesson_runs_to_its_end(lesson, build, share, tmp_path):
    notebook = build(lesson)
    nbclient.NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    earned = {cell.id.removeprefix("check-"): result(cell) for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")}
    assert earned == {exercise.name: share * exercise.points for exercise in lesson.exercises}


def result(cell):
    """What nbgrader takes for the points: the value of the cell's last line."""
    return next(float(output.data["text/plain"]) for output in cell.outputs if output.output_type == "execute_result")


@pytest.mark.slow
@pytest.mark.xdist_group("release")
def test_what_nbgrader_releases_is_what_stands_in_lessons(run, tmp_path):
    run("dlteach", "course", "init", tmp_path / "course", "--lessons", ",".join(str(lesson.number) for lesson in OURS))
    for lesson in OURS:
        run("nbgrader", "generate_assignment", lesson.stem, cwd=tmp_path / "course")
        released = tmp_path / "course" / "release" / lesson.stem / f"{lesson.stem}.ipynb"
        assert released.read_bytes() == (TESTS.parent / "lessons" / f"{lesson.stem}.ipynb").read_bytes()
