"""Recording leaves the gradebook and ``autograded/`` as ``nbgrader autograde`` does, whatever happens in between."""

import dataclasses
import json
import os
import signal
import sqlite3

import nbformat
import pytest
from nbgrader.api import Base, Gradebook, Student
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine, insert, select

from autograder.course import GradingError
from autograder.job import NOT_RUN, Result, Verdict
from autograder.record import Rules, folder, recorder
from autograder.spec import Graded, Submission
from dlteach.authoring.course import nbgrader_tools
from tests.autograder.record import plain

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("record")]  # nbgrader grades once for all of them


def changed(graded, notebook="first", result=None, **more):
    """A submission in which something of one notebook is different."""
    reads = tuple(dataclasses.replace(read, **more) if read.name == notebook else read for read in graded.submission.notebooks)
    results = {name: old for name, old in graded.results.items() if name != notebook or "content" not in more or more["content"]}
    return Graded(dataclasses.replace(graded.submission, notebooks=reads), results | ({notebook: result} if result else {}))


def api(place):
    settings = plain.config(place.folder)
    return NbGraderAPI(coursedir=CourseDirectory(config=settings), config=settings)


# --- as nbgrader does


def test_the_class_is_one_that_tries_everything(reference):
    def grade(student, name, notebook="first"):
        return reference.rows[student, notebook, name, "grade"]

    assert grade("mistaken", "test_half")["auto_score"] == 2  # partial credit
    assert grade("mistaken", "test_square")["failed_tests"]
    assert grade("mistaken", "test_cube", "second")["auto_score"] == 0  # something on stderr
    assert grade("mistaken", "own_helper")["auto_score"] == 0  # its own file was kept
    assert grade("mistaken", "reads_data")["auto_score"] == 1  # its data file was overwritten
    assert (grade("right", "explain")["auto_score"], grade("right", "explain")["needs_manual_grade"]) == (None, True)
    assert (grade("untouched", "sketch")["auto_score"], grade("untouched", "sketch")["needs_manual_grade"]) == (0, False)
    assert (grade("half-there", "test_cube", "second")["auto_score"], reference.rows["half-there"]["penalty"]) == (0, 0)
    assert reference.rows["late"]["penalty"] == pytest.approx(0.25 * reference.rows["late"]["score"])
    assert reference.rows["mistaken"]["penalty"] == reference.rows["mistaken"]["score"] > 0  # more than there is can't be lost
    assert reference.rows["extended"]["penalty"] == 0
    assert reference.rows["untouched", "first", "square", "comment"]["auto_comment"] == "No response."


def test_the_same_rows_and_files_as_nbgrader(reference, place):
    outcomes = place.record(*reference.graded.values())
    assert {outcome.student: outcome.status for outcome in outcomes} == dict.fromkeys(plain.STUDENTS, "graded")
    assert plain.everything(place.url) == reference.rows
    for student in plain.STUDENTS:
        assert plain.tree(place.folder / "autograded" / student, runs=False) == reference.trees[student]


def test_outcomes_say_what_the_gradebook_says(reference, place):
    for outcome in place.record(*reference.graded.values()):
        row = reference.rows[outcome.student]
        assert (outcome.score, outcome.max_score, outcome.late_penalty) == (row["score"], row["max_score"], row["penalty"])
    with place.recorder() as again:
        unchanged = again.scores(["late"])["late"]
    assert (unchanged.status, unchanged.score) == ("unchanged", reference.rows["late"]["score"])


def test_manual_work_survives_a_regrade_as_it_does_with_nbgrader(reference, place):
    place.record(*reference.graded.values())
    plain.interfere(place.url)
    place.record(*reference.again.values())
    assert plain.everything(place.url) == reference.rows_again


