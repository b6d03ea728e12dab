"""The report names the mistake: first the misconceptions an exercise knows, then what any array can show, then the bare difference."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlteach.checking import Case, Criterion, Exercise, Misconception, Named, Report, examine
from tests.checking.toy import TOY, check_toy, column_sums, counts_columns, row_sums


def matrix_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case({"x": rng.normal(size=(n, d)) + 3.5}, kind, {"N": n, "D": d})
        for kind, n, d in (("smallest", 1, 1), ("generic", 4, 3), ("generic", 3, 5))
    ]


SQUARE = Exercise(
    name="squares",
    lesson="toys",
    points=1,
    minutes=1,
    difficulty=1,
    reference=lambda x: x**2,
    cases=matrix_cases,
    returns=("out",),
    criteria=(Criterion("out", "the squares", output="out"),),
    misconceptions=(),
    accepted=(),
    hints=("", "", ""),
)


def not_written_yet():
    raise NotImplementedError


def check_squares(function: Any, **changes: Any) -> Report:
    return examine(replace(SQUARE, **changes), {"squares": function})


@pytest.mark.parametrize(
    ("function", "diagnosis"),
    [
        (lambda x: (x**2).T, "transposed"),
        (lambda x: -(x**2), "sign"),
        (lambda x: x**2 / 2, "factor:1/2"),
        (lambda x: x**2 * 2, "factor:2"),
        (lambda x: x**2 / len(x), "factor:1/N"),
        (lambda x: x**2 * x.shape[1], "factor:D"),
        (lambda x: -(x**2) * len(x), "factor:−N"),
        (lambda x: x**2 * 0.3, "factor:0.3"),
        (lambda x: x**2 + 1, "offset"),
        (lambda x: x**2 + np.arange(x.shape[1]), "offset_along:0"),
        (lambda x: np.roll(x**2, -1, axis=1), "rolled:1"),
        (lambda x: (x**2)[::-1], "reversed:0"),
        (lambda x: (x**2)[None], "keepdims"),
        (lambda x: np.vstack([x[:1] * 0 + 7, x[1:] ** 2]), "border:first,0"),
        (lambda x: np.trunc(x**2), "truncated"),
        (lambda x: (x**2).astype(np.float32), "single_precision"),
        (lambda x: np.zeros_like(x), "zero"),
        (lambda x: x**2 / 0 * 0, "not_finite"),
        (lambda x: x, "argument:x"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_any_array_can_show(function: Any, diagnosis: str) -> None:
    report = check_squares(function)
    assert report.diagnosis == diagnosis
    assert "`out`" in report.headline
    assert report.hint


def test_pairs_combined_by_mistake() -> None:
    cases = lambda rng: [Case({"x": rng.normal(size=n)}, "generic", {"N": n}) for n in (3, 5)]
    report = check_squares(lambda x: x[:, None] * x, cases=cases, reference=lambda x: x**2)
    assert report.diagnosis == "blown_up"


def test_results_in_the_wrong_order() -> None:
    report = check_toy(lambda x: (x.sum(axis=1) * 0, len(x)))
    assert report.diagnosis == "zero"
    both = (Criterion("a", "a", "a"), Criterion("b", "b", "b"))
    two = replace(SQUARE, returns=("a", "b"), reference=lambda x: (x**2, x**3), criteria=both)
    assert examine(two, {"squares": lambda x: (x**3, x**2)}).diagnosis == "order:`a` and `b`"


def test_a_difference_without_a_name_is_described() -> None:
    report = check_squares(lambda x: np.sin(x))
    assert report.diagnosis is None
    assert report.headline.startswith("`out` is wrong at [0, 0]: ")


def test_a_misconception_is_named() -> None:
    assert check_toy(column_sums).diagnosis == "column_sums"
    assert check_toy(column_sums).headline == "The columns were added up, not the rows."


def test_each_criterion_has_its_own_diagnosis() -> None:
    report = check_toy(lambda x: (x.sum(axis=0), x.shape[1]))
    assert report.diagnosis == "column_sums"
    assert "Also: The columns were counted, not the rows." in str(report)


def test_two_misconceptions_that_do_the_same_are_both_named() -> None:
    def also_column_sums(x):
        return sum(row for row in x), len(x)

    twin = Misconception(also_column_sums, "The rows were added to one another.", "Hm.")
    report = examine(replace(TOY, misconceptions=(*TOY.misconceptions, twin)), {"row_sums": column_sums})
    assert report.diagnosis == "column_sums|also_column_sums"
    assert " or " in report.headline


def test_exceptions_match_by_type_and_message() -> None:
    def adds_a_triple(x):
        return x.sum(axis=1) + np.zeros(7), len(x)

    known = Misconception(adds_a_triple, "Seven zeros were added.", "Why seven?")
    exercise = replace(TOY, misconceptions=(known,))
    assert examine(exercise, {"row_sums": lambda x: (x.sum(axis=1) + np.ones(7), len(x))}).diagnosis == "adds_a_triple"
    assert examine(exercise, {"row_sums": lambda x: (x.sum(axis=1) + np.ones(8), len(x))}).diagnosis is None
    report = examine(exercise, {"row_sums": lambda x: ([][len(x)], 0)})
    assert report.diagnosis is None
    assert "IndexError" in report.headline


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x @ x, "the inner sizes are"),
        (lambda x: x + np.ones(7), "cannot be combined entry by entry"),
        (lambda x: nothing_there, "`nothing_there` is used before it has a value"),  # noqa: F821
        (lambda x: x[9], "there is no number 9"),
        (lambda x: 1 if x > 0 else 0, "a whole array of them"),
        (lambda x, y: x, "more arguments than"),
        (lambda x: {}["w1"], "no key 'w1'"),
        (lambda x: x.colour, "Something of type ndarray has no `colour`"),
        (lambda x: x.sort()[0], "of type NoneType"),
        (lambda x: x ^ 2, "`^` is not a power in Python"),
        (lambda x: 2 * row_sums, "A function stands where a number is meant"),
        (lambda x: [1 for _ in 3], "loop over `range(n)`"),
        (lambda x: len(2.0), "Only something with parts has a length"),
        (lambda x: np.zeros(3, 2), "the whole shape as one argument"),
        (lambda x: -(x > 0), "cannot be subtracted"),
        (lambda x: (1, 2) > 1, "come back as a tuple"),
        (lambda x: [0][3], "The list is shorter than that"),
        (lambda x: np.array([[1, 2], [3]]), "rows of different lengths"),
        (lambda x: np.exo(x), "`numpy` has nothing called `exo`"),
        (lambda x: x.size(x), "after something of type int"),
        (lambda x: [1.0] - 2.0, "`-` cannot combine something of type list with something of type float"),
        (lambda x: x + None, "Something is None here"),
        (lambda x: not_written_yet(), "A function that it calls is not written yet"),
    ],
)
def test_errors_are_explained(function: Any, words: str) -> None:
    assert words in check_squares(function, cases=lambda rng: matrix_cases(rng)[1:]).hint


def test_the_smallest_failing_call_can_be_pasted() -> None:
    report = check_toy(counts_columns)
    namespace: dict[str, Any] = {"np": np, "row_sums": counts_columns}
    *lines, call = report.story.call.splitlines()
    exec("\n".join(lines), namespace)
    _, count = eval(call, namespace)
    assert count == report.story.got == 4
    assert report.story.expected == 3


def test_a_function_as_an_argument_is_shown_as_a_lambda() -> None:
    named = Named("quadratic_slope", {"a": 2.0, "c": 1.0})
    assert named.source == "lambda x: 2.0 * (x - 1.0)"
    assert named.build()(3.0) == 4.0


def test_hidden_seeds_change_only_the_score_of_hard_coded_answers() -> None:
    answers = {(*case.args["x"].shape, case.args["x"].sum()): case.args["x"] ** 2 for case in matrix_cases(np.random.default_rng(0))}

    def remembers(x):
        return answers.get((*x.shape, x.sum()), x * 0)

    assert check_squares(remembers).passed

    def tells(x):
        print(x)
        warnings.warn(str(x), stacklevel=1)
        return x**2

    assert all(check_squares(tells).story.warned)
    secret = examine(SQUARE, {"squares": tells}, seed=7)
    assert secret.passed
    assert (secret.story.printed, secret.story.warned) == ("", ())
    hidden = examine(SQUARE, {"squares": remembers}, seed=7)
    assert hidden.points == 0
    assert hidden.diagnosis == "hard_coded"
    assert "np.array" not in str(hidden)
    assert examine(SQUARE, {"squares": lambda x: x * x}, seed=7).passed
    assert examine(SQUARE, {"squares": lambda x: (x * x).T}, seed=7).diagnosis == "transposed"


def test_the_card_is_complete_in_itself_and_escaped() -> None:
    def prints_markup(x):
        print("<script>alert(1)</script>")
        return x.sum(axis=0), len(x)

    html = check_toy(prints_markup).html()
    assert "<script" not in html
    assert "http" not in html
    assert 'role="group"' in html


def test_a_picture_is_read_out_as_its_numbers() -> None:
    html = check_squares(lambda x: x**2 + np.eye(*x.shape), cases=lambda rng: matrix_cases(rng)[1:2]).html()
    label = html.partition('<svg role="img" aria-label="')[2].partition('"')[0]
    assert label.startswith("3 of 12 entries differ. Yours: [[")
    assert ". Expected: [[" in label


def test_all_missing_keys_are_named_at_once() -> None:
    parts = ("w", "b")
    criteria = tuple(Criterion(part, part, f"out['{part}']") for part in parts)
    report = check_squares(lambda x: {"v": 1}, reference=lambda x: dict.fromkeys(parts, x), criteria=criteria)
    assert report.headline == "`out` lacks 'w', 'b': it should have the keys 'w', 'b', and it has 'v'."
    assert report.story.details == ()
    crowded = check_squares(lambda x: dict.fromkeys(range(1000)), reference=lambda x: {"w": x}, criteria=criteria[:1])
    assert crowded.headline.endswith("and it has 0, 1, 2, 3, 4, 5, 6, 7, ….")
