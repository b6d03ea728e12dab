"""Known cells are what the source says, whatever the student's file says; where nbgrader manages, the notebook is what it makes."""

import copy
import json

import nbformat
import numpy as np
import pytest
from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, DeduplicateIds, OverwriteCells, OverwriteKernelspec
from nbgrader.utils import compute_checksum, determine_grade
from traitlets.utils.importstring import import_item

from autograder.read.notebook import clean
from autograder.read.restore import restore
from dlteach.authoring.grading_config import SANITIZE
from tests.autograder.read import mutations
from tests.autograder.read.mutations import ALL, FORGED, grade_id

STOCK = [ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
PLAIN, LESSON = "plain", "05_backpropagation"
HONEST = [kind for kind in ALL if kind not in FORGED]


def restored(classroom, notebook, name=PLAIN, skip_tag="skip-execution"):
    content, _ = clean(copy.deepcopy(notebook))
    repairs = restore(content, classroom.assignments[name].notebook(name), skip_tag)
    nbformat.validate(nbformat.from_dict(content))
    return content, repairs


def sanitized(classroom, notebook, name, preprocessors):
    """What nbgrader makes of it; None if it gives up."""
    about = {"notebook": name, "assignment": name, "student": "somebody", "db_url": classroom.db_url}
    result, resources = nbformat.reads(json.dumps(notebook), as_version=4), {"nbgrader": about}
    steps = [import_item(step)() if isinstance(step, str) else step() for step in preprocessors]
    try:
        for step in steps:
            result, resources = step.preprocess(result, resources)
    except Exception:  # in many ways
        return None
    return result


def meaning(cell):
    """What matters of a cell: its type, its text, and what nbgrader knows of it. Metadata that says a cell is nothing says nothing."""
    said = cell["metadata"].get("nbgrader") or {}
    matters = any(said.get(key) for key in ("grade", "solution", "locked", "task"))
    return cell["cell_type"], cell["source"], said if matters else None


def put_back(cells, submitted):
    """The cells, without those that were put back; and what nbgrader knows of the graded ones among these."""
    there = {grade_id(cell) for cell in submitted}
    rest = [cell for cell in cells if grade_id(cell) is None or grade_id(cell) in there]
    added = {grade_id(cell): (cell["cell_type"], cell["metadata"]["nbgrader"]) for cell in cells if grade_id(cell) not in there | {None}}
    return [meaning(cell) for cell in rest], {name: about for name, about in added.items() if about[1]["grade"]}


def same_as_nbgrader(classroom, notebook, name, preprocessors):
    """Hold our notebook against nbgrader's. Returns whether nbgrader made one."""
    theirs = sanitized(classroom, notebook, name, preprocessors)
    ours, _ = restored(classroom, notebook, name)
    if theirs is None:
        return False
    assert ours["metadata"]["kernelspec"] == theirs["metadata"]["kernelspec"]
    (rest, graded), (their_rest, their_graded) = put_back(ours["cells"], notebook["cells"]), put_back(theirs["cells"], notebook["cells"])
    assert rest == their_rest
    if preprocessors is SANITIZE:  # nbgrader alone leaves them out
        assert set(graded) == set(their_graded)
        for missing, (kind, said) in graded.items():
            assert kind == their_graded[missing][0]
            assert said.items() >= {key: value for key, value in their_graded[missing][1].items() if key != "locked"}.items()
    return True


def changed(classroom, name, seed, kinds, times):
    rng = np.random.default_rng(seed)
    notebook = copy.deepcopy(classroom.released[name])
    for _ in range(times):
        mutations.pick(rng, kinds)(rng, notebook["cells"])
    return notebook


@pytest.mark.parametrize("name", [PLAIN, LESSON])
def test_an_untouched_notebook_is_what_nbgrader_makes_of_it_and_needs_no_repair(classroom, name):
    notebook = classroom.released[name]
    assert same_as_nbgrader(classroom, notebook, name, STOCK)
    assert same_as_nbgrader(classroom, notebook, name, SANITIZE)
    assert restored(classroom, notebook, name)[1] == []


@pytest.mark.parametrize("kind", HONEST, ids=lambda kind: kind.__name__)
def test_each_thing_that_students_do_comes_out_as_nbgrader_has_it(classroom, kind):
    made = [same_as_nbgrader(classroom, changed(classroom, PLAIN, seed, [kind], 1), PLAIN, SANITIZE) for seed in range(8)]
    assert all(made)


@pytest.mark.parametrize("kind", FORGED, ids=lambda kind: kind.__name__)
def test_what_nbgrader_gives_up_or_takes_the_students_word_for_is_restored(classroom, kind):
    for seed in range(8):
        notebook = changed(classroom, PLAIN, seed, [kind], 1)
        content, repairs = restored(classroom, notebook)
        right = {cell.grade_id: cell.metadata for cell in classroom.assignments[PLAIN].notebook(PLAIN).cells}
        assert {grade_id(cell): cell["metadata"] for cell in content["cells"] if grade_id(cell)} == right
        assert repairs


def many(classroom, seeds, name):
    made = [
        same_as_nbgrader(classroom, changed(classroom, name, seed, HONEST, 2 + seed % 9), name, preprocessors)
        for seed in seeds
        for preprocessors in (STOCK, SANITIZE)
    ]
    return sum(made) / len(made)


@pytest.mark.parametrize("name", [PLAIN, LESSON])
def test_many_things_at_once_come_out_as_nbgrader_has_them_where_it_manages(classroom, name):
    assert many(classroom, range(25), name) > 0.1


@pytest.mark.soak
@pytest.mark.parametrize("name", [PLAIN, LESSON])
def test_hundreds_of_changed_notebooks_come_out_as_nbgrader_has_them(classroom, name):
    assert many(classroom, range(100, 350), name) > 0.1


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_done_every_known_cell_is_there_once_and_right(classroom, seed):
    spec = classroom.assignments[PLAIN].notebook(PLAIN)
    notebook = changed(classroom, PLAIN, seed, ALL, 30)
    content, _ = restored(classroom, notebook)
    found = {grade_id(cell): cell for cell in content["cells"] if grade_id(cell)}
    assert sorted(grade_id(cell) for cell in content["cells"] if grade_id(cell)) == sorted(cell.grade_id for cell in spec.cells)
    for known in spec.cells:
        cell = found[known.grade_id]
        assert (cell["cell_type"], cell["metadata"]) == (known.kind, known.metadata)
        assert cell["source"] == known.source or not known.locked
        if known.locked:
            assert compute_checksum(nbformat.from_dict(cell)) == known.checksum
    assert len({cell["id"] for cell in content["cells"]}) == len(content["cells"])


def order(content):
    return [grade_id(cell) or cell["source"] for cell in content["cells"]]


def spec_order(classroom):
    return [cell.grade_id for cell in classroom.assignments[PLAIN].notebook(PLAIN).cells]


def without(classroom, *names):
    notebook = copy.deepcopy(classroom.released[PLAIN])
    notebook["cells"] = [cell for cell in notebook["cells"] if grade_id(cell) not in names]
    return notebook


@pytest.mark.parametrize("name", ["imports", "f", "test-f", "draw", "essay", "free", "test-pi"])
def test_a_deleted_cell_comes_back_to_its_place(classroom, name):
    content, repairs = restored(classroom, without(classroom, name))
    whole, _ = restored(classroom, classroom.released[PLAIN])
    assert [known for known in order(content) if known in spec_order(classroom)] == spec_order(classroom)
    moved = {"f": "print('look')", "imports": "print('look')", "essay": "Now in words."}  # answers come early, what they need comes late
    assert [text for text in order(content) if text != moved.get(name)] == [text for text in order(whole) if text != moved.get(name)]
    assert repairs == [f"'{name}' was missing; it was put back" + " and counts as unanswered" * (name in ("f", "draw", "essay"))]


def test_all_known_cells_come_back_to_an_emptied_notebook(classroom):
    content, repairs = restored(classroom, {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})
    assert order(content) == ["imports", "f", "test-f", "draw", "essay", "free", "test-pi"]
    assert len(repairs) == 7


def test_code_under_another_name_runs_after_the_empty_answer_and_before_the_test_that_comes_back(classroom):
    notebook = without(classroom, "test-f")
    answer = next(cell for cell in notebook["cells"] if grade_id(cell) == "f")
    answer["metadata"]["nbgrader"]["grade_id"] = "f-2"
    answer["source"] = "def f(x): return x + 1"
    content, repairs = restored(classroom, notebook)
    assert order(content)[1:6] == ["imports", "f", "print('look')", "def f(x): return x + 1", "test-f"]
    assert next(cell for cell in content["cells"] if grade_id(cell) == "f")["source"] == ""
    assert "a cell called itself 'f-2', which the assignment doesn't have" in repairs


def test_a_deleted_answer_that_is_marked_by_hand_waits_for_that_and_says_so(classroom):
    content, _ = restored(classroom, without(classroom, "essay", "draw"))
    untouched, _ = restored(classroom, classroom.released[PLAIN])
    for name in ("essay", "draw"):
        cells = [nbformat.from_dict(next(cell for cell in made["cells"] if grade_id(cell) == name)) for made in (content, untouched)]
        assert [determine_grade(cell)[0] for cell in cells] == [None, 0]
        assert "was missing from the submission" in cells[0].source


def test_what_students_were_not_given_does_not_come_back_in_an_answer(classroom):
    spec = classroom.assignments[PLAIN].notebook(PLAIN)
    secret = "Why?\n### BEGIN MARK SCHEME\n2 for trying\n### END MARK SCHEME\nYOUR ANSWER HERE"
    cells = tuple(type(cell)(**{**vars(cell), "source": secret}) if cell.grade_id == "essay" else cell for cell in spec.cells)
    content, _ = clean(without(classroom, "essay"))
    restore(content, type(spec)(spec.name, cells, spec.kernelspec), "play")
    assert next(cell for cell in content["cells"] if grade_id(cell) == "essay")["source"].endswith("\n\nWhy?\nYOUR ANSWER HERE")


def test_the_last_of_several_cells_with_one_name_counts(classroom):
    notebook = copy.deepcopy(classroom.released[PLAIN])
    answer = next(cell for cell in notebook["cells"] if grade_id(cell) == "f")
    notebook["cells"].insert(0, {**copy.deepcopy(answer), "source": "first"})
    notebook["cells"].append({**copy.deepcopy(answer), "source": "last"})
    content, repairs = restored(classroom, notebook)
    assert [cell["source"] for cell in content["cells"] if grade_id(cell) == "f"] == ["last"]
    assert content["cells"][0]["source"] == "first"
    assert content["cells"][0]["metadata"] == {}
    assert repairs == ["'f' was there 3 times; the last one counts"]


def test_tags_on_known_cells_are_the_sources_and_own_cells_keep_only_the_one_that_skips(classroom):
    notebook = copy.deepcopy(classroom.released[PLAIN])
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "remove-cell"]
    content, repairs = restored(classroom, notebook)
    tags = {grade_id(cell) or cell["id"]: cell["metadata"].get("tags") for cell in content["cells"]}
    assert tags == {
        **{"title": ["skip-execution"], "look": ["skip-execution"], "words": ["skip-execution"]},
        **{"imports": ["setup"], "f": None, "test-f": ["a-tag"], "draw": None, "essay": None, "free": None, "test-pi": None},
    }
    assert "'test-pi' had other tags (skip-execution, remove-cell); they were restored" in repairs
    assert {cell["metadata"].get("tags") is None for cell in restored(classroom, notebook, skip_tag="play")[0]["cells"][:1]} == {True}