def test_nbgrader_counts_everybody_as_autograded_and_can_go_on_from_here(reference, place):
    place.record(*reference.graded.values())
    assert api(place).get_autograded_students(plain.NAME) == set(plain.STUDENTS)
    assert {row["student"] for row in api(place).get_submissions(plain.NAME) if row["autograded"]} == set(plain.STUDENTS)
    done = api(place).generate_feedback(plain.NAME, "right", force=True)
    assert done["success"], done
    assert "test_square" in (place.feedback("right") / "first.html").read_text()


def test_the_notebook_says_what_nbformat_writes_with_a_line_for_each_cell(reference, place):
    place.record(reference.graded["mistaken"])
    path = place.autograded("mistaken") / "first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert json.loads(path.read_text()) == json.loads(nbformat.writes(notebook))
    assert len(path.read_text().splitlines()) == len(notebook.cells) + 3
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    theirs = nbformat.read(reference.folder / "autograded" / "mistaken" / plain.NAME / "first.ipynb", as_version=4)
    assert outputs == [cell.outputs for cell in theirs.cells if cell.cell_type == "code"]


def test_a_course_that_creates_no_students_refuses_strangers(reference, place):
    strict = Rules(create_student=False)
    assert [outcome.status for outcome in place.record(*[reference.graded[who] for who in ("right", "extended")], rules=strict)] == [
        "failed",
        "graded",  # in the gradebook since before
    ]
    assert not place.autograded("right").exists()
    with Gradebook(place.url, "plain") as gradebook:
        assert [student.id for student in gradebook.students] == ["extended"]


def test_a_student_whom_the_gradebook_did_not_know_is_remarked_on(reference, place):
    stranger, known = place.record(*[reference.graded[who] for who in ("right", "extended")])
    assert "the gradebook knew no such student, and does now; is the name of the folder right?" in stranger.remarks
    assert not any("no such student" in remark for remark in known.remarks)


def test_an_assignment_that_was_never_generated_is_named(reference, place):
    unknown = dataclasses.replace(reference.assignment, name="ps9")
    with pytest.raises(GradingError, match=r"the gradebook knows no assignment ps9; 'nbgrader generate_assignment ps9' adds it"):
        place.record(assignment=unknown)


# --- again and again


def test_recording_twice_changes_nothing(reference, place):
    def now():
        return (
            plain.everything(place.url),
            plain.ids(place.url),
            plain.tree(place.folder / "autograded"),
            plain.tree(place.folder / "feedback"),
        )

    first, then = place.record(*reference.graded.values()), now()
    again = place.record(*reference.graded.values())
    assert now() == then
    assert [one.as_dict() | {"remarks": ()} for one in again] == [one.as_dict() | {"remarks": ()} for one in first]


def test_one_at_a_time_or_all_at_once_is_the_same(reference, place):
    for graded in reversed(reference.graded.values()):
        place.record(graded)
    assert plain.everything(place.url) == reference.rows


def test_an_earlier_grading_by_nbgrader_is_replaced(reference, place):
    left = place.autograded("right")
    left.mkdir(parents=True)
    (left / "stale.txt").write_text("from before")
    (left / "stale.txt").chmod(0o444)
    place.record(reference.graded["right"])
    assert plain.tree(left.parent, runs=False) == reference.trees["right"]


def test_pages_that_do_not_say_what_the_gradebook_says_are_not_there(reference, place):
    mine = reference.graded["right"]
    place.record(*reference.graded.values())
    plain.interfere(place.url)
    with place.recorder() as writer:
        assert not writer.has(mine.submission)
        assert writer.has(reference.graded["untouched"].submission)
        writer.record([mine])
        assert writer.has(mine.submission)
        page = place.feedback("right") / "first.html"
        assert "Well <b>said</b>." in page.read_text()  # comments are Markdown, made safe
        page.chmod(0o644)
        page.write_text("<html>made by nbgrader</html>")
        assert not writer.has(mine.submission)


