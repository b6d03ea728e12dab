"""What is not allowed, what is forgiven, and what belongs together."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception, examine, limits
from tests.exercises.bank import cell


def cases(rng: np.random.Generator) -> list[Case]:
    return [Case({"x": rng.normal(size=n)}, "generic", {"N": n}) for n in (3, 5)]


def exercise(name: str, reference: Any, **more: Any) -> Exercise:
    return Exercise(
        name=name,
        lesson="toys",
        points=2,
        minutes=1,
        difficulty=1,
        reference=reference,
        cases=cases,
        returns=("out",),
        criteria=(Criterion("out", "the numbers", output="out"),),
        misconceptions=more.pop("misconceptions", ()),
        accepted=(),
        hints=("", "", ""),
        **more,
    )


SLOPES = exercise("slopes", lambda x: np.gradient(x))
DOUBLE = exercise("double", lambda x: 2 * x)
PLUS_DOUBLE = exercise("plus_double", lambda x: x + 2 * x, needs=("double",))


@pytest.mark.parametrize(
    "source",
    [
        "def slopes(x): return np.gradient(x)",
        "from numpy import gradient\ndef slopes(x): return gradient(x)",
        "def slopes(x):\n    import numpy\n    return numpy.gradient(x)",
        "def helper(x): return np.gradient(x)\ndef slopes(x): return helper(x)",
        "slopes = lambda x: np.gradient(x)",
        "def slopes(x, g=np.gradient):\n    return g(x)",
        "def slopes(x): return np.\N{FULLWIDTH LATIN SMALL LETTER G}radient(x)",
        "g = getattr(np, 'grad' + 'ient')\ndef slopes(x): return g(x)",
    ],
)
def test_a_function_that_does_the_exercise_for_you_earns_nothing(source: str) -> None:
    report = examine(SLOPES, cell(source))
    assert report.points == 0
    assert report.headline.startswith("Right, but `numpy.gradient` does the work")
    assert report.story.forbidden == ("numpy.gradient",)


@pytest.mark.parametrize(
    "source",
    [
        "from dlteach import nn\ndef sigmoid(z): return nn.sigmoid(z)",
        "from dlteach.nn import sigmoid",
        "def sigmoid(z):\n    from dlteach import nn\n    return nn.sigmoid(z)",
    ],
)
def test_our_reference_handed_in_earns_nothing(source: str) -> None:
    report = examine(exercise("sigmoid", nn.sigmoid), cell(source))
    assert report.points == 0
    assert report.story.forbidden == ("dlteach.nn",)


@pytest.mark.parametrize(
    "source",
    [
        "from scipy.special import expit\ndef sigmoid(z): return expit(z)",
        "from scipy.special import expit as squash\ndef sigmoid(z): return squash(z)",
        "from scipy.special import expit as sigmoid",
        "import functools\nfrom scipy.special import expit\nsigmoid = functools.partial(expit)",
    ],
)
def test_a_function_written_in_c_is_known_by_its_name(source: str) -> None:
    report = examine(exercise("sigmoid", nn.sigmoid), cell(source))
    assert report.story.forbidden == ("scipy.special",)
    assert report.points == 0


def test_the_same_holds_where_a_needed_function_was_replaced() -> None:
    source = "def double(x): raise NotImplementedError\ndef plus_double(x):\n    double(x)\n    np.gradient(x)\n    return 3 * x"
    report = examine(PLUS_DOUBLE, cell(source), peers={"double": DOUBLE})
    assert report.points == 0
    assert report.story.forbidden == ("numpy.gradient",)


def test_an_exercise_can_forbid_more() -> None:
    strict = replace(DOUBLE, forbids=("numpy.multiply",))
    assert examine(strict, cell("def double(x): return np.multiply(x, 2)")).points == 0
    assert examine(strict, cell("from numpy import multiply\ndef double(x): return multiply(x, 2)")).points == 0
    assert examine(strict, cell("def double(x): return x * 2")).passed


def test_a_mistake_in_a_needed_function_is_not_paid_for_twice() -> None:
    source = "def double(x): return 3 * x\ndef plus_double(x): return x + double(x)"
    report = examine(PLUS_DOUBLE, cell(source), peers={"double": DOUBLE})
    assert report.points == 2
    assert report.headline == "Right, but your `double` is not: it was checked with ours in its place."


def test_only_the_function_with_the_mistake_is_called_wrong() -> None:
    six = exercise("six", lambda x: 2 * (x + 2 * x), needs=("double", "plus_double"))
    source = """
        def double(x): return 3 * x
        def plus_double(x): return x + double(x)
        def six(x): return plus_double(x) + plus_double(x)
    """
    report = examine(six, cell(source), peers={"double": DOUBLE, "plus_double": PLUS_DOUBLE})
    assert report.points == 2
    assert report.story.replaced == ("double",)


@pytest.mark.parametrize("source", ["", "def double(x): raise NotImplementedError()\n", "def double(x):\n    while True: pass\n"])
def test_a_needed_function_may_be_missing_or_unfinished(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlteach.checking import limits

    monkeypatch.setattr(limits, "CPU_SECONDS", 0.3)
    report = examine(PLUS_DOUBLE, cell(source + "def plus_double(x): return x + double(x)"), peers={"double": DOUBLE})
    assert report.points == 2


def test_the_notebook_keeps_its_own_functions_after_the_check() -> None:
    scope = cell("def double(x): return 3 * x\ndef plus_double(x): return x + double(x)")
    mine = scope["double"]
    examine(PLUS_DOUBLE, scope, peers={"double": DOUBLE})
    assert scope["double"] is mine


def test_a_dependent_that_is_wrong_itself_still_loses_its_points() -> None:
    source = "def double(x): return 3 * x\ndef plus_double(x): return x - double(x)"
    report = examine(PLUS_DOUBLE, cell(source), peers={"double": DOUBLE})
    assert report.points == 0
    assert "used ours instead" in str(report)


def own_gradient(functions: Any, case: Case) -> dict[str, np.ndarray]:
    return {"out": nn.numerical_gradient(lambda x: float(np.sum(functions["cost"](x))), case.args["x"])}


def test_a_gradient_right_for_its_own_forward_changes_the_headline_only() -> None:
    slope = exercise("slope", lambda x: 2 * x, own_gradient=own_gradient)
    consistent = examine(slope, cell("def cost(x): return x**3\ndef slope(x): return 3 * x**2"))
    assert consistent.points == 0
    assert "the exact derivative of *your* forward function" in consistent.headline
    wrong = examine(slope, cell("def cost(x): return x**2\ndef slope(x): return 3 * x**2"))
    assert "exact derivative" not in wrong.headline


def test_likeness_to_the_reference_is_measured_for_longer_functions_and_never_punished() -> None:
    def spread(x):
        low, high = x.min(), x.max()
        total = 0.0
        for value in x:
            total += (value - low) ** 2 + (high - value) ** 2
        return x * total / (high - low) + low * high - total

    copied = inspect.getsource(spread).replace("low", "a").replace("value", "v").replace("spread", "mine")
    rewritten = """def mine(x):
    a, b = np.min(x), np.max(x)
    t = np.sum((x - a) ** 2) + np.sum((b - x) ** 2)
    scaled = np.multiply(x, t) / np.subtract(b, a)
    return np.add(scaled, np.multiply(a, b)) - t
