"""Who cannot see, cannot use a mouse, or wants no movement can use a widget as well."""

import re

import pytest

from tests.widgets import samples
from tests.widgets.conftest import state_of
from tests.widgets.test_player import button, slider, step

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed (pip install 'dlteach[dev]')"
)


def violations(page):
    """What axe-core objects to, rule by rule, with the elements."""
    found = axe.Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:200] + " " + node["failureSummary"] for node in each["nodes"]]) for each in found]


def everything(**options):
    return samples.descent(own=True, question=samples.OPTIONS, **options)


def live(shown):
    shown.page.get_by_text("Numbers at this step").click()
    button(shown, "Copy as Python").click()


def asked(shown):
    slider(shown).focus()
    shown.page.keyboard.press("End")


def asked_for_a_number(shown):
    shown.reply({**state_of(samples.descent(question=samples.NUMBER)), "_seq": 1})
    asked(shown)


def told(shown):
    asked(shown)
    button(shown, "Just show me").click()


def gone(shown):
    shown.page.evaluate("model.trigger('comm_live_update')")


def in_trouble(shown):
    shown.reply({"_problem": "lr is 2; it needs to be at most 1.", "_seq": 1})
    shown.page.get_by_label("with noise").check()
    shown.page.get_by_text("waiting for Python…").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", [live, asked, asked_for_a_number, told, gone, in_trouble], ids=lambda state: state.__name__)
