"""Splitting: nothing lost, nothing in both parts, every class in both where asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach.data import load, split, stratified_split


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("splitter", [split, stratified_split])
@given(seed=st.integers(0, 1000), sizes=st.lists(st.integers(2, 15), min_size=1, max_size=4), fraction=st.floats(0.01, 0.99))
@settings(derandomize=True, deadline=None)
def test_every_sample_lands_in_one_part_with_its_label(splitter, seed, sizes, fraction):
    y = rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    x = np.arange(len(y))[:, None] + np.zeros((1, 3))
    x_train, x_test, y_train, y_test = splitter(x, y, fraction, rng(seed))
    assert sorted([*x_train[:, 0], *x_test[:, 0]]) == list(range(len(y)))
    np.testing.assert_array_equal(y[x_train[:, 0].astype(int)], y_train)
    np.testing.assert_array_equal(y[x_test[:, 0].astype(int)], y_test)
    if splitter is stratified_split:
        assert set(y_train) == set(y_test) == set(y)


def test_the_digits_eighty_to_twenty():
    digits = load("digits")
    parts = stratified_split(digits.x, digits.y, 0.2, rng(0))
    assert len(parts.y_test) == pytest.approx(0.2 * 1797, abs=5)
    np.testing.assert_allclose(np.bincount(parts.y_test) / np.bincount(digits.y), 0.2, atol=0.003)
    assert not np.all(np.diff(parts.y_test) >= 0)  # mixed, not class after class
    again = stratified_split(digits.x, digits.y, 0.2, rng(0))
    np.testing.assert_array_equal(parts.x_test, again.x_test)
    assert not np.array_equal(parts.y_test, stratified_split(digits.x, digits.y, 0.2, rng(1)).y_test)


@pytest.mark.parametrize("splitter", [split, stratified_split])
@pytest.mark.parametrize(("fraction", "test_size"), [(0.001, 1), (0.24, 2), (0.26, 3), (0.999, 9)])
def test_a_share_is_rounded_to_whole_samples_but_no_part_is_empty(splitter, fraction, test_size):
    assert len(splitter(np.ones((10, 2)), np.zeros(10, dtype=int), fraction, rng()).y_test) == test_size


def test_a_plain_split_has_the_size_asked_for_and_may_miss_a_rare_class():
    y = np.array([0] * 99 + [1])
    parts = split(np.ones((100, 2)), y, 0.2, rng())
    assert (len(parts.x_train), len(parts.x_test)) == (80, 20)
    assert (1 in parts.y_train) != (1 in parts.y_test)


def test_bad_input_is_refused():
    x, y = np.ones((4, 2)), np.array([0, 0, 0, 1])
    with pytest.raises(ValueError, match="y has one sample of class 1; it needs at least 2 of every class"):
        stratified_split(x, y, 0.5, rng())
    for splitter in (split, stratified_split):
        with pytest.raises(ValueError, match=r"y has shape \(3,\); it needs \(4,\), one label for each sample of x"):
            splitter(x, y[:3], 0.5, rng())
        for fraction in (0, 1, 20):
            with pytest.raises(ValueError, match=f"test_fraction is {fraction}; it needs to be between 0 and 1"):
                splitter(x, y, fraction, rng())
        with pytest.raises(ValueError, match="at least 2"):
            splitter(x[:0], y[:0], 0.5, rng())
        with pytest.raises(ValueError, match="at least 2"):
            splitter(x[:1], y[:1], 0.5, rng())
        with pytest.raises(TypeError, match="rng is 0; it needs to be a random generator"):
            splitter(x, y, 0.5, 0)
        with pytest.raises(TypeError, match="y is a list; it needs to be a NumPy array"):
            splitter(x, y.tolist(), 0.5, rng())
