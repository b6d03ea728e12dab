"""Formgrader's own button and `nbgrader autograde`: the same jail, the same points as `dlteach grade`. And formgrader on a graded class."""

import contextlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import nbformat
import psutil
import pytest

from autograder.course import Course
from autograder.job import CellJob, Job, Limits
from autograder.spec import Assignment
from dlteach.authoring import build_release
from tests.autograder.books import files, rows
from tests.autograder.formgraded import CLASS, KILL, LOOT, PLAIN, READS, RIGHT, make_class
from tests.autograder.plain import making
from tests.conftest import OWN
from tests.own.ownlesson import LESSON
from tests.servers import TOKEN, server_of
from tests.submissions import answered, grade_id, hand_in

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("formgrader")]  # one class for all tests of this file


@pytest.fixture(scope="module")
def handed_in(run, tmp_path_factory):
    """A course in which everybody has handed in both assignments, and nothing is graded."""
    return make_class(tmp_path_factory.mktemp("formgrader") / "course", run)


def copy_of(course, folder):
    shutil.copytree(course, folder / "course")
    return folder / "course"


@pytest.fixture(scope="module")
def graded(run, handed_in, tmp_path_factory):
    """The class, graded by us."""
    course = copy_of(handed_in, tmp_path_factory.mktemp("by-us"))
    for assignment in ("90_rows", "plain"):
        run("dlteach", "grade", assignment, "--course", course)
    return course


@pytest.fixture(scope="module")
def autograded(environment, handed_in, tmp_path_factory):
    """The class, graded by nbgrader's command; what it said, and how many judges it needed for both assignments."""
    course = copy_of(handed_in, tmp_path_factory.mktemp("by-nbgrader"))
    said, judges = "", 0
    for assignment in ("90_rows", "plain"):
        log, seen = watched(["nbgrader", "autograde", assignment], course, environment)
        said += log
        judges += len({process.pid for process, command in seen.items() if "autograder.judge" in command})
        assert not psutil.wait_procs(seen, timeout=20)[1], "what it started ends with it"
    return course, said, judges


def watched(command, cwd, environment):
    """Run a command. What it said, and every process that was seen below it, with its command line."""
    seen = {}
    with subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = []
        reader = threading.Thread(target=lambda: said.append(process.stdout.read()))
        reader.start()
        while reader.is_alive():
            reader.join(0.3)
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in psutil.Process(process.pid).children(recursive=True):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        seen.setdefault(child, child.cmdline())
    assert process.returncode == 0, said[0]
    return said[0], seen


def points(course, student, assignment):
    """The automatic scores of a student's tests, in the order of the cells' names."""
    return [row[4] for row in rows(course)["grades"] if row[:2] == (student, assignment) and row[3] != "words"]


def of(table, students):
    return [row for row in table if row[0] in students]


# The command for a whole class


@pytest.mark.parametrize("student", CLASS)
def test_nbgraders_command_gives_what_was_earned(autograded, student):
    assert points(autograded[0], student, "90_rows") == CLASS[student][2]


@pytest.mark.parametrize("student", PLAIN)
def test_plain_tests_count_too_and_no_output_is_believed(autograded, student):
    assert points(autograded[0], student, "plain") == PLAIN[student][1]


@pytest.mark.parametrize("table", ["grades", "comments", "submissions", "students"])
def test_the_gradebook_says_the_same_as_after_our_own_command(autograded, graded, table):
    assert rows(autograded[0])[table] == rows(graded)[table]


def test_one_judge_serves_a_whole_class(autograded):
    assert autograded[2] == 2, "one for each of the two commands"


def test_what_was_seen_is_in_the_log(autograded):
    assert "ended the Python process" in autograded[1]
    assert "Traceback" not in autograded[1]


def test_what_cells_write_stays_in_the_jail(autograded):
    kept = {name for name in files(autograded[0], "autograded") if name.startswith("own-files/")}
    assert kept == {f"own-files/plain/{name}" for name in ("plain.ipynb", "numbers.txt", "notes/mine.txt")}


