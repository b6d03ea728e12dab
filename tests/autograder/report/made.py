"""Reports to look at, and results to make them of, without a course."""

from autograder.report.model import Alike, ClassReport, Cluster, Mistake, Pair, Row


def verdict(exercise="rows.row_sums", points=0.0, **more):
    """What a judge says about an answer: of a wrong one, unless ``points`` are full."""
    about = {"exercise": exercise, "points": points, "max_points": 2.0, "passed": points == 2.0, "headline": "The first row is 7, not 3."}
    more = {"diagnosis": None, "hint": "", "forbidden": [], "similarity": None, "criteria": [{"id": "sums"}], **more}
    return {**about, **more}


class Told:
    """Results of grading, as they are told: ``Told(ann={"check-row_sums": verdict()})``."""

    def __init__(self, problems=(), remarks=(), flags=(), lacks=(), **verdicts):
        self.said, self.problems, self.remarked, self.flagged = verdicts, dict(problems), dict(remarks), dict(flags)
        self.lacking = lacks

    def verdicts(self, student):
        return self.said.get(student, {})

    def problem(self, student):
        return self.problems.get(student, "")

    def remarks(self, student):
        return self.remarked.get(student, ())

    def flags(self, student):
        return self.flagged.get(student, ())

    def lacks(self):
        return self.lacking


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
LEFT = """def row_sums(x):
    total = np.zeros(len(x))  # the sums
    for i, row in enumerate(x):
        total[i] = row.sum()
    return total
"""
RIGHT = """def row_sums(x):
    res = np.zeros(len(x))
    for k, line in enumerate(x):
        res[k] = line.sum()
    return res + 0
"""
STUB = "def row_sums(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"


def report(hostile=HOSTILE):
    """A small class in which everything occurs, under a name that no page may believe."""
    most = {"check-row_sums": 2.0, "check-smallest_and_largest": 2.5, "essay": 4.0}
    made = ClassReport("90_rows", most)
    made.rows = [
        Row("ann", "Ann Ash", {"check-row_sums": 2.0, "check-smallest_and_largest": 2.5, "essay": None}, 4.5, waiting=("essay",)),
        Row("ben", hostile, {"check-row_sums": 0.0, "check-smallest_and_largest": 1.25, "essay": 4.0}, 4.25, late=1.0),
        Row("cem", "=1+1", {"check-row_sums": 0.0, "check-smallest_and_largest": 0.0, "essay": 3.0}, 3.0),
        Row("dan", "", dict.fromkeys(most), None, "90_rows.ipynb breaks off on line 1", "unreadable"),
        Row("eve", "", dict.fromkeys(most), None, "nothing handed in", "nothing"),
        Row(hostile, "", dict.fromkeys(most), None, f"not graded {hostile}", "not graded"),
    ]
    made.mistakes = [
        Mistake("rows.row_sums", "added_downwards", "The columns were added up, not the rows.", ("ben", "cem"), 2 / 3),
        Mistake("rows.smallest_and_largest", hostile, hostile, ("ben",), 1 / 3),
    ]
    made.clusters = [
        Cluster("rows.row_sums", "3f2a99", "row_sums/3f2a", ("ben", "cem"), "It is 7, not 3.", f"row_sums({hostile})", hostile, "", 2 / 3),
        Cluster("rows.row_sums", "77aa01", "row_sums/77aa", ("ann",), hostile, share=1 / 3),
        Cluster("rows.row_sums", "8bcd02", "row_sums/8bcd", ("ann",), "It is 1.", message="The bias is missing.", share=1 / 3),
    ]
    made.unfinished = {"rows.smallest_and_largest": ("cem",)}
    alike = (Alike("row_sums", 0.9, 5.5, False, LEFT, RIGHT, STUB), Alike("essay", 1.0, 3.0, True, hostile, hostile, ""))
    made.pairs = [Pair("ben", hostile, 8.5, alike, ("ann", "ben", hostile))]
    made.forbidden = [("cem", "rows.row_sums", hostile)]
    made.alike = [("ann", "rows.row_sums", 0.97)]
    made.flags = [("ben", f"It replaced {hostile}")]
    made.remarks = [("cem", "A deleted test cell was put back.")]
    made.lacks = ("Processes can be started.",)
    return made