def test_axe_finds_nothing(show, theme, state):
    shown = show(everything(), theme=theme)
    state(shown)
    assert violations(shown.page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_an_exported_page(show, theme, tmp_path):
    shown = show(everything(), theme=theme)
    with shown.page.expect_download() as download:
        button(shown, "Export HTML").click()
    download.value.save_as(tmp_path / "page.html")
    page = shown.page.context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert violations(page) == []


def test_every_control_has_its_name(show):
    shown = show(everything(), width=1000)
    asked(shown)
    shown.page.get_by_text("Numbers at this step").click()
    lines = [line.strip() for line in shown.page.locator(".dlteach-widget").aria_snapshot().splitlines()]
    for wanted in (
        '- group "Controls":',
        '- slider "learning rate": "2"',
        '- slider "steps": "2"',
        '- combobox "rule":',
        '- checkbox "with noise"',
        '- img "The parabola, x across, y up"',
        '- img "The valley, a across, b up"',
        '- img "The bars, size up"',
        '- button "start, x 4, y 8; arrow keys move it"',
        "- status: At step 5, x is 2.36 and the loss is 2.79.",
        '- group "Player":',
        '- button "First"',
        '- button "Back"',
        '- button "Play"',
        '- button "Forward"',
        '- button "Last"',
        '- slider "step": "5"',
        '- combobox "Speed":',
        '- button "Go to the first difference (step 7)"',
        '- group "Will x come closer to 0?":',
        '- radio "yes"',
        '- radio "it stays where it is"',
        '- button "Check my prediction"',
        '- button "Just show me"',
        '- rowheader "both bars"',
        '- button "Copy as Python"',
        '- button "Save PNG"',
        '- button "Export HTML"',
    ):
        assert wanted in lines, (wanted, lines)


ORDER = [
    "learning rate",
    "steps",
    "rule",
    "with noise",
    "start, x 4, y 8; arrow keys move it",
    "First",
    "Back",
    "Play",
    "Forward",
    "Last",
    "step",
    "Speed",
    "Go to the first difference (step 7)",
    "yes",
    "Check my prediction",
    "Just show me",
    "Numbers at this step",
    "Copy as Python",
    "Save PNG",
    "Export HTML",
]
NAME = """() => {
    const each = document.activeElement;
    return each.ariaLabel ?? each.labels?.[0]?.innerText.split("\\n")[0].trim() ?? each.innerText;
}"""


def test_tab_reaches_every_control_in_reading_order(show):
    shown = show(everything())
    asked(shown)
    shown.page.locator("#before").focus()
    names = []
    for _ in ORDER:
        shown.page.keyboard.press("Tab")
        names.append(shown.page.evaluate(NAME))
    assert [re.sub(r"^Speed.*", "Speed", name) for name in names] == ORDER
    shown.page.keyboard.press("Tab")
    assert shown.page.evaluate("document.activeElement === document.body")  # and out again: no trap


def test_an_equation_too_wide_for_the_page_can_be_scrolled_by_keys(show):
    shown = show(everything(), width=150)
    equation = shown.page.locator(".dlteach-equation")
    assert equation.get_attribute("tabindex") == "0"
    equation.focus()
    shown.page.keyboard.press("ArrowRight")
    shown.page.wait_for_function("document.querySelector('.dlteach-equation').scrollLeft > 0")
    assert "scrollable-region-focusable" not in [name for name, _ in violations(shown.page)]
    shown.page.set_viewport_size({"width": 900, "height": 800})
    shown.painted()
    assert equation.get_attribute("tabindex") == "-1"


def test_with_the_keyboard_alone(show):
    shown = show(everything())
    press = shown.page.keyboard.press
    slider(shown).focus()
    press("End")
    for _ in range(3):  # past the speed and the jump
        press("Tab")
    press("Space")  # "yes"
    press("Tab")
    press("Enter")
    assert shown.page.locator(".dlteach-said").text_content().startswith("You predicted: yes. ✓ Right.")
    press("End")
    assert step(shown) == 20
    shown.page.get_by_label("rule").focus()
    press("ArrowDown")
    shown.answer()
    shown.page.get_by_label("with noise").focus()
    press("Space")
    shown.answer()
    assert (shown.widget.params["rule"], shown.widget.params["noise"]) == ("half", True)
    shown.page.locator("summary").focus()
    press("Enter")
    assert shown.page.locator("table").is_visible()


def test_the_focus_can_be_seen(show):
    shown = show(everything())
    asked(shown)
    shown.page.locator("#before").focus()
    for name in ORDER:
        shown.page.keyboard.press("Tab")
        outline = shown.page.evaluate(
            "(({ outlineStyle, outlineWidth }) => [outlineStyle, outlineWidth])(getComputedStyle(document.activeElement))"
        )
        assert outline == ["solid", "2px"], name


FOCUSABLE = ".dlteach-widget :is(button, input, select, textarea, summary, a[href], [tabindex])"


def test_jupyterlab_takes_no_key_from_any_control(show):
    shown = show(everything())
    asked(shown)
    heard = shown.page.evaluate(
        """(all) => {
            const heard = [];
            document.addEventListener('keydown', ({ key }) => heard.push(key));
            for (const each of document.querySelectorAll(all)) {
              for (const key of ['ArrowLeft', 'ArrowDown', 'b', 'a', 'Enter', ' ', 'Home', 'PageUp', 'Escape']) {
                each.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
              }
            }
            return heard;
        }""",
        FOCUSABLE,
    )
    assert heard == []


@pytest.mark.parametrize("key", ["Tab", "Control+s"])
def test_keys_that_belong_to_the_page_pass_through(show, key):
    shown = show(everything())
    shown.page.evaluate(
        "window.heard = []; document.addEventListener('keydown', (event) => { heard.push(event.key); event.preventDefault(); })"
    )
    slider(shown).focus()
    shown.page.keyboard.press(key)
    assert shown.page.evaluate("heard").pop() == key.split("+")[-1]


def test_targets_are_at_least_24_pixels(show):
    shown = show(everything())
    asked(shown)
    for element in shown.page.locator(
        ".dlteach-widget :is(button, select, input:not([type=checkbox], [type=radio]), summary, label)"
    ).all():
        if element.is_visible() and element.evaluate("each => each.tagName !== 'LABEL' || each.querySelector('input') !== null"):
            box = element.bounding_box()
            assert min(box["height"], box["width"]) >= 24, element.evaluate("each => each.outerHTML")


def test_who_wants_no_movement_gets_none(show):
    shown = show(everything(), reduced_motion="reduce")
    shown.page.wait_for_timeout(300)
    assert step(shown) == 0
    assert shown.page.get_by_label("Speed").input_value() == "0.25"
    moving = shown.page.evaluate("document.getAnimations().length")
    assert moving == 0
    durations = "[...document.querySelectorAll('.dlteach-widget *')].map((each) => getComputedStyle(each).transitionDuration)"
    assert set(shown.page.evaluate(durations)) == {"0s"}


def test_forced_colours(show):
    shown = show(everything(), forced_colors="active")
    asked(shown)
    assert step(shown) == 5


INK = "getComputedStyle(document.querySelector('.dlteach-widget')).getPropertyValue('--dlteach-paper')"


def corner(page):
    """The colour in the corner of the first canvas."""
    return page.evaluate("[...document.querySelector('canvas').getContext('2d').getImageData(1, 1, 1, 1).data.slice(0, 3)]")


def test_a_change_of_jupyterlabs_theme_is_drawn(show):
    shown = show(everything())
    assert corner(shown.page) == [255, 255, 255]
    shown.page.evaluate("""() => {
        document.documentElement.style.setProperty('--jp-layout-color0', '#111');
        document.body.dataset.jpThemeLight = 'false';
    }""")
    shown.painted()
    assert corner(shown.page) == [17, 17, 17]


def test_outside_of_jupyterlab_the_systems_wish_counts(show):
    shown = show(everything())
    shown.page.evaluate("document.documentElement.removeAttribute('style'); document.body.removeAttribute('data-jp-theme-light')")
    shown.page.emulate_media(color_scheme="dark")
    shown.painted()
    assert corner(shown.page) == [17, 17, 17]
    shown.page.emulate_media(color_scheme="light")
    shown.painted()
    assert corner(shown.page) == [255, 255, 255]


def luminance(color):
    parts = [int(value) / 255 for value in re.findall(r"\d+", color)[:3]]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_read_as_text(show, theme):
    shown = show(everything(), theme=theme)
    colors = shown.page.evaluate("""() => {
        const root = document.querySelector('.dlteach-widget');
        const probe = root.appendChild(document.createElement('i'));
        const resolved = (name) => { probe.style.color = `var(--dlteach-${name})`; return getComputedStyle(probe).color; };
        return Object.fromEntries(['paper', 'blue', 'orange', 'green', 'purple', 'grey', 'ink'].map((name) => [name, resolved(name)]));
    }""")
    paper = luminance(colors.pop("paper"))
    for name, color in colors.items():
        if "," in color and "rgba" in color:  # JupyterLab's text is black with 87 % cover
            continue
        low, high = sorted([paper, luminance(color)])
        assert (high + 0.05) / (low + 0.05) >= 4.5, name
