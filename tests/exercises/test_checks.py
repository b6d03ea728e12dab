"""What a notebook calls: check, use, progress. In a terminal here, and in a real kernel at the end."""

from __future__ import annotations

import functools
import inspect
import io
import sys
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import dlteach
from dlteach import check, nn, progress, use
from dlteach.exercises.registry import UnknownExercise, find, lessons

sigmoid = 3.0  # a name that has been used for something else


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def relu_forward(x):
    return np.minimum(x, 0), x


class Unprintable:
    def __repr__(self) -> str:
        raise ValueError


def test_check_takes_the_function_or_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(affine_backward).passed
    assert check("affine_backward") == 3
    assert check("backpropagation.affine_backward", points=5) == 5
    assert "affine_backward: 5 of 5 points" in capsys.readouterr().out


def test_a_function_in_a_local_scope_is_found_too() -> None:
    def relu_forward(x):
        return np.maximum(x, 0), x

    assert check("relu_forward").passed
    assert not check(globals()["relu_forward"]).passed


@pytest.mark.parametrize(
    ("what", "headline"),
    [
        ("relu_backward", "`relu_backward` is not defined yet."),
        ("sigmoid", "`sigmoid` is not a function but a float."),
        ("relu_backwards", "Nothing to check: no exercise is called 'relu_backwards'. Did you mean 'relu_backward'?"),
        ("backpropagation.nothing", "Nothing to check: no exercise is called 'backpropagation.nothing'."),
        (Unprintable(), "Nothing to check: no exercise is called 'Unprintable'."),
        (len, "Nothing to check: no exercise is called 'len'."),
        (3.5, "Nothing to check: no exercise is called 'float'."),
    ],
)
def test_what_cannot_be_checked_is_said_and_never_raised(what: object, headline: str) -> None:
    report = check(what)  # type: ignore[arg-type]
    assert report.headline.startswith(headline)
    assert report == 0


@pytest.mark.parametrize("points", [float("nan"), float("inf"), -1, "3", [3], np.array([1, 2])])
def test_impossible_points_are_said(points: Any) -> None:
    report = check(affine_backward, points=points)
    assert report == 0
    assert "`points` is" in report.headline


def test_a_lambda_and_a_partial_go_by_the_name_they_have_in_the_notebook() -> None:
    relu_forward = lambda x: (np.maximum(x, 0), x)
    assert check(relu_forward).passed
    affine_forward = functools.partial(lambda scale, x, w, b: (scale * (x @ w + b), (x, w)), 1.0)
    assert check(affine_forward).passed


def test_use_gives_yours_if_it_passes_and_ours_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    assert use("affine_backward") is affine_backward
    assert use("relu_forward") is nn.relu_forward
    assert use("relu_backward") is find("relu_backward").reference
    assert capsys.readouterr().out.splitlines() == [
        "affine_backward: using yours.",
        "relu_forward: using ours; yours does not pass its check yet.",
        "relu_backward: using ours; yours is not there yet.",
    ]
    with pytest.raises(UnknownExercise, match="no exercise is called 'nothing'"):
        use("nothing")


def test_use_may_stand_inside_another_exercise() -> None:
    source = """
def logistic_gradient(x, y, w, b):
    error = (use("sigmoid")(x @ w + b) - y) / len(y)
    return x.T @ error, error.sum()
report = check("logistic_gradient")
"""
    scope = {"np": np, "use": use, "check": check, "__name__": "__main__"}
    exec(source, scope)
    assert scope["report"].passed, str(scope["report"])


def test_a_function_that_checks_or_uses_itself_comes_to_an_end() -> None:
    def relu_forward(x):
        inner.append(check("relu_forward"))
        return np.maximum(x, 0), x

    def softmax(logits):
        return use("softmax")(logits)

    inner: list[Any] = []
    check(relu_forward)
    assert inner[0].headline == "`relu_forward` is being checked already: a function cannot check itself."
    assert check(softmax).story.forbidden == ("dlteach.nn",)


def test_strict_settings_of_a_notebook_cost_nothing() -> None:
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    with np.errstate(all="raise"):
        assert check(sigmoid).passed


def test_a_terminal_without_a_tick_gets_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert check(affine_backward).passed
    terminal.seek(0)
    assert terminal.read().startswith("? affine_backward: 3 of 3 points")


