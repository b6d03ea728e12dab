"""The page on writing widgets: its example runs as it stands there, and shows what it says."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "writing-widgets.md"


@pytest.fixture(scope="module")
def explore_cooling():
    namespace = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, PAGE.name, "exec"), namespace)
    return namespace["explore_cooling"]


def test_it_moves_and_its_knob_turns(explore_cooling, show):
    shown = show(explore_cooling(rate=0.2))
    shown.page.get_by_role("slider", name="minute", exact=True).focus()
    shown.page.keyboard.press("ArrowRight")
    shown.painted()
    assert "Minute 1: the tea has 76.0 °C, 56.0 more than the room." in shown.page.inner_text(".dlteach-widget")
    shown.page.get_by_role("slider", name="share lost per minute").focus()
    shown.page.keyboard.press("ArrowRight")
    shown.answer()
    shown.painted()
    assert "Minute 1: the tea has 55.0 °C, 35.0 more than the room." in shown.page.inner_text(".dlteach-widget")


def test_it_prints(explore_cooling):
    bundle, _ = explore_cooling()._repr_mimebundle_()
    assert "Tea cools from 90 °C in a room of 20 °C." in bundle["text/html"]