def test_what_is_there_is_known_to_be_there(reference, place):
    with place.recorder() as writer:
        first, other = reference.graded["right"], reference.graded["untouched"]
        assert not writer.has(first.submission)
        writer.record([first, other])
        assert writer.has(first.submission)
        assert writer.has(other.submission)  # without a time stamp
        assert not writer.has(dataclasses.replace(first.submission, timestamp=None))
        (place.feedback("right") / "second.html").unlink()
        assert not writer.has(first.submission)


DEATHS = {
    "while a notebook is written": (folder, "put", 2),
    "between the old folder and the new": (folder, "_renamed", 2),
    "before the files are on disk": (recorder, "settle", 1),
    "before the rows are written": (recorder.Book, "save", 1),
}


@pytest.mark.parametrize("moment", DEATHS)
def test_killed_at_any_moment_the_next_run_ends_the_same(reference, place, moment):
    undisturbed = {}
    batch = [reference.graded["right"], reference.graded["mistaken"]]
    place.record(batch[0])  # so that there is an old folder
    child = os.fork()
    if child == 0:
        die_at(*DEATHS[moment])
        place.record(*batch)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    place.record(*batch)
    for student in ("right", "mistaken"):
        assert plain.tree(place.folder / "autograded" / student, runs=False) == reference.trees[student]
        assert sorted(path.name for path in place.feedback(student).iterdir()) == ["first.html", "second.html", "timestamp.txt"]
    undisturbed = {at: row for at, row in reference.rows.items() if {"right", "mistaken"} & {at, at[0]}}
    assert {at: row for at, row in plain.everything(place.url).items() if at in undisturbed} == undisturbed
    assert not [path for path in place.folder.rglob(".*") if path.name != ".git"]  # nothing half done is left


def die_at(where, name, calls):
    """Kill this process at the nth call of a function."""
    left = [calls]
    whole = getattr(where, name)

    def dying(*args, **options):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(*args, **options)

    setattr(where, name, dying)


