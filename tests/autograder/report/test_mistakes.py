"""Which mistakes a class shares: with a name, or only alike from outside."""

import pytest

from autograder.course import GradingError
from autograder.report.clean import said
from autograder.report.mistakes import clusters, find_cluster, mistakes, unfinished
from dlteach.exercises.registry import lessons
from tests.autograder.report.made import verdict

EXERCISE = next(lesson for lesson in lessons() if lesson.number == 5).exercises[0]


def heard(**verdicts):
    return {student: [said(each) for each in told] for student, told in verdicts.items()}


def wrong(signature, **more):
    return verdict(signature=signature, **more)


def test_the_most_common_comes_first_with_its_share_of_those_who_were_graded():
    axis, mean = verdict(diagnosis="added_downwards"), verdict(diagnosis="averaged", headline="The rows were averaged.")
    found = mistakes(heard(ann=[mean], ben=[axis], cem=[axis], dan=[verdict(points=2.0)]), 4)
    assert [(each.diagnosis, each.students, each.share) for each in found] == [
        ("added_downwards", ("ben", "cem"), 0.5),
        ("averaged", ("ann",), 0.25),
    ]
    assert found[1].says == "The rows were averaged."


def test_the_exercises_own_sentence_is_told_and_both_where_two_cannot_be_told_apart():
    one, two = EXERCISE.misconceptions[:2]
    told = [verdict(EXERCISE.key, diagnosis=f"{one.id}|{two.id}", headline="?"), verdict(EXERCISE.key, diagnosis=two.id, headline="?")]
    both, single = mistakes(heard(ann=told[:1], ben=told[1:], cem=told[1:]), 3)[::-1]
    assert single.says == two.says
    assert both.says == f"{one.says} Or: {two.says}"


def test_answers_that_gave_the_same_stand_together():
    found = clusters(heard(ann=[wrong("3f2a99")], ben=[wrong("77aa01")], cem=[wrong("3f2a99")]), 3, {})
    assert [(each.ref, each.students) for each in found] == [("row_sums/3f2a", ("ann", "cem")), ("row_sums/77aa", ("ben",))]
    assert found[0].share == pytest.approx(2 / 3)


def test_a_group_has_an_example():
    first, second = wrong("3f2a99", call="row_sums(x)", returns="[7]"), wrong("3f2a99", call="row_sums(y)", returns="[8]")
    example = clusters(heard(ann=[first], ben=[second]), 2, {})[0]
    assert (example.call, example.returns) == ("row_sums(x)", "[7]")


def test_right_answers_known_mistakes_forbidden_means_and_empty_cells_are_no_groups():
    told = [verdict(points=2.0), wrong("1111", diagnosis="averaged"), wrong("2222", forbidden=["np.sum"]), wrong("3333", criteria=[])]
    everything = heard(ann=told)
    assert clusters(everything, 1, {}) == []
    assert unfinished(everything) == {"rows.row_sums": ("ann",)}


def test_a_name_that_was_given_is_shown():
    found = clusters(heard(ann=[wrong("3f2a99")]), 1, {("rows.row_sums", "3f2a99"): "The bias is missing."})
    assert found[0].message == "The bias is missing."


def test_refs_are_as_long_as_they_must_be_to_differ():
    found = clusters(heard(ann=[wrong("3f2a99aa")], ben=[wrong("3f2a99bb")], cem=[wrong("77aa01ff")]), 3, {})
    assert sorted(each.ref for each in found) == ["row_sums/3f2a99a", "row_sums/3f2a99b", "row_sums/77aa01f"]
    assert all(find_cluster(found, each.ref) is each for each in found)


@pytest.mark.parametrize("ref", ["row_sums/3f", "rows.row_sums/3f2a99", " row_sums/3f2a "])
def test_a_group_can_be_called_by_any_beginning_that_is_enough(ref):
    found = clusters(heard(ann=[wrong("3f2a99")], ben=[wrong("77aa01")]), 2, {})
    assert find_cluster(found, ref).signature == "3f2a99"


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("row_sums/9", "no group of answers called 'row_sums/9'; there is row_sums/3f2a, row_sums/3f77"),
        ("row_sums/", "no group"),
        ("row_sums", "no group"),
        ("", "no group"),
        ("row_sums/3f", "can mean rows.row_sums/3f2a99, rows.row_sums/3f77aa; please give more of it"),
    ],
)
def test_a_call_that_names_none_or_two_says_so(ref, says):
    found = clusters(heard(ann=[wrong("3f2a99")], ben=[wrong("3f77aa")]), 2, {})
    with pytest.raises(GradingError, match=says):
        find_cluster(found, ref)


def test_without_any_group_it_says_that():
    with pytest.raises(GradingError, match="there is none at all"):
        find_cluster([], "row_sums/3f2a")
