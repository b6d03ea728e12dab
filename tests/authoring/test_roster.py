"""A class list is a CSV file; what is wrong with it is said with its line."""

import re

import pytest

from dlteach.authoring import AuthoringError, Student, read_roster


@pytest.fixture
def write(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_students_come_in_the_order_of_the_file(write):
    path = write("id,first_name,last_name,email\nada,Ada,Løve,ada@example.org\nbob, Bob ,,\n")
    assert read_roster(path) == [Student("ada", "Ada", "Løve", "ada@example.org"), Student("bob", "Bob")]


def test_columns_may_be_missing_or_in_another_order_and_a_spreadsheets_mark_is_dropped(write):
    assert read_roster(write("email,id\nx@example.org,x1\n", encoding="utf-8-sig")) == [Student("x1", email="x@example.org")]


WRONG = {
    "no id column": ("name\nada\n", "line 1: the roster has no column 'id'; its columns should be id,first_name,last_name,email"),
    "unknown column": ("id,grade\nada,1\n", "line 1: unknown column 'grade'"),
    "column twice": ("id,id\nada,bob\n", "line 1: the column 'id' is there twice"),
    "empty id": ("id,email\nada,\n,b@example.org\n", "line 3: the empty id can't name a folder"),
    "id that climbs": ("id\n../ada\n", "line 2: the id '../ada' can't name a folder"),
    "id with a glob": ("id\n*\n", "line 2: the id '*' can't name a folder"),
    "id twice": ("id\nada\nbob\nada\n", "line 4: the id 'ada' was used before"),
    "too many values": ("id\nada,Ada\n", "line 2: there are more values than columns"),
    "nobody": ("id,email\n", "has no students"),
    "empty": ("", "line 1: the roster has no column 'id'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_line(write, name):
    text, says = WRONG[name]
    with pytest.raises(AuthoringError, match=re.escape(says)):
        read_roster(write(text))


def test_a_roster_that_is_no_text_or_not_there_is_named(write, tmp_path):
    with pytest.raises(AuthoringError, match=r"roster\.csv could not be read as a CSV file in UTF-8"):
        read_roster(write("id\nLøve\n", encoding="latin-1"))
    with pytest.raises(AuthoringError, match=r"none\.csv could not be read"):
        read_roster(tmp_path / "none.csv")
