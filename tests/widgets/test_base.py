"""The Python side of a widget: what goes to the browser and when, what comes from it, and what is left when it is closed."""

import functools
import gc
import json
import math
import os
import re
import subprocess
import sys
import threading
import time
import types
import weakref

import comm
import ipywidgets
import numpy as np
import pytest

from dlteach.traces import MAX_BYTES, Trace
from dlteach.traces.own import call, numbers
from dlteach.widgets import TraceWidget
from dlteach.widgets.module import MAX_MODULE_BYTES
from dlteach.widgets.quiet import printing
from dlteach.widgets.view import Axis, Choice, Line, Panel, Points, Question, Slider, Toggle, View

KNOBS = (
    Slider(name="lr", label="learning rate", values=(0.01, 0.1, 1.0)),
    Slider(name="steps", label="steps", values=(5, 10)),
    Choice(name="rule", label="rule", options=(("plain", "plain"), ((2, 3), "a pair"), (None, "none"))),
    Toggle(name="noise", label="noise"),
)
MARKS = (Line(x="x", y="y"), Points(x="x", y="y", drag="start"))
PANEL = Panel(title="Parabola", x=Axis(label="x", range=(-4, 4)), y=Axis(label="y", range=(0, 16)), marks=MARKS)
PARAMS = {"lr": 0.1, "steps": 5, "rule": "plain", "noise": False, "start": 3.0}


def record(lr=0.1, steps=5, rule="plain", noise=False, start=3.0, grad=None, weight=1):
    start = start[0] if isinstance(start, list) else start
    if lr == 1.0:
        raise ValueError("lr is 1.0; it needs to be below 1.")
    x = [float(start)]
    for _ in range(steps):
        slope = 2 * x[-1] if grad is None else float(numbers(grad, call(grad, x[-1]), ()))
        x.append(x[-1] - lr * slope)
    x = np.array(x)
    heavy = {"heavy": np.zeros((len(x), MAX_BYTES))} if rule is None else {}
    return Trace({"x": x, "y": x**2, **heavy}, [f"At step {t}, x is {at:.2f}." for t, at in enumerate(x)], "Downhill.")


def widget(own=None, question=None, record=record, **params):
    view = View(title="Walk", panels=(PANEL,), knobs=KNOBS, question=question)
    return TraceWidget("explore_walk", record, view, {**PARAMS, **params}, own)


class Wire:
    """A line to the browser that remembers what went through it."""

    def __init__(self, data=None, buffers=None, comm_id=None, **_):
        self.comm_id = comm_id or f"comm-{id(self)}"
        self.opened, self.sent, self.closed = (data, buffers), [], False

    def on_msg(self, callback):
        self.hear = callback

    def send(self, data=None, buffers=None):
        self.sent.append((data, buffers))

    def close(self):
        self.closed = True

    def updates(self):
        """What went to the browser since, apart from echoes of its own words."""
        found = [(data["state"], data["buffer_paths"], buffers) for data, buffers in self.sent if data["method"] == "update"]
        self.sent.clear()
        return found


@pytest.fixture
def browser(monkeypatch):
    """The other end of the line: `browser(widget, params=…, _request=1)` sends, and gives what came back."""
    monkeypatch.setattr(comm, "create_comm", Wire)

    def send(widget, **state):
        widget.comm.updates()
        message = {"method": "update", "state": json.loads(json.dumps(state)), "buffer_paths": []}
        widget.comm.hear({"content": {"data": message}, "buffers": []})
        return widget.comm.updates()

    return send


def living():
    return [each for each in ipywidgets.widgets.widget._instances.values() if isinstance(each, TraceWidget)]


@pytest.fixture(autouse=True)
def closed():
    """Nothing is left over for the next test."""
    yield
    for each in list(ipywidgets.widgets.widget._instances.values()):
        each.close()


# What goes to the browser


def test_one_message_opens_a_widget_with_all_it_shows(browser):
    made = widget()
    state, buffers = made.comm.opened
    assert made.comm.updates() == []
    assert state["state"]["_trace"]["frames"] == 6
    assert state["state"]["params"] == PARAMS
    assert state["buffer_paths"] == [["_data"]]
    assert buffers == [made._data]
    json.dumps(state, allow_nan=False)


