"""The report as CSV and as JSON."""

import csv
import json

from autograder.report import as_json, write_csv
from autograder.report.model import ClassReport
from tests.autograder.report.made import report


def rows_of(made, tmp_path):
    write_csv(made, tmp_path / "points.csv")
    with (tmp_path / "points.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_row_per_student_and_a_column_per_exercise(tmp_path):
    rows = rows_of(report(hostile="Ben Birch"), tmp_path)
    assert rows[0] == ["student", "name", "row_sums", "smallest_and_largest", "essay", "late penalty", "total", "max", "remark"]
    assert rows[1] == ["ann", "Ann Ash", "2", "2.5", "", "0", "4.5", "8.5", ""]
    assert rows[2] == ["ben", "Ben Birch", "0", "1.25", "4", "1", "4.25", "8.5", ""]
    assert rows[4] == ["dan", "", "", "", "", "0", "", "8.5", "90_rows.ipynb breaks off on line 1"]


def test_where_nobody_was_late_there_is_no_column_for_it(tmp_path):
    made = report()
    made.rows = made.rows[:1]
    assert "late penalty" not in rows_of(made, tmp_path)[0]


def test_names_that_a_spreadsheet_would_calculate_are_quoted(tmp_path):
    assert rows_of(report(), tmp_path)[3][1] == "'=1+1"
    assert rows_of(report(hostile="@SUM(A1)"), tmp_path)[6][0] == "'@SUM(A1)"


def test_json_holds_everything_but_the_code():
    data = json.loads(json.dumps(as_json(report())))
    assert data["summary"] == {"graded": 3, "mean": 3.9166666666666665, "median": 4.25, "max": 8.5}
    assert data["exercises"][0] == {
        "cell": "check-row_sums", "max_points": 2.0, "full": 1, "part": 0, "none": 2, "mean": 2 / 3, "median": 0.0,
    }  # fmt: skip
    assert [each["ref"] for each in data["unexplained"]] == ["row_sums/3f2a", "row_sums/77aa", "row_sums/8bcd"]
    assert data["mistakes"][0]["students"] == ["ben", "cem"]
    assert data["similar"][0]["students"][0] == "ben"
    assert "np.zeros" not in json.dumps(data)
    assert data["flags"][0]["student"] == "ben"


def test_an_empty_class_is_a_class(tmp_path):
    empty = ClassReport("90_rows")
    assert as_json(empty)["summary"]["mean"] is None
    assert rows_of(empty, tmp_path) == [["student", "name", "total", "max", "remark"]]