def test_what_was_done_to_tests_is_said(classroom):
    notebook = copy.deepcopy(classroom.released[PLAIN])
    test = next(cell for cell in notebook["cells"] if grade_id(cell) == "test-f")
    test["source"] = "True"
    test["metadata"]["nbgrader"]["points"] = 50
    test["cell_type"] = "markdown"
    assert restored(classroom, notebook)[1] == [
        "'test-f' had become a markdown cell; it is a code cell again",
        "'test-f' had been edited; its text was restored",
        "'test-f' had other settings or points; they were restored",
    ]


MALFORMED = [
    "mine",
    7,
    None,
    [],
    {},
    ["grade_id"],
    {"grade_id": ["f"]},
    {"grade_id": {}},
    {"grade": True, "points": 99},
    {"locked": True, "solution": True},
    {"grade_id": "\ud800", "grade": True},
]


@pytest.mark.parametrize("said", MALFORMED, ids=ascii)
def test_a_cell_that_claims_nonsense_is_an_ordinary_one(classroom, said):
    notebook = copy.deepcopy(classroom.released[PLAIN])
    notebook["cells"][0]["metadata"]["nbgrader"] = said
    content, repairs = restored(classroom, notebook)
    assert content["cells"][0]["metadata"] == {}
    json.dumps(repairs).encode()
    " ".join(repairs).encode()


def test_the_assignment_is_not_changed_by_what_is_done_to_a_notebook(classroom):
    content, _ = restored(classroom, classroom.released[PLAIN])
    for cell in content["cells"]:
        cell["metadata"].get("nbgrader", {}).clear()
        cell["metadata"].get("tags", []).append("x")
    content["metadata"]["kernelspec"].clear()
    again, repairs = restored(classroom, classroom.released[PLAIN])
    assert repairs == []
    assert again["metadata"]["kernelspec"]["name"] == "python3"