def test_the_state_of_a_widget_is_small(browser):
    made = widget()
    state, (data,) = made.comm.opened
    module = state["state"].pop("_esm")
    assert len(module.encode()) <= MAX_MODULE_BYTES
    assert len(data) == 2 * 4 * 6
    assert len(json.dumps(state)) < 24_000  # the style and the parts of the page are most of it


def test_the_module_is_a_text_and_nobody_watches_a_file():
    before = set(threading.enumerate())
    made = widget()
    assert type(TraceWidget._esm) is str
    assert type(TraceWidget._css) is str
    assert type(made._esm) is str
    assert not isinstance(TraceWidget._esm, os.PathLike)
    assert set(threading.enumerate()) == before


def test_a_knob_is_one_message_there_and_one_back_with_its_number_in_it(browser):
    made = widget()
    messages = browser(made, params={**PARAMS, "lr": 0.01}, _request=1)
    assert len(messages) == 1
    state, paths, buffers = messages[0]
    assert state["_seq"] == 1
    assert {"_trace", "_code"} <= set(state)
    assert "params" not in state  # the browser has them
    assert (paths, buffers) == ([["_data"]], [made._data])
    assert made.params["lr"] == 0.01
    assert made.trace.frame(1)["x"] == pytest.approx(3 - 0.01 * 6)


def test_scrubbing_and_answering_send_nothing_back(browser):
    made = widget()
    assert browser(made, t=3) == []
    assert browser(made, answer="yes") == []
    assert (made.t, made.answer) == (3, "yes")


def test_turning_a_knob_from_python_is_one_message_too(browser):
    made = widget()
    made.set(lr=0.01, steps=10)
    ((state, _, _),) = made.comm.updates()
    assert state["params"] == {**PARAMS, "lr": 0.01, "steps": 10}
    assert state["_seq"] == state["_request"] == 1
    assert len(made.trace) == 11


def test_every_reply_has_a_higher_number_than_the_last_so_that_the_browser_redraws(browser):
    made = widget()
    numbers = []
    for request, way in ((1, browser), (None, None), (2, browser), (2, browser), (7, browser)):
        if way is None:
            made.set(lr=0.01)
        else:
            ((_, _, _),) = browser(made, params=PARAMS, _request=request)
            assert made._seq >= request
        numbers.append(made._seq)
    assert numbers == sorted(set(numbers))


def test_a_shorter_trace_takes_the_frame_back_to_its_last(browser):
    made = widget(steps=10)
    browser(made, t=10)
    ((state, _, _),) = browser(made, params={**PARAMS, "steps": 5}, _request=1)
    assert made.t == state["t"] == 5


def test_the_call_is_that_of_the_present_parameters_and_functions(browser):
    def grad(x):
        return 2 * x

    made = widget({"grad": grad}, start=[1.0, 2.0])
    made.set(lr=0.01)
    assert made._code == "explore_walk(lr=0.01, steps=5, rule='plain', noise=False, start=[1.0, 2.0], grad=grad)"
    lambdas = TraceWidget("f", lambda backward: record(), View(title="", panels=()), {}, {"backward": {"affine": lambda: 0}})
    assert eval(lambdas._code, {"f": lambda backward: backward, "your_function": 7}) == {"affine": 7}


# What comes from it


def test_a_whole_number_is_a_float_where_one_is_expected(browser):
    made = widget(lr=0.5, start=2.0)
    browser(made, params={**PARAMS, "start": 3, "lr": 1e-1}, _request=1)
    assert type(made.params["start"]) is float
    browser(made, params={**PARAMS, "steps": 10}, _request=2)
    assert type(made.params["steps"]) is int


def test_a_start_of_one_number_can_be_dragged_in_the_plane(browser):
    made = widget()
    browser(made, params={**PARAMS, "start": [2, 4]}, _request=1)
    assert made._problem == ""
    assert made.params["start"] == [2.0, 4.0]
    assert all(type(each) is float for each in made.params["start"])


def test_an_answer_that_no_float_can_hold_is_not_heard(browser):
    made = widget()
    browser(made, answer=10**400)
    assert made.answer is None


@pytest.mark.parametrize(("asked", "shown"), [(-1, 0), (3, 3), (1_000_000, 5)])
def test_a_frame_set_from_python_stays_inside(asked, shown):
    made = widget()
    made.t = asked
    assert made.t == shown


def test_a_long_error_is_cut_and_still_said_to_be_replaced_by_ours():
    def grad(x):
        raise ValueError("x" * 9000)

    assert widget({"grad": grad})._problem.endswith("… This is ours.")


