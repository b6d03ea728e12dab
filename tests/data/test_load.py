"""One way to ask for any data set."""

import subprocess
import sys

import numpy as np
import pytest

from dlteach import data


def test_the_digits():
    digits = data.load("digits")
    assert digits.x.shape == (1797, 64)
    assert digits.x.dtype == np.float64
    assert (digits.x.min(), digits.x.max()) == (0, 16)
    assert digits.images.shape == (1797, 8, 8)
    np.testing.assert_array_equal(digits.images[3].ravel(), digits.x[3])
    assert digits.class_names == tuple("0123456789")
    assert set(digits.y) == set(range(10))


def test_the_irises():
    iris = data.load("iris")
    assert iris.x.shape == (150, 4)
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert iris.feature_names == ("sepal length", "sepal width", "petal length", "petal width")
    np.testing.assert_array_equal(np.bincount(iris.y), [50, 50, 50])
    with pytest.raises(ValueError, match=r"The samples of 'iris' are not pictures; use x, shape \(150, 4\)"):
        _ = iris.images


def test_a_data_set_says_what_it_is():
    text = repr(data.load("iris"))
    for part in ("iris", "(150, 4) float64, centimetres", "setosa: 50, versicolor: 50, virginica: 50", "Fisher"):
        assert part in text


def test_every_name_is_available_and_a_wrong_one_is_answered_with_the_right_ones():
    tables = {"digits", "iris", "mnist", "two_blobs", "imbalanced_blobs", "moons", "circles", "spirals"}
    assert set(data.available()) == tables | {"copying", "reversing", "number_to_words", "date_formats"}
    with pytest.raises(ValueError, match=r"There is no data set 'digit'; there are digits, .*\. Did you mean 'digits'\?"):
        data.load("digit")
    with pytest.raises(ValueError, match=r"There is no data set 'weather'; there are [a-z_, ]*\.$"):
        data.load("weather")


def test_importing_costs_neither_scikit_learn_nor_pooch():
    code = "import sys, dlteach.data; print([name for name in ('sklearn', 'pooch', 'scipy') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
