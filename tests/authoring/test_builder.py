"""`dlteach build`: a folder of sources becomes a folder of notebooks, and `--check` says what is stale."""

import shutil

import pytest

from dlteach.authoring import AuthoringError, stale
from dlteach.authoring.places import lessons_folder, sources_folder
from dlteach.exercises.registry import lessons
from tests.conftest import OWN


@pytest.fixture
def sources(tmp_path):
    return shutil.copytree(OWN / "sources", tmp_path / "sources")


def test_lessons_of_another_package_are_built_from_another_folder(run, sources):
    done = run("dlteach", "build", sources)
    built = sources.parent / "lessons" / "90_rows.ipynb"
    assert done.stdout.strip() == str(built)
    first = built.read_bytes()
    run("dlteach", "build", sources)
    assert built.read_bytes() == first
    assert first.endswith(b"}\n")
    assert "is up to date" in run("dlteach", "build", sources, "--check").stdout


def test_check_names_each_stale_notebook_and_writes_nothing(run, sources, tmp_path):
    to = tmp_path / "lessons"
    done = run("dlteach", "build", sources, "--check", ok=False)
    assert done.returncode == 1
    assert f"{to / '90_rows.ipynb'} is missing" in done.stderr
    assert not to.exists()
    run("dlteach", "build", sources)
    source = sources / "90_rows.py"
    source.write_text(source.read_text(encoding="utf-8").replace("That's all.", "That was all."), encoding="utf-8")
    (to / "91_gone.ipynb").write_text("{}", encoding="utf-8")
    before = (to / "90_rows.ipynb").read_bytes()
    done = run("dlteach", "build", sources, "--check", ok=False)
    assert done.returncode == 1
    assert f"{to / '90_rows.ipynb'} is not what {source} builds" in done.stderr
    assert f"{to / '91_gone.ipynb'} has no source" in done.stderr
    assert (to / "90_rows.ipynb").read_bytes() == before


def test_a_mistake_in_one_source_leaves_everything_as_it_was(run, sources, tmp_path):
    run("dlteach", "build", sources)
    (sources / "90_rows.py").write_text("# %%\n1\n", encoding="utf-8")
    before = (tmp_path / "lessons" / "90_rows.ipynb").read_bytes()
    done = run("dlteach", "build", sources, ok=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"dlteach: {sources / '90_rows.py'}, line 1: ")
    assert (tmp_path / "lessons" / "90_rows.ipynb").read_bytes() == before


def test_a_source_of_no_installed_lesson_says_how_lessons_are_installed(tmp_path):
    (tmp_path / "89_nobody.py").write_text("# %%\n", encoding="utf-8")
    with pytest.raises(AuthoringError, match=r'89_nobody\.py belongs to no installed lesson .* group "dlteach\.lessons"'):
        stale(tmp_path, tmp_path)
    with pytest.raises(AuthoringError, match="is not a folder of lesson sources"):
        stale(tmp_path / "none", tmp_path)
    (tmp_path / "89_nobody.py").unlink()
    with pytest.raises(AuthoringError, match="holds no lesson source"):
        stale(tmp_path, tmp_path)


def test_every_lesson_of_ours_has_a_source_and_its_notebook_is_up_to_date():
    ours = {lesson.stem for lesson in lessons() if lesson.number < 90}
    assert {path.stem for path in sources_folder().glob("*.py")} == ours
    assert stale(sources_folder(), lessons_folder()) == []
