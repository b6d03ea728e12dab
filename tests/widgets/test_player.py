"""The player: every frame can be reached, by hand and by time, and each is painted."""

import pytest

from tests.widgets import samples


def step(shown):
    return int(shown.page.locator(".dlteach-widget").get_attribute("data-t"))


def slider(shown, name="step"):
    return shown.page.get_by_role("slider", name=name, exact=True)


def button(shown, name):
    return shown.page.get_by_role("button", name=name, exact=True)


def wait_for_step(shown, test):
    shown.page.wait_for_function(f"() => {{ const t = Number(document.querySelector('.dlteach-widget').dataset.t); return {test}; }}")


@pytest.fixture
def shown(show):
    return show(samples.descent())


@pytest.mark.parametrize(
    ("presses", "frame"),
    [
        (["ArrowRight"], 1),
        (["ArrowRight"] * 3 + ["ArrowLeft"], 2),
        (["End"], 20),
        (["End", "ArrowRight"], 20),
        (["End", "ArrowLeft", "Home"], 0),
        (["ArrowLeft"], 0),
        (["PageUp"], 2),
        (["End", "PageDown"], 18),
        (["ArrowUp", "ArrowUp", "ArrowDown"], 1),
    ],
)
def test_keys_on_the_slider(shown, presses, frame):
    slider(shown).focus()
    for key in presses:
        shown.page.keyboard.press(key)
    assert step(shown) == frame
    assert slider(shown).get_attribute("aria-valuetext") == f"step {frame} of 20"


def test_buttons_go_to_the_ends_and_one_step_each_way(shown):
    frames = []
    for name in ("Forward", "Forward", "Back", "Last", "Forward", "Back", "First", "Back"):
        button(shown, name).click()
        frames.append(step(shown))
    assert frames == [1, 2, 1, 20, 20, 19, 0, 0]


def test_a_burst_of_95_keys_paints_95_frames(show):
    shown = show(samples.descent(steps=120))
    painted = "Number(document.querySelector('.dlteach-widget').dataset.painted)"
    slider(shown).focus()
    before = shown.page.evaluate(painted)
    seen = shown.page.evaluate("""() => {
        window.frames_seen = [];
        new MutationObserver((changes) => frames_seen.push(document.querySelector('.dlteach-widget').dataset.t))
          .observe(document.querySelector('.dlteach-widget'), { attributeFilter: ['data-painted'] });
    }""")
    for _ in range(95):
        shown.page.keyboard.press("ArrowRight", delay=0)
    seen = shown.page.evaluate("frames_seen")
    assert seen == [str(t) for t in range(1, 96)]
    assert shown.page.evaluate(painted) - before == 95


def test_scrubbing_sends_nothing_but_the_frame_once_it_rests(shown):
    sent = slider(shown).evaluate("""(input) => {
        for (let t = 1; t <= 8; t++) { input.value = t; input.dispatchEvent(new Event("input", { bubbles: true })); }
        return window.sent.length;
    }""")
    assert sent == 0
    shown.page.wait_for_function("window.sent.length > 0")
    assert shown.sent() == [{"t": 8}]


def test_space_plays_and_pauses_and_every_frame_is_shown(shown):
    shown.page.evaluate("""() => {
        window.frames_seen = new Set();
        new MutationObserver(() => frames_seen.add(Number(document.querySelector('.dlteach-widget').dataset.t)))
          .observe(document.querySelector('.dlteach-widget'), { attributeFilter: ['data-painted'] });
    }""")
    slider(shown).focus()
    shown.page.get_by_label("Speed").select_option("4×")
    slider(shown).focus()
    shown.page.keyboard.press("Space")
    assert button(shown, "Pause").is_visible()
    wait_for_step(shown, "t > 3")
    shown.page.keyboard.press("Space")
    assert button(shown, "Play").is_visible()
    rests = step(shown)
    shown.page.wait_for_timeout(200)
    assert step(shown) == rests
    shown.page.keyboard.press("Space")
    wait_for_step(shown, "t === 20")
    assert sorted(shown.page.evaluate("[...frames_seen]")) == list(range(21))
    assert button(shown, "Play").is_visible()


def test_play_at_the_end_begins_again(shown):
    button(shown, "Last").click()
    button(shown, "Play").click()
    assert step(shown) < 20
    wait_for_step(shown, "t > 0 && t < 20")


def test_a_step_by_hand_stops_it(shown):
    button(shown, "Play").click()
    button(shown, "Forward").click()
    assert button(shown, "Play").is_visible()


def test_it_never_plays_by_itself(shown):
    shown.page.wait_for_timeout(300)
    assert step(shown) == 0


def test_speeds_differ(shown):
    gaps = {}
    for speed in ("½×", "4×"):
        button(shown, "First").click()
        shown.page.get_by_label("Speed").select_option(speed)
        gaps[speed] = shown.page.evaluate("""async () => {
            const root = document.querySelector('.dlteach-widget');
            const at = (t) => new Promise((done) => {
                const look = () => (Number(root.dataset.t) >= t ? done(performance.now()) : requestAnimationFrame(look));
                look();
            });
            document.querySelector('[aria-label=Play]').click();
            const [first, third] = [await at(1), await at(3)];
            document.querySelector('[aria-label=Pause]').click();
            return third - first;
        }""")
    assert gaps["½×"] > 3 * gaps["4×"]


