"""The widgets where learners meet them: in JupyterLab, with a kernel, beside JupyterLab's own shortcuts."""

import json
import re
from pathlib import Path

import pytest

from tests.widgets.lab import PANEL, jupyterlab

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("jupyterlab")]  # one server for all tests of this file

ROOT = Path(__file__).parents[2]
DATA = """
import numpy as np
rng = np.random.default_rng(0)
x = rng.normal(0, 1, (40, 2))
y = (x[:, 0] + rng.normal(0, 0.5, 40) > 0).astype(int)
"""
CELLS = {
    "descent": "from dlteach.widgets import explore_descent\nexplore_descent()",
    "regression": f"from dlteach.widgets import explore_regression{DATA}explore_regression(x[:, 0], 2 * x[:, 0] + x[:, 1])",
    "logistic": f"from dlteach.widgets import explore_logistic{DATA}explore_logistic(x, y)",
    "threshold": f"from dlteach.widgets import explore_threshold{DATA}explore_threshold(1 / (1 + np.exp(-x[:, 0])), y)",
    "backpropagation": "from dlteach.widgets import explore_backpropagation\nexplore_backpropagation()",
    "network": "from dlteach.widgets import explore_network\nexplore_network()",
}
WIDGETS = list(CELLS)
WITH_KNOBS = [name for name in WIDGETS if name != "threshold"]  # its player's slider is its knob
LETTERS = (*"bbaddmxyz00ii1", "Escape", "Delete", "Backspace", "Shift+Enter")  # insert, delete, change, cut, restart, interrupt, run …
MOVES = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown")
GONE = "root.querySelector('.dlteach-notices').innerText.includes('Python is gone')"
FOCUSABLE = "button, input, select, summary, [tabindex='0']"


@pytest.fixture(scope="module")
def lab(chromium, environment, tmp_path_factory):
    with jupyterlab(chromium, tmp_path_factory.mktemp("jupyterlab"), environment) as lab:
        yield lab


@pytest.fixture(scope="module")
def all_widgets(lab):
    """A notebook with each widget in a cell of its own; its last cell prints for a while."""
    with lab.open(*CELLS.values(), "import time\nfor _ in range(100):\n    print('x', end='')\n    time.sleep(0.01)") as notebook:
        yield notebook.run_all()


@pytest.fixture(scope="module")
def twice(lab):
    """A notebook that shows one widget in two cells; its third cell keeps the kernel busy.

    Its kernel does one thing at a time, as older ones do. Newer ones answer a widget beside a running cell, in a thread called a subshell.
    """
    cell = CELLS["descent"].replace("explore_descent()", "widget = explore_descent()\nwidget")
    with lab.open(cell, "widget", "import time\ntime.sleep(2.5)") as notebook:
        notebook.page.evaluate("() => { window.jupyterapp.serviceManager.kernels.commsOverSubshells = 'disabled'; }")
        yield notebook.run_all()


@pytest.fixture
def widget(all_widgets, request):
    """The widget whose name the test has as its parameter, at its first frame."""
    widget = all_widgets.widget(WIDGETS.index(request.param))
    widget.slider.press("Home")
    return widget


each_widget = pytest.mark.parametrize("widget", WIDGETS, indirect=True)
each_with_knobs = pytest.mark.parametrize("widget", WITH_KNOBS, indirect=True)


@each_widget
def test_the_keyboard_scrubs(widget):
    last = int(widget.slider.get_attribute("max"))
    said = {}
    for key, t in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", last), ("ArrowLeft", last - 1), ("Home", 0)):
        widget.slider.press(key)
        assert widget.t == t
        said[t] = widget.words()
    assert len(set(said.values())) == len(said), "each frame has a sentence of its own"


@each_with_knobs
def test_a_knob_brings_a_new_trace(widget):
    widget.slider.press("ArrowRight")
    words = widget.words()
    widget.turn_a_knob()
    assert widget.words() != words
    widget.wait_until_painted()


@each_widget
def test_no_key_goes_to_jupyterlab(all_widgets, widget):
    widget.slider.focus()
    before = all_widgets.state()
    for name, control in one_of_each_kind(widget).items():
        native = () if name.startswith("select") else ("Enter", "Space")  # a list would open, and take the next keys itself
        control.focus()
        for key in (*LETTERS, *MOVES, *native):
            all_widgets.page.keyboard.press(key)
        assert all_widgets.state() == before, name


def one_of_each_kind(widget):
    """Controls by what they are: a range, a select, buttons by their class."""
    kinds = {}
    for control in widget.root.locator(FOCUSABLE).all():
        if control.is_visible() and control.is_enabled():
            kinds.setdefault(control.evaluate("(c) => [c.localName, c.type ?? '', c.className].join(' ').trim()"), control)
    return kinds


@each_widget
def test_after_a_click_into_the_picture_no_key_goes_to_jupyterlab(all_widgets, widget):
    widget.canvases()[0].click(position={"x": 60, "y": 60})
    before = all_widgets.state()
    assert before["focus"]
    for key in (*LETTERS, *MOVES, "Enter", "Space"):
        all_widgets.page.keyboard.press(key)
    assert all_widgets.state() == before


