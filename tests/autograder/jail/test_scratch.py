"""Folders for workers: their own, and gone when nobody needs them."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import pytest

from autograder.jail.scratch import Scratch


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_data_are_copies_that_can_only_be_read(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("1,2\n")
    scratch = Scratch({"inner/points.csv": str(tmp_path / "points.csv")})
    copy = scratch.data / "inner/points.csv"
    assert copy.read_text() == "1,2\n"
    assert copy.stat().st_mode & 0o777 == 0o444
    scratch.close()
    assert not scratch.base.exists()


def test_a_worker_has_a_folder_that_is_removed_whatever_is_in_it() -> None:
    scratch = Scratch({})
    outside = scratch.base / "data" / "stays"
    outside.write_text("here")
    folder = scratch.work(3, None)
    (folder / "a/b").mkdir(parents=True)
    (folder / "a/b/link").symlink_to(outside.parent)
    (folder / "a").chmod(0)
    scratch.drop(3)
    assert not folder.exists()
    assert outside.read_text() == "here"
    scratch.close()


def test_the_folder_of_a_killed_maker_is_swept_away_by_the_next(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writing, str(Scratch({}).base).encode())
        signal.pause()
    left = Path(os.read(reading, 1000).decode())
    os.close(reading)
    os.close(writing)
    scratch = Scratch({})
    assert left.exists()  # its maker is alive
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    scratch.close()
    scratch = Scratch({})
    assert not left.exists()
    scratch.close()


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    stranger = tmp_path / "dlteach-jail-stranger"
    stranger.mkdir()
    (tmp_path / "dlteach-jail-link").symlink_to(stranger)
    Scratch({}).close()
    assert stranger.exists()