def test_a_slow_function_is_given_up_and_ours_is_shown(monkeypatch):
    monkeypatch.setattr("dlteach.widgets.base.SECONDS", 0.0)
    assert widget({"grad": lambda x: time.sleep(0.001)})._problem.startswith("your function ")
    made = widget({"grad": lambda x: time.sleep(0.001) or 2 * x})
    assert made._problem == "your function is too slow: it is needed many times, and 0 seconds were not enough. This is ours."
    assert made.trace.frame(1)["x"] == pytest.approx(2.4)


def test_a_choice_gets_its_own_value_back(browser):
    made = widget()
    browser(made, params={**PARAMS, "rule": [2, 3]}, _request=1)
    assert made.params["rule"] == (2, 3)


def test_what_a_page_leaves_out_stays(browser):
    made = widget(lr=0.01)
    browser(made, params={"steps": 10}, _request=1)
    assert made.params == {**PARAMS, "lr": 0.01, "steps": 10}


GARBAGE = {
    "no dict": (7, "params is 7; it needs to be a value for each name"),
    "a list": ([], r"params is \[\]"),
    "an unknown name": ({"__class__": 1}, "'__class__' is no parameter of this widget; it has lr, steps, rule, noise, start"),
    "a text for a number": ({"lr": "fast"}, "lr is 'fast'; it needs to be a number from 0.01 to 1"),
    "true for a number": ({"lr": True}, "lr is True; it needs to be a number from 0.01 to 1"),
    "nothing for a number": ({"lr": None}, "lr is None; it needs to be a number from 0.01 to 1"),
    "beyond the slider": ({"steps": 10**9}, "steps is 1000000000; it needs to be a whole number from 5 to 10"),
    "NaN": ({"lr": math.nan}, "params holds what is neither a finite number nor a text"),
    "infinity, deep inside": ({"start": [[math.inf]]}, "params holds what is neither a finite number nor a text"),
    "no such option": ({"rule": "none such"}, "rule is 'none such'; it needs to be one of 'plain', .2, 3., None"),
    "a number for a switch": ({"noise": 1}, "noise is 1; it needs to be true or false"),
    "a text for a place": ({"start": "x" * 5000}, r"start is 'x+…; it needs to be a number, or a list of numbers"),
    "a text in a place": ({"start": [1, "2"]}, "start is .1, '2'.; it needs to be a number, or a list of numbers"),
    "a flood": ({"start": "x" * 200_000}, "params has 2000.. characters; it may have 100000"),
    "half a step": ({"steps": 7.5}, "steps is 7.5; it needs to be a whole number from 5 to 10"),
    "more than a float can hold": ({"start": 10**400}, "start is 10+…; it needs to be a number, or a list of numbers"),
    "what the trace refuses": ({"lr": 1.0}, "lr is 1.0; it needs to be below 1"),
    "more than a megabyte": ({"rule": None}, "the trace weighs .* bytes; it may weigh 1048576. The largest array is 'heavy'"),
    "what nobody thought of": ({"start": []}, "IndexError: list index out of range"),
}


@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_makes_no_sense_is_told_and_answered_and_all_else_stays(browser, garbage):
    sent, message = GARBAGE[garbage]
    made = widget()
    before = (made.trace, made._data, made._code)
    sent = {**PARAMS, **sent} if isinstance(sent, dict) else sent
    messages = browser(made, params=sent, _request=1)
    assert re.match(message, made._problem)
    assert len(made._problem) <= 500
    assert made._seq == messages[-1][0]["_seq"] == 1
    assert messages[-1][0]["_problem"] == made._problem
    assert {name: value for state, _, _ in messages for name, value in state.items()}["params"] == made.params == PARAMS
    assert (made.trace, made._data, made._code) == before
    browser(made, params={**PARAMS, "lr": 0.01}, _request=2)
    assert (made._problem, made._seq, made.params["lr"]) == ("", 2, 0.01)


def test_frames_answers_and_numbers_that_are_none_are_not_heard(browser):
    made = widget()
    for t in (-1, 2.5, "2", None, True, [1]):
        browser(made, t=t)
        assert made.t == 0
    browser(made, t=10**6)
    assert made.t == 5
    for answer in ([1], {"a": 1}, True, "x" * 5000, math.nan):
        browser(made, answer=answer)
        assert made.answer is None
    for request in ("1", -1, None, 2**80, 0.5, []):
        assert browser(made, params={**PARAMS, "lr": 0.01}, _request=request) == []
    assert made.params == PARAMS


