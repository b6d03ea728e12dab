"""The report in a terminal a hundred columns wide."""

import io

import pytest
from rich.console import Console

from autograder.report import show
from autograder.report.model import ClassReport, Row
from tests.autograder.report.made import report


def shown(made, width=100):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    show(made, console)
    return console.file.getvalue()


def line_with(text, said):
    return next(line for line in said.splitlines() if text in line)


def test_points_and_how_each_exercise_went():
    said = shown(report(hostile="zed"))
    assert line_with("│ ann", said).split()[1::2] == ["ann", "2", "2.5", "–", "4.5"]
    assert line_with("row_sums  ", said).split() == ["1", "row_sums", "33%", "0%", "67%", "0.6667", "0", "2"]
    assert "Graded: 3 of 6. Total: mean 3.917, median 4.25 of 8.5." in said


@pytest.mark.parametrize(
    "line",
    [
        "dan: 90_rows.ipynb breaks off on line 1",
        "eve: nothing handed in",
        "1 student handed in late; the penalty is taken off the total.",
        "Waiting for a person to grade them, in formgrader: 1 answer of 1 student.",
        "Not written yet: smallest_and_largest 1.",
        "The columns were added up, not the rows. [added_downwards]",
        '--name row_sums/3f2a "The bias is missing."',
        "The bias is missing. [named]",
        "  ben and zed: row_sums 90%, essay 100%",
        "it proves nothing",
        "cem used zed in rows.row_sums, which the exercise forbids.",
        "ann's rows.row_sums is built like our reference (97%, names aside); worth a look, no more.",
        "ben, a sign of tampering: It replaced zed",
        "cem, worth knowing: A deleted test cell was put back.",
        "What the sandbox could not stop here: Processes can be started.",
    ],
)
def test_whatever_needs_a_look_is_said(line):
    assert " ".join(line.split()) in " ".join(shown(report(hostile="zed"), 200).split())


@pytest.mark.parametrize("hostile", ["[red]x[/red]", "\x1b[2J\x1b]0;title\x07", "a\r\nb", "x" * 5000, "[/]"])
def test_no_name_steers_the_terminal(hostile):
    said = shown(report(hostile=hostile))
    assert not {"\x1b", "\r", "\x07"} & set(said)
    assert hostile.startswith("x") or hostile[:5].isprintable() is False or hostile in said


def test_it_stays_within_the_width():
    assert max(map(len, shown(report(hostile="zed")).splitlines()[:30])) <= 100


def test_a_class_of_a_thousand_is_told_in_short():
    made = ClassReport("90_rows", {"check-row_sums": 2.0})
    made.rows = [Row(f"s{i:04}", "", {"check-row_sums": 1.0}, 1.0) for i in range(1000)]
    made.flags = [(f"s{i:04}", "It replaced something.") for i in range(1000)]
    said = shown(made)
    assert "… and 900 more students; --csv and --html have them all." in said
    assert len(said.splitlines()) < 150


def test_an_empty_class_is_a_class():
    assert "No mistake was recognised." in shown(ClassReport("90_rows"))