def test_use_does_not_hand_out_a_right_function_that_calls_a_broken_one(capsys: pytest.CaptureFixture[str]) -> None:
    source = """
def sigmoid(z):
    return z
def logistic_gradient(x, y, w, b):
    error = (sigmoid(x @ w + b) - y) / len(y)
    return x.T @ error, error.sum()
used = use("logistic_gradient")
"""
    scope = {"np": np, "use": use, "__name__": "__main__"}
    exec(source, scope)
    assert scope["used"] is find("logistic_gradient").reference
    assert capsys.readouterr().out == "logistic_gradient: using ours; yours is right, but it calls your sigmoid, and that is not.\n"


def test_progress_shows_every_exercise_and_what_comes_next(capsys: pytest.CaptureFixture[str]) -> None:
    progress("backpropagation")
    out = capsys.readouterr().out
    for exercise in lessons()[-1].exercises:
        assert exercise.name in out
    assert "✓ affine_backward: 3 of 3 points" in out
    assert "✗ relu_forward: 0 of 1 point" in out
    assert out.splitlines()[-1] == "Next: `affine_forward`."
    progress("cooking")
    assert "No lesson is called 'cooking'" in capsys.readouterr().out


def test_a_bare_name_serves_while_it_is_unique() -> None:
    assert find("affine_backward") is find("backpropagation.affine_backward")
    with pytest.raises(UnknownExercise, match="Did you mean 'softmax'"):
        find("softmaks")


def test_the_package_offers_what_notebooks_use() -> None:
    assert {"check", "use", "progress", "nn", "data"} <= set(dir(dlteach))
    assert list(inspect.signature(dlteach.check).parameters) == ["function", "points", "seed"]


def in_a_kernel(*cells: str) -> list[nbformat.NotebookNode]:
    """Run cells in a fresh kernel, as JupyterLab and nbgrader do, and return them with their outputs."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    return list(notebook.cells)


@pytest.mark.slow
def test_in_a_kernel_the_score_is_what_the_report_says_whatever_the_function_does() -> None:
    noisy = """
import logging, os, sys, warnings
import numpy as np, dlteach
from IPython.display import display
logging.basicConfig(stream=sys.stderr)
def relu_forward(x):
    print("out"); print("err", file=sys.stderr); os.write(2, b"fd"); logging.warning("logged"); warnings.warn("warned")
    display("shown"); sys.displayhook(99.0)
    np.log(np.zeros(1))
    return np.maximum(x, 0), x
"""
    half = "def sgd_step(params, grads, lr):\n    while True:\n        try:\n            pass\n        except:\n            pass"
    cells = in_a_kernel(
        noisy,
        'dlteach.check("relu_forward", points=2)',
        half,
        'dlteach.check("sgd_step", points=2)',
        'dlteach.check("softmax", points=2)',
        'dlteach.use("softmax"); dlteach.progress()',
    )
    scores = []
    for cell in cells[1::2][:2] + cells[4:5]:
        kinds = [output.output_type for output in cell.outputs]
        assert kinds == ["display_data", "execute_result"], kinds
        bundle = cell.outputs[0].data
        assert {"text/plain", "text/html", "application/vnd.dlteach.report+json"} == set(bundle)
        scores.append(float(cell.outputs[1].data["text/plain"]))
        assert scores[-1] == bundle["application/vnd.dlteach.report+json"]["points"]
    assert scores == [2, 0, 0]
    assert all(output.output_type == "display_data" for output in cells[-1].outputs)


@pytest.mark.slow
def test_in_a_kernel_a_check_shows_nothing_but_its_report_and_ends_nothing() -> None:
    cells = in_a_kernel(
        """
import numpy as np, dlteach, matplotlib.pyplot as plt
%matplotlib inline
def relu_forward(x):
    plt.figure(); plt.plot(x)
    return np.maximum(x, 0), x
def relu_backward(dout, cache):
    exit()
def softmax(logits):
    raise ValueError("\\ud800")
""",
        *(f'dlteach.check("{name}")' for name in ("relu_forward", "relu_backward", "softmax")),
        "1 + 1",
    )
    for cell in cells[1:-1]:
        assert [output.output_type for output in cell.outputs] == ["display_data", "execute_result"]
    assert [cell.outputs[-1].data["text/plain"] for cell in cells[1:]] == ["1.0", "0.0", "0.0", "2"]
    assert "SystemExit" in cells[2].outputs[0].data["text/plain"]