def test_a_page_changes_nothing_but_what_is_its_own(browser):
    made = widget()
    before = made.get_state(["_esm", "_code", "_trace", "_seq", "_view"])
    browser(made, _esm="alert(1)", _code="import os", _trace={}, _seq=99, _view={}, name="x", layout="IPY_MODEL_x", nonsense=1)
    assert made.get_state(["_esm", "_code", "_trace", "_seq", "_view"]) == before


def test_a_parameter_from_python_is_refused_as_an_error(browser):
    made = widget()
    with pytest.raises(ValueError, match="'rate' is no parameter of this widget; it has lr, steps"):
        made.set(rate=1)
    with pytest.raises(ValueError, match=r"lr is 1.0; it needs to be below 1"):
        made.set(lr=1.0)
    assert made.params == PARAMS
    assert made.comm.updates() == []


def test_what_cannot_be_recorded_at_first_leaves_no_widget_behind():
    with pytest.raises(ValueError, match=r"lr is 1.0"):
        widget(lr=1.0)
    gc.collect()
    assert living() == []


# The learner's own function


def fails(error):
    def grad(x):
        raise error

    return grad


@pytest.mark.parametrize("error", [ZeroDivisionError("no"), NotImplementedError(), SystemExit(1), RecursionError(), ValueError("x" * 9000)])
def test_if_the_learners_function_fails_ours_is_shown_and_that_is_said(browser, error):
    made = widget({"grad": fails(error)})
    assert made._problem.startswith("grad ")
    assert len(made._problem) <= 500
    assert made.trace.frame(1)["x"] == pytest.approx(2.4)
    ((state, _, _),) = browser(made, params={**PARAMS, "lr": 0.01}, _request=1)
    assert state["_seq"] == 1
    assert made._problem.startswith("grad ")
    assert made.params["lr"] == 0.01


def test_a_function_that_fails_only_sometimes_is_back_when_it_works(browser):
    made = widget({"grad": lambda x: 2 * x if x < 3.5 else 1 / 0})
    assert made._problem == ""
    browser(made, params={**PARAMS, "start": 4}, _request=1)
    assert made._problem == "your function stopped with ZeroDivisionError: division by zero. This is ours."
    browser(made, params={**PARAMS, "start": 2}, _request=2)
    assert made._problem == ""


def test_stop_stops_and_the_browser_does_not_wait_for_ever(browser):
    made = widget({"grad": lambda x: 2 * x})
    made._own = {"grad": fails(KeyboardInterrupt())}
    with pytest.raises(KeyboardInterrupt):
        browser(made, params={**PARAMS, "lr": 0.01}, _request=1)
    assert made._seq == 1
    assert "interrupted" in made._problem
    assert made.params == PARAMS
    with pytest.raises(KeyboardInterrupt):
        widget({"grad": fails(KeyboardInterrupt())})


def test_what_a_function_prints_is_cut_and_while_a_knob_is_turned_nobody_would_see_it(browser, capsys):
    def grad(x):
        print("x" * 1000)
        print("warning " * 100, file=sys.stderr)
        return 2 * x

    made = widget({"grad": grad})
    printed = capsys.readouterr()
    assert printed.out.startswith("x" * 1000 + "\n" + "x" * 999)
    assert printed.out.count("left out") == printed.err.count("left out") == 1
    assert len(printed.out) < 2100
    browser(made, params={**PARAMS, "lr": 0.01}, _request=1)
    assert capsys.readouterr() == ("", "")
    assert made._problem == ""
    print("still here")
    assert capsys.readouterr().out == "still here\n"


# The prediction


def asked(truth, **more):
    return Question(text="?", at=lambda _: 2, truth=lambda trace: truth(trace), explain=lambda _: "So it is.", **more)


def test_a_picked_option_is_right_if_it_is_the_one():
    made = widget(question=asked(lambda _: "yes", options=("yes", "no")))
    assert made.prediction_right is None
    made.answer = "no"
    assert made.prediction_right is False
    made.answer = "yes"
    assert made.prediction_right is True


