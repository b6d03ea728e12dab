"""Knobs and handles: what they send, when, and what is shown until Python has answered."""

import pytest

from dlteach.widgets.view import Slider
from tests.widgets import samples
from tests.widgets.conftest import state_of
from tests.widgets.test_player import slider, step


@pytest.fixture
def shown(show):
    return show(samples.descent())


def test_a_slider_goes_through_its_values(shown):
    rate = slider(shown, "learning rate")
    assert rate.get_attribute("aria-valuetext") == "0.1"
    rate.focus()
    shown.page.keyboard.press("ArrowRight")
    assert rate.get_attribute("aria-valuetext") == "0.3"
    assert shown.sent("params")[-1]["params"] == {**samples.PARAMS, "lr": 0.3}
    shown.answer()
    assert shown.widget.params["lr"] == 0.3
    assert shown.page.locator(".dlteach-widget").get_attribute("data-seq") == "1"
    assert shown.page.locator(".dlteach-equation mn").nth(1).text_content() == "0.30"


def test_a_value_that_is_not_among_them_is_put_in_its_place(show):
    rate = slider(shown := show(samples.descent(lr=0.2)), "learning rate")
    assert rate.get_attribute("aria-valuetext") == "0.2"
    rate.focus()
    heard = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):
        shown.page.keyboard.press(key)
        heard.append(rate.get_attribute("aria-valuetext"))
    assert heard == ["0.3", "0.2", "0.1"]


def test_falling_values_stay_in_order(show):
    falling = Slider(name="lr", label="learning rate", values=(1.0, 0.1, 0.01))
    shown = show(samples.descent(knobs=(falling,), lr=0.5))
    rate = slider(shown, "learning rate")
    rate.focus()
    shown.page.keyboard.press("ArrowLeft")
    assert rate.get_attribute("aria-valuetext") == "1"


def test_the_unit_is_said(shown):
    assert slider(shown, "steps").get_attribute("aria-valuetext") == "20 steps"
    assert shown.page.locator("output").nth(1).text_content() == "20 steps"


def test_a_choice_and_a_toggle_send_their_values(shown):
    shown.page.get_by_label("rule").select_option("half a step")
    shown.answer()
    shown.page.get_by_label("with noise").check()
    shown.answer()
    assert shown.widget.params == {**samples.PARAMS, "rule": "half", "noise": True}


def test_a_knob_turned_in_python_moves_here_too(shown):
    shown.widget.set(lr=0.3, rule="half", noise=True)
    shown.reply(state_of(shown.widget))
    assert slider(shown, "learning rate").get_attribute("aria-valuetext") == "0.3"
    assert shown.page.get_by_label("rule").input_value() == "1"
    assert shown.page.get_by_label("with noise").is_checked()


def turn_often(shown, times=50):
    """Fifty input events without a pause, as a fast hand makes them."""
    shown.page.evaluate(
        """(times) => {
            const input = document.querySelector('.dlteach-knobs input');
            for (let i = 0; i < times; i++) { input.value = i % 5; input.dispatchEvent(new Event('input', { bubbles: true })); }
        }""",
        times,
    )


def test_one_request_is_in_flight_and_the_newest_value_wins(shown):
    turn_often(shown)
    shown.painted()
    assert [message["params"]["lr"] for message in shown.sent("params")] == [samples.RATES[0]]
    shown.answer()
    shown.painted()
    assert [message["params"]["lr"] for message in shown.sent("params")] == [samples.RATES[0], samples.RATES[49 % 5]]
    assert slider(shown, "learning rate").get_attribute("aria-valuetext") == "1"
    shown.answer()
    shown.painted()
    assert len(shown.sent("params")) == 2
    assert [message["_request"] for message in shown.sent("params")] == [1, 2]


def test_at_most_one_request_in_an_animation_frame_however_fast_python_is(shown):
    sent = shown.page.evaluate("""() => {
        const input = document.querySelector('.dlteach-knobs input');
        for (let i = 0; i < 10; i++) {
          input.value = i % 5;
          input.dispatchEvent(new Event('input'));
          window.reply({ _seq: model.get('_request') });
        }
        return window.sent.length;
    }""")
    assert sent == 1
    shown.painted()
    assert len(shown.sent("params")) == 2


