"""What students and their processes say is taken for what it is: data of any kind and size."""

import math

import pytest

from autograder.report.clean import block, formula_free, number, said, text
from tests.autograder.report.made import verdict


@pytest.mark.parametrize("value", [None, 3, [], {"a": 1}, b"bytes", float("nan")])
def test_what_is_no_text_is_empty(value):
    assert text(value) == block(value) == ""


def test_a_text_becomes_one_printable_line_of_a_reasonable_length():
    assert text("one\n two\t\x1b[31mred\u202e") == "one two [31mred"
    assert len(text("a" * 10_000)) == 301


def test_code_keeps_its_lines_and_nothing_that_steers_a_terminal():
    assert block("def f():\n\treturn 1 \x1b[2J\r\x07\n\u2028x") == "def f():\n    return 1 [2J\n\n\nx"
    assert len(block("a" * 10_000)) < 2_100


@pytest.mark.parametrize(
    ("value", "expected"), [(1, 1.0), (0.5, 0.5), (True, None), ("1", None), (math.nan, None), (math.inf, None), (10**400, None)]
)
def test_only_a_finite_number_is_a_number(value, expected):
    assert number(value) == expected


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "|x"])
def test_no_spreadsheet_takes_a_text_for_a_formula(value):
    assert formula_free(value) == f"'{value}"


def test_an_ordinary_text_stays_as_it_is():
    assert [formula_free(value) for value in ("", "Ann", "a=1")] == ["", "Ann", "a=1"]


@pytest.mark.parametrize("data", [None, [], "text", {}, {"exercise": 3}, {"exercise": "\x00"}])
def test_what_is_no_report_is_passed_over(data):
    assert said(data) is None


@pytest.mark.parametrize(
    "field", ["points", "max_points", "passed", "headline", "diagnosis", "forbidden", "similarity", "criteria", "signature", "call"]
)
@pytest.mark.parametrize("value", [None, True, 3, -1e308, math.nan, "<b>", [[]], [None, "x"], {"a": {}}, 10**400])
def test_no_value_of_any_field_breaks_it(field, value):
    found = said(verdict(**{field: value}))
    assert found.exercise == "rows.row_sums"
    assert isinstance(found.signature, str)
    assert isinstance(found.lost, bool)


def test_points_that_were_lost_are_lost_whatever_else_is_claimed():
    assert said(verdict(points=1.0, passed=True)).lost
    assert not said(verdict(points=2.0)).lost
    assert said({"exercise": "rows.row_sums"}).lost


def test_who_wrote_nothing_made_no_mistake():
    assert said(verdict(criteria=[], headline="`row_sums` is not written yet.")).unfinished
    assert not said(verdict()).unfinished
    assert not said(verdict(criteria=[], forbidden=["np.sum"])).unfinished


def test_without_a_signature_the_headline_stands_in_for_it():
    one, same, other = (said(verdict(headline=line)).signature for line in ("It is 7.", "It is 7.", "It is 8."))
    assert one == same != other
    assert said(verdict(signature="3f2a99")).signature == "3f2a99"
    assert said(verdict(signature="../../x")).signature == said(verdict()).signature
