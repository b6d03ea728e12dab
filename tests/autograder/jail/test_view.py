"""What is seen of the file system: what was asked for, and nothing else."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.jail import View, view_of_python
from autograder.jail.ladder import LADDER
from autograder.jail.view import closed_to_others, inside, outermost, without_hidden

from .prison import REPOSITORY, imprison

KINDS = [rung.name for rung in LADDER if (rung.namespaces or rung.landlock) and (os.geteuid() == 0 or not rung.own_user)]


def tree(folder: Path, *names: str) -> Path:
    """Files that say their own name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


class TestView:
    def test_goes_through_json(self) -> None:
        view = View(("/usr/lib",), ("/usr/lib/secret",), {"a/b.csv": "/data/b.csv"})
        assert View.from_dict(view.as_dict()) == view

    @pytest.mark.parametrize("path", ["lib", "/", "/usr/../etc", "/usr/lib/", "/jail/work", "/sys/kernel"])
    def test_a_path_that_can_not_be_seen_is_named(self, path: str) -> None:
        with pytest.raises(ValueError, match="the path"):
            View((path,))

    @pytest.mark.parametrize("name", ["", "/etc/passwd", "../up", "a/../../up", "a//b", "."])
    def test_data_stays_in_its_folder(self, name: str) -> None:
        with pytest.raises(ValueError, match="the data file's name"):
            View(("/usr/lib",), (), {name: "/data/b.csv"})


class TestPaths:
    def test_a_folder_holds_itself_and_what_is_in_it(self) -> None:
        assert inside("/a", "/a")
        assert inside("/a/b", "/a")
        assert not inside("/ab", "/a")

    def test_what_lies_in_another_is_not_said_twice(self) -> None:
        assert outermost(("/a/b", "/a-b", "/a", "/a/c/d", "/b/c", "/a")) == ["/a", "/a-b", "/b/c"]

    def test_rules_go_around_what_is_hidden(self, tmp_path: Path) -> None:
        tree(tmp_path, "open", "share/open", "share/secret/key")
        whole, listed = without_hidden(str(tmp_path), (str(tmp_path / "share/secret"),))
        assert whole == [str(tmp_path / "open"), str(tmp_path / "share/open")]
        assert listed == [str(tmp_path), str(tmp_path / "share")]

    def test_what_only_its_owner_can_reach(self, tmp_path: Path) -> None:
        file = tree(tmp_path, "folder/file") / "folder/file"
        assert closed_to_others("/usr/lib") is False
        assert closed_to_others(str(tmp_path / "missing")) is False
        file.parent.chmod(0o700)
        assert closed_to_others(str(file)) is True

    def test_a_hidden_path_has_no_rules(self) -> None:
        assert without_hidden("/a/b", ("/a",)) == ([], [])


class TestViewOfPython:
    def test_of_a_checkout_only_the_packages(self) -> None:
        seen = [path for path in view_of_python(None).read_only if inside(path, str(REPOSITORY)) and not inside(path, sys.prefix)]
        assert str(REPOSITORY / "dlteach") in seen
        assert {Path(path).relative_to(REPOSITORY).parts[0] for path in seen} <= {"dlteach", "autograder"}

    def test_the_autograder_shows_its_worker_alone(self) -> None:
        seen = view_of_python(None).read_only
        parts = ["judge", "schedule", "record", "journal.py", "spec.py", "read"]
        assert not [part for part in parts if any(inside(str(REPOSITORY / "autograder" / part), path) for path in seen)]

    def test_nothing_of_etc_but_libraries_fonts_and_clocks(self) -> None:
        seen = {path for path in view_of_python(None).read_only if inside(path, "/etc")}
        assert seen <= {"/etc/fonts", "/etc/ld.so.cache", "/etc/localtime"}

    def test_a_folder_on_the_path_is_seen_where_it_was_asked_for(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{REPOSITORY}")
        seen = view_of_python(None).read_only
        assert str(tmp_path) in seen
        assert str(REPOSITORY) not in seen

    def test_the_working_folder_is_not_seen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """``python -m`` puts it on the path."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(tmp_path)
        assert not any(inside(str(tmp_path), path) for path in view_of_python(None).read_only)

    def test_data_sets_are_seen_where_they_are(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DLTEACH_DATA", str(tmp_path))
        assert str(tmp_path) in view_of_python(None).read_only

    def test_the_course_is_not_seen_even_if_it_is_on_the_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setenv("DLTEACH_DATA", str(tmp_path))
        assert not any(inside(str(tmp_path), path) for path in view_of_python(tmp_path).read_only)

    def test_a_course_inside_what_is_seen_is_hidden(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        course = tree(tmp_path / "course", "gradebook.db")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        view = view_of_python(course)
        assert str(tmp_path) in view.read_only
        assert str(course) in view.hidden

    def test_data_files_are_given_by_their_real_paths(self, tmp_path: Path) -> None:
        tree(tmp_path, "points.csv")
        (tmp_path / "link.csv").symlink_to("points.csv")
        assert view_of_python(None, {"a.csv": str(tmp_path / "link.csv")}).data == {"a.csv": str(tmp_path / "points.csv")}


READ = """
def read(path):
    try:
        return open(path).read()
    except OSError:
        return None
answer = {path: read(path) for path in PATHS}
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
class TestInside:
    def test_only_the_view_is_there(self, kind: str, tmp_path: Path) -> None:
        tree(
            tmp_path,
            "seen/package.py",
            "seen/hidden/key",
            "seen/hidden-file",
            "unseen/other",
            "course/source/points.csv",
            "course/gradebook.db",
        )
        tmp_path.chmod(0o755)
        (tmp_path / "seen/link-out").symlink_to(tmp_path / "unseen/other")
        view = replace(
            view_of_python(tmp_path / "course"),
            hidden=(str(tmp_path / "seen/hidden"), str(tmp_path / "seen/hidden-file")),
            data={"points.csv": str(tmp_path / "course/source/points.csv")},
        )
        view = replace(view, read_only=(*view.read_only, str(tmp_path / "seen")))
        names = ["seen/package.py", "seen/hidden/key", "seen/hidden-file", "seen/link-out", "unseen/other", "course/source/points.csv"]
        paths = [str(tmp_path / name) for name in names]
        others = ["/etc/passwd", "/root/.bashrc", str(REPOSITORY / "pyproject.toml"), str(REPOSITORY / "tests/conftest.py")]
        code = f"PATHS = {[*paths, *others]!r}" + READ + "answer['data'] = read(jail.data / 'points.csv')"
        told = imprison(kind=kind, view=view.as_dict(), code=code)["worker"]
        assert {name: text for name, text in told.items() if text} == {paths[0]: "seen/package.py", "data": "course/source/points.csv"}

    def test_nothing_can_be_written_but_the_own_folder(self, kind: str) -> None:
        code = """
def writes(path):
    try:
        open(os.path.join(path, "new"), "w").close()
        return True
    except OSError:
        return False
folders = {root for top in ("/usr/lib", sys.prefix, os.path.dirname(os.__file__)) for root, _, _ in list(os.walk(top))[:20]}
answer = [path for path in [*folders, "/", "/dev", "/jail", str(jail.data), str(jail.work)] if writes(path)]
answer = answer == [str(jail.work)]
"""
        assert imprison(kind=kind, code=code)["worker"] is True
