"""A submitted folder is read without following, waiting for, or being flooded by anything in it."""

import os
import socket
from dataclasses import replace

import pytest

from autograder.read.folder import Caps, read_folder

SECRET = b"the grades"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "submitted" / "alice" / "a"
    made.mkdir(parents=True)
    (made / "a.ipynb").write_bytes(b"{}")
    (tmp_path / "secret").write_bytes(SECRET)
    return made


def link(folder):
    (folder / "b").symlink_to(folder.parents[2] / "secret")


def link_to_a_folder(folder):
    (folder / "b").symlink_to(folder.parents[2])


def link_nowhere(folder):
    (folder / "b").symlink_to("b")


def link_to_an_endless_file(folder):
    (folder / "b").symlink_to("/dev/zero")


def hard_link(folder):
    os.link(folder.parents[2] / "secret", folder / "b")


def pipe(folder):
    os.mkfifo(folder / "b")


def door(folder):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "b"))


def sparse(folder):
    with (folder / "b").open("wb") as file:
        file.truncate(1 << 40)


REFUSED = {
    link: "is a link, and links are not followed",
    link_to_a_folder: "is a link, and links are not followed",
    link_nowhere: "is a link, and links are not followed",
    link_to_an_endless_file: "is a link, and links are not followed",
    hard_link: "is a hard link to a file that has another name elsewhere; a copy of it can be read",
    pipe: "is neither a file nor a folder",
    door: "is neither a file nor a folder",
    sparse: "is too large: it has 1048576.0 MB, and up to 16 MB can be read",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_is_no_plain_file_is_never_opened(folder, make):
    make(folder)
    contents = read_folder(folder)
    assert contents.files == {"a.ipynb": b"{}"}
    assert contents.left_out == {"b": REFUSED[make]}


@pytest.mark.parametrize("make", [link, hard_link, pipe], ids=lambda make: make.__name__)
def test_a_file_that_becomes_something_else_after_it_was_looked_at_is_not_read_either(folder, make, monkeypatch):
    (folder / "b").write_bytes(b"x" * len(SECRET))
    honest = os.stat(folder / "b")
    (folder / "b").unlink()
    make(folder)
    look = os.stat
    monkeypatch.setattr(os, "stat", lambda name, **where: honest if name == "b" else look(name, **where))
    contents = read_folder(folder)
    assert SECRET not in contents.files.values()
    assert list(contents.left_out) == ["b"]


@pytest.mark.parametrize("depth", [0, 1])
def test_no_part_of_the_path_that_a_student_could_have_made_may_be_a_link(folder, tmp_path, depth):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "a").mkdir(parents=True)
    mine = folder.parents[1] / "mallory"
    if depth == 0:
        mine.symlink_to(elsewhere)
    else:
        mine.mkdir()
        (mine / "a").symlink_to(elsewhere)
    with pytest.raises(OSError, match="is a link, and links are not followed"):
        read_folder(mine / "a")


def test_the_instructors_own_part_of_the_path_may_be_a_link(folder, tmp_path):
    (tmp_path / "course").symlink_to(folder.parents[1])
    assert read_folder(tmp_path / "course" / "alice" / "a").files == {"a.ipynb": b"{}"}


def fill(folder, sizes):
    for path, size in sizes.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"x" * size)


SMALL = Caps(files=4, folders=3, depth=2, listed=12, notebook=50, file=20, notebooks=100, others=59)
CAPPED = {
    "a large file": ({"b": 21}, {"b": "is too large"}),
    "a large notebook": ({"b.ipynb": 51}, {"b.ipynb": "is too large"}),
    "all notebooks": ({"b.ipynb": 50, "c.ipynb": 49, "d": 1}, {"c.ipynb": "is left out: there are more than"}),
    "all others": ({"b": 20, "c": 20, "d/d": 20}, {"d/d": "is left out: there are more than"}),
    "many": ({"b": 1, "c": 1, "d": 1, "e": 1}, {"e": "is one file too many"}),
    "deep": ({"b/c/d/e": 1}, {"b/c/d/": "lies deeper than 2 folders"}),
    "many folders": ({"b/x": 1, "c/x": 1, "d/x": 1, "e/x": 1}, {"e/": "is one folder too many"}),
}