def test_native_controls_do_what_they_do_everywhere(all_widgets):
    network = all_widgets.widget(WIDGETS.index("network"))
    choice, seq = network.knobs.get_by_role("combobox").first, network.seq
    choice.press("Home" if choice.input_value() != "0" else "End")
    network.wait(f"root.dataset.seq > {seq}")
    forward, numbers = network.player.get_by_role("button", name="Forward"), network.root.locator("details")
    network.slider.press("Home")
    forward.press("Enter")
    forward.press("Space")
    assert network.t == 2
    was = numbers.get_attribute("open")
    numbers.locator("summary").press("Enter")
    assert numbers.get_attribute("open") != was


def test_the_notebook_can_be_saved_from_within_a_widget(all_widgets):
    """Ctrl+S is for JupyterLab: else the browser would offer to save the page."""
    all_widgets.page.evaluate(f"() => {{ {PANEL}.context.model.dirty = true; }}")
    all_widgets.widget().slider.press("Control+s")
    all_widgets.page.wait_for_function(f"() => !{PANEL}.context.model.dirty")


def test_it_follows_the_theme(all_widgets):
    for theme, light in (("JupyterLab Dark", False), ("JupyterLab Light", True)):
        all_widgets.command("apputils:change-theme", theme=theme)
        all_widgets.page.wait_for_function("(light) => document.body.dataset.jpThemeLight === String(light)", arg=light)
        for place, name in enumerate(WIDGETS):
            widget = all_widgets.widget(place)
            assert all((corner > 200) if light else (corner < 60) for corner in widget.corners()), (name, theme)


def test_scrolled_away_and_back_it_is_still_painted(all_widgets):
    for place in (-1, 0, -1, 0):
        widget = all_widgets.widget(place)  # scrolls to it, and sees whether it is painted
        widget.slider.press("End")
        assert widget.t == int(widget.slider.get_attribute("max"))
        widget.wait_until_painted()


def test_a_running_cell_prints_all_it_should_while_knobs_are_turned(all_widgets):
    """Newer kernels answer a knob beside the cell, in a thread of its own: what is printed there is kept down, and nothing else."""
    widget = all_widgets.widget()
    all_widgets.start(len(CELLS))
    for _ in range(5):
        widget.turn_a_knob()
    all_widgets.wait_for_cell(len(CELLS))
    assert all_widgets.printed(len(CELLS)) == 100 * "x"


def test_no_script_has_failed_so_far(all_widgets):
    assert all_widgets.errors == []


def test_when_python_is_gone_it_says_so_and_still_scrubs(all_widgets):
    for action in ("restartKernel", "shutdown"):
        assert [widget.notice() for widget in all_widgets.widgets()] == [""] * len(WIDGETS)
        all_widgets.session(action)
        for place in range(len(WIDGETS)):
            widget = all_widgets.widget(place)
            widget.wait(GONE)
            assert widget.knobs.is_hidden() or widget.knobs.get_by_role("slider").first.is_disabled()
            widget.slider.press("Home")
            words = widget.words()
            widget.slider.press("ArrowRight")
            assert widget.t == 1
            assert widget.words() != words
        if action == "restartKernel":
            all_widgets.run_all()
            all_widgets.widget().turn_a_knob()


def test_two_views_show_the_same(twice):
    one, other = twice.widget(0), twice.widget(1)
    one.slider.press("ArrowRight")
    other.wait("root.dataset.t === '1'")
    other.turn_a_knob()
    one.wait(f"root.dataset.seq === '{other.seq}'")
    assert one.words() == other.words()
    first, second = (each.knobs.get_by_role("slider").first.input_value() for each in (one, other))
    assert first == second


def test_while_the_kernel_is_busy_a_knob_waits(twice):
    widget = twice.widget()
    seq = widget.seq
    twice.start(2)
    widget.turn_a_knob(wait=False)
    widget.wait("root.querySelector('.dlteach-late').innerText.includes('waiting for Python')")
    widget.slider.press("End")
    assert widget.t > 0, "what is there can be scrubbed meanwhile"
    assert widget.seq == seq
    widget.wait(f"root.dataset.seq > {seq} && root.querySelector('.dlteach-late').innerText === ''")


def test_a_saved_notebook_holds_no_widget_state_and_opens_again(twice):
    twice.command("docmanager:save")
    saved = json.loads((twice.lab.folder / twice.name).read_text(encoding="utf-8"))
    assert "widgets" not in saved["metadata"]
    twice.load()
    twice.widget().turn_a_knob()  # the kernel has not ended, and neither has the widget


def test_a_view_opened_after_a_restart_says_that_python_is_gone(twice):
    twice.session("restartKernel")
    twice.widget().wait(GONE)
    before = len(twice.widgets())
    twice.command("notebook:create-output-view")
    twice.widget(before).wait(GONE)


@pytest.mark.parametrize("lesson", ["02_gradient_descent", "04_logistic_regression", "05_backpropagation"])
def test_a_lesson_nobody_has_touched_shows_its_widgets(lab, lesson):
    text = (ROOT / "lessons" / f"{lesson}.ipynb").read_text(encoding="utf-8")
    (lab.folder / f"{lesson}.ipynb").write_text(text, encoding="utf-8")
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    promised = sum(bool(re.search(r"\bexplore_\w+\(", "".join(cell["source"]))) for cell in cells)
    with lab.open_file(f"{lesson}.ipynb", height=2000) as notebook:
        notebook.run_all()
        for place in range(promised):
            notebook.widget(place)
        assert len(notebook.widgets()) == promised > 0
