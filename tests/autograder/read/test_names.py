"""Which names may be used, and how the others are shown."""

import pytest

from autograder.read.names import ignored, shown, valid_name, valid_student

STUDENTS = ["alice", "s123", "1", "a.b", "a_b-c", "a@b.org", "a+b", "Zoë", "李明", "अनीता", "a" * 128]
NO_STUDENTS = ["", ".", "..", ".a", "-a", "a/b", "../a", "a\\b", "a b", "a\n", "a\0", "a;b", "$HOME", "a*", "a:b", "~", "<b>", "a" * 129]
NO_STUDENTS += ["\ud800", "a\u202eb", "日" * 86, "a'b", 'a"b', "a%b", "a{b}"]


@pytest.mark.parametrize("name", STUDENTS)
def test_a_student_id(name):
    assert valid_student(name)


@pytest.mark.parametrize("name", NO_STUDENTS, ids=ascii)
def test_no_student_id(name):
    assert not valid_student(name)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "\udc80"], ids=ascii)
def test_no_name_of_a_file(name):
    assert not valid_name(name)


@pytest.mark.parametrize(
    ("name", "patterns", "is_ignored"),
    [
        ("x.pyc", ["*.pyc"], True),
        (".x.pyc", ["*.pyc"], False),
        (".x.pyc", [".*.pyc"], True),
        ("feedback", ["feedback"], True),
        ("Feedback", ["feedback"], False),
        ("x", [], False),
    ],
)
def test_names_are_ignored_as_nbgrader_does(name, patterns, is_ignored, tmp_path):
    from nbgrader.utils import find_all_files

    assert ignored(name, patterns) is is_ignored
    (tmp_path / name).write_text("")
    assert find_all_files(str(tmp_path), patterns) == ([] if is_ignored else [str(tmp_path / name)])


@pytest.mark.parametrize(
    ("name", "says"),
    [("a b", "a b"), ("a\nb", "a\\nb"), ("\x1b[2J", "\\x1b[2J"), ("\udcff", "\\udcff"), ("\u202e", "\\u202e"), ("x" * 99, "x" * 59 + "…")],
    ids=ascii,
)
def test_a_name_is_shown_on_one_line_with_nothing_hidden(name, says):
    assert shown(name) == says