@pytest.mark.parametrize("name", CAPPED)
def test_what_is_too_much_is_left_out_and_the_rest_is_read(folder, name):
    sizes, left_out = CAPPED[name]
    fill(folder, sizes)
    contents = read_folder(folder, SMALL)
    assert contents.left_out.keys() == left_out.keys()
    assert all(contents.left_out[path].startswith(reason) for path, reason in left_out.items())
    gone = [path for path in sizes if any(path.startswith(lost) for lost in left_out)]
    assert {path: len(data) for path, data in contents.files.items()} == {"a.ipynb": 2} | {
        path: size for path, size in sizes.items() if path not in gone
    }


def test_a_flood_of_names_is_looked_at_only_so_far(folder):
    fill(folder, {f"{number:03d}": 0 for number in range(40)})
    contents = read_folder(folder, replace(SMALL, files=100))
    assert len(contents.files) <= 12
    assert contents.left_out["…"] == "and more: only 12 names of a submission are looked at"


def test_nothing_can_take_the_room_of_a_notebook(folder):
    fill(folder, {"0": 20, "00/1.ipynb": 50, "1": 20, "2": 20, "z.ipynb": 50})
    contents = read_folder(folder, SMALL)
    assert {"a.ipynb", "z.ipynb"} <= contents.files.keys()


ODD = ["a\nb", "a\tb", "\x1b[2J", " a", "a ", "a\\b", "a\u202eb", "a\u200b", "a" * 201, os.fsdecode(b"a\xff"), "é" * 101]


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_odd_names_are_left_out(folder, name):
    (folder / name).write_bytes(b"x")
    (folder / "data").mkdir()
    (folder / "data" / name).write_bytes(b"x")
    contents = read_folder(folder)
    assert contents.files == {"a.ipynb": b"{}"}
    assert contents.left_out == {name: "has a name that can't be used", f"data/{name}": "has a name that can't be used"}


def test_ordinary_names_are_read_and_what_nbgrader_ignores_is_not(folder):
    usual = ["data.csv", "my data (1).csv", "ü/日本.txt", ".hidden", "-rf", "a..b", "timestamp.txt", "b.ipynb"]
    fill(folder, dict.fromkeys([*usual, ".ipynb_checkpoints/a.ipynb", "x.pyc", "__pycache__/y", "feedback/z"], 1))
    assert sorted(read_folder(folder).files) == sorted([*usual, "a.ipynb"])
    assert sorted(read_folder(folder, ignore=["*.csv"]).files) == sorted(
        ["a.ipynb", *usual[2:], ".ipynb_checkpoints/a.ipynb", "x.pyc", "__pycache__/y", "feedback/z"]
    )


def change(folder, path, data):
    fill(folder, {path: 0})
    (folder / path).write_bytes(data)


CHANGES = {
    "another byte": lambda folder: change(folder, "b", b"2"),
    "another name": lambda folder: (folder / "b").rename(folder / "c"),
    "a file more": lambda folder: change(folder, "empty", b""),
    "a file less": lambda folder: (folder / "b").unlink(),
    "from one file to the next": lambda folder: (change(folder, "b", b""), change(folder, "a.ipynb", b"{}1")),
    "a link more": link_to_a_folder,
    "a large file more": lambda folder: sparse(folder / "data"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_digest_changes_with_anything_and_with_nothing_else(folder, name):
    fill(folder, {"data/x": 3})
    if name != "a link more":
        change(folder, "b", b"1")
    before = read_folder(folder).digest
    assert read_folder(folder).digest == before
    CHANGES[name](folder)
    assert read_folder(folder).digest != before


def test_a_file_that_cannot_be_read_is_named(folder, monkeypatch):
    change(folder, "b", b"1")
    real = os.open

    def refuse(path, *args, **where):
        if path == "b":
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **where)

    monkeypatch.setattr(os, "open", refuse)
    contents = read_folder(folder)
    assert contents.left_out == {"b": "could not be read: Permission denied"}
    assert contents.files == {"a.ipynb": b"{}"}


def test_no_folder_stays_open(folder):
    fill(folder, {"b/c/d": 1, "e/f": 1})
    before = os.listdir("/proc/self/fd")
    read_folder(folder)
    with pytest.raises(OSError, match="No such file"):
        read_folder(folder / "nothing" / "here")
    with pytest.raises(OSError, match="No such file"):
        read_folder(folder.parent / "here")
    assert len(os.listdir("/proc/self/fd")) == len(before)
