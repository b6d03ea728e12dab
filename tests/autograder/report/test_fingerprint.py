"""What is left of code without names, comments and layout."""

import numpy as np
import pytest

from autograder.report.fingerprint import LONGEST, fingerprints, tokens

PLAIN = "def f(x):\n    total = np.sum(x, axis=0)\n    return total / 1e-8\n"


@pytest.mark.parametrize(
    "same",
    [
        "def f(x):\n    s = np.sum(x, axis=0)\n    return s / 1e-8\n",
        "def f(x):\n    # a remark\n    total = np.sum( x,axis = 0 )  # another\n\n    return total/0.00000001\n",
        'def f(x):\n    """Sums."""\n    total = np.sum(x, axis=0)\n    return total / 1.0E-8\n',
        "def g(values):\n    total = np.sum(values,\n      axis=0)\n    return total / \\\n        1e-8",
    ],
)
def test_names_comments_layout_and_the_way_a_number_is_written_do_not_count(same):
    assert tokens(same) == tokens(PLAIN)


@pytest.mark.parametrize(
    "other", [PLAIN.replace("sum", "mean"), PLAIN.replace("axis", "where"), PLAIN.replace("0)", "1)"), PLAIN.replace("/", "*")]
)
def test_what_numpy_and_python_call_things_and_numbers_and_operators_do(other):
    assert tokens(other) != tokens(PLAIN)


def test_a_message_is_a_message_and_a_formula_in_quotes_is_a_formula():
    assert tokens("raise ValueError('the shapes differ')") == tokens('raise ValueError("those shapes don\'t fit")')
    assert tokens("np.einsum('nd,dh->nh', x, w)") == tokens('np.einsum("nd,dh->nh", x, w)') != tokens("np.einsum('nd,hd->nh', x, w)")


@pytest.mark.parametrize(
    "source", ["", "   ", "def f(:", "'''never ends", '"never ends', "%matplotlib inline\n!rm -rf /", "\x00\ud800é🎉", "(" * 5000]
)
def test_whatever_stands_in_a_cell_has_fingerprints_or_none(source):
    prints = fingerprints([source, PLAIN])
    assert len(prints.wholes) == 2
    assert prints.owners.shape == prints.values.shape


def test_no_cell_takes_for_ever():
    source = "x = '" + "\\'" * LONGEST + "\n" + "r" * 10 * LONGEST
    assert sum(map(len, tokens(source))) <= LONGEST + 100


def test_who_shares_a_run_of_tokens_shares_fingerprints():
    long = "\n".join(f"a{i} = np.sin(b * {i}) + c[{i}]" for i in range(20))
    prints = fingerprints(
        [f"start = 1\n{long}\nend = 5", f"{long.replace('a', 'q')}\nprint('different')", "y = [k ** 2 for k in range(9) if k % 3]"]
    )
    first, second, third = (set(prints.values[prints.owners == place].tolist()) for place in range(3))
    assert len(first & second) > 0.8 * len(first)
    assert third
    assert not first & third


def test_pieces_do_not_run_into_each_other():
    alone = [fingerprints([source]) for source in (PLAIN, "z = np.cos(x) ** 2 + np.sin(x) ** 2")]
    together = fingerprints([PLAIN, "z = np.cos(x) ** 2 + np.sin(x) ** 2"])
    for place, prints in enumerate(alone):
        assert np.array_equal(together.values[together.owners == place], prints.values)
        assert together.wholes[place] == prints.wholes[0]
