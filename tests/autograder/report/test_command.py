"""`dlteach report`: who has how many points, and which mistakes are shared."""

import csv

import pytest

from dlteach.authoring import build_release
from tests.conftest import OWN
from tests.own.ownlesson import LESSON, added_downwards, largest_of_all
from tests.submissions import answered, hand_in

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("report")]  # one course for all tests of this file
SOURCES = OWN / "sources"


@pytest.fixture(scope="module")
def course(run, tmp_path_factory):
    from autograder.classroom import renamed

    folder = tmp_path_factory.mktemp("report") / "course"
    roster = folder.parent / "roster.csv"
    roster.write_text("id,first_name,last_name\nann,=1+1,Ash\nben,Ben,Birch\ncem,Cem,\nzoe,Zoe,\n", encoding="utf-8")
    run("dlteach", "course", "init", folder, "--lessons", "90", "--students", roster, "--sources", SOURCES)
    both = {"row_sums": renamed(added_downwards, "row_sums"), "smallest_and_largest": renamed(largest_of_all, "smallest_and_largest")}
    hand_in(folder, "ann", "90_rows", answered(build_release(LESSON, SOURCES), both))
    hand_in(folder, "ben", "90_rows", answered(build_release(LESSON, SOURCES), {"row_sums": both["row_sums"]}))
    hand_in(folder, "cem", "90_rows", "{")
    assert run("dlteach", "grade", "90", "--course", folder, ok=False).returncode == 1
    return folder


def test_the_table_has_a_row_per_student_and_a_column_per_exercise(run, course, tmp_path):
    run("dlteach", "report", "90", "--course", course, "--csv", tmp_path / "points.csv")
    with (tmp_path / "points.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["student", "name", "row_sums", "smallest_and_largest", "total", "max", "remark"]
    assert rows[1] == ["ann", "'=1+1 Ash", "0", "1.25", "1.25", "4.5", ""], "a name that a spreadsheet would take for a formula is quoted"
    assert rows[2] == ["ben", "Ben Birch", "0", "0", "0", "4.5", ""]
    assert rows[3] == ["cem", "Cem", "0", "0", "0", "4.5", "90_rows.ipynb breaks off on line 1, perhaps cut on its way"]
    assert rows[4] == ["zoe", "Zoe", "", "", "", "4.5", "nothing handed in"]


def test_shared_mistakes_come_first_in_the_exercises_own_words(run, course):
    said = run("dlteach", "report", "90", "--course", course).stdout
    lines = [line for line in said.splitlines() if "│" in line]
    shared = next(line for line in lines if "[added_downwards]" in line)
    single = next(line for line in lines if "[largest_of_all]" in line)
    assert lines.index(shared) < lines.index(single)
    assert "│        2 │ row_sums" in shared
    assert "The columns were added up, not the rows." in shared
    assert "│        1 │ smallest_and_largest" in single


def test_points_that_a_person_gave_count(run, course):
    from dlteach.authoring.course import open_gradebook

    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("check-row_sums", "90_rows", "90_rows", "ben")
        grade.manual_score = 1.5
        gradebook.db.commit()
    said = run("dlteach", "report", "90", "--course", course).stdout
    assert any(line.split()[1::2] == ["ben", "1.5", "0", "1.5"] for line in said.splitlines() if " ben " in line)


def test_before_grading_the_report_says_so(run, tmp_path):
    run("dlteach", "course", "init", tmp_path / "new", "--lessons", "90", "--sources", SOURCES)
    done = run("dlteach", "report", "90", "--course", tmp_path / "new", ok=False)
    assert (done.returncode, "nothing of 90_rows was graded yet" in done.stderr) == (1, True)
