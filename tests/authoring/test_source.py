"""A source is read cell by cell; a mistake in it is one sentence with the file and the line."""

import re

import pytest

from dlteach.authoring import AuthoringError, SourceError, build_source
from dlteach.authoring.source import read_source
from tests.own.ownlesson import LESSON

GOOD = '''\
# %% [markdown]
# # Rows

# %%
import numpy as np

# %% exercise="row_sums"
def row_sums(x):
    """The sum of every row."""
    # BEGIN SOLUTION
    sums = x.sum(axis=1)
    # END SOLUTION
    return sums

# %% play=true
print(1)

# %% exercise="smallest_and_largest"
def smallest_and_largest(x):
    # BEGIN SOLUTION
    return x.min(axis=1), x.max(axis=1)
    # END SOLUTION
'''


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "90_rows.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_cells_know_their_kind_their_options_and_their_line(write):
    cells = read_source(write(GOOD))
    assert [(cell.kind, cell.line) for cell in cells] == [("markdown", 1), ("code", 4), ("code", 7), ("code", 15), ("code", 18)]
    assert [cell.exercise for cell in cells] == [None, None, "row_sums", None, "smallest_and_largest"]
    assert [cell.play for cell in cells] == [False, False, False, True, False]
    assert cells[0].text == "# Rows"


MISTAKES = {
    "unknown exercise": ('exercise="row_sums"', 'exercise="row_sum"', 7, "has no exercise 'row_sum'; it has row_sums, smallest_and"),
    "no cell for an exercise": ('# %% exercise="row_sums"', "# %%", 10, "stands in a cell that is no exercise"),
    "two cells for one": ('"smallest_and_largest"', '"row_sums"', 18, "'row_sums' has two cells; the first starts on line 7"),
    "begin marker missing": ("    # BEGIN SOLUTION\n    sums", "    sums", 7, "has no '# BEGIN SOLUTION'"),
    "end marker missing": ("    # END SOLUTION\n    return sums", "    return sums", 7, "has no '# END SOLUTION'"),
    "marker twice": ("    return sums", "    # END SOLUTION\n    return sums", 13, "more than one '# END SOLUTION'"),
    "another function": ("def row_sums(x)", "def rowsums(x)", 8, "defines 'rowsums' instead"),
    "other parameters": ("def row_sums(x)", "def row_sums(x, axis=1)", 8, "takes (x, axis=1) here, but the exercise's reference takes (x)"),
    "more than a function": ("def row_sums(x):", "y = 1\ndef row_sums(x):", 7, "exactly one function and nothing else"),
    "not Python": ("    sums = x.sum(axis=1)", "    sums = x.sum(axis=1", 11, "this is not Python"),
    "stub not Python": ("    # BEGIN SOLUTION\n    sums", "        # BEGIN SOLUTION\n    sums", 10, "'row_sums' is not Python"),
    "markers exchanged": (
        "    # BEGIN SOLUTION\n    sums = x.sum(axis=1)\n    # END SOLUTION",
        "    # END SOLUTION\n    sums = x.sum(axis=1)\n    # BEGIN SOLUTION",
        12,
        "'# BEGIN SOLUTION' should stand inside 'row_sums', above '# END SOLUTION'",
    ),
    "unknown option": ("play=true", "paly=true", 15, "unknown cell option 'paly'"),
    "option of the wrong type": ("play=true", 'play="yes"', 15, "play='yes' should be play=true"),
    "exercise that plays": ('exercise="row_sums"', 'exercise="row_sums" play=true', 7, "an exercise cell takes no other option"),
    "text before the first cell": ("# %% [markdown]\n# # Rows", "import numpy\n# %% [markdown]\n# # Rows", 1, "begins with a cell"),
    "raw cell": ("# %% [markdown]", "# %% [raw]", 1, "no raw cells"),
    "play on text": ("# %% [markdown]", "# %% [markdown] play=true", 1, "only a code cell"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence_with_file_and_line(write, name):
    old, new, line, says = MISTAKES[name]
    path = write(GOOD.replace(old, new, 1))
    assert path.read_text(encoding="utf-8") != GOOD
    with pytest.raises(SourceError, match=re.escape(says)) as caught:
        build_source(LESSON, path.parent)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert "\n" not in str(caught.value)


def test_an_exercise_without_a_cell_is_named(write):
    path = write(GOOD.partition('# %% exercise="smallest')[0])
    with pytest.raises(SourceError, match="exercise 'smallest_and_largest' has no cell"):
        build_source(LESSON, path.parent)


def test_a_missing_or_unreadable_source_is_named(tmp_path):
    with pytest.raises(AuthoringError, match=r"90_rows\.py does not exist"):
        build_source(LESSON, tmp_path)
    (tmp_path / "90_rows.py").write_bytes(b"# %%\n\xff\xfe")
    with pytest.raises(AuthoringError, match="could not be read as a UTF-8 text file"):
        build_source(LESSON, tmp_path)
