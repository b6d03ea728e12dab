"""From one source: the notebook with solutions, and the student's notebook."""

import json

import nbformat
import pytest

from dlteach.authoring import build_release, build_source, notebook_text
from tests.conftest import OWN
from tests.own.ownlesson import LESSON, SMALLEST_AND_LARGEST

SOURCES = OWN / "sources"


@pytest.fixture(scope="module")
def source():
    return build_source(LESSON, SOURCES)


@pytest.fixture(scope="module")
def release():
    return build_release(LESSON, SOURCES)


def cell(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


def test_an_exercise_becomes_a_card_an_answer_and_a_locked_check(source):
    ids = [cell.id for cell in source.cells]
    at = ids.index("row_sums")
    assert ids[at + 1] == "check-row_sums"
    assert source.cells[at - 1].cell_type == "markdown"
    assert source.cells[at + 1].source == 'import dlteach\ndlteach.check("rows.row_sums", points=2)'


def test_the_card_says_points_difficulty_and_minutes_and_folds_three_hints(source):
    at = [cell.id for cell in source.cells].index("smallest_and_largest")
    card = source.cells[at - 1].source
    assert card.splitlines()[0] == "**Your turn: `smallest_and_largest`** · 2.5 points · difficulty ●●○ (2 of 3) · about 5 minutes"
    assert card.count("<details>") == card.count("</details>") == 3
    for hint in SMALLEST_AND_LARGEST.hints:
        assert f"</summary>\n\n{hint}\n\n</details>" in card


def test_nbgrader_reads_points_from_the_metadata(source):
    answer, graded = cell(source, "smallest_and_largest").metadata.nbgrader, cell(source, "check-smallest_and_largest").metadata.nbgrader
    assert (answer.solution, answer.grade, answer.locked) == (True, False, False)
    assert (graded.solution, graded.grade, graded.locked, graded.points) == (False, True, True, 2.5)
    assert answer.schema_version == graded.schema_version == 3


def test_the_student_gets_nbgraders_stub_and_cannot_edit_the_check(release):
    answer = cell(release, "row_sums")
    assert answer.source == (
        'def row_sums(x):\n    """The sum of every row of x (N, D): (N,)."""\n'
        "    # YOUR CODE HERE\n    raise NotImplementedError()\n    return sums"
    )
    assert "SOLUTION" not in notebook_text(release)
    assert cell(release, "check-row_sums").metadata.editable is False
    assert cell(release, "check-row_sums").metadata.deletable is False
    assert answer.metadata.deletable is False
    assert "checksum" in answer.metadata.nbgrader


def test_play_cells_are_tagged_and_keep_their_own_tags(release):
    tagged = [cell.metadata["tags"] for cell in release.cells if "tags" in cell.metadata]
    assert tagged == [["optional", "play"]]


@pytest.mark.parametrize("build", [build_source, build_release])
def test_notebooks_are_valid_plain_and_the_same_every_time(build):
    notebook = build(LESSON, SOURCES)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "jupytext" not in notebook.metadata
    assert all(cell.outputs == [] and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")
    assert all(set(cell.metadata) <= {"nbgrader", "tags", "deletable", "editable"} for cell in notebook.cells)
    text = notebook_text(notebook)
    assert text == notebook_text(build(LESSON, SOURCES))
    assert len({cell["id"] for cell in json.loads(text)["cells"]}) == len(notebook.cells)


def test_the_source_notebook_keeps_the_solution_between_its_markers(source):
    assert "    # BEGIN SOLUTION\n    sums = x.sum(axis=1)\n    # END SOLUTION\n" in cell(source, "row_sums").source
