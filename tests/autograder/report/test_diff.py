"""Two answers side by side."""

from autograder.report.diff import MOST_LINES, changed_words, side_by_side
from tests.autograder.report.made import LEFT, RIGHT, STUB


def test_each_line_says_whether_it_is_the_same_renamed_different_or_handed_out():
    kinds = [line.kind for line in side_by_side(LEFT, RIGHT, STUB)]
    assert kinds == ["given", "renamed", "renamed", "renamed", "differs"]


def test_lines_are_set_beside_their_like_and_counted():
    lines = side_by_side("a = 1\nb = np.sin(a)\nreturn b", "c = np.sin(q)\nprint(c)\nreturn c")
    assert [(line.left, line.right) for line in lines] == [
        ("a = 1", None),
        ("b = np.sin(a)", "c = np.sin(q)"),
        (None, "print(c)"),
        ("return b", "return c"),
    ]
    assert [(line.left_number, line.right_number) for line in lines] == [(1, 0), (2, 1), (0, 2), (3, 3)]
    assert [line.kind for line in lines] == ["differs", "renamed", "differs", "renamed"]


def test_a_comment_that_both_have_is_the_same_and_another_is_not():
    same, other = side_by_side("# hm, why?\n# mine", "# hm, why?\n# yours")
    assert (same.kind, other.kind) == ("same", "differs")


def test_the_words_that_differ_are_marked():
    left, right = changed_words("total[i] = row.sum()", "res[i] = line.sum()")
    assert [word for word, other in left if other] == ["total", "row"]
    assert [word for word, other in right if other] == ["res", "line"]
    assert "".join(word for word, _ in left) == "total[i] = row.sum()"


def test_nothing_beside_nothing_and_very_much_beside_very_much():
    assert side_by_side("", "") == []
    assert len(side_by_side("x = 1\n" * 10_000, "x = 2\n" * 10_000)) <= 2 * MOST_LINES
