"""Folders appear whole or not at all, and big data files cost no room per student."""

import fcntl

import pytest

from autograder.record import folder
from autograder.record.folder import SMALL, Access, DataFiles, put, write_folder


def fill(text):
    return lambda new: put(new / "a.txt", text, Access())


def names(path):
    return sorted(item.name for item in path.iterdir())


def test_a_folder_is_replaced_whole(tmp_path):
    target = tmp_path / "mia" / "ps1"
    write_folder(target, Access(), fill(b"one"))
    (target / "extra").mkdir()
    write_folder(target, Access(), fill(b"two"))
    assert names(target) == ["a.txt"]
    assert (target / "a.txt").read_bytes() == b"two"
    assert (target / "a.txt").stat().st_mode & 0o777 == 0o444
    assert names(tmp_path / "mia") == ["ps1"]


def test_what_fails_half_way_leaves_the_old_folder(tmp_path):
    def broken(new):
        put(new / "b.txt", b"", Access())
        raise OSError("the disk is full")

    write_folder(tmp_path / "ps1", Access(), fill(b"one"))
    with pytest.raises(OSError, match="the disk is full"):
        write_folder(tmp_path / "ps1", Access(), broken)
    assert names(tmp_path) == ["ps1"]
    assert names(tmp_path / "ps1") == ["a.txt"]


def test_killed_between_the_two_renames_the_old_folder_comes_back(tmp_path):
    write_folder(tmp_path / ".ps1.old", Access(), fill(b"one"))
    with pytest.raises(ZeroDivisionError):
        write_folder(tmp_path / "ps1", Access(), lambda new: 1 / 0)
    assert names(tmp_path) == ["ps1"]
    assert (tmp_path / "ps1" / "a.txt").read_bytes() == b"one"


def test_what_a_killed_run_left_is_cleared_and_a_link_in_the_place_is_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put(elsewhere / "kept.txt", b"", Access())
    for left in (".ps1.new", ".ps1.old"):
        (tmp_path / left / "deep").mkdir(parents=True)
    (tmp_path / "ps1").symlink_to(elsewhere)
    write_folder(tmp_path / "ps1", Access(), fill(b"one"))
    assert names(tmp_path) == ["elsewhere", "ps1"]
    assert names(elsewhere) == ["kept.txt"]
    assert not (tmp_path / "ps1").is_symlink()


def test_a_shared_course_lets_the_group_write(tmp_path):
    access = Access(0o664, groupshared=True)

    def fill(new):
        access.make(new / "data")
        put(new / "data" / "a.txt", b"", access)

    write_folder(tmp_path / "mia" / "ps1", access, fill)
    for path in ("mia", "mia/ps1", "mia/ps1/data"):
        assert (tmp_path / path).stat().st_mode & 0o2770 == 0o2770
    assert (tmp_path / "mia/ps1/data/a.txt").stat().st_mode & 0o777 == 0o664


@pytest.fixture
def no_sharing(monkeypatch):
    """A file system whose files can't share blocks, as most are."""

    def refuse(*args):
        raise OSError("not supported")

    monkeypatch.setattr(fcntl, "ioctl", refuse)


def hand_out(tmp_path, students, access=None, size=SMALL + 1):
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True, exist_ok=True)
    (source / "deep" / "big.bin").write_bytes(b"x" * size)
    data = DataFiles(source, ("deep/big.bin",), access or Access())
    for student in students:
        target = tmp_path / student
        write_folder(target, data.access, lambda new, target=target: data.put(new, target))
    return [(tmp_path / student / "deep" / "big.bin").stat() for student in students]


@pytest.mark.usefixtures("no_sharing")
def test_a_big_file_has_one_copy_per_run_and_never_is_the_instructors(tmp_path):
    first, second, third = hand_out(tmp_path, ["a", "b", "c"])
    assert first.st_ino == second.st_ino == third.st_ino
    assert first.st_mode & 0o777 == 0o444
    assert (tmp_path / "source" / "deep" / "big.bin").stat().st_nlink == 1
    (again,) = hand_out(tmp_path, ["b"])
    assert again.st_ino != first.st_ino  # another run, which knows of no earlier copy


@pytest.mark.usefixtures("no_sharing")
@pytest.mark.parametrize("more", [{"size": 10}, {"access": Access(0o664, groupshared=True)}, {"access": Access(0o644)}])
def test_small_or_writable_files_are_copied(tmp_path, more):
    first, second = hand_out(tmp_path, ["a", "b"], **more)
    assert first.st_ino != second.st_ino


@pytest.mark.usefixtures("no_sharing")
def test_a_first_copy_that_is_gone_or_another_file_by_now_is_not_linked(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "big.bin").write_bytes(b"x" * (SMALL + 1))
    data = DataFiles(source, ("big.bin",), Access())
    for at, student in enumerate(("a", "b", "c")):
        write_folder(tmp_path / student, Access(), lambda new, student=student: data.put(new, tmp_path / student))
        kept = (tmp_path / student / "big.bin").rename(tmp_path / f"kept-{student}")  # so that its inode isn't used again
        if at == 1:
            (tmp_path / student / "big.bin").write_bytes(b"another")
        assert kept.read_bytes() == b"x" * (SMALL + 1)
        assert kept.stat().st_nlink == 1


def test_where_blocks_can_be_shared_nothing_is_linked(tmp_path, monkeypatch):
    def share(write, request, read):
        assert request == folder._FICLONE

    monkeypatch.setattr(fcntl, "ioctl", share)
    first, second = hand_out(tmp_path, ["a", "b"])
    assert first.st_ino != second.st_ino
