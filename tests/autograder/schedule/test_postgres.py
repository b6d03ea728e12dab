"""The gradebook in PostgreSQL: the same rows as in SQLite, whatever happens, and its password stays where it stands."""

import json
import signal
from datetime import datetime

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.autograder.books import _QUERIES, files
from tests.autograder.conftest import free_port
from tests.autograder.schedule.conftest import STUDENTS, commands, descendants, results, results_at_least, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("schedule-postgres")]
PASSWORD = "Never-To-Be-Seen"


def rows_of(url):
    """The rows of a gradebook by table, in the form in which SQLite keeps them."""
    engine = create_engine(url)
    try:
        with engine.connect() as book:
            return {table: sorted((kept(row) for row in book.execute(text(query))), key=repr) for table, query in _QUERIES.items()}
    finally:
        engine.dispose()


def kept(row):
    """A row as SQLite keeps it: moments as text, truth as a number."""
    values = (value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value for value in row)
    return tuple(int(value) if isinstance(value, bool) else value for value in values)


def rows_in(found):
    return {table: found[table] for table in _QUERIES}


@pytest.fixture
def url(postgres):
    """The address of an empty database, with the password that a real one would ask for."""
    return make_url(postgres).set(password=PASSWORD).render_as_string(hide_password=False)


@pytest.fixture
def in_postgres(course, url):
    """The course, with its gradebook in PostgreSQL. Nothing is in there yet."""
    return move(course, url)


def move(course, url):
    (course / "gradebook.db").unlink()
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    return course


def shown(course):
    """All that grading leaves behind, but for the rows: bytes in which no password should be."""
    private = [path.read_bytes() for path in (course / ".dlteach").rglob("*") if path.is_file()]
    return [*private, *files(course, "autograded").values(), *files(course, "feedback").values()]


def test_the_same_rows_as_in_sqlite_and_again_nothing_to_do(run, in_postgres, url, undisturbed):
    run("dlteach", "grade", "90", "--course", in_postgres)
    assert rows_of(url) == rows_in(undisturbed)
    assert files(in_postgres, "feedback") == undisturbed["feedback"]
    assert not (in_postgres / "gradebook.db").exists()
    again = run("dlteach", "grade", "90", "--course", in_postgres, "--json")
    assert {outcome["status"] for outcome in json.loads(again.stdout)} == {"unchanged"}
    assert rows_of(url) == rows_in(undisturbed)
    assert results(in_postgres) == STUDENTS


def test_killed_and_started_again_it_ends_as_if_nothing_had_happened(run, start, in_postgres, url, undisturbed):
    grader = start(in_postgres)
    recorded = in_postgres / ".dlteach" / "90_rows.journal"
    wait_until(results_at_least(in_postgres, 3, grader))
    wait_until(lambda: b'"kind":"recorded"' in recorded.read_bytes())
    grader.send_signal(signal.SIGKILL)
    grader.communicate()
    run("dlteach", "grade", "90", "--course", in_postgres)
    assert rows_of(url) == rows_in(undisturbed)
    assert results(in_postgres) == STUDENTS


def test_a_connection_that_the_server_cuts_is_made_again(start, in_postgres, url, undisturbed):
    grader = start(in_postgres)
    wait_until(results_at_least(in_postgres, 2, grader))
    recorded = in_postgres / ".dlteach" / "90_rows.journal"
    wait_until(lambda: b'"kind":"recorded"' in recorded.read_bytes())  # some are, others not yet
    address = make_url(url)
    with create_engine(address.set(database="postgres")).connect() as other:
        cut = other.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"), {"name": address.database}
        )
        assert [done for (done,) in cut] == [True]
    _, said = grader.communicate(timeout=300)
    assert (grader.returncode, "Traceback" in said) == (0, False), said
    assert rows_of(url) == rows_in(undisturbed)


def test_with_dask_too(run, in_postgres, url, undisturbed, new_cluster):
    run("dlteach", "grade", "90", "--course", in_postgres, "--scheduler", new_cluster().address)
    assert rows_of(url) == rows_in(undisturbed)
    assert files(in_postgres, "autograded") == undisturbed["autograded"]
    assert files(in_postgres, "feedback") == undisturbed["feedback"]


def test_the_password_is_in_nothing_that_is_printed_written_or_listed(start, in_postgres):
    grader = start(in_postgres, "--json")
    listed = set()
    while grader.poll() is None:
        for process in [psutil.Process(grader.pid), *descendants(grader.pid)]:
            listed.add(" ".join([*commands(process), *surroundings(process)]))
    printed, said = grader.communicate()
    assert grader.returncode == 0, said
    assert any("autograder.worker.zygote" in line for line in listed)
    assert not [line for line in listed if PASSWORD in line]
    assert PASSWORD not in printed + said
    assert not [data for data in shown(in_postgres) if PASSWORD.encode() in data]


def surroundings(process):
    try:
        return process.environ().values()
    except psutil.Error:
        return []


def test_a_database_that_is_not_there_is_one_sentence_without_the_password(run, course):
    move(course, f"postgresql+psycopg://tester:{PASSWORD}@127.0.0.1:{free_port()}/nowhere")
    done = run("dlteach", "grade", "90", "--course", course, ok=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert PASSWORD not in done.stdout + done.stderr