@pytest.mark.parametrize(("answer", "right"), [(1, True), (1.25, True), (0.75, True), (1.3, False), ("1", False), (1.0 + 0.1 + 0.15, True)])
def test_a_number_is_right_within_its_tolerance(answer, right):
    made = widget(question=asked(lambda _: 1.0, tolerance=0.25))
    made.answer = answer
    assert made.prediction_right is right


def test_a_prediction_is_judged_by_the_question_as_it_was_asked(browser):
    made = widget(question=asked(lambda trace: "yes" if len(trace) == 6 else "no", options=("yes", "no")))
    browser(made, answer="yes")
    browser(made, params={**PARAMS, "steps": 10}, _request=1)
    assert made._question["truth"] == "no"
    assert made.prediction_right is True
    browser(made, answer=None)
    assert made.prediction_right is None


def test_without_a_question_there_is_nothing_to_be_right_about():
    made = widget()
    made.answer = "yes"
    assert made.prediction_right is None
    assert made._question is None


# The end


def test_two_hundred_widgets_made_and_closed_leave_nothing_behind():
    before = len(ipywidgets.widgets.widget._instances)

    def make():
        made = widget({"grad": lambda x: 2 * x}, question=asked(lambda _: "yes", options=("yes",)))
        made.close()
        return weakref.ref(made)

    made = [make() for _ in range(200)]
    gc.collect()
    assert [each for each in made if each() is not None] == []
    assert len(ipywidgets.widgets.widget._instances) == before


def test_a_shown_and_closed_widget_goes_too():
    made = widget()
    made._repr_mimebundle_()
    reference = weakref.ref(made)
    made.close()
    made.close()
    del made
    gc.collect()
    assert reference() is None


def test_a_closed_widget_can_still_be_read_and_opens_again_when_it_is_shown(browser):
    made = widget()
    browser(made, t=3, answer="yes")
    first = made.comm
    made.close()
    assert first.closed
    assert (made.t, made.answer, len(made.trace)) == (3, "yes", 6)
    bundle, _ = made._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == made.model_id == first.comm_id
    assert made.comm is not first
    assert made.comm.opened[0]["state"]["layout"] == "IPY_MODEL_" + made.layout.model_id


# One cell, run again


@pytest.fixture
def cell(browser, monkeypatch):
    """A kernel that is running a cell: `cell("id", run)`."""
    from dlteach.widgets import lifetime

    monkeypatch.setattr(lifetime, "_shown", {})
    now = {}
    monkeypatch.setattr(Wire, "kernel", types.SimpleNamespace(get_parent=lambda: now["parent"]), raising=False)

    def run(cell, message):
        now["parent"] = {"header": {"msg_id": message}, "metadata": {"cellId": cell} if cell else {}}

    return run


def shown_in_cell(made):
    made._repr_mimebundle_()
    return made


def test_a_cell_that_runs_again_lets_go_of_the_widgets_it_showed(cell):
    cell("a", "1")
    first, second = shown_in_cell(widget()), shown_in_cell(widget())
    cell("b", "2")
    other = shown_in_cell(widget())
    assert set(living()) == {first, second, other}
    cell("a", "3")
    again = shown_in_cell(widget())
    assert set(living()) == {other, again}


def test_a_widget_that_is_shown_elsewhere_or_again_stays(cell):
    cell("a", "1")
    made = shown_in_cell(widget())
    cell("b", "2")
    shown_in_cell(made)
    cell("a", "3")
    shown_in_cell(widget())
    assert made in living()
    cell("b", "4")
    shown_in_cell(made)
    assert made in living()
    cell("b", "5")
    shown_in_cell(widget())
    assert made not in living()


@pytest.mark.parametrize("parent", [{}, {"metadata": {}, "header": {"msg_id": "1"}}, {"metadata": None}, None])
def test_where_nobody_says_which_cell_is_running_nothing_is_closed(cell, monkeypatch, parent):
    monkeypatch.setattr(Wire, "kernel", types.SimpleNamespace(get_parent=lambda: parent), raising=False)
    made = [shown_in_cell(widget()), shown_in_cell(widget())]
    assert set(living()) == set(made)


REAL = """
import ipywidgets
from tests.widgets.test_base import living, widget
made = widget()
display(made)
print(len(living()))
"""


