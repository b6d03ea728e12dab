"""The landscapes: heights and slopes agree, and the lowest points are lowest."""

import numpy as np
import pytest

from dlteach import nn
from dlteach.traces.surfaces import SURFACES, surface_named


def place(numbers):
    """A place as the functions of a surface take it: a number in one dimension."""
    return np.array(numbers, dtype=float) if len(numbers) > 1 else np.float64(numbers[0])


@pytest.fixture(params=SURFACES)
def surface(request):
    return SURFACES[request.param]


def test_those_of_the_lesson_are_there():
    assert {"parabola", "two_dips", "hole"} <= {name for name, each in SURFACES.items() if each.dimensions == 1}
    assert {"round_bowl", "narrow_bowl"} <= {name for name, each in SURFACES.items() if each.dimensions == 2}


@pytest.mark.parametrize(
    ("name", "at", "height"),
    [
        ("parabola", (3,), 9),
        ("two_dips", (1,), 9 / 8 + 0.3),
        ("hole", (2,), 1 - np.exp(-2)),
        ("round_bowl", (3, 2), 6.5),
        ("narrow_bowl", (3, 2), 24.5),
        ("saddle", (2, 1), 2 + 9 / 16),
        ("curved_valley", (2, 1), 3.7),
    ],
)
def test_heights_are_what_the_formula_says(name, at, height):
    assert SURFACES[name].f(place(at)) == pytest.approx(height, rel=1e-12)


def test_gradients_are_those_that_one_measures(surface):
    rng = np.random.default_rng(0)
    low, high = np.array(surface.ranges).T
    for numbers in rng.uniform(low, high, size=(20, surface.dimensions)):
        x = place(numbers)
        assert np.shape(surface.grad(x)) == np.shape(x)
        np.testing.assert_allclose(surface.grad(x), nn.numerical_gradient(surface.f, x), rtol=1e-6, atol=1e-7)


def test_many_places_at_once_give_what_each_gives_alone(surface):
    tail = () if surface.dimensions == 1 else (2,)
    x = np.random.default_rng(1).uniform(-2, 2, size=(4, 3, *tail))
    assert surface.f(x).shape == (4, 3)
    assert surface.grad(x).shape == x.shape
    assert surface.f(x)[2, 1] == surface.f(x[2, 1])
    np.testing.assert_array_equal(surface.grad(x)[2, 1], surface.grad(x[2, 1]))


def test_minima_are_level_and_lower_than_all_around_them_and_the_first_is_the_lowest(surface):
    rng = np.random.default_rng(2)
    for minimum in surface.minima:
        x = place(minimum)
        np.testing.assert_allclose(surface.grad(x), 0, atol=1e-12)
        assert all(surface.f(x) < surface.f(x + 1e-2 * rng.normal(size=np.shape(x))) for _ in range(20))
    assert surface.f(place(surface.minima[0])) == min(surface.f(place(minimum)) for minimum in surface.minima)


def test_start_and_minima_lie_in_the_picture(surface):
    for numbers in (surface.start, *surface.minima):
        assert all(low < number < high for number, (low, high) in zip(numbers, surface.ranges, strict=True))


def test_one_that_is_not_there_is_refused_by_name():
    with pytest.raises(ValueError, match=r"surface is 'hill'; it needs to be one of parabola, two_dips"):
        surface_named("hill")
    with pytest.raises(ValueError, match="surface is 3"):
        surface_named(3)
