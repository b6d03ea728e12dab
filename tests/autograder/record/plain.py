"""An assignment in plain nbgrader style, what a class hands in, and nbgrader's own grading of it, as our types."""

import json
import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.utils import determine_grade, is_grade, is_solution, parse_utc
from traitlets.config import Config

from autograder.job import CellResult, Result, Verdict
from autograder.spec import Assignment, Graded, KnownCell, NotebookSpec, ReadNotebook, Submission
from dlteach.authoring.course import nbgrader_tools

NAME = "ps1"
DUE = "2026-01-10 12:00:00 UTC"
SQUARE = "def square(x):\n    return x * x"
HALF = "def half(x):\n    return x / 2"


class HourlyPenalty(LateSubmissionPlugin):
    """A tenth of the score for every hour."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score * total_seconds_late / 36000


def config(course, **more):
    """The settings of the course."""
    settings = Config()
    settings.CourseDirectory.root = str(course)
    settings.CourseDirectory.course_id = "plain"
    settings.AssignLatePenalties.plugin_class = HourlyPenalty
    settings.Autograde.exclude_overwriting = {NAME: ["own.py"]}
    settings.Execute.extra_arguments = ["--log-level=ERROR"]
    settings.IPKernelApp.log_level = 40
    for section, values in more.items():
        settings[section].update(values)
    return settings


def known(grade_id, points=None, solution=False, task=False):
    told = {
        "grade_id": grade_id,
        "schema_version": 3,
        "locked": not solution,
        "grade": points is not None and not task,
        "solution": solution,
    }
    told["task"] = task
    return {"nbgrader": told | ({"points": points} if points is not None else {})}


def source():
    """The two notebooks of the instructor, by name."""

    def solution(name, text, **more):
        body = text.partition("\n")
        code = f"{body[0]}\n    ### BEGIN SOLUTION\n{body[2]}\n    ### END SOLUTION"
        return new_code_cell(code, metadata=known(name, solution=True, **more))

    def test(name, points, text):
        return new_code_cell(text, metadata=known(name, points))

    first = [
        new_markdown_cell("# Problem set", metadata=known("intro")),
        solution("square", SQUARE),
        test("test_square", 2, "assert square(2) == 4\n### BEGIN HIDDEN TESTS\nassert square(-3) == 9\n### END HIDDEN TESTS"),
        solution("half", HALF),
        test("test_half", 3, "sum(half(x) == x / 2 for x in (1, 2, 4)) * 1.0"),
        new_markdown_cell("Your words here.", metadata=known("explain", 4, solution=True)),
        solution("sketch", "def sketch():\n    return 1", points=2.5),
        new_markdown_cell("Write an essay.", metadata=known("essay", 5, task=True)),
        test("reads_data", 1, "assert open('numbers.csv').read().startswith('1,2')"),
        test("own_helper", 0.5, "from own import VALUE\nassert VALUE == 3"),
        new_code_cell("print('bye')"),
    ]
    second = [solution("cube", "def cube(x):\n    return x ** 3"), test("test_cube", 1, "assert cube(2) == 8")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"first": new_notebook(cells=first, metadata=kernel), "second": new_notebook(cells=second, metadata=kernel)}


def make_course(folder):
    """A course with the assignment, generated, and its release version handed in by nobody yet. Returns nbgrader's interface."""
    for name, notebook in source().items():
        path = folder / "source" / NAME / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
    (path.parent / "numbers.csv").write_text("1,2,3\n")
    (path.parent / "own.py").write_text("VALUE = 3\n")
    (path.parent / "deep" / "data").mkdir(parents=True)
    (path.parent / "deep" / "data" / "table.txt").write_text("a table\n")
    settings = config(folder)
    api = NbGraderAPI(coursedir=CourseDirectory(config=settings), config=settings)
    with nbgrader_tools():
        with api.gradebook as gradebook:
            gradebook.update_or_create_assignment(NAME, duedate=DUE)
        done = api.generate_assignment(NAME, force=True)
    assert done["success"], done
    return api


