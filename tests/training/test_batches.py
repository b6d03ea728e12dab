"""Mini-batches: every sample once, in an order that the generator alone decides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach.training import batches

pytestmark = pytest.mark.filterwarnings("error")


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30), size=st.integers(1, 35))
def test_every_sample_comes_once_with_its_label_and_only_the_last_batch_is_smaller(seed, n, size):
    x, y = np.arange(2 * n).reshape(n, 2), np.arange(n)
    given = list(batches(x, y, batch_size=size, rng=np.random.default_rng(seed)))
    assert [len(labels) for _, labels in given[:-1]] == [size] * (len(given) - 1)
    assert 1 <= len(given[-1][1]) <= size
    order = np.concatenate([labels for _, labels in given])
    np.testing.assert_array_equal(np.sort(order), y)
    np.testing.assert_array_equal(np.concatenate([part for part, _ in given]), x[order])
    again = np.concatenate([labels for _, labels in batches(x, y, batch_size=size, rng=np.random.default_rng(seed))])
    np.testing.assert_array_equal(order, again)


def test_the_order_is_a_new_one_every_time():
    x, rng = np.arange(20), np.random.default_rng(0)
    first, second = (np.concatenate([part for (part,) in batches(x, batch_size=6, rng=rng)]) for _ in range(2))
    assert first.tolist() != second.tolist() != x.tolist()


def test_without_a_generator_the_samples_come_as_they_stand_and_are_not_copied():
    x = np.arange(10.0)
    parts = [part for (part,) in batches(x, batch_size=4)]
    assert [part.tolist() for part in parts] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert all(np.shares_memory(part, x) for part in parts)


@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [
        (([1.0],), {"batch_size": 1}, TypeError, r"arrays\[0\] is a list; it needs to be a NumPy array"),
        ((np.ones((0, 3)),), {"batch_size": 1}, ValueError, r"arrays\[0\] has shape \(0, 3\); it needs at least one sample"),
        ((np.array(1.0),), {"batch_size": 1}, ValueError, r"arrays\[0\] has shape \(\); it needs at least one sample"),
        ((np.ones(3), np.ones(2)), {"batch_size": 1}, ValueError, r"arrays\[1\] has 2 samples; it needs 3, as arrays\[0\] has"),
        ((np.array(["a"]),), {"batch_size": 1}, ValueError, r"arrays\[0\] has dtype <U1; it needs real numbers"),
        ((), {"batch_size": 1}, ValueError, r"there are no arrays; it needs at least one"),
        ((np.ones(3),), {"batch_size": 0}, ValueError, r"batch_size is 0; it needs to be at least 1"),
        ((np.ones(3),), {"batch_size": 2.0}, TypeError, r"batch_size is 2.0; it needs a whole number"),
        ((np.ones(3),), {"batch_size": 2, "rng": 0}, TypeError, r"rng is 0; it needs to be a random generator"),
    ],
)
def test_bad_arguments_are_named_at_once(arrays, options, error, message):
    with pytest.raises(error, match=message):
        batches(*arrays, **options)
