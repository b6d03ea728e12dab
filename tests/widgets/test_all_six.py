"""What holds for every widget of the lessons, in either theme and at either width."""

import numpy as np
import pytest

from dlteach import data
from dlteach.widgets import (
    explore_backpropagation,
    explore_descent,
    explore_logistic,
    explore_network,
    explore_regression,
    explore_threshold,
)
from tests.widgets.test_access import violations

CLOUDS = data.load("two_blobs", n=80, rng=np.random.default_rng(0), distance=2.6)
WIDGETS = {
    "descent on a curve": lambda: explore_descent("parabola", ask=True),
    "descent in a landscape": lambda: explore_descent("narrow_bowl"),
    "regression": lambda: explore_regression(CLOUDS.x[:, 0], CLOUDS.x[:, 1]),
    "logistic": lambda: explore_logistic(CLOUDS.x, CLOUDS.y),
    "threshold": lambda: explore_threshold(1 / (1 + np.exp(-CLOUDS.x.sum(axis=1))), CLOUDS.y),
    "neuron": lambda: explore_backpropagation("neuron"),
    "hidden unit": lambda: explore_backpropagation("hidden_unit", ask=True),
    "network": lambda: explore_network(hidden=(6, 4)),
}


@pytest.mark.parametrize("name", WIDGETS)
def test_axe_finds_nothing_and_nothing_is_clipped(show, name):
    widget = WIDGETS[name]()
    for theme, width in (("light", 1280), ("dark", 700)):
        page = show(widget, theme=theme, width=width).page
        page.get_by_text("Numbers at this step").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        boxes = page.eval_on_selector_all("canvas", "(all) => all.map((each) => each.getBoundingClientRect().toJSON())")
        for i, one in enumerate(boxes):
            assert one["width"] > 200
            for other in boxes[:i]:  # beside each other, or below
                assert one["left"] >= other["right"] or one["top"] >= other["bottom"] or other["left"] >= one["right"]


@pytest.mark.parametrize("name", WIDGETS)
def test_it_is_light_enough_to_travel_and_every_frame_has_a_sentence(name):
    widget = WIDGETS[name]()
    layout, arrays = widget.trace.pack()
    assert len(arrays) <= 2**20
    assert len(layout["sentences"]) == len(widget.trace)
    assert all(sentence.endswith((".", "!", "?")) and len(sentence) > 10 for sentence in layout["sentences"])
