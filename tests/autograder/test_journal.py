"""The journal: what is written is known, whatever happens to the process that writes it."""

import dataclasses
import os
import subprocess
import sys

import pytest

from autograder.course import GradingError
from autograder.job import CellResult, Limits, Result, Verdict
from autograder.journal import Journal


def result(key="a", score=2.0, text="fine ✓"):
    cells = (CellResult(1, "ok", [{"output_type": "stream", "name": "stdout", "text": text}], 3),)
    return Result(
        key, cells, {"check-f": Verdict("check-f", score, 2.0, {"headline": "Right"})}, flags=("f",), sandbox="none", lacks=("x",)
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "private" / "05.journal"


def test_what_was_written_is_known_when_it_is_opened_again(path):
    with Journal(path) as journal:
        journal.add_result(result(), {"check-f": "v1"})
        journal.add_failure("b", "it killed two judges")
        journal.add_recorded("ada", {"submission": "d1"})
    with Journal(path) as journal:
        assert journal.result("a") == result()
        assert journal.verdict("v1") == result().verdicts["check-f"]
        assert journal.failure("b") == "it killed two judges"
        assert journal.recorded("ada")["submission"] == "d1"
        assert (journal.result("z"), journal.verdict("z"), journal.failure("z"), journal.recorded("z")) == (None, None, "", None)


def test_the_newest_line_counts(path):
    with Journal(path) as journal:
        journal.add_result(result(score=1.0), {"check-f": "v1"})
        journal.add_result(result(score=2.0), {"check-f": "v2"})
        journal.add_recorded("ada", {"submission": "d1"})
        journal.add_recorded("ada", {"submission": "d2"})
        assert journal.result("a").verdicts["check-f"].score == 2.0
        assert journal.verdict("v1").score == 1.0  # an older verdict stays known by its own key
        assert journal.recorded("ada")["submission"] == "d2"


def test_cut_at_any_byte_it_keeps_every_whole_line_and_goes_on(path, tmp_path):
    with Journal(path) as journal:
        journal.add_result(result("a"), {})
        first = path.stat().st_size
        journal.add_result(result("b"), {})
    whole = path.read_bytes()
    for cut in range(len(whole) + 1):
        copy = tmp_path / "cut.journal"
        copy.write_bytes(whole[:cut])
        with Journal(copy) as journal:
            assert journal.damaged == 0
            assert (journal.result("a") is not None) == (cut >= first)
            assert (journal.result("b") is not None) == (cut == len(whole))
            journal.add_failure("c", "after")
        with Journal(copy) as journal:
            assert journal.failure("c") == "after"


def test_it_can_be_read_while_it_is_written_and_where_it_is_not_there_it_is_empty(path):
    assert Journal(path, write=False).students() == []
    assert not path.parent.exists()
    with Journal(path) as journal:
        journal.add_recorded("ada", {"submission": "d1"})
        before = path.read_bytes()
        path.write_bytes(before + b"half a li")
        with Journal(path, write=False) as reading:
            assert reading.students() == ["ada"]
        assert path.read_bytes() == before + b"half a li"


@pytest.mark.parametrize(("status", "ended"), [("error", ""), ("ok", "it used up its time")])
def test_what_went_wrong_under_other_limits_is_tried_again_and_what_went_well_is_not(path, status, ended):
    short, long = Limits(cell_seconds=1), Limits(cell_seconds=60)
    with Journal(path, short) as journal:
        journal.add_result(result("well"), {"check-f": "v1"})
        journal.add_result(dataclasses.replace(result("badly"), ended=ended, cells=(CellResult(1, status),)), {"check-f": "v2"})
        assert journal.result("badly") is not None
        assert journal.verdict("v2") is not None
    with Journal(path, long) as journal:
        assert journal.result("well") is not None
        assert journal.verdict("v1") is not None
        assert journal.result("badly") is None
        assert journal.verdict("v2") is None
    with Journal(path, write=False) as journal:
        assert journal.result("badly") is not None


def test_a_damaged_line_is_passed_over_and_counted(path):
    with Journal(path) as journal:
        journal.add_result(result("a"), {})
        journal.add_result(result("b"), {})
    path.write_bytes(path.read_bytes().replace(b'"key":"a"', b'"key":"x"'))
    with Journal(path) as journal:
        assert journal.damaged == 1
        assert journal.result("a") is None
        assert journal.result("x") is None
        assert journal.result("b") == result("b")


def test_two_do_not_write_at_once(path):
    code = f"from pathlib import Path\nfrom autograder.journal import Journal\nJournal(Path({str(path)!r}))"
    with Journal(path):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "another 'dlteach grade' is at work on 05 of this course" in done.stderr
        with pytest.raises(GradingError, match="another"):
            Journal(path)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_only_its_owner_can_read_it(path):
    with Journal(path):
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0


def test_it_holds_no_more_than_places_in_memory(path):
    with Journal(path) as journal:
        for number in range(300):
            journal.add_result(result(str(number), text="x" * 10_000), {"check-f": f"v{number}"})
        journal.sync()
        assert journal.result("299").cells[0].outputs[0]["text"] == "x" * 10_000
        assert sys.getsizeof(journal._places) < 100_000
    assert os.path.getsize(path) > 3_000_000
