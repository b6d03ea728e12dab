"""What is said of a notebook's cells, without a gradebook."""

from typing import Any

import pytest

from autograder.job import CellResult, Result, Verdict
from autograder.record.scores import checksum, plain, standing
from autograder.spec import Graded, KnownCell, NotebookSpec, ReadNotebook, Submission

EXERCISE = 'import dlteach\ndlteach.check("rows.row_sums", points=2)'
STUB = "def row_sums(x):\n    ..."
REPORT = {"headline": "`axis` is the wrong one.", "hint": "Which axis do columns run along?", "signature": "abc", "points": 0.5}


def known(grade_id: str, source: str, kind: Any = "code", points: float = 0.0, **flags: bool) -> KnownCell:
    told = {"locked": False, "grade": False, "solution": False, "task": False} | flags
    bare = KnownCell(grade_id, kind, source, "", points=points, **told)
    return KnownCell(grade_id, kind, source, checksum(bare, source, kind), points=points, **told)


SPEC = NotebookSpec(
    "rows",
    (
        known("row_sums", STUB, solution=True),
        known("check-row_sums", EXERCISE, points=2, grade=True, locked=True),
        known("words", "Why?", kind="markdown", points=3, grade=True, solution=True),
    ),
)


def submission(answer="def row_sums(x):\n    return x.sum(0)", words="Because."):
    typed = [("code", "row_sums", answer), ("code", "check-row_sums", EXERCISE), ("markdown", "words", words)]
    cells = [{"cell_type": kind, "source": source, "metadata": {"nbgrader": {"grade_id": name}}} for kind, name, source in typed]
    return Submission("mia", "rows", (ReadNotebook("rows", {"cells": cells, "metadata": {}}),))


def said(handed_in=None, report=REPORT, named=None):
    result = Result("key", (CellResult(0, "ok"),), {"check-row_sums": Verdict("check-row_sums", 0.5, 2, report)})
    return standing(Graded(handed_in or submission(), {"rows": result}), SPEC, named or {})


def test_the_answer_to_an_exercise_is_told_what_is_wrong_with_it():
    found = said()
    assert found.scores == {"check-row_sums": 0.5, "words": None}
    assert found.comments == {"row_sums": "`axis` is the wrong one.\n\nHint: Which axis do columns run along?", "words": None}
    assert found.messages == {}


def test_what_the_instructor_wrote_to_all_with_the_same_mistake_comes_first():
    found = said(named={("rows.row_sums", "abc"): "See page 3.", ("rows.row_sums", "other"): "No."})
    assert found.comments["row_sums"].startswith("See page 3.\n\n`axis`")
    assert found.messages == {"check-row_sums": "See page 3."}


def test_an_answer_that_was_left_alone_is_no_response_and_a_manual_one_earns_nothing():
    found = said(submission(STUB, "Why?"))
    assert found.comments == {"row_sums": "No response.", "words": "No response."}
    assert found.scores == {"check-row_sums": 0.5, "words": 0}


def test_a_report_without_words_leaves_no_comment():
    assert said(report=None).comments["row_sums"] is None
    assert not said(report={"signature": ["unhashable"], "headline": None}).comments["row_sums"]


def test_the_checksum_is_nbgraders():
    nbformat = pytest.importorskip("nbformat")
    utils = pytest.importorskip("nbgrader.utils", reason="the extra 'grade' is not installed")
    for cell in SPEC.cells:
        told = {
            "grade_id": cell.grade_id,
            "grade": cell.grade,
            "solution": cell.solution,
            "locked": cell.locked,
            "points": 3 if cell.points == 3 else 2,
        }
        node = nbformat.from_dict({"cell_type": cell.kind, "source": "täxt", "metadata": {"nbgrader": told}})
        assert checksum(cell, "täxt", cell.kind) == utils.compute_checksum(node)


@pytest.mark.parametrize(
    ("raw", "becomes"),
    [
        (None, ""),
        ("got <3 & more", "got <3 & more"),
        ("it raised <img src=x onerror=y>", "it raised < img src=x onerror=y>"),
        ("</textarea><!-- <?x", "< /textarea>< !-- < ?x"),
        ("a\x00b\ud800c\x1b[1md", "a�b�c�[1md"),
        ("two\nlines\tkept", "two\nlines\tkept"),
        ("x" * 3000, "x" * 1999 + "…"),
    ],
)
def test_comments_are_text_that_every_database_takes_and_no_page_runs(raw, becomes):
    assert plain(raw) == becomes
