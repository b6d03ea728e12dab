"""What a student reads: points first, part by part, then their notebook with what was found beside each graded cell."""

import base64
import re

import pytest

from autograder.feedback.marks import Heading, Mark
from tests.autograder.feedback.conftest import CHECK, HEADING, PART, code, display, error, markdown, page_of, result, stream

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


def text(html):
    """What of a page is read: no head, no tags, no line breaks."""
    return " ".join(re.sub(r"<head>.*?</head>|<[^>]+>", " ", html, flags=re.S).split())


def test_the_points_come_first():
    read = text(page_of(markdown("# A lesson")))
    assert read.index("05_backpropagation") < read.index("Ada Lovelace") < read.index("3 of 5 points") < read.index("A lesson")


def test_lateness_is_taken_off_and_said():
    read = text(page_of(heading=Heading("a", "n", "s", 3.0, 5.0, late_penalty=2.0)))
    assert "1 of 5 points" in read
    assert "You earned 3 of 5 points; handing in late costs 2." in read


def test_lateness_never_costs_more_than_was_earned():
    assert "0 of 5 points" in text(page_of(heading=Heading("a", "n", "s", 3.0, 5.0, late_penalty=9.0)))


def test_remarks_are_shown():
    assert "It was mended." in text(page_of(heading=Heading("a", "n", "s", 0.0, 5.0, remarks=("It was mended.",))))


def test_every_part_is_listed_in_the_order_of_the_notebook_and_links_to_its_cell():
    cells = [code("b()", grade_id="test-b", grade=True), code("a()", grade_id="test-a", grade=True)]
    html = page_of(*cells, marks={"test-a": Mark(1.0, 1.0), "test-b": Mark(0.0, 2.0)})
    listed = re.search(r"<ol.*?</ol>", html, re.S)[0]
    assert text(listed) == "✗ test-b 0 of 2 points ✓ test-a 1 of 1 point"
    for anchor in re.findall(r'href="#(part-\d+)"', listed):
        assert html.count(f'id="{anchor}"') == 1


def test_a_part_whose_cell_is_gone_is_listed_all_the_same():
    assert "test-a (not in your notebook)" in text(page_of(marks={"test-a": Mark(0.0, 1.0)}))


def test_a_check_cell_is_its_report_and_nothing_else():
    twice = display(html=PART.report["html"], plain="text of the report")
    html = page_of(code(CHECK, twice, result("1.0"), grade_id="check-relu_forward", grade=True), marks={"check-relu_forward": PART})
    assert html.count("The negative numbers pass.") == 1
    assert "dlteach.check" not in html
    assert "text of the report" not in html
    assert PART.report["html"] in html


def test_a_report_without_a_card_is_told_in_words():
    mark = Mark(0.0, 1.0, report={"exercise": "a.relu", "headline": "It is <wrong>.", "hint": "Look again."})
    assert "It is &lt;wrong&gt;." in page_of(code(CHECK, grade_id="x", grade=True), marks={"x": mark})


def test_an_instructor_who_gave_other_points_than_the_check_is_named():
    read = text(page_of(code(CHECK, grade_id="x", grade=True), marks={"x": Mark(2.0, 2.0, report=PART.report)}))
    assert "An instructor gave 2 of 2 points." in read


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        (Mark(1.0, 1.0), "Passed."),
        (Mark(0.0, 1.0), "Not passed."),
        (Mark(0.0, 1.0, by_hand=True), "No points."),
        (Mark(1.0, 2.0, by_hand=True), "Part of the points."),
        (Mark(2.0, 2.0, by_hand=True), "All points."),
        (Mark(0.5, 1.0), "Partly right."),
        (Mark(None, 1.0, needs_manual=True), "An instructor will read this and give the points."),
        (Mark(0.5, 1.0, needs_manual=True), "An instructor will read this too; the points may change."),
        (Mark(0.0, 1.0, graded=False), "Not graded: nothing was run here."),
        (Mark(None, 1.0), "No points were given yet."),
        (Mark(1.0, 1.0, tests_hidden=True), "All tests passed, the hidden ones too."),
        (Mark(0.0, 1.0, tests_hidden=True), "Not all tests passed; some of them are hidden."),
    ],
)
def test_every_mark_is_said_in_words(mark, says):
    assert says in text(page_of(code("assert True", grade_id="test", grade=True), marks={"test": mark}))


def test_comments_and_messages_are_markdown():
    mark = Mark(1.0, 2.0, comment="Look at `db` *again*.", message="Many met **this**.")
    html = page_of(markdown("An answer", metadata={"nbgrader": {"grade_id": "essay", "solution": True}}), marks={"essay": mark})
    assert "Look at <code>db</code> <em>again</em>." in html
    assert "Many met <strong>this</strong>." in html


