"""Hidden tests: a student learns whether they passed, and nothing else."""

import base64

import pytest

from autograder.feedback.hidden import NOTE, hidden_lines, shows, stripped
from autograder.feedback.marks import Mark
from tests.autograder.feedback.conftest import code, display, error, page_of, result, stream

TESTS = "assert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f(4711) == 815\n### END HIDDEN TESTS\nassert f(2) == 2"


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
        ("###BEGIN HIDDEN TESTS", "###END HIDDEN TESTS"),
        ("    #  begin   hidden\ttests  ", "  # End Hidden Tests, that is all"),
        ("## BEGIN HIDDEN TESTS (two)", "x = 1  # END HIDDEN TESTS"),
    ],
)
def test_the_block_is_cut_however_its_marks_are_written(begin, end):
    assert stripped(f"before\n{begin}\nsecret\n\n  secret\n{end}\nafter") == f"before\n{NOTE}\nafter"


def test_a_block_without_end_goes_on_to_the_last_line():
    assert stripped("before\n### BEGIN HIDDEN TESTS\nsecret\nsecret") == f"before\n{NOTE}"


def test_every_block_is_cut():
    assert stripped(f"{TESTS}\n{TESTS}").count("4711") == 0


def test_a_source_without_hidden_tests_stays_as_it_is():
    assert stripped("assert hidden == 1\n\n") == "assert hidden == 1\n\n"


@pytest.mark.parametrize(
    "output",
    [
        stream("assert f(4711) == 815"),
        error("----> 3 assert f(4711) == 815\nAssertionError"),
        result("'4711 and 815'"),
        display(html="<b>4711</b>"),
    ],
    ids=lambda output: output["output_type"],
)
def test_no_output_of_a_cell_with_hidden_tests_is_shown(output):
    html = page_of(code(TESTS, output, grade_id="test", grade=True), marks={"test": Mark(0.0, 1.0, tests_hidden=True)})
    assert "4711" not in html
    assert "815" not in html
    assert '<span class="m">2</span>' in html  # the tests that anybody may see
    assert "Not all tests passed; some of them are hidden." in html


@pytest.mark.parametrize(
    "output",
    [
        stream("In[3]: assert f(4711) == 815"),
        stream("assert   f(4711)\n  ==\t815"),
        error("\x1b[1mas\x1b[0msert f(4711) == 815"),
        result(repr(TESTS)),
        display(html="<pre>assert <b>f</b>(4711) &#61;= 815</pre>"),
    ],
    ids=["stream", "spaced", "coloured", "repr", "html"],
)
def test_a_hidden_line_that_another_cell_shows_is_held_back(output):
    html = page_of(code(TESTS, grade_id="test", grade=True), code("%history", output), marks={"test": Mark(0.0, 1.0, tests_hidden=True)})
    assert "4711" not in html
    assert "This output is held back" in html


def test_a_second_cell_of_the_same_name_tells_nothing_either():
    cells = [code("f()", stream("quiet"), grade_id="test", grade=True), code("f(1)", stream("told"), grade_id="test", grade=True)]
    html = page_of(*cells, marks={"test": Mark(0.0, 1.0, tests_hidden=True)})
    assert "quiet" not in html
    assert "told" not in html


def test_other_outputs_stay():
    html = page_of(
        code(TESTS, grade_id="test", grade=True), code("f", stream("all is well")), marks={"test": Mark(0.0, 1.0, tests_hidden=True)}
    )
    assert "all is well" in html


def test_a_hidden_block_is_cut_where_no_mark_names_its_cell():
    assert "4711" not in page_of(code(TESTS))


def test_short_lines_hold_nothing_back():
    hidden = hidden_lines(["### BEGIN HIDDEN TESTS\nelse:\n    pass\n### END HIDDEN TESTS"])
    assert not shows("if a:\n    b\nelse:\n    pass", hidden)


def test_a_picture_is_no_text():
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    assert "data:image/png" in page_of(code(TESTS), code("draw()", display(png=data)))
