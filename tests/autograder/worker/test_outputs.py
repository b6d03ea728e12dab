"""However much a cell puts out, little is kept, and what decides about points is known all the same."""

import json

import pytest

from tests.autograder.worker.answers import errors, shown, texts
from tests.autograder.worker.conftest import LIMITS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("worker")]

FLOODS = {
    "one print": "print('x' * 10**8)",
    "many prints": "for i in range(10**5): print(i, 'x' * 50)",
    "many large prints": "for _ in range(100): print('x' * 10**7)",
    "many displays": "from IPython.display import display\nfor i in range(10**5): display(i)",
    "a large display": "from IPython.display import HTML\nHTML('x' * 10**7)",
    "a deep display": "data = []\nfor _ in range(10**5): data = [data]\ndisplay({'application/json': data}, raw=True)",
    "a wide display": "display({'application/json': [{}] * 10**6}, raw=True)",
    "a large result": "'x' * 10**7",
    "updates": "h = display('x', display_id=True)\nfor i in range(100): h.update({'a': 'x' * 10**5})",
    "past Python": "import os\nfor _ in range(3 * 10**4): os.write(1, b'x' * 1000)",
    "past Python, to stderr": "import os\nfor _ in range(30): os.write(2, b'x' * 10**6)",
    "a large error": "raise ValueError('x' * 10**8)",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_cut_where_it_arises(notebook, flood):
    answer = notebook.run(FLOODS[flood], seconds=120)
    assert len(json.dumps(answer["outputs"])) < 2 * LIMITS.cell_output_bytes
    assert len(answer["outputs"]) <= 1002
    if flood not in ("a large error", "updates"):
        assert answer["cut"]
        assert "put out too much" in texts(answer)
    assert shown(notebook.run("'still alive'")) == ["'still alive'"]


def test_a_notebook_has_room_for_so_much_in_all(zygote):
    with zygote.fork() as worker:
        worker.ask({"do": "start", "files": {}, "limits": {"cell_output_bytes": 1000, "output_bytes": 2500}}, 20)
        sizes = [len(texts(worker.ask({"do": "run", "source": "print('x' * 5000)", "seconds": 20}, 40)).split("\n")[0]) for _ in range(4)]
    assert sizes == [1000, 1000, 500, 0]


def test_a_result_counts_although_its_cell_put_out_too_much(notebook):
    answer = notebook.graded("print('x' * 10**7)\n0.5")
    assert (answer["status"], answer["value"], answer["stderr"]) == ("ok", "0.5", False)


def test_stderr_counts_although_its_cell_put_out_too_much(notebook):
    assert notebook.graded("import sys\nprint('x' * 10**7)\nprint('y', file=sys.stderr)")["stderr"]


def test_an_error_is_shown_although_its_cell_put_out_too_much(notebook):
    answer = notebook.graded("print('x' * 10**7)\n1 / 0")
    assert (answer["status"], errors(answer)) == ("error", ["ZeroDivisionError"])


def test_what_is_put_out_in_turn_stays_in_its_order(notebook):
    answer = notebook.run("import os, sys\nprint(1)\nos.write(1, b'2\\n')\nprint(3, file=sys.stderr)\nprint(4)\ndisplay(5)\nprint(6)")
    kinds = [(output["output_type"], output.get("name"), output.get("text")) for output in answer["outputs"]]
    assert kinds == [
        ("stream", "stdout", "1\n2\n"),
        ("stream", "stderr", "3\n"),
        ("stream", "stdout", "4\n"),
        ("display_data", None, None),
        ("stream", "stdout", "6\n"),
    ]


def test_what_a_thread_prints_belongs_to_the_cell_that_runs(notebook):
    notebook.run(
        "import threading, time\ngo = threading.Event()\ndef late():\n    go.wait()\n"
        "    print('late')\nt = threading.Thread(target=late)\nt.start()"
    )
    assert texts(notebook.run("go.set(); t.join()")) == "late\n"


def test_a_file_that_a_cell_puts_in_the_place_of_stdout_is_its_own(notebook):
    answer = notebook.run(
        "import os\nfile = os.open('log', os.O_RDWR | os.O_CREAT)\nold = os.dup(1)\n"
        "os.dup2(file, 1)\nos.write(1, b'logged')\nprint('shown')\n"
        "os.dup2(old, 1)\nos.write(1, b'raw')\nopen('log').read()"
    )
    assert texts(answer) == "shown\nraw"
    assert shown(answer) == ["'logged'"]


def test_classes_that_lie_about_themselves_are_not_asked(notebook):
    answer = notebook.run(
        "class S(str):\n    def encode(self, *a): raise ValueError\n    def __len__(self): return -5\n"
        "    def __getitem__(self, i): return 'lie'\n"
        "class D(dict):\n    def items(self): return [('text/plain', 'lie')]\n"
        "display(D({'text/plain': S('truth')}), raw=True)\nprint(S('truth'))"
    )
    assert shown(answer) == ["truth"]
    assert texts(answer) == "truth\n"


def test_a_text_that_cannot_be_written_becomes_one_that_can(notebook):
    assert texts(notebook.run("print('a\\ud800b\\0')")) == "a?b\0\n"


def test_a_function_that_displays_a_number_does_not_earn_it(notebook):
    notebook.run("import sys\ndef f():\n    sys.displayhook(10)\n    return 1")
    answer = notebook.graded("f() * 0.5")
    assert answer["value"] == "0.5"
    assert shown(answer) == ["10", "0.5"]
    assert notebook.graded("f()\nassert False")["status"] == "error"


def test_the_first_result_of_the_cell_itself_counts(notebook):
    assert notebook.graded("import sys\nsys.displayhook(2)\n3")["value"] == "2"


def test_what_was_cleared_does_not_count(notebook):
    answer = notebook.graded("import sys\nfrom IPython.display import clear_output\nprint(1, file=sys.stderr)\n7\nclear_output()\n2")
    assert (answer["value"], answer["stderr"]) == ("2", False)


def test_an_error_counts_although_it_was_cleared(notebook):
    answer = notebook.graded(
        "from IPython.display import clear_output\nget_ipython().showtraceback((ValueError, ValueError(1), None))\nclear_output()"
    )
    assert answer["status"] == "error"


def test_a_widget_that_catches_outputs_does_not_catch_failures(notebook):
    answer = notebook.graded("import ipywidgets\nipywidgets.Output().__enter__()\nassert False")
    assert answer["status"] == "error"
