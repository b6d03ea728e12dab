"""Coming and going: nothing is left behind, and what travels is small."""

import re

import pytest

from dlteach.widgets import TraceWidget
from dlteach.widgets.module import BROWSER, MAX_MODULE_BYTES, PARTS
from tests.widgets import samples


def test_two_hundred_widgets_leave_nothing_behind(show):
    shown = show(samples.descent(own=True, question=samples.OPTIONS))
    left = shown.page.evaluate("""async () => {
        cleanup();
        const el = document.getElementById('widget');
        const roots = [];
        const once = () => {
          const close = show(el);
          const root = el.querySelector('.dlteach-widget');
          roots.push(new WeakRef(root));
          root.querySelector('[aria-label=Play]').click();
          root.querySelector('.dlteach-knobs input[type=checkbox]').click();
          close();
        };
        for (let i = 0; i < 200; i++) once();
        const listening = model.listening();
        let alive = roots.length;
        for (let i = 0; i < 100 && alive; i++) { // a busy machine takes its time to draw what was asked for, and to collect
          await new Promise((done) => setTimeout(done, 50));
          gc();
          alive = roots.filter((root) => root.deref()).length;
        }
        return { listening, elements: document.querySelectorAll('#widget *').length, alive };
    }""")
    assert left == {"listening": 0, "elements": 0, "alive": 0}


def test_a_closed_widget_sends_paints_and_hears_nothing(show):
    shown = show(samples.descent())
    shown.page.evaluate("""() => {
        window.root = document.querySelector('.dlteach-widget');
        root.querySelector('[aria-label=Forward]').click();
        root.querySelector('[aria-label=Play]').click();
        cleanup();
        cleanup();  // once more does no harm
        window.painted = root.dataset.painted;
        window.count = sent.length;
        model.set('_seq', 5);
        model.trigger('comm_live_update');
        document.body.dataset.jpThemeLight = 'false';
    }""")
    shown.page.wait_for_timeout(400)
    assert shown.page.evaluate("root.dataset.painted === painted && sent.length === count")


def test_two_views_of_one_model_live_side_by_side(show):
    shown = show(samples.descent(question=samples.OPTIONS))
    shown.page.evaluate("""() => {
        const other = document.querySelector('main').appendChild(document.createElement('div'));
        window.close_other = show(other);
    }""")
    ids = shown.page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))
    first, second = shown.page.locator(".dlteach-widget").all()
    first.get_by_role("button", name="Forward").click()
    shown.page.wait_for_timeout(300)  # its frame is told to the model, and so to the other
    assert second.get_attribute("data-t") == "1"
    shown.page.evaluate("close_other()")
    first.get_by_role("button", name="Forward").click()
    assert first.get_attribute("data-t") == "2"
    for canvas in first.locator("canvas").all():
        canvas.hover()
    assert shown.page.locator(".dlteach-tip").is_visible()


def test_it_waits_for_its_place_on_the_page(show):
    shown = show(samples.descent())
    shown.page.evaluate("""() => {
        cleanup();
        window.apart = document.createElement('div');
        window.cleanup = show(apart);
        document.querySelector('main').append(apart);
    }""")
    shown.painted()
    box = shown.page.locator("canvas").first.bounding_box()
    assert box["width"] > 250


def test_the_module_is_small_enough_and_cannot_end_its_script():
    assert len(TraceWidget._esm.encode()) <= MAX_MODULE_BYTES == 40 * 1024
    assert "</script" not in TraceWidget._esm.lower()


@pytest.mark.parametrize("part", PARTS)
def test_no_text_stands_within_a_text(part):
    """What takes the blanks out of the module takes the inner one for the end of the outer, and then takes blanks out of words."""
    nested = re.compile(r"`[^`]*\$\{[^}`]*`")
    assert [line for line in (BROWSER / part).read_text().splitlines() if nested.search(line)] == []


def test_the_style_is_small_and_touches_nothing_else():
    style = (BROWSER / "style.css").read_text()
    assert len(style.encode()) <= 8000
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    for selector in re.findall(r"([^{}]+)\{", plain):
        if not selector.strip().startswith("@media"):
            assert ".dlteach-" in selector, selector


@pytest.mark.parametrize("part", PARTS)
def test_a_file_can_be_read_in_one_go(part):
    lines = (BROWSER / part).read_text().splitlines()
    assert len(lines) <= 400
    assert max(map(len, lines)) <= 140
