"""A cell that takes too long is stopped, whatever it catches, and the next one runs."""

import pytest

from tests.autograder.worker.answers import errors, shown

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("worker")]

ENDLESS = {
    "a loop": "while True: pass",
    "sleep": "import time\ntime.sleep(1000)",
    "a loop that swallows": "while True:\n    try:\n        pass\n    except:\n        pass",
    "nested": (
        "while True:\n    try:\n        while True:\n"
        "            try:\n                while True: pass\n            except BaseException: pass\n    except: pass"
    ),
    "a finally that begins again": "def f():\n    try:\n        while True: pass\n    finally:\n        f()\nf()",
    "await": "import asyncio\nawait asyncio.sleep(1000)",
    "await that swallows": "import asyncio\nwhile True:\n    try: await asyncio.sleep(1000)\n    except BaseException: pass",
    "a repr": "class A:\n    def __repr__(self):\n        while True: pass\nA()",
    "a signal handler taken away": "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
    "a timer set anew": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0)\nx = 1\nwhile True: pass",
}


@pytest.mark.parametrize("endless", ENDLESS)
def test_an_endless_cell_is_stopped(notebook, endless):
    answer = notebook.run(ENDLESS[endless], seconds=0.3)
    assert answer["status"] == "error"
    assert errors(answer) == ["CellTimeoutError"]
    assert answer["outputs"][-1]["evalue"] == "This cell ran for more than 0.3 seconds and was stopped."
    assert shown(notebook.run("import asyncio\nawait asyncio.sleep(0)\n'next'")) == ["'next'"]


SLOW_TO_SHOW = {
    "message": (
        "class E(Exception):\n    def __str__(self):\n        while True:\n            try: pass\n            except: pass\nraise E()"
    ),
    "traceback": "class E(Exception):\n    def _render_traceback_(self):\n        while True: pass\nraise E()",
}


@pytest.mark.parametrize("slow", SLOW_TO_SHOW)
def test_an_error_that_cannot_be_shown_in_time_is_named(notebook, slow):
    answer = notebook.run(SLOW_TO_SHOW[slow])
    assert errors(answer) == ["E"]
    assert shown(notebook.run("'next'")) == ["'next'"]


def test_the_figures_of_a_stopped_cell_are_its_own(notebook):
    notebook.run("import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()")  # the first one takes its time
    answer = notebook.run("plt.plot([1])\nwhile True: pass", seconds=2.0)
    assert errors(answer) == ["CellTimeoutError"]
    assert shown(answer)[-1].startswith("<Figure")
    assert notebook.run("1;")["outputs"] == []


def test_what_is_called_after_a_cell_is_stopped_too(notebook):
    notebook.run("def forever(*a):\n    while True: pass\nget_ipython().events.register('post_run_cell', forever)", seconds=1.0)
    assert errors(notebook.run("1", seconds=0.5)) == ["CellTimeoutError"]


def test_an_endless_recursion_is_told_in_short(notebook):
    answer = notebook.run("def f(n): return f(n + 1)\nf(0)")
    assert errors(answer) == ["RecursionError"]
    assert len("".join(answer["outputs"][0]["traceback"])) < 30_000
