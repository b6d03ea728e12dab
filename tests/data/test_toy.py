"""Points in the plane: repeatable, balanced, mixed, and shaped as their names say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import data

TOYS = ["two_blobs", "imbalanced_blobs", "moons", "circles", "spirals"]


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", TOYS)
@given(n=st.integers(3, 60), seed=st.integers(0, 1000))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_points_and_labels_in_every_size(name, n, seed):
    toy = data.load(name, n=n, rng=rng(seed))
    assert toy.x.shape == (n, 2)
    assert toy.y.shape == (n,)
    assert np.all(np.isfinite(toy.x))
    assert set(toy.y) == set(range(len(toy.class_names)))
    np.testing.assert_array_equal(toy.x, data.load(name, n=n, rng=rng(seed)).x)
    if name != "imbalanced_blobs":
        assert np.ptp(np.bincount(toy.y)) <= 1


@pytest.mark.parametrize(("name", "classes"), [("two_blobs", 2), ("imbalanced_blobs", 2), ("moons", 2), ("circles", 2), ("spirals", 3)])
def test_one_point_for_each_class_is_enough_and_one_less_is_refused(name, classes):
    assert sorted(data.load(name, n=classes, rng=rng()).y) == list(range(classes))
    with pytest.raises(ValueError, match=f"n is {classes - 1}; it needs to be at least {classes}"):
        data.load(name, n=classes - 1, rng=rng())


@pytest.mark.parametrize("name", TOYS)
def test_seeds_differ_and_classes_are_mixed(name):
    toy, other = data.load(name, n=300, rng=rng(0)), data.load(name, n=300, rng=rng(1))
    assert not np.array_equal(toy.x, other.x)
    share = [np.mean(part == toy.y.max()) for part in (toy.y[:150], toy.y[150:])]
    assert abs(share[0] - share[1]) < 0.2


def test_two_blobs_lie_as_far_apart_as_asked_and_a_line_separates_them():
    blobs = data.load("two_blobs", n=4000, rng=rng(), distance=6.0, spread=1.0)
    centres = [blobs.x[blobs.y == label].mean(axis=0) for label in (0, 1)]
    assert np.linalg.norm(centres[1] - centres[0]) == pytest.approx(6, abs=0.15)
    assert blobs.x[blobs.y == 0].std() == pytest.approx(1, abs=0.05)
    assert np.mean((blobs.x.sum(axis=1) > 0) == blobs.y) > 0.99


@pytest.mark.parametrize(("n", "fraction", "positives"), [(1000, 0.05, 50), (10, 0.01, 1), (10, 0.99, 9)])
def test_the_rare_class_is_as_rare_as_asked_but_never_absent(n, fraction, positives):
    assert data.load("imbalanced_blobs", n=n, rng=rng(), positive_fraction=fraction).y.sum() == positives


def test_circles_are_told_apart_by_their_radius_and_moons_by_no_line():
    circles = data.load("circles", n=200, rng=rng(), noise=0.0)
    radius = np.linalg.norm(circles.x, axis=1)
    np.testing.assert_allclose(radius, np.where(circles.y == 0, 1.0, 0.5))
    quarters = np.floor(np.arctan2(circles.x[:, 1], circles.x[:, 0]) / (np.pi / 2))
    assert min(np.bincount((quarters + 2).astype(int), minlength=4)) > 200 / 4 / 2  # all the way round
    moons = data.load("moons", n=400, rng=rng(), noise=0.0)
    upper, lower = moons.x[moons.y == 0], moons.x[moons.y == 1]
    np.testing.assert_allclose(np.linalg.norm(upper, axis=1), 1)
    np.testing.assert_allclose(np.linalg.norm(lower - [1, 0.5], axis=1), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5
    assert np.ptp(upper[:, 0]) > 1.9  # half a circle each
    assert np.ptp(lower[:, 0]) > 1.9


def test_spirals_have_an_arm_for_each_class():
    spirals = data.load("spirals", n=500, rng=rng(), classes=5, turns=0.75, noise=0.0)
    radius, angle = np.linalg.norm(spirals.x, axis=1), np.arctan2(spirals.x[:, 1], spirals.x[:, 0])
    expected = 2 * np.pi * (0.75 * (radius - 0.1) / 0.9 + spirals.y / 5)
    np.testing.assert_allclose(np.exp(1j * angle), np.exp(1j * expected), atol=1e-9)


def test_bad_options_are_refused():
    with pytest.raises(ValueError, match="noise is -1; it needs to be 0 or more"):
        data.load("circles", n=9, rng=rng(), noise=-1)
    with pytest.raises(ValueError, match="classes is 1; it needs to be at least 2"):
        data.load("spirals", n=9, rng=rng(), classes=1)
    for fraction in (0, 1, 5):
        with pytest.raises(ValueError, match=f"positive_fraction is {fraction}; it needs to be between 0 and 1"):
            data.load("imbalanced_blobs", n=9, rng=rng(), positive_fraction=fraction)
    assert len(data.load("spirals", n=9, rng=rng(), classes=2).class_names) == 2
    with pytest.raises(TypeError, match="rng is 0; it needs to be a random generator"):
        data.load("two_blobs", n=9, rng=0)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'rng'"):
        data.load("moons", n=9)
