"""Predict, then reveal: nobody sees past the question before an answer, and the answer is kept."""

import pytest

from tests.widgets import samples
from tests.widgets.test_player import button, slider, step, wait_for_step


def predict(shown, answer):
    shown.page.get_by_label(answer, exact=True).check()
    button(shown, "Check my prediction").click()


def status(shown):
    return shown.page.locator(".dlteach-said").text_content()


def form(shown):
    return shown.page.locator(".dlteach-question fieldset")


@pytest.fixture
def shown(show):
    return show(samples.descent(question=samples.OPTIONS))


@pytest.mark.parametrize("key", ["End", "PageUp"])
def test_one_may_not_go_beyond_the_question(shown, key):
    slider(shown).focus()
    assert not form(shown).is_visible()
    for _ in range(4):
        shown.page.keyboard.press(key)
    assert step(shown) == 5
    assert slider(shown).input_value() == "5"
    assert form(shown).is_visible()
    assert shown.page.locator(".dlteach-sentence").text_content() == shown.widget.trace.describe(5)


def test_playing_stops_there_and_asks(shown):
    shown.page.get_by_label("Speed").select_option("4×")
    button(shown, "Play").click()
    wait_for_step(shown, "t === 5")
    button(shown, "Play").wait_for()
    assert form(shown).is_visible()
    assert status(shown) == "A question before you go on:"
    button(shown, "Play").click()
    assert step(shown) == 5
    assert status(shown) == "Predict first, or choose “Just show me”."


def test_a_jump_to_the_first_difference_stops_at_the_question_too(show):
    shown = show(samples.descent(question=samples.OPTIONS, own=True))
    button(shown, "Go to the first difference (step 7)").click()
    assert step(shown) == 5


def test_the_question_does_not_take_the_focus_while_one_scrubs(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")
    assert slider(shown).evaluate("each => each === document.activeElement")


def test_what_may_not_be_seen_yet_is_said_nowhere(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")
    assert "takes a part of x away" not in shown.page.inner_text("body")


def test_a_right_prediction_is_kept_and_explained(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")
    predict(shown, "yes")
    assert shown.sent("answer")[-1]["answer"] == "yes"
    assert status(shown) == "You predicted: yes. ✓ Right. Each step takes a part of x away."
    assert step(shown) == 5  # it goes on when the learner says so
    slider(shown).focus()
    shown.page.keyboard.press("End")
    assert step(shown) == 20


def test_a_wrong_one_is_said_in_words_with_the_answer(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")
    predict(shown, "no")
    assert status(shown) == "You predicted: no. ✗ Not quite. The answer is yes. Each step takes a part of x away."


def test_the_answer_arrives_in_python(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")
    predict(shown, "no")
    shown.answer()
    assert shown.widget.answer == "no"


def test_without_a_choice_it_asks_for_one(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")
    button(shown, "Check my prediction").click()
    assert status(shown) == "Choose an answer first."
    assert shown.sent("answer") == []


def test_just_show_me(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")
    button(shown, "Just show me").click()
    assert status(shown) == "The answer is yes. Each step takes a part of x away."
    button(shown, "Last").click()
    assert step(shown) == 20


def test_after_the_answer_the_focus_is_where_one_goes_on(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")
    button(shown, "Just show me").press("Enter")
    shown.page.keyboard.press("ArrowRight")
    assert step(shown) == 6


def test_a_number_can_be_predicted_with_either_input(show):
    shown = show(samples.descent(question=samples.NUMBER))
    slider(shown).focus()
    shown.page.keyboard.press("End")
    number = shown.page.get_by_role("spinbutton", name="Your prediction, as a number")
    assert number.input_value() == "2"
    slider(shown, "Your prediction").focus()
    shown.page.keyboard.press("Home")
    assert number.input_value() == "0"
    number.fill("")
    button(shown, "Check my prediction").click()
    assert status(shown) == "Choose an answer first."
    number.fill("0.6")
    button(shown, "Check my prediction").click()
    assert shown.sent("answer")[-1]["answer"] == 0.6
    assert status(shown) == "You predicted: 0.6 m. ✓ Near enough. The answer is 0.49 m. It is 0.9 times as large after each step."


def test_a_number_too_far_off_is_not_right(show):
    shown = show(samples.descent(question=samples.NUMBER))
    slider(shown).focus()
    shown.page.keyboard.press("End")
    button(shown, "Check my prediction").click()
    assert status(shown).startswith("You predicted: 2 m. ✗ Not quite. The answer is 0.49 m.")


def test_a_new_trace_asks_again_only_if_that_is_wanted(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")
    predict(shown, "yes")
    shown.page.get_by_label("with noise").check()
    shown.answer()
    button(shown, "Last").click()
    assert step(shown) == 20
    assert status(shown) == ""  # the verdict was about another run
    shown.page.get_by_label("Ask me again after each change").check()
    shown.page.get_by_label("with noise").uncheck()
    shown.answer()
    assert shown.sent("answer")[-1]["answer"] is None
    assert shown.page.get_by_label("with noise").evaluate("each => each === document.activeElement")
    assert step(shown) == 5
    assert form(shown).is_visible()
    assert not shown.page.get_by_label("yes", exact=True).is_checked()


def test_a_knob_turned_before_the_answer_leaves_the_question_open(shown):
    shown.page.get_by_label("with noise").check()
    shown.answer()
    button(shown, "Last").click()
    assert step(shown) == 5


def test_an_answer_given_earlier_is_shown_and_nothing_is_kept_back(show):
    widget = samples.descent(question=samples.OPTIONS)
    widget.answer = "no"
    shown = show(widget)
    assert status(shown).startswith("You predicted: no.")
    button(shown, "Last").click()
    assert step(shown) == 20


def test_without_a_question_there_is_none(show):
    shown = show(samples.descent())
    assert not shown.page.locator(".dlteach-question").is_visible()