def test_not_executed_if_so_asked(run, handed_in, tmp_path):
    course = copy_of(handed_in, tmp_path)
    run("nbgrader", "autograde", "90_rows", "--student", "ends-python", "--no-execute", cwd=course)
    (path,) = course.glob("autograded/ends-python/90_rows/*.ipynb")
    assert not any(cell.outputs for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")


def test_a_file_that_is_a_link_leads_nowhere(run, handed_in, tmp_path):
    course = copy_of(handed_in, tmp_path)
    stolen = "import pathlib\nassert not pathlib.Path('notes.txt').exists()\n" + READS
    release = nbformat.read(course / "release" / "plain" / "plain.ipynb", as_version=4)
    path = hand_in(course, "linker", "plain", answered(release, {"total": stolen}))
    (path.parent / "notes.txt").symlink_to(course / "gradebook.db")
    run("nbgrader", "autograde", "plain", "--student", "linker", cwd=course)
    assert points(course, "linker", "plain") == [0, 3]


def test_where_the_course_says_so_a_students_own_version_of_a_file_counts(run, handed_in, tmp_path):
    course = copy_of(handed_in, tmp_path)
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('c.Autograde.exclude_overwriting = {"plain": ["numbers.txt"]}\n')
    run("nbgrader", "autograde", "plain", "--student", "honest", cwd=course)
    assert points(course, "honest", "plain") == [2, 0]  # theirs says 4


# The button


@pytest.fixture(scope="module")
def clicked(handed_in, environment, chromium, tmp_path_factory):
    """The class again, some of it graded by clicks; a thief among them."""
    course = copy_of(handed_in, tmp_path_factory.mktemp("by-clicks"))
    with socket.create_server(("127.0.0.1", 0)) as listener, server_of(jupyter(), course, environment) as url:
        server = next(process for process in psutil.process_iter(["cmdline"]) if f"--port={url.rpartition(':')[2]}" in process.cmdline())
        paths = [*map(str, [course / "gradebook.db", course / ".dlteach" / "secret", course / "source/90_rows/90_rows.ipynb"])]
        paths += [str(course / "submitted" / "right" / "90_rows" / "90_rows.ipynb"), f"/proc/{server.pid}/environ"]
        loot = LOOT.format(paths=paths, port=listener.getsockname()[1])
        release = build_release(LESSON, OWN / "sources")
        thief = {**RIGHT, "row_sums": loot + KILL.format(server=server.pid)}
        hand_in(course, "thief", "90_rows", answered(release, thief))
        taken = subprocess.run([sys.executable, "-c", loot], capture_output=True, text=True, check=True).stdout
        assert taken.strip() == f"taken: {[*paths, 'network']}", "without a jail the thief has it all"
        with chromium.new_page(viewport={"width": 1300, "height": 900}) as page:
            page.goto(f"{url}/formgrader/?token={TOKEN}")
            said = {student: click(page, url, student) for student in ("thief", "half", "ends-python", "forges", "never-ends", "right")}
            page.goto(f"{url}/formgrader/manage_submissions/90_rows")
            page.wait_for_selector("text=needs autograding")
            picture(page, tmp_path_factory, "button-submissions")
        below = server.children(recursive=True)
        judges = [process for process in below if "autograder.judge" in process.cmdline()]
    left = psutil.wait_procs([server, *below], timeout=20)[1]
    return course, said, judges, left


def jupyter():
    return [sys.executable, "-m", "jupyter", "lab"]


def click(page, url, student):
    """Press a student's button; what the dialog says afterwards."""
    page.goto(f"{url}/formgrader/manage_submissions/90_rows")
    page.click(f'tr:has(td.student-id:text-is("{student}")) td.autograde a', timeout=60_000)
    page.wait_for_selector(".modal-dialog >> text=/Success|Error/", timeout=120_000)
    return page.inner_text(".modal-dialog")


def picture(page, tmp_path_factory, name):
    """A screenshot to look at, where DLTEACH_SCREENSHOTS says or in a folder of the tests."""
    folder = Path(os.environ.get("DLTEACH_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"formgrader-{name}.png", full_page=True)


def test_the_button_succeeds_whatever_is_in_the_notebook(clicked):
    for student, said in clicked[1].items():
        assert f"Successfully autograded '90_rows' for student '{student}'" in said, said


def test_the_button_gives_the_same_rows_as_our_own_command(clicked, graded):
    students = set(clicked[1]) - {"thief"}
    for table in ("grades", "comments", "submissions"):
        ours = [row for row in rows(graded)[table] if row[1] == "90_rows"]
        assert of(rows(clicked[0])[table], students) == of(ours, students)


def test_a_thief_behind_the_button_takes_nothing_and_kills_nobody(clicked):
    course = clicked[0]
    notebook = nbformat.read(course / "autograded/thief/90_rows/90_rows.ipynb", as_version=4)
    said = [output.text for cell in notebook.cells if grade_id(cell) == "row_sums" for output in cell.outputs if output.name == "stdout"]
    assert said == ["taken: []\n"]
    assert points(course, "right", "90_rows") == [2, 2.5], "who was clicked after the thief is graded"


def test_the_server_keeps_one_judge_which_ends_with_it(clicked):
    assert len(clicked[2]) == 1
    assert not clicked[3]


# The judge behind it


@pytest.fixture
def judge(environment):
    formgrader = pytest.importorskip("autograder.formgrader")
    judge = formgrader.OneJudge()
    yield judge
    judge.stop()
    assert not started_here(), "nothing is left of it"


def started_here():
    """The judges below this process."""
    return [child for child in psutil.Process().children() if "autograder.judge" in child.cmdline()]


def job(key):
    return Job(key, (CellJob(0, "1.5", "test", 2.0),), seed=1)


def setting(folder, **limits):
    from autograder.formgrader import Setting

    return Setting(folder, Limits(**limits), (), ())


def test_a_judge_that_died_in_the_meantime_is_replaced(judge, tmp_path):
    assert judge.judge(job("first"), setting(tmp_path)).verdicts["test"].score == 1.5
    (process,) = started_here()
    process.kill()
    assert judge.judge(job("second"), setting(tmp_path)).verdicts["test"].score == 1.5
    assert [other.pid for other in started_here()] != [process.pid]


def test_a_judge_that_waits_in_vain_is_stopped(judge, tmp_path, monkeypatch):
    judge.judge(job("first"), setting(tmp_path))
    below = [*started_here(), *started_here()[0].children(recursive=True)]
    assert len(below) > 1
    monkeypatch.setattr("autograder.formgrader.IDLE_SECONDS", 0.01)
    judge.judge(job("second"), setting(tmp_path))
    assert not psutil.wait_procs(below, timeout=30)[1]


def test_other_limits_take_another_judge_and_end_the_first(judge, tmp_path):
    judge.judge(job("first"), setting(tmp_path))
    (first,) = started_here()
    judge.judge(job("second"), setting(tmp_path, cell_seconds=5.0))
    (second,) = started_here()
    assert first != second


def test_the_judge_has_ready_what_the_assignment_imports(handed_in, tmp_path):
    from autograder.formgrader import setting_of

    nbformat.write(making.notebook(making.code("import torch")), tmp_path / "deep.ipynb")
    assert setting_of(Course(handed_in), Assignment("deep", (), tmp_path), Limits()).imports == ("torch",)


# Formgrader, on a class that was graded by us


@contextlib.contextmanager
def formgrader(course, environment, chromium):
    with server_of(jupyter(), course, environment) as url, chromium.new_page(viewport={"width": 1300, "height": 900}) as page:
        page.goto(f"{url}/formgrader/?token={TOKEN}")
        yield url, page


def asked(url, method="GET", **data):
    """Talk to formgrader's own interface as its pages do."""
    body = json.dumps(data).encode() if method == "PUT" else None
    headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method), timeout=60) as answer:
        return json.load(answer)


def test_formgraders_pages_show_a_class_that_we_graded(graded, environment, chromium, tmp_path_factory):
    with formgrader(graded, environment, chromium) as (url, page):
        page.wait_for_selector("text=90_rows", timeout=60_000)
        picture(page, tmp_path_factory, "assignments")
        statuses = {}
        for assignment in ("90_rows", "plain"):
            page.goto(f"{url}/formgrader/manage_submissions/{assignment}")
            page.wait_for_selector("td.status .label", timeout=60_000)
            picture(page, tmp_path_factory, f"submissions-{assignment}")
            statuses[assignment] = set(page.locator("td.status").all_inner_texts())
        assert statuses == {"90_rows": {"graded"}, "plain": {"graded", "needs manual grading"}}
        for name in ("gradebook", "gradebook/plain", "gradebook/90_rows/90_rows"):
            page.goto(f"{url}/formgrader/{name}")
            page.wait_for_selector("#main-table tr td:nth-child(2)", timeout=60_000)
            picture(page, tmp_path_factory, name.replace("/", "-"))
        page.goto(f"{url}/formgrader/submissions/{notebook_ids(graded, '90_rows')['misconceived']}")
        page.wait_for_selector("text=The columns were added up, not the rows.", timeout=60_000)
        assert page.input_value("input.score >> nth=0") in ("", "0")
        picture(page, tmp_path_factory, "submission")
        page.goto(f"{url}/formgrader/submissions/{notebook_ids(graded, 'plain')['forger']}")
        page.wait_for_selector("text=test-double", timeout=60_000)
        picture(page, tmp_path_factory, "submission-plain")


def notebook_ids(course, assignment):
    """The ids of submitted notebooks, as formgrader's addresses have them, by student."""
    query = """select student.id, submitted_notebook.id from submitted_notebook
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        join assignment on assignment.id = submitted_assignment.assignment_id
        join student on student.id = submitted_assignment.student_id where assignment.name = ?"""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as book:
        return dict(book.execute(query, (assignment,)).fetchall())


def test_what_a_human_writes_in_formgrader_survives_and_shows(graded, environment, chromium, run, tmp_path_factory):
    course = copy_of(graded, tmp_path_factory.mktemp("by-hand"))
    notebook = notebook_ids(course, "90_rows")["half"]
    with formgrader(course, environment, chromium) as (url, _):
        api = f"{url}/formgrader/api"
        grade = next(item for item in asked(f"{api}/grades?submission_id={notebook}") if item["name"] == "check-smallest_and_largest")
        asked(f"{api}/grade/{grade['id']}", "PUT", manual_score=2.0, extra_credit=0.25)
        comment = next(item for item in asked(f"{api}/comments?submission_id={notebook}") if item["name"] == "smallest_and_largest")
        asked(f"{api}/comment/{comment['id']}", "PUT", manual_comment="Nearly there: *look again*.")
    before = rows(course)
    run("dlteach", "grade", "90_rows", "--course", course, "--force")
    assert ("half", "90_rows", "90_rows", "check-smallest_and_largest", 1.25, 2.0, 0.25, 1) in rows(course)["grades"]
    assert rows(course)["comments"] == before["comments"]
    page = (course / "feedback/half/90_rows/90_rows.html").read_text(encoding="utf-8")
    assert "Nearly there" in page
    assert re.search(r"4\.25\s*(/|of)\s*4\.5", re.sub(r"<[^>]+>", "", page))


def test_nbgraders_own_feedback_can_be_made_of_what_we_wrote(graded, chromium, run, tmp_path_factory):
    course = copy_of(graded, tmp_path_factory.mktemp("feedback"))
    with chromium.new_page(viewport={"width": 1000, "height": 900}) as page:
        page.goto((course / "feedback/misconceived/90_rows/90_rows.html").as_uri())
        picture(page, tmp_path_factory, "our-feedback")
        for assignment in ("90_rows", "plain"):
            run("nbgrader", "generate_feedback", assignment, "--force", cwd=course)
        page.goto((course / "feedback/misconceived/90_rows/90_rows.html").as_uri())
        picture(page, tmp_path_factory, "nbgraders-feedback")
        assert "The columns were added up, not the rows." in page.inner_text("body")
        assert "Score: 2.5 / 4.5" in page.inner_text("body")
    assert len(list(course.glob("feedback/*/*/*.html"))) == len(CLASS) + len(PLAIN)