def hand_in(course, student, answers, stamp="2026-01-10 10:00:00.250000 UTC", files=None, without=()):
    """Hand in the release version with some answers typed in."""
    folder = course / "submitted" / student / NAME
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sorted((course / "release" / NAME).glob("*.ipynb")):
        if path.stem in without:
            continue
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = answers.get(name, cell.source)
        nbformat.write(notebook, folder / path.name)
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    if stamp:
        (folder / "timestamp.txt").write_text(stamp)


RIGHT = {
    "square": SQUARE,
    "half": HALF,
    "cube": "def cube(x):\n    return x * x * x",
    "explain": "Because.",
    "sketch": "def sketch():\n    return 2",
}


def class_of_six(course):
    """Everybody hands in something."""
    own = {"own.py": "VALUE = 3\n"}
    hand_in(course, "right", RIGHT, files=own)
    hand_in(course, "untouched", {}, stamp=None)
    hand_in(course, "late", RIGHT, stamp="2026-01-10 14:30:00 UTC", files=own)
    hand_in(course, "extended", RIGHT, stamp="2026-01-10 13:00:00 +0000", files=own)
    wrong = {**RIGHT, "square": "def square(x):\n    return abs(x) * 2", "half": "def half(x):\n    return x / 2 if x < 4 else 0"}
    wrong["cube"] = "import sys\n\ndef cube(x):\n    print('hm', file=sys.stderr)\n    return x ** 3"
    files = {"own.py": "VALUE = 4\n", "numbers.csv": "mine\n", "notes/more.txt": "more\n", "__pycache__/x.pyc": "no"}
    hand_in(course, "mistaken", wrong, stamp="2026-01-12 12:00:00 UTC", files=files)
    hand_in(course, "half-there", RIGHT, files=own, without=["second"])


STUDENTS = ("extended", "half-there", "late", "mistaken", "right", "untouched")


def extend(url):
    """Give one student two hours more, before anything is graded."""
    with Gradebook(url, "plain") as gradebook:
        gradebook.update_or_create_student("extended", first_name="Ex", last_name="Tended")
        gradebook.update_or_create_submission(NAME, "extended")
        gradebook.grant_extension(NAME, "extended", hours=2)