def test_waiting_is_said_after_a_second_and_does_not_keep_anybody_from_scrubbing(shown):
    shown.page.get_by_label("with noise").check()
    waiting = shown.page.get_by_text("waiting for Python…")
    assert not waiting.is_visible()
    waiting.wait_for()
    slider(shown).focus()
    shown.page.keyboard.press("ArrowRight")
    assert step(shown) == 1
    shown.answer()
    assert not waiting.is_visible()
    assert step(shown) == 1


def test_what_python_objects_to_is_shown(show):
    too_much = Slider(name="lr", label="learning rate", values=(0.1, 2.0))
    shown = show(samples.descent(knobs=(too_much, *samples.KNOBS[1:])))
    alert = shown.page.get_by_role("alert")
    assert not alert.is_visible()
    slider(shown, "learning rate").focus()
    shown.page.keyboard.press("ArrowRight")
    shown.answer()
    assert "lr is 2" in alert.text_content()
    assert slider(shown, "learning rate").get_attribute("aria-valuetext") == "0.1"  # back to what is shown
    shown.page.get_by_label("with noise").check()
    shown.answer()
    assert not alert.is_visible()


@pytest.mark.parametrize(("before", "steps", "after"), [("End", "40 steps", 40), ("PageUp", "40 steps", 2), ("End", "5 steps", 5)])
def test_who_was_at_the_end_stays_at_the_end(shown, before, steps, after):
    slider(shown).focus()
    shown.page.keyboard.press(before)
    knob = slider(shown, "steps")
    knob.focus()
    shown.page.keyboard.press("ArrowRight" if steps == "40 steps" else "Home")
    assert knob.get_attribute("aria-valuetext") == steps
    shown.answer()
    assert step(shown) == after


def test_a_frame_that_is_no_longer_there_becomes_the_last(shown):
    slider(shown).focus()
    for key in ("End", "ArrowLeft"):
        shown.page.keyboard.press(key)
    slider(shown, "steps").focus()
    shown.page.keyboard.press("Home")
    shown.answer()
    assert step(shown) == 5


def handle(shown, name):
    return shown.page.get_by_role("button", name=name)


def test_arrow_keys_move_a_point_by_a_fiftieth_and_with_shift_by_a_tenth_of_the_axis(shown):
    start = handle(shown, "start")
    assert start.get_attribute("aria-label") == "start, x 4, y 8; arrow keys move it"
    start.focus()
    shown.page.keyboard.press("ArrowLeft")
    assert shown.sent("params")[-1]["params"]["start"] == pytest.approx([3.8, 8])
    shown.answer()
    shown.page.keyboard.press("Shift+ArrowLeft")
    assert shown.sent("params")[-1]["params"]["start"] == pytest.approx([2.8, 7.22])
    shown.answer()
    assert start.get_attribute("aria-label") == "start, x 2.8, y 3.92; arrow keys move it"
    assert shown.widget.params["start"] == pytest.approx([2.8, 7.22])
    assert start.evaluate("each => each === document.activeElement")


def test_up_is_up_and_the_axis_is_the_end(shown):
    handle(shown, "start").focus()
    for key in ("ArrowUp", "Shift+ArrowRight", "Shift+ArrowRight"):
        shown.page.keyboard.press(key)
        shown.answer()
        shown.painted()
    assert shown.sent("params")[0]["params"]["start"] == pytest.approx([4, 8.25])
    assert shown.sent("params")[-1]["params"]["start"][0] == 5