def test_time_stands_still_while_the_widget_is_out_of_sight(shown):
    page = shown.page
    page.evaluate("document.body.style.paddingTop = '3000px'; document.querySelector('.dlteach-widget').scrollIntoView()")
    button(shown, "Play").click()
    wait_for_step(shown, "t > 0")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(150)
    rests = step(shown)
    page.wait_for_timeout(400)
    assert step(shown) == rests < 20
    page.evaluate("document.querySelector('.dlteach-widget').scrollIntoView()")
    wait_for_step(shown, f"t > {rests}")


def test_a_frame_set_in_python_is_shown(shown):
    shown.reply({"t": 7})
    assert step(shown) == 7
    assert slider(shown).input_value() == "7"


def test_the_frame_that_python_already_had_is_shown_first(show):
    widget = samples.descent()
    widget.t = 4
    assert step(show(widget)) == 4


def test_the_sentence_is_that_of_the_frame_and_quiet_while_it_plays(shown):
    sentence = shown.page.locator(".dlteach-sentence")
    slider(shown).focus()
    shown.page.keyboard.press("ArrowRight")
    assert sentence.text_content() == shown.widget.trace.describe(1)
    assert (sentence.get_attribute("role"), sentence.get_attribute("aria-live")) == ("status", "polite")
    button(shown, "Play").click()
    assert sentence.get_attribute("aria-live") == "off"
    button(shown, "Pause").click()
    assert sentence.get_attribute("aria-live") == "polite"


def test_the_equation_has_the_numbers_of_the_frame(shown):
    numbers = shown.page.locator(".dlteach-equation mn[data-array]")
    assert numbers.all_text_contents() == ["4.000", "0.10", "4.000", "–"]  # the ghost is not there
    slider(shown).focus()
    shown.page.keyboard.press("ArrowRight")
    assert numbers.all_text_contents() == ["3.600", "0.10", "3.600", "–"]


def test_a_negative_number_after_a_times_sign_is_in_brackets(show):
    shown = show(samples.descent(start=[-4.0, 0.0]))
    numbers = shown.page.locator(".dlteach-equation mn[data-array]")
    assert numbers.all_text_contents()[:3] == ["−4.000", "0.10", "(−4.000)"]


def test_the_numbers_of_the_frame_as_a_table(shown):
    shown.page.get_by_text("Numbers at this step").click()
    slider(shown).focus()
    shown.page.keyboard.press("End")
    rows = {row.locator("th").text_content(): row.locator("td").text_content() for row in shown.page.locator("tr").all()}
    assert rows["x"] == "0.486"
    assert rows["both bars"] == "0.486, −0.486"
    assert rows["ours"] == "–"
    assert rows["valley"].endswith("… (1681 numbers)")
    assert shown.page.locator("th[scope=row]").count() == 5


def test_the_first_difference_is_marked_and_one_click_away(show):
    shown = show(samples.descent(own=True))
    assert shown.page.get_by_text("From step 7 on, your step is twice ours.").is_visible()
    button(shown, "Go to the first difference (step 7)").click()
    assert step(shown) == 7
    tick = shown.page.locator(".dlteach-tick").bounding_box()
    track = slider(shown).bounding_box()
    thumb = track["x"] + 8 + (track["width"] - 16) * 7 / 20
    assert tick["x"] + tick["width"] / 2 == pytest.approx(thumb, abs=1.5)


def test_without_a_difference_nothing_is_said_of_one(shown):
    assert not shown.page.locator(".dlteach-tick").is_visible()
    assert not shown.page.locator(".dlteach-parting").is_visible()


def test_what_is_under_the_pointer_is_said_beside_it_and_never_outside(show):
    shown = show(samples.points(points=[[-2.0, 1.0], [0.0, 2.0], [4.9, 2.5]]), width=500)
    tip = shown.page.locator(".dlteach-tip")
    assert not tip.is_visible()
    for handle in shown.page.locator(".dlteach-handle").all():
        handle.hover()
        assert "price" in tip.text_content()
        inner, outer = tip.bounding_box(), shown.page.locator(".dlteach-widget").bounding_box()
        assert outer["x"] <= inner["x"]
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
        assert inner["y"] >= outer["y"]
    shown.page.keyboard.press("Escape")
    assert not tip.is_visible()
    shown.page.locator(".dlteach-handle").first.hover()
    assert tip.is_visible()
    shown.page.locator(".dlteach-title").hover()
    assert not tip.is_visible()


def test_panels_follow_the_width_of_the_page(shown):
    widths = "() => [...document.querySelectorAll('canvas.dlteach-panel')].map((canvas) => canvas.getBoundingClientRect().width)"
    wide = shown.page.evaluate(widths)
    shown.page.set_viewport_size({"width": 420, "height": 800})
    shown.painted()
    narrow = shown.page.evaluate(widths)
    assert all(after < before for before, after in zip(wide, narrow, strict=True))
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [360, 700, 1280])
def test_nothing_is_clipped(show, width):
    shown = show(samples.descent(own=True, question=samples.OPTIONS), width=width)
    shown.page.get_by_text("Numbers at this step").click()
    outside = shown.page.evaluate("""() => {
        const outer = document.querySelector('.dlteach-widget').getBoundingClientRect();
        return [...document.querySelectorAll('.dlteach-widget :is(canvas, button, input, select, label, p, td)')]
          .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > outer.right + 0.5).map((each) => each.outerHTML);
    }""")
    assert outside == []
    boxes = [box.bounding_box() for box in shown.page.locator(".dlteach-box").all()]
    assert all(box["width"] >= min(280, width - 52) for box in boxes)


def test_a_trace_of_one_frame_has_no_player(show):
    assert not show(samples.points()).page.get_by_role("group", name="Player").is_visible()
