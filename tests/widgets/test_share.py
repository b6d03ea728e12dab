"""Sharing: the call as Python, the picture, and a page that works with nothing but itself."""

import json
import re
import struct

import pytest

from tests.widgets import samples
from tests.widgets.test_player import button, slider, step, wait_for_step


def exported(shown, tmp_path):
    with shown.page.expect_download() as download:
        button(shown, "Export HTML").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_the_call_is_shown_and_copied(show):
    shown = show(samples.descent(lr=0.3), permissions=["clipboard-read", "clipboard-write"])
    shown.page.evaluate("navigator.clipboard ??= { writeText: async (text) => { window.copied = text; } }; 0")
    button(shown, "Copy as Python").click()
    code = "explore_parabola(lr=0.3, start=[4.0, 0.0], rule='plain', noise=False, steps=20)"
    assert shown.page.locator("output.dlteach-code").text_content() == code
    shown.page.get_by_text("Copied.").wait_for()
    namespace = {"explore_parabola": samples.descent}
    assert eval(code, namespace).params == shown.widget.params


def test_without_a_clipboard_the_older_way_is_tried(show):
    shown = show(samples.descent())
    shown.page.evaluate("""() => {
        Object.defineProperty(navigator, 'clipboard', { value: undefined });
        document.addEventListener('copy', () => { window.copied = getSelection().toString(); });
    }""")
    button(shown, "Copy as Python").click()
    shown.page.get_by_text("Copied.").wait_for()
    assert shown.page.evaluate("copied").startswith("explore_parabola(lr=0.1")


def test_where_nothing_can_be_copied_the_code_is_there_selected(show):
    shown = show(samples.descent())
    shown.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false; 0")
    button(shown, "Copy as Python").click()
    shown.page.get_by_text("Please copy it from here:").wait_for()
    assert shown.page.evaluate("getSelection().toString()").startswith("explore_parabola(")


def test_the_call_is_that_of_the_present_knobs(show):
    shown = show(samples.descent())
    shown.page.get_by_label("with noise").check()
    shown.answer()
    button(shown, "Copy as Python").click()
    assert "noise=True" in shown.page.locator("output.dlteach-code").text_content()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_has_the_panels_on_paper(show, tmp_path, theme):
    shown = show(samples.descent(), theme=theme, device_scale_factor=2)
    with shown.page.expect_download() as download:
        button(shown, "Save PNG").click()
    assert download.value.suggested_filename == "down-the-parabola.png"
    download.value.save_as(tmp_path / "picture.png")
    data = (tmp_path / "picture.png").read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    stage = shown.page.locator(".dlteach-stage").bounding_box()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert width == pytest.approx(2 * (stage["width"] + 32), abs=2)
    assert height > 2 * stage["height"] + 80
    import matplotlib.image

    pixels = matplotlib.image.imread(tmp_path / "picture.png")
    paper = {"light": 1.0, "dark": 17 / 255}[theme]
    assert pixels[2, 2, :3] == pytest.approx([paper] * 3, abs=0.01)
    for left, right in ((0, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1)):  # something of each panel, and the sentence below
        part = pixels[60 : int(2 * stage["height"]), int(left * width) : int(right * width), :3]
        assert part.std() > 0.01
    assert pixels[-2 * 40 :, :, :3].std() > 0.01


@pytest.fixture
def page(show, tmp_path):
    """An exported page, opened without a network."""
    shown = show(samples.descent(own=True, question=samples.OPTIONS, title='Down </script><b>"the"</b> $& parabola'))
    opened = shown.page.context.new_page()
    opened.requests = []
    opened.errors = []
    opened.on("request", lambda request: opened.requests.append(request.url))
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    path = exported(shown, tmp_path)
    opened.goto(path.as_uri())
    opened.path = path
    yield opened
    assert opened.errors == []


class Page:
    """An exported page as if it were a shown widget."""

    def __init__(self, page):
        self.page = page


def test_the_page_plays_scrubs_and_says_what_is_under_the_pointer(page):
    shown = Page(page)
    slider(shown).focus()
    page.keyboard.press("ArrowRight")
    assert step(shown) == 1
    page.keyboard.press("End")
    assert step(shown) == 5
    button(shown, "Just show me").click()
    page.get_by_label("Speed").select_option("4×")
    button(shown, "Play").click()
    wait_for_step(shown, "t === 20")
    canvas = page.locator("canvas").first
    box = canvas.bounding_box()
    for part in range(1, 20):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * part / 20)
        if page.locator(".dlteach-tip").is_visible():
            break
    assert page.locator(".dlteach-tip").text_content() != ""


def test_the_page_asks_for_nothing_else(page):
    assert [url for url in page.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert len(page.requests) == 1


def test_the_page_says_that_knobs_need_python(page):
    assert page.get_by_text("These controls need Python; this page plays what was recorded.").is_visible()
    assert page.get_by_label("with noise").is_disabled()
    assert not page.locator(".dlteach-handle").first.is_visible()
    assert page.get_by_role("button", name="Export HTML").count() == 0


def test_whatever_is_in_the_title_stays_text(page):
    assert page.title() == 'Down </script><b>"the"</b> $& parabola'
    assert page.locator(".dlteach-title").text_content() == page.title()
    assert page.locator("b").count() == 0
    assert page.path.name == "down-script-b-the-b-parabola.html"


def test_the_page_holds_all_that_was_recorded(page):
    state = json.loads(re.search(r'<script type="application/json" id="state">(.*?)</script>', page.path.read_text(), re.S)[1])
    assert state["params"] == samples.PARAMS
    assert state["_trace"]["caption"] == "20 steps down a parabola."
    assert not re.search("<[^>]*>%|%</", page.path.read_text())  # no place is left empty


def test_what_was_answered_is_answered_in_the_page(show, tmp_path):
    widget = samples.descent(question=samples.OPTIONS)
    widget.answer = "no"
    widget.t = 7
    shown = show(widget)
    page = shown.page.context.new_page()
    page.goto(exported(shown, tmp_path).as_uri())
    assert page.locator(".dlteach-said").text_content().startswith("You predicted: no.")
    assert step(Page(page)) == 7


def test_without_the_module_nothing_is_exported(show):
    shown = show(samples.descent())
    shown.page.evaluate("() => { cleanup(); model.set('_esm', undefined); window.cleanup = show(document.getElementById('widget')); }")
    assert shown.page.get_by_role("button", name="Export HTML").count() == 0