def middle(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_dragged_point_follows_the_pointer_before_python_has_answered(show):
    shown = show(samples.points())
    house = handle(shown, "house 2")
    x, y = middle(house.bounding_box())
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    for i in range(1, 11):
        shown.page.mouse.move(x + 5 * i, y - 3 * i)
    shown.painted()
    assert middle(house.bounding_box()) == pytest.approx((x + 50, y - 30), abs=1)
    assert len(shown.sent("params")) == 1
    shown.answer()  # this is where the pointer was at first, and another request is on its way
    shown.painted()
    assert middle(house.bounding_box()) == pytest.approx((x + 50, y - 30), abs=1)
    shown.page.mouse.up()
    assert len(shown.sent("params")) == 2
    shown.answer()
    places = shown.widget.params["points"]
    assert [places[0], places[2]] == [[-2.0, 1.0], [2.0, 2.5]]
    assert places[1][0] > 0.3
    assert places[1][1] > 2.1
    assert middle(house.bounding_box()) == pytest.approx((x + 50, y - 30), abs=1)


def test_a_pointer_that_only_passes_by_moves_nothing(show):
    shown = show(samples.points())
    x, y = middle(handle(shown, "house 2").bounding_box())
    shown.page.mouse.move(x, y)
    shown.page.mouse.move(x + 5, y)
    assert shown.sent("params") == []


def test_handles_are_large_enough_and_scrolling_does_not_take_them(show):
    shown = show(samples.points())
    for name in ("house 1", "house 2", "house 3"):
        box = handle(shown, name).bounding_box()
        assert min(box["width"], box["height"]) >= 24
        assert handle(shown, name).evaluate("each => getComputedStyle(each).touchAction") == "none"


def test_as_many_handles_as_points(show):
    shown = show(samples.points())
    shown.widget.set(points=[[0.0, 1.0], [1.0, 2.0]])
    shown.reply(state_of(shown.widget))
    assert shown.page.locator(".dlteach-handle").count() == 2


def test_marks_that_change_with_the_trace_are_drawn(shown):
    view = samples.descent(title="Down the parabola").view.as_json()
    view["panels"][0]["y"]["range"] = [0, 25]
    before = handle(shown, "start").bounding_box()["y"]
    shown.reply({"_view": view, "_seq": 1})
    assert handle(shown, "start").bounding_box()["y"] > before + 20


GONE = "Python is gone: the kernel was stopped or restarted."


def test_without_its_kernel_it_says_so_and_still_plays(shown):
    shown.page.get_by_label("with noise").check()
    shown.page.evaluate("model.trigger('comm_live_update')")
    assert shown.page.get_by_role("status").filter(has_text=GONE).is_visible()
    assert slider(shown, "learning rate").is_disabled()
    assert not handle(shown, "start").is_visible()
    shown.page.wait_for_timeout(1100)
    assert not shown.page.get_by_text("waiting for Python…").is_visible()
    slider(shown).focus()
    shown.page.keyboard.press("End")
    assert step(shown) == 20
    shown.page.wait_for_timeout(300)
    assert len(shown.sent()) == 1  # the toggle, and no frame afterwards


def test_a_model_that_says_it_is_alive_is_believed(shown):
    shown.page.evaluate("model.comm_live = true; model.trigger('comm_live_update')")
    assert not shown.page.get_by_text(GONE).is_visible()
    shown.page.evaluate("model.comm_live = false; model.trigger('comm_live_update')")
    assert shown.page.get_by_text(GONE).is_visible()
    shown.page.evaluate("model.comm_live = true; model.trigger('comm_live_update')")
    assert slider(shown, "learning rate").is_enabled()


def test_an_answer_from_python_is_a_sign_of_life(shown):
    shown.page.evaluate("model.trigger('comm_live_update')")
    shown.widget.set(lr=0.3)
    shown.reply(state_of(shown.widget))
    assert not shown.page.get_by_text(GONE).is_visible()
    assert slider(shown, "learning rate").is_enabled()


def test_shown_again_without_a_kernel_it_says_so_at_once(shown):
    shown.page.evaluate("""() => {
        cleanup();
        const el = document.getElementById('widget');
        el.className = 'jupyter-widgets-disconnected';
        window.cleanup = show(el);
    }""")
    assert shown.page.get_by_text(GONE).is_visible()
