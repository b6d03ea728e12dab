"""Totals in intervals that a person would choose."""

import pytest

from autograder.report.histogram import bins


@pytest.mark.parametrize(
    ("best", "step", "number"),
    [(4.5, 0.5, 9), (10, 1, 10), (17.5, 2, 9), (21, 5, 5), (20, 2, 10), (100, 10, 10), (1, 0.1, 10), (3, 0.5, 6)],
)
def test_at_most_ten_intervals_of_a_round_width(best, step, number):
    found = bins([0.0, best], best)
    assert (len(found), found[0].high, found[0].low) == (number, pytest.approx(step), 0)
    assert found[-1].high == pytest.approx(best)  # nobody has more


def test_every_total_counts_once_and_the_best_stands_in_the_last():
    totals = [0, 0.3, 0.6, 1.0, 2.99, 3.0, 3.0]
    found = bins(totals, 3)
    assert [each.count for each in found] == [2, 1, 1, 0, 0, 3]
    assert max(each.height for each in found) == 1


def test_more_than_everything_has_its_place_too():
    assert sum(each.count for each in bins([1, 12.0], 10)) == 2


@pytest.mark.parametrize(("totals", "best"), [([], 10), ([0.0], 0)])
def test_nothing_makes_no_picture(totals, best):
    assert bins(totals, best) == []