def interfere(url):
    """What an instructor does by hand between two gradings."""
    with Gradebook(url, "plain") as gradebook:
        for student in ("right", "mistaken"):
            grade = gradebook.find_grade("test_square", "first", NAME, student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.5, 0.25, False
            for name, points in (("explain", 3), ("essay", 4.5)):
                grade = gradebook.find_grade(name, "first", NAME, student)
                grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.find_comment("explain", "first", NAME, student).manual_comment = "Well <b>said</b>."
            gradebook.find_submission_notebook("first", NAME, student).flagged = True
        gradebook.db.commit()


def autograde(api, students=STUDENTS):
    """nbgrader's own grading."""
    for student in students:
        done = api.autograde(NAME, student, force=True)
        assert done["success"], done


def url_of(course):
    return f"sqlite:///{course}/gradebook.db"


# --- nbgrader's grading as our types


def assignment(course):
    """The assignment as the gradebook knows it."""
    notebooks = []
    for path in sorted((course / "source" / NAME).glob("*.ipynb")):
        release = nbformat.read(course / "release" / NAME / path.name, as_version=4)
        instructors = {
            cell.metadata.nbgrader.grade_id: cell for cell in nbformat.read(path, as_version=4).cells if "nbgrader" in cell.metadata
        }
        cells = tuple(_known(cell, instructors) for cell in release.cells if "nbgrader" in cell.metadata)
        notebooks.append(NotebookSpec(path.stem, cells, dict(release.metadata.kernelspec)))
    files = ("deep/data/table.txt", "numbers.csv", "own.py")
    return Assignment(NAME, tuple(notebooks), course / "source" / NAME, files, parse_utc(DUE))


def _known(cell, instructors):
    told = cell.metadata.nbgrader
    name = told.grade_id
    flags = [bool(told.get(flag)) for flag in ("locked", "grade", "solution", "task")]
    hidden = "HIDDEN" in instructors[name].source
    metadata = json.loads(json.dumps(cell.metadata))
    return KnownCell(name, cell.cell_type, instructors[name].source, told.checksum, *flags, float(told.get("points", 0)), metadata, hidden)


def graded(course, student):
    """What the reader and the judge would have said of a submission, taken from what nbgrader left in ``autograded/``."""
    submitted, done = (course / step / student / NAME for step in ("submitted", "autograded"))
    files = {str(path.relative_to(submitted)): path.read_bytes() for path in submitted.rglob("*") if path.is_file()}
    files = {name: data for name, data in files.items() if not name.endswith((".ipynb", ".pyc"))}
    stamp = parse_utc(files["timestamp.txt"].decode()) if "timestamp.txt" in files else None
    notebooks, results = [], {}
    for path in sorted(submitted.glob("*.ipynb")):
        notebook = nbformat.read(done / path.name, as_version=4)
        results[path.stem] = _result(notebook)
        content = json.loads(json.dumps(notebook))
        for cell in content["cells"]:
            cell["metadata"].pop("execution", None)
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        notebooks.append(ReadNotebook(path.stem, content))
    return Graded(Submission(student, NAME, tuple(notebooks), files, stamp), results)


def _result(notebook):
    cells, verdicts = [], {}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        failed = any(output.output_type == "error" for output in cell.outputs)
        cells.append(CellResult(index, "error" if failed else "ok", json.loads(json.dumps(cell.outputs)), cell.execution_count))
        if is_grade(cell) and not is_solution(cell):
            score, most = determine_grade(cell)
            verdicts[cell.metadata.nbgrader.grade_id] = Verdict(cell.metadata.nbgrader.grade_id, float(score), most)
    return Result("key", tuple(cells), verdicts)


# --- what is compared


def everything(url):
    """Every row of the tables that grading writes, by names in place of ids, with what nbgrader works out from them."""
    with Gradebook(url, "plain") as gradebook:
        found = {"students": sorted((student.id, student.first_name, student.last_name, student.score) for student in gradebook.students)}
        submissions = gradebook.assignment_submissions(NAME)
        for submission in submissions:
            told = _without_ids(submission.to_dict()) | {"extension": submission.extension, "penalty": submission.late_submission_penalty}
            found[submission.student.id] = told
            for notebook in submission.notebooks:
                at = (submission.student.id, notebook.name)
                found[at] = _without_ids(notebook.to_dict()) | {"penalty": notebook.late_submission_penalty}
                found |= {(*at, grade.name, "grade"): _without_ids(grade.to_dict()) | {"score": grade.score} for grade in notebook.grades}
                found |= {(*at, comment.name, "comment"): _without_ids(comment.to_dict()) for comment in notebook.comments}
    return found


def ids(url):
    """The ids of every row that grading writes."""
    from nbgrader.api import Comment, Grade, SubmittedAssignment, SubmittedNotebook

    with Gradebook(url, "plain") as gradebook:
        return {row for model in (SubmittedAssignment, SubmittedNotebook, Grade, Comment) for (row,) in gradebook.db.query(model.id)}


def _without_ids(told):
    return {key: value for key, value in told.items() if key != "id"}


def tree(folder, runs=True):
    """Every file below a folder with its permissions and content; notebooks without what differs from run to run."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name, mode = str(path.relative_to(folder)), oct(path.stat().st_mode)
        if path.is_dir():
            found[name] = mode
        elif path.suffix == ".ipynb" and not runs:
            notebook = json.loads(path.read_text())
            for cell in notebook["cells"]:
                cell["metadata"].pop("execution", None)
                for part in ("outputs", "execution_count"):
                    cell.pop(part, None)
            found[name] = mode, notebook
        else:
            found[name] = mode, path.read_bytes()
    return found