@pytest.mark.slow
def test_in_a_real_kernel_a_cell_that_runs_again_keeps_one_widget():
    jupyter_client = pytest.importorskip("jupyter_client")
    manager, client = jupyter_client.manager.start_new_kernel(kernel_name="python3", cwd=os.getcwd())
    try:
        counts = []
        for cell in ("a", "a", "b", None, None):
            content = {"code": REAL, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
            message = client.session.msg("execute_request", content, metadata={"cellId": cell} if cell else {})
            client.shell_channel.send(message)
            printed = ""  # one line can arrive in two messages
            while True:
                found = client.get_iopub_msg(timeout=60)
                if found["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                    assert found["msg_type"] != "error", found["content"]["traceback"]
                    if found["msg_type"] == "stream":
                        printed += found["content"]["text"]
                    if found["msg_type"] == "status" and found["content"]["execution_state"] == "idle":
                        break
            counts.append(int(printed))
        assert counts == [1, 1, 2, 3, 4]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


# A page of its own


def test_a_page_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    made = widget()
    path = made.export_html(tmp_path / "walk.html")
    assert path == tmp_path / "walk.html"
    text = path.read_text(encoding="utf-8")
    made.set(lr=0.01)
    made.export_html(str(path))
    assert path.read_text(encoding="utf-8") != text
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: fails(OSError("disk full"))(0))
    before = path.read_text(encoding="utf-8")
    with pytest.raises(OSError, match="disk full"):
        made.export_html(path)
    assert path.read_text(encoding="utf-8") == before
    assert [each.name for each in tmp_path.iterdir()] == ["walk.html"]


def test_where_a_page_cannot_be_is_said(tmp_path):
    made = widget()
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*missing. Make it first"):
        made.export_html(tmp_path / "missing" / "walk.html")
    with pytest.raises(IsADirectoryError, match="which is a folder; it needs to be a file"):
        made.export_html(tmp_path)


def test_a_link_leads_to_the_page_as_before(tmp_path):
    (tmp_path / "real.html").write_text("old", encoding="utf-8")
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    widget().export_html(tmp_path / "link.html")
    assert (tmp_path / "link.html").is_symlink()
    assert "<!DOCTYPE html>" in (tmp_path / "real.html").read_text(encoding="utf-8")


def test_the_page_works_alone_and_is_the_one_that_the_browser_makes(show, chromium, tmp_path):
    title = 'Down </script><b>"the"</b> %STATE% & $& parabola'
    view = View(title=title, panels=(PANEL,), knobs=KNOBS)
    made = TraceWidget("explore_walk", record, view, PARAMS)
    path = made.export_html(tmp_path / "walk.html")
    shown = show(made)
    with shown.page.expect_download() as download:
        shown.page.get_by_role("button", name="Export HTML").click()
    download.value.save_as(tmp_path / "theirs.html")
    context = chromium.new_context(offline=True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    states = []
    for each in (path, tmp_path / "theirs.html"):
        page.goto(each.as_uri())
        states.append(json.loads(page.locator("#state").text_content()))
        assert page.title() == title
        page.get_by_role("slider", name=re.compile("step", re.I)).last.focus()
        page.keyboard.press("End")
        page.wait_for_function("document.querySelector('.dlteach-widget').dataset.t === '5'")
        assert "At step 5" in page.locator(".dlteach-sentence").text_content()
    context.close()
    assert states[0] == states[1]
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


# In sight of others


def test_it_can_be_shown_where_there_is_no_jupyter():
    code = "from tests.widgets.test_base import widget; w = widget(); w.set(lr=0.01); print(sorted(w._repr_mimebundle_()[0]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "DISPLAY": ""})
    assert done.stdout.split("'")[1::2] == ["application/vnd.jupyter.widget-view+json", "image/png", "text/html", "text/plain"]


def test_a_partial_has_no_name_and_is_still_shown():
    made = widget({"grad": functools.partial(lambda k, x: k * x, 2)})
    assert made._problem == ""
    assert "grad=your_function" in made._code


def test_what_another_thread_prints_meanwhile_is_not_cut(capsys):
    """Newer kernels answer a knob in a thread beside the running cell, and both print to the same stdout."""
    inside, printed = threading.Event(), threading.Event()

    def knob():
        with printing(0):
            print("of the learner's function")
            inside.set()
            printed.wait(10)

    beside = threading.Thread(target=knob)
    before = sys.stdout
    beside.start()
    inside.wait(10)
    print("of the running cell")
    printed.set()
    beside.join(10)
    assert capsys.readouterr().out == "of the running cell\n"
    assert sys.stdout is before