def test_a_cell_that_only_has_a_comment_is_not_listed():
    html = page_of(code("x = 1", grade_id="relu", solution=True), marks={"relu": Mark(None, 0.0, comment="Well done.")})
    assert "Well done." in html
    assert "Your points" not in html


def test_the_students_own_cells_are_named():
    assert "Your code" in text(page_of(code("x = 1", grade_id="relu", solution=True)))
    assert "Your answer" in text(page_of(markdown("x", metadata={"nbgrader": {"grade_id": "essay", "solution": True}})))
    assert "Your" not in text(page_of(code("x = 1"))).replace("Your notebook", "").replace("Skip to your notebook", "")


def test_cells_that_only_played_are_folded():
    assert '<details class="play">' in page_of(code("plot()", tags=["play"]))
    assert '<details class="play">' not in page_of(code("plot()", stream("drawn"), tags=["play"]))
    assert '<details class="play">' not in page_of(code("plot()"))


def test_every_kind_of_output_is_shown_in_its_richest_harmless_form():
    table = '<table border="1" class="dataframe"><tr><th>x</th></tr><tr><td>1</td></tr></table>'
    html = page_of(
        code(
            "many()",
            stream("one\n"),
            stream("two\n"),
            stream("careful", "stderr"),
            error("\x1b[31mValueError\x1b[39m: it broke"),
            display(html=table, plain="plain table"),
            display(png=PNG, plain="<Figure size 640x480 with 1 Axes>"),
            display(svg="<svg/>"),
            display(latex="$\\frac{1}{2}$"),
            display(**{"text/markdown": "**bold**"}),
            display(**{"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "plain": "Widget(x=1)"}),
            display(**{"application/javascript": "alert(1)"}),
            result("array([1, 2])"),
        )
    )
    for wanted in (
        '<pre class="stdout">one\ntwo</pre>',
        '<pre class="stderr">careful</pre>',
        '<span class="ansi-red">ValueError</span>: it broke',
        '<table class="dataframe">',
        f'<img src="data:image/png;base64,{PNG}" alt="Picture that this cell made">',
        '<img src="data:image/svg+xml;base64,PHN2Zy8+"',
        "<mfrac>",
        "<strong>bold</strong>",
        "Widget(x=1)",
        "An output that this page cannot show: application/javascript.",
        '<pre class="result">array([1, 2])</pre>',
    ):
        assert wanted in html, wanted
    assert "plain table" not in html
    assert "alert(1)" not in html


@pytest.mark.parametrize(("lines", "folded"), [(40, False), (41, True)])
def test_long_outputs_are_folded(lines, folded):
    html = page_of(code("p()", stream("\n".join("line" for _ in range(lines)))))
    assert (f"<summary>Output, {lines} lines</summary>" in html) is folded


def test_an_output_without_end_is_cut_and_says_so():
    html = page_of(code("p()", stream("x" * 100_000)))
    assert "80000 more characters are not shown." in html
    assert len(html) < 60_000


def test_of_a_long_error_the_end_is_kept():
    html = page_of(code("f()", error("x" * 100_000 + "the last word")))
    assert "the last word" in html


def test_headings_leave_no_level_out():
    html = page_of(markdown("### Third\n\n###### Sixth"), markdown("# First"), markdown("## Second"))
    assert re.findall(r"<h(\d)>(\w+)", html)[-4:] == [("3", "Third"), ("4", "Sixth"), ("3", "First"), ("4", "Second")]


@pytest.mark.parametrize(
    "cells",
    [None, "text", [None, 7, "x"], [{}], [{"cell_type": "code", "outputs": 7, "metadata": [], "source": None}]],
    ids=str,
)
def test_what_is_no_notebook_makes_a_page_all_the_same(cells):
    from autograder.feedback.page import page

    assert "3 of 5 points" in page({"cells": cells}, {"a": Mark(1.0, 1.0)}, HEADING)


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": "stream"},
        {"output_type": "error", "traceback": 7},
        {"output_type": "display_data", "data": 7},
        {"output_type": "display_data", "data": {"text/plain": 7, "image/png": [7], "text/html": {}}},
        {"output_type": "display_data", "data": {"image/png": "no base64 ünd no picture"}},
        {"output_type": "stream", "text": ["a", 7, None]},
        {"output_type": ["unhashable"], "data": {}},
    ],
    ids=str,
)
def test_what_is_no_output_does_no_harm(output):
    assert "3 of 5 points" in page_of(code("f()", output))


def test_text_may_come_in_lines():
    assert "<code>a\n" in page_of({**code(""), "source": ["a\n", "c"]})
