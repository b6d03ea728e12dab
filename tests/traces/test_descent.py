"""Gradient descent on curves and landscapes: the numbers, the sentences, and the learner's function beside ours."""

import json
import re
import warnings

import numpy as np
import pytest

from dlteach import nn
from dlteach.exercises.registry import find
from dlteach.traces import MAX_BYTES, OwnFunctionError
from dlteach.traces.descent import fate_of, gradient_descent_trace
from dlteach.traces.surfaces import SURFACES

CURVES = [name for name, each in SURFACES.items() if each.dimensions == 1]
LANDSCAPES = [name for name, each in SURFACES.items() if each.dimensions == 2]


@pytest.fixture(autouse=True)
def _no_warnings():
    """A walk that flies apart is nothing to warn about: it is what the lesson is about."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def path_of(trace):
    """The places of a trace, `(T,)` or `(T, 2)`."""
    return trace.frames["x"] if "x" in trace.frames else np.stack([trace.frames["x0"], trace.frames["x1"]], axis=-1)


def of(trace, name):
    """What belongs to each place, for one number or two: the slope, the step, …, in the shape of the places."""
    return trace.frames[name] if name in trace.frames else np.stack([trace.frames[f"{name}_0"], trace.frames[f"{name}_1"]], axis=-1)


# The numbers


def test_the_walk_that_the_lesson_does_by_hand():
    trace = gradient_descent_trace("parabola", lr=0.1, steps=3, start=10)
    np.testing.assert_allclose(trace.frames["x"], [10, 8, 6.4, 5.12], rtol=1e-6)
    np.testing.assert_allclose(trace.frames["height"], [100, 64, 40.96, 26.2144], rtol=1e-6)
    np.testing.assert_allclose(trace.frames["slope"], [20, 16, 12.8, 10.24], rtol=1e-6)
    np.testing.assert_allclose(trace.frames["step"], [-2, -1.6, -1.28, -1.024], rtol=1e-6)
    np.testing.assert_allclose(trace.frames["next"], [8, 6.4, 5.12, 4.096], rtol=1e-6)


@pytest.mark.parametrize(("lr", "end"), [(0.01, 5.454843), (0.1, 0.01237940), (0.5, 0), (0.9, 0.01237940), (1.0, 10), (1.1, 2373.763)])
def test_where_thirty_steps_lead_on_the_parabola(lr, end):
    assert gradient_descent_trace(lr=lr).frames["x"][-1] == pytest.approx(end, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", SURFACES)
def test_the_path_is_that_of_the_reference_on_every_surface(name):
    land = SURFACES[name]
    start = land.start[0] if land.dimensions == 1 else np.array(land.start, dtype=float)
    path = nn.gradient_descent(land.grad, start, 0.15, 12)
    trace = gradient_descent_trace(name, 0.15, 12)
    np.testing.assert_allclose(path_of(trace), path, rtol=1e-6)
    np.testing.assert_allclose(trace.frames["height"], land.f(path), rtol=1e-6)
    np.testing.assert_allclose(of(trace, "slope" if land.dimensions == 1 else "gradient"), land.grad(path), rtol=1e-6)


@pytest.mark.parametrize("name", SURFACES)
def test_the_step_to_come_leads_to_the_next_place_in_every_frame(name):
    trace = gradient_descent_trace(name, 0.15, 12)
    np.testing.assert_allclose(of(trace, "next")[:-1], path_of(trace)[1:], rtol=1e-5)
    np.testing.assert_allclose(path_of(trace) + of(trace, "step"), of(trace, "next"), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", CURVES)
def test_a_tangent_touches_the_curve_at_the_place_and_is_as_steep_as_the_slope(name):
    trace = gradient_descent_trace(name, 0.1, 8)
    ends_x, ends_y = trace.frames["tangent_x"], trace.frames["tangent_y"]
    np.testing.assert_allclose(ends_x.mean(axis=1), trace.frames["x"], rtol=1e-5)
    np.testing.assert_allclose(ends_y.mean(axis=1), trace.frames["height"], rtol=1e-5)
    np.testing.assert_allclose(np.diff(ends_y)[:, 0] / np.diff(ends_x)[:, 0], trace.frames["slope"], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", CURVES)
def test_the_curve_is_the_surface_over_the_whole_picture(name):
    fixed = gradient_descent_trace(name).fixed
    np.testing.assert_allclose(fixed["curve_y"], SURFACES[name].f(fixed["curve_x"].astype(float)), rtol=1e-4, atol=1e-5)
    assert fixed["curve_x"][[0, -1]] == pytest.approx(fixed["x_range"])
    low, high = fixed["height_range"]
    assert low < fixed["curve_y"].min() < fixed["curve_y"].max() < high


@pytest.mark.parametrize("name", LANDSCAPES)
def test_the_heights_are_those_of_the_middles_of_the_cells_row_by_row_from_below(name):
    fixed = gradient_descent_trace(name).fixed
    rows, columns = fixed["heights"].shape
    (left, right), (bottom, top) = fixed["x0_range"], fixed["x1_range"]
    for row, column in ((0, 0), (3, 70), (80, 11)):
        place = np.array([left + (column + 0.5) * (right - left) / columns, bottom + (row + 0.5) * (top - bottom) / rows])
        assert fixed["heights"][row, column] == pytest.approx(SURFACES[name].f(place), rel=1e-4)
    assert (np.diff(fixed["levels"]) > 0).all()
    assert fixed["heights"].min() < fixed["levels"][0] < fixed["levels"][-1] < fixed["heights"].max()


def test_the_arrow_points_uphill_and_is_equally_long_everywhere():
    trace = gradient_descent_trace("narrow_bowl", 0.05, 10)
    arrows = of(trace, "uphill") - path_of(trace)
    lengths = np.linalg.norm(arrows, axis=1)
    np.testing.assert_allclose(lengths, lengths[0], rtol=1e-5)
    gradient = of(trace, "gradient")
    np.testing.assert_allclose(arrows / lengths[:, None], gradient / np.linalg.norm(gradient, axis=1, keepdims=True), atol=1e-5)


def test_at_the_bottom_there_is_no_arrow():
    trace = gradient_descent_trace("round_bowl", lr=1.0, steps=2)
    np.testing.assert_array_equal(of(trace, "uphill")[1], [0, 0])


# The sentences


def test_a_frame_is_told_with_its_numbers():
    trace = gradient_descent_trace(lr=0.1, steps=3)
    assert trace.describe(0) == "Start: place 10, height 100, slope 20; the next step is −0.1 · 20 = −2, to 8."
    assert trace.describe(3) == "Step 3: place 5.12, height 26.21, slope 10.24; the next step is −0.1 · 10.24 = −1.024, to 4.096."
    assert trace.caption == "Gradient descent on f = x² from 10, learning rate 0.1, 3 steps."


def test_a_negative_slope_stands_in_brackets_after_the_times_sign():
    assert "−0.1 · (−20) = 2, to −8" in gradient_descent_trace(start=-10).describe(0)


def test_a_frame_in_a_landscape_is_told_with_pairs():
    told = gradient_descent_trace("narrow_bowl", lr=0.1, steps=1).describe(0)
    assert told == "Start: place (−9, 3), height 85.5, gradient (−9, 30); the next step is −0.1 · (−9, 30) = (0.9, −3), to (−8.1, 0)."


@pytest.mark.parametrize(
    ("surface", "lr", "t", "said"),
    [
        ("parabola", 0.1, 30, "It has arrived"),
        ("parabola", 0.9, 1, "That step overshot: past the bottom, to the other side."),
        ("parabola", 1.0, 1, "It ended as high as it began: no gain at all."),
        ("parabola", 1.1, 1, "It ended higher than it began: the step was too long."),
        ("parabola", 1.1, 30, "The walk flies apart."),
        ("hole", 0.1, 5, "It hardly moves, though no lowest point is near."),
        ("narrow_bowl", 0.18, 1, "That step overshot in x₁: past the bottom"),
        ("round_bowl", 1.5, 1, "That step overshot in x₀ and x₁: past the bottom"),
    ],
)
def test_what_a_learner_should_notice_is_said(surface, lr, t, said):
    assert said in gradient_descent_trace(surface, lr).describe(t)


@pytest.mark.parametrize("lr", [0.01, 0.1, 0.5])
def test_what_does_not_happen_is_not_said(lr):
    told = " ".join(gradient_descent_trace(lr=lr).sentences)
    assert not any(word in told for word in ("overshot", "higher", "uphill", "apart"))


# Flying apart


@pytest.mark.parametrize(("surface", "lr"), [("two_dips", 3.0), ("curved_valley", 3.0), ("saddle", 30.0), ("parabola", 1e6)])
def test_a_walk_beyond_all_numbers_is_said_and_leaves_a_picture(surface, lr):
    trace = gradient_descent_trace(surface, lr, 60)
    assert not np.isfinite(path_of(trace)[-1]).all()
    assert trace.describe(60) == "Step 60: the walk has flown apart; its numbers are larger than a computer can hold."
    assert all(np.isfinite(trace.fixed[name]).all() for name in trace.fixed)


@pytest.mark.parametrize(
    ("surface", "axis", "inside", "outside"), [("parabola", "x_range", 0.9, 1.1), ("narrow_bowl", "x1_range", 0.18, 0.21)]
)
def test_where_a_walk_leaves_the_picture_it_becomes_twice_as_wide_and_no_wider(surface, axis, inside, outside):
    narrow, wide = (gradient_descent_trace(surface, lr, 100).fixed[axis] for lr in (inside, outside))
    np.testing.assert_array_equal(wide, 2 * narrow)


def test_the_heights_of_a_walk_that_flies_apart_do_not_flatten_the_rest():
    low, high = gradient_descent_trace("narrow_bowl", 0.3, 100).fixed["height_range"]
    assert low < 0 < 85.5 < high < 300


# How it ends


@pytest.mark.parametrize(
    ("lr", "fate"), [(0.01, "creeps"), (0.1, "arrives"), (0.5, "arrives"), (0.9, "arrives"), (1.0, "swings"), (1.1, "flies apart")]
)
@pytest.mark.parametrize("start", [10, -10, 3])
def test_the_fate_of_the_six_walks_of_the_lesson(lr, fate, start):
    assert fate_of(gradient_descent_trace(lr=lr, start=start)) == fate


@pytest.mark.parametrize("steps", [2, 3, 12, 100, 500])
@pytest.mark.parametrize(
    ("lr", "fate"), [(0.001, "creeps"), (0.5, "arrives"), (1.0, "swings"), (1.02, "flies apart"), (3.0, "flies apart")]
)
def test_the_fate_does_not_need_many_steps_to_be_known(lr, fate, steps):
    assert fate_of(gradient_descent_trace(lr=lr, steps=steps)) == fate


@pytest.mark.parametrize(
    ("surface", "lr", "start", "fate"),
    [
        ("two_dips", 0.05, 3.2, "arrives"),
        ("two_dips", 0.6, 3.2, "swings"),
        ("two_dips", 3.0, 3.2, "flies apart"),
        ("hole", 0.1, 4, "creeps"),
        ("narrow_bowl", 0.18, None, "arrives"),
        ("narrow_bowl", 0.2, None, "swings"),
        ("narrow_bowl", 0.21, None, "flies apart"),
        ("round_bowl", 0.18, None, "arrives"),
        ("round_bowl", 2.0, None, "swings"),
        ("saddle", 0.5, None, "arrives"),
        ("curved_valley", 0.1, None, "creeps"),
    ],
)
def test_the_fate_of_a_walk_elsewhere(surface, lr, start, fate):
    assert fate_of(gradient_descent_trace(surface, lr, 25, start)) == fate


# The learner's function in place of ours


def uphill(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] + lr * grad(path[-1]))
    return np.array(path)


def lr_squared(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr**2 * grad(path[-1]))
    return np.array(path)


def without_start(grad, start, lr, steps):
    path, x = [], np.array(start, dtype=float)
    for _ in range(steps + 1):
        x = x - lr * grad(x)
        path.append(x)
    return np.array(path)


def goes_wrong_at_three(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - lr * grad(path[-1]) * (t != 2))
    return np.array(path)


def becomes_nan(grad, start, lr, steps):
    path = nn.gradient_descent(grad, start, lr, steps)
    path[4:] = np.nan
    return path


def one_too_many(grad, start, lr, steps):
    return nn.gradient_descent(grad, start, lr, steps + 1)


def no_return(grad, start, lr, steps):
    nn.gradient_descent(grad, start, lr, steps)


def raises(grad, start, lr, steps):
    return start[7]


def not_written(grad, start, lr, steps):
    raise NotImplementedError()


def words(grad, start, lr, steps):
    return ["left", "right"]


def spoils_start(grad, start, lr, steps):
    path = [np.array(start)]
    for _ in range(steps):
        start -= lr * grad(start)
        path.append(np.array(start))
    return np.array(path)


@pytest.mark.parametrize(
    ("descend", "parted", "remark"),
    [
        (uphill, 1, "Your uphill parts from ours at step 1: yours goes to 12, ours to 8."),
        (lr_squared, 1, "Your lr_squared parts from ours at step 1: yours goes to 9.8, ours to 8."),
        (without_start, 0, "Your without_start parts from ours at step 0: yours begins at 8, ours 10."),
        (goes_wrong_at_three, 3, "Your goes_wrong_at_three parts from ours at step 3: yours goes to 6.4, ours to 5.12."),
        (becomes_nan, 4, "Your becomes_nan parts from ours at step 4: yours goes to not a number, ours to 4.096."),
    ],
)
def test_a_wrong_walk_is_shown_beside_ours_and_where_it_parts_is_said_with_both_numbers(descend, parted, remark):
    trace = gradient_descent_trace(descend=descend)
    assert (trace.parted, trace.remark) == (parted, remark)
    assert remark in trace.describe(parted)
    np.testing.assert_allclose(trace.frames["ghost_x"], gradient_descent_trace().frames["x"])
    np.testing.assert_allclose(trace.frames["x"][:parted], trace.frames["ghost_x"][:parted])
    assert trace.frames["x"][parted] != trace.frames["ghost_x"][parted]
    assert trace.caption.endswith("with your function; ours is the ghost.")


@pytest.mark.parametrize(
    ("descend", "message"),
    [
        (one_too_many, r"one_too_many returned the path of shape \(32,\); it should be \(31,\)\."),
        (no_return, "no_return returned None for the path: is a return missing"),
        (raises, "raises stopped with TypeError"),
        (not_written, "not_written is not written yet"),
        (words, "words returned list for the path; it should be numbers"),
    ],
)
def test_a_function_that_gives_no_walk_is_an_error_that_says_why(descend, message):
    with pytest.raises(OwnFunctionError, match=message):
        gradient_descent_trace(descend=descend)


def test_a_walk_that_spoils_the_start_is_told_so_and_ours_is_not_spoilt():
    trace = gradient_descent_trace("round_bowl", lr=0.5, steps=2, descend=spoils_start)
    assert trace.parted is None
    assert "It changes the start it is given: (−9, 3) became (−2.25, 0.75)." in trace.remark
    assert (trace.fixed["start_x0"], trace.fixed["start_x1"]) == (-9, 3)


def test_a_step_uphill_is_called_that_and_not_too_long():
    trace = gradient_descent_trace(descend=uphill)
    assert "That step went uphill." in trace.describe(2)
    assert "too long" not in trace.describe(2)


def test_a_wrong_slope_parts_where_it_is_first_wrong_and_bends_the_tangent():
    def no_left(x):
        return np.maximum(2 * x, 0)

    trace = gradient_descent_trace(lr=0.7, grad=no_left)
    assert trace.parted == 1
    assert trace.remark == "Your no_left parts from ours at step 1: at −4 yours gives 0, ours −8."
    np.testing.assert_array_equal(trace.frames["tangent_y"][1], [16, 16])
    assert trace.frames["ghost_x"][2] == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("grad", "message"),
    [
        (lambda x: None, "your function returned None for the slope at 10: is a return missing"),
        (lambda x: np.array([x, x]), r"your function returned the slope at 10 of shape \(2,\); it should be a single number"),
        (lambda x: 1 / 0, "your function stopped with ZeroDivisionError"),
    ],
)
@pytest.mark.parametrize("descend", [None, without_start])
def test_a_slope_that_is_none_is_an_error_that_names_it_also_inside_the_learners_own_walk(grad, message, descend):
    with pytest.raises(OwnFunctionError, match=message):
        gradient_descent_trace(grad=grad, descend=descend)


def test_a_slope_that_spoils_its_place_spoils_nothing_but_its_answer():
    def doubles(x):
        x *= 2
        return x

    trace = gradient_descent_trace("round_bowl", grad=doubles)
    assert trace.remark == "Your doubles parts from ours at step 0: at (−9, 3) yours gives (−18, 6), ours (−9, 3)."


def test_of_two_wrong_functions_the_one_that_goes_wrong_first_is_named():
    late = gradient_descent_trace(grad=lambda x: np.where(x < 6, 0, 2 * x), descend=lr_squared)
    assert (late.parted, late.remark[:15]) == (1, "Your lr_squared")
    soon = gradient_descent_trace(grad=lambda x: -2 * x, descend=goes_wrong_at_three)
    assert (soon.parted, soon.remark[:13]) == (0, "Your function")


def test_functions_that_are_right_walk_like_ours_and_are_told_so():
    trace = gradient_descent_trace(descend=one_by_one, grad=lambda x: x + x)
    assert trace.parted is None
    assert trace.remark.startswith("Your function gives the same slopes as ours. Your ")
    assert trace.remark.endswith("walks like ours, step for step.")
    np.testing.assert_array_equal(trace.frames["ghost_x"], trace.frames["x"])


@pytest.mark.parametrize("right", find("gradient_descent").accepted, ids=lambda each: each.__name__)
@pytest.mark.parametrize("surface", SURFACES)
def test_what_the_check_accepts_walks_like_ours_on_every_surface(surface, right):
    trace = gradient_descent_trace(surface, 0.18, 12, descend=right)
    assert (trace.parted, "changes the start" in trace.remark) == (None, False)


def one_by_one(grad, start, lr, steps):
    x, path = start, [start]
    for _ in range(steps):
        x = x + -lr * grad(x)
        path = [*path, x]
    return path


@pytest.mark.parametrize("lr", [0.6, 0.72, 0.78])
def test_a_right_function_written_another_way_does_not_part_even_where_the_walk_is_chaotic(lr):
    trace = gradient_descent_trace("two_dips", lr, 300, descend=one_by_one)
    assert trace.parted is None


def test_our_own_function_needs_no_ghost():
    trace = gradient_descent_trace(descend=nn.gradient_descent, grad=nn.quadratic_derivative)
    assert not [name for name in trace.frames if name.startswith("ghost")]
    assert trace.remark == ""


UNSEEN = {  # right where the picture looks: no start is a whole number there, and nobody stands still
    "a_list_for_an_array",
    "whole_numbers_stay_whole",
    "stops_at_the_bottom",
}


@pytest.mark.parametrize("wrong", find("gradient_descent").misconceptions, ids=lambda each: each.id)
def test_what_the_check_calls_wrong_looks_wrong_on_one_surface_or_another(wrong):
    def looks_wrong(surface):
        try:
            trace = gradient_descent_trace(surface, 0.18, 12, descend=wrong.function)
        except OwnFunctionError:
            return True
        return trace.parted is not None or "It changes the start" in trace.remark

    assert any(looks_wrong(surface) for surface in ("parabola", "two_dips", "round_bowl")) is (wrong.id not in UNSEEN)


# What it weighs, and what it refuses


@pytest.mark.parametrize("name", SURFACES)
def test_the_longest_walk_with_a_ghost_travels_in_a_fraction_of_what_a_trace_may_weigh(name):
    layout, data = gradient_descent_trace(name, 0.9, 500, descend=one_by_one).pack()
    assert len(data) + len(json.dumps(layout)) < MAX_BYTES / 2


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"surface": "hill"}, ValueError, "surface is 'hill'; it needs to be one of parabola"),
        ({"lr": 0}, ValueError, "lr is 0; it needs to be above 0 and at most 1000000"),
        ({"lr": 2e6}, ValueError, "lr is 2000000.0"),
        ({"lr": float("nan")}, ValueError, "lr is nan; it needs to be a finite number"),
        ({"lr": "fast"}, TypeError, "lr is 'fast'; it needs to be a number"),
        ({"steps": 0}, ValueError, "steps is 0; it needs to be from 1 to 500"),
        ({"steps": 501}, ValueError, "steps is 501"),
        ({"steps": 2.5}, TypeError, "steps is 2.5; it needs a whole number"),
        ({"steps": True}, TypeError, "steps is True"),
        ({"start": 99}, ValueError, "start holds 99; on parabola it needs to be from -22.0 to 22.0"),
        ({"start": (1, 2)}, ValueError, r"start is \(1, 2\); on parabola it needs to be a single number"),
        ({"start": "left"}, TypeError, "start is 'left'; it needs to be a number"),
        ({"start": float("inf")}, ValueError, "start is inf; it needs to be a finite number"),
        ({"surface": "narrow_bowl", "start": 3}, ValueError, "start is 3; on narrow_bowl it needs to be two numbers"),
        ({"surface": "narrow_bowl", "start": (3, 12)}, ValueError, "start holds 12; on narrow_bowl it needs to be from -10.0 to 10.0"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused_by_name(arguments, error, message):
    with pytest.raises(error, match=message):
        gradient_descent_trace(**arguments)


# Numbers in sentences are those of the picture


@pytest.mark.parametrize("surface", SURFACES)
def test_where_the_picture_has_no_number_any_more_the_sentence_has_none_either(surface):
    shown = gradient_descent_trace(surface, lr=1e6, steps=12)
    for t in range(len(shown)):
        frame = shown.frame(t)
        finite = np.isfinite([frame["height"], *np.ravel(path_of(shown)[t])]).all()
        assert ("flown apart" in shown.describe(t)) == (not finite)
        for exponent in re.findall(r"e(\d+)", shown.describe(t)):
            assert int(exponent) <= 38


def test_a_small_mistake_is_told_with_enough_digits():
    shown = gradient_descent_trace(grad=lambda x: 2 * x + 1e-4)
    assert "at 10 yours gives 20.0001, ours 20." in shown.remark


@pytest.mark.parametrize(("name", "value"), [("lr", 10**400), ("start", 10**400), ("start", np.complex128(1))])
def test_what_no_float_can_hold_is_refused(name, value):
    with pytest.raises((TypeError, ValueError), match=f"^{name} is "):
        gradient_descent_trace(**{name: value})


@pytest.mark.parametrize("lr", [8.0, 75.0, 555.0])
def test_a_right_slope_is_right_also_where_the_walk_flies_apart(lr):
    measured = gradient_descent_trace(lr=lr, steps=200, grad=lambda x: ((x + 1e-5) ** 2 - (x - 1e-5) ** 2) / 2e-5)
    summed = gradient_descent_trace(lr=lr, steps=200, grad=lambda x: x + x)
    assert measured.parted is summed.parted is None