"""
    reports = [examine(exercise("mine", spread), cell(source)) for source in (copied, rewritten)]
    assert [report.points for report in reports] == [2, 2]
    assert reports[0].story.similarity == 1
    assert reports[1].story.similarity is not None
    assert reports[1].story.similarity < 0.8
    assert examine(DOUBLE, cell("def double(x): return 2 * x")).story.similarity is None  # too short to say anything


def test_a_misconception_beats_a_generic_probe() -> None:
    def halves(x):
        return x / 2

    named = replace(DOUBLE, misconceptions=(Misconception(halves, "It halves.", "Other way round."),))
    assert examine(named, cell("def double(x): return x * 0.5")).diagnosis == "halves"
    assert examine(DOUBLE, cell("def double(x): return x * 0.5")).diagnosis == "factor:0.25"


def test_a_hidden_seed_waits_for_an_endless_function_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CPU_SECONDS", 0.1)
    scope = cell("calls = []\ndef double(x):\n    calls.append(x)\n    print(x)\n    while True: pass")
    public = examine(DOUBLE, scope)
    scope["calls"].clear()
    hidden = examine(DOUBLE, scope, seed=7)
    assert hidden.as_dict() == public.as_dict()
    assert hidden.story.printed == ""
    assert len(scope["calls"]) == 1