def test_a_gradebook_that_somebody_else_is_writing_is_waited_for_and_then_named(reference, place, monkeypatch):
    monkeypatch.setattr("autograder.record.rows.BUSY_SECONDS", 0)
    other = sqlite3.connect(place.folder / "gradebook.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(GradingError, match="the gradebook could not be written: database is locked; is somebody else grading"):
        place.record(reference.graded["right"])
    other.execute("ROLLBACK")
    other.close()
    assert place.record(reference.graded["right"])[0].status == "graded"


# --- what can't be graded


def test_an_unreadable_notebook_gets_nothing_and_waits_for_the_instructor(reference, place):
    (outcome,) = place.record(changed(reference.graded["right"], content=None, problem="first.ipynb is\nempty <script>alert(1)</script>"))
    assert (outcome.status, outcome.score, outcome.max_score) == ("failed", 1, reference.rows["right"]["max_score"])
    assert outcome.reason.startswith("first.ipynb is")
    rows = plain.everything(place.url)
    assert rows["right", "first"]["needs_manual_grade"]
    test = rows["right", "first", "test_square", "grade"]
    assert (test["auto_score"], test["needs_manual_grade"]) == (0, True)
    assert rows["right", "first", "explain", "grade"]["auto_score"] is None
    assert rows["right", "second", "test_cube", "grade"]["auto_score"] == 1  # the other notebook is graded
    comment = rows["right", "first", "square", "comment"]["auto_comment"]
    assert comment.startswith("This could not be graded: first.ipynb is")
    assert "<script>" not in comment
    stand_in = nbformat.read(place.autograded("right") / "first.ipynb", as_version=4)
    nbformat.validate(stand_in)
    assert {"explain", "essay", "test_half"} < {cell.metadata.nbgrader.grade_id for cell in stand_in.cells[1:]}
    assert "SOLUTION" not in str(stand_in)
    assert "first.ipynb is" in (place.feedback("right") / "first.html").read_text()


def test_a_submission_in_which_nothing_can_be_graded_says_why(reference, place):
    nothing = Graded(Submission("right", plain.NAME, problem="first.ipynb is missing; there is homework.ipynb"))
    (outcome,) = place.record(nothing)
    assert (outcome.status, outcome.score) == ("failed", 0)
    assert outcome.reason == "first.ipynb is missing; there is homework.ipynb"
    assert api(place).get_autograded_students(plain.NAME) == set()  # the one in submitted/ has a time stamp
    (outcome,) = place.record(Graded(Submission("right", plain.NAME)))
    assert outcome.reason == "no notebook of this assignment was handed in"


def test_a_better_submission_later_leaves_no_trace_of_a_bad_one(reference, place):
    place.record(changed(reference.graded["right"], content=None, problem="first.ipynb is empty"))
    place.record(Graded(dataclasses.replace(reference.graded["late"].submission, notebooks=())))
    place.record(*reference.graded.values())
    assert plain.everything(place.url) == reference.rows


def test_a_run_that_stopped_early_keeps_the_points_that_were_earned(reference, place):
    whole = reference.graded["right"].results["first"]
    at = next(cell.index for cell in whole.cells if cell.execution_count == 4)
    cells = tuple(cell if cell.index < at else dataclasses.replace(cell, status=NOT_RUN, outputs=[]) for cell in whole.cells)
    verdicts = {"test_square": whole.verdicts["test_square"]}
    stopped = Result("key", cells, verdicts, ended="the process ended in cell 4", flags=("numpy.allclose was replaced",))
    (outcome,) = place.record(changed(reference.graded["right"], result=stopped))
    assert (outcome.status, outcome.score) == ("graded", 3)
    assert {"numpy.allclose was replaced", "the process ended in cell 4"} <= set(outcome.remarks)
    kept = nbformat.read(place.autograded("right") / "first.ipynb", as_version=4)
    assert kept.metadata.dlteach == {"ended": "the process ended in cell 4", "flags": ["numpy.allclose was replaced"]}
    assert "the process ended in cell 4" in (place.feedback("right") / "first.html").read_text()


@pytest.mark.parametrize(("score", "becomes"), [(float("nan"), 0), (float("inf"), 0), (7.0, 2), (-1.0, 0)])
def test_no_verdict_is_worth_less_than_nothing_or_more_than_its_cell(reference, place, score, becomes):
    whole = reference.graded["right"].results["first"]
    verdicts = whole.verdicts | {"test_square": Verdict("test_square", score, 2)}
    place.record(changed(reference.graded["right"], result=dataclasses.replace(whole, verdicts=verdicts)))
    assert plain.everything(place.url)["right", "first", "test_square", "grade"]["auto_score"] == becomes


def test_one_that_cannot_be_recorded_fails_alone(reference, place):
    def broken(student, score, late):
        raise ZeroDivisionError("no idea")

    with place.recorder() as writer:
        writer.rules = dataclasses.replace(writer.rules, penalty=broken)
        outcomes = writer.record([reference.graded["late"], reference.graded["right"]])
    assert [outcome.status for outcome in outcomes] == ["failed", "graded"]
    assert outcomes[0].reason == "it could not be recorded: ZeroDivisionError: no idea"
    assert "late" not in plain.everything(place.url)


# --- what students send


def test_hostile_file_names_stay_in_the_students_folder(reference, place):
    files = {
        "../../../escaped.txt": b"1",
        "/tmp/escaped-from-a-submission": b"1",
        "first.ipynb": b"mine",
        "first.ipynb/x": b"1",
        "numbers.csv/x": b"1",
        "deep": b"1",
        "deep/data/table.txt": b"mine",
        "fine/deep/er.txt": b"1",
    }
    graded = reference.graded["right"]
    (outcome,) = place.record(Graded(dataclasses.replace(graded.submission, files=graded.submission.files | files), graded.results))
    assert outcome.status == "graded"
    there = plain.tree(place.folder / "autograded" / "right", runs=False)
    assert there.keys() - reference.trees["right"].keys() == {
        f"{plain.NAME}/fine",
        f"{plain.NAME}/fine/deep",
        f"{plain.NAME}/fine/deep/er.txt",
    }
    assert there[f"{plain.NAME}/deep/data/table.txt"] == reference.trees["right"][f"{plain.NAME}/deep/data/table.txt"]
    assert not list(place.folder.rglob("escaped*"))


def test_text_that_no_database_and_no_file_takes_does_no_harm(reference, place):
    nasty = "a\x00b\ud800c"
    graded = reference.graded["right"]
    content = {**graded.submission.notebooks[0].content}
    content["cells"] = [{**cell, "source": cell["source"] + f"\n# {nasty}"} if not cell["metadata"] else cell for cell in content["cells"]]
    result = dataclasses.replace(graded.results["first"], ended=nasty)
    (outcome,) = place.record(
        changed(graded, content=content, result=result), changed(reference.graded["late"], content=None, problem=nasty)
    )[:1]
    assert outcome.status == "graded"
    nbformat.validate(nbformat.read(place.autograded("right") / "first.ipynb", as_version=4))


def test_what_the_database_refuses_fails_alone(reference, place):
    odd = dataclasses.replace(reference.graded["late"].submission, student="la\udcffte")
    outcomes = place.record(Graded(odd, reference.graded["late"].results), reference.graded["right"])
    assert [outcome.status for outcome in outcomes] == ["failed", "graded"]
    assert outcomes[0].reason == r"'la\udcffte' is no name that a gradebook can hold"
    assert plain.everything(place.url)["right"] == reference.rows["right"]


def test_a_students_own_claim_to_have_been_graded_by_us_is_dropped(reference, place):
    content = reference.graded["right"].submission.notebooks[0].content
    claims = {**content, "metadata": {**content["metadata"], "dlteach": {"sandbox": "mine"}}}
    place.record(changed(reference.graded["right"], content=claims))
    assert "dlteach" not in nbformat.read(place.autograded("right") / "first.ipynb", as_version=4).metadata


# --- feedback


def test_feedback_has_the_final_scores_and_what_a_human_wrote(reference, place):
    place.record(*reference.graded.values())
    plain.interfere(place.url)
    place.record(reference.graded["right"])
    page = (place.feedback("right") / "first.html").read_text()
    assert "Well" in page
    assert "said" in page
    assert "square(-3)" not in page  # a hidden test
    assert sorted(path.name for path in place.feedback("half-there").iterdir()) == ["first.html", "timestamp.txt"]
    assert (place.feedback("right") / "first.html").stat().st_mode & 0o777 == 0o644
    assert "Ex Tended" in (place.feedback("extended") / "first.html").read_text()


# --- PostgreSQL


def test_postgresql_gets_the_same_rows(reference, place, postgres):
    with nbgrader_tools(), Gradebook(postgres, "plain") as gradebook, create_engine(place.url).connect() as clean:
        for table in Base.metadata.sorted_tables:
            there = [tuple(row) for row in gradebook.db.execute(select(table))]
            rows = [row._asdict() for row in clean.execute(select(table)) if tuple(row) not in there]
            if rows:
                gradebook.db.execute(insert(table), rows)
        gradebook.db.commit()
    place.url = postgres
    place.record(*reference.graded.values())
    assert plain.everything(postgres) == reference.rows
    first = plain.ids(postgres)
    plain.interfere(postgres)
    place.record(*reference.again.values())
    assert plain.everything(postgres) == reference.rows_again
    assert plain.ids(postgres) == first


def test_a_name_that_is_too_long_for_postgresql_fails_alone(reference, place, postgres):
    test_postgresql_gets_the_same_rows(reference, place, postgres)
    long = dataclasses.replace(reference.graded["late"].submission, student="x" * 200)
    outcomes = place.record(Graded(long, reference.graded["late"].results), reference.graded["right"])
    assert [outcome.status for outcome in outcomes] == ["failed", "graded"]
    assert "value too long" in outcomes[0].reason
    with Gradebook(postgres, "plain") as gradebook:
        assert gradebook.db.get(Student, "x" * 200) is None
