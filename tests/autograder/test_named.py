"""An instructor names a group of wrong answers; the names are kept with the course."""

import json
import threading

import pytest

from autograder.course import GradingError
from autograder.named import name_cluster, named


def test_a_name_is_kept_and_can_be_changed_and_taken_away(tmp_path):
    assert named(tmp_path) == {}
    name_cluster(tmp_path, "rows.row_sums", "3f2a", "The bias\nis missing. ")
    name_cluster(tmp_path, "rows.row_sums", "77aa", "Räder & <b>")
    assert named(tmp_path) == {("rows.row_sums", "3f2a"): "The bias is missing.", ("rows.row_sums", "77aa"): "Räder & <b>"}
    name_cluster(tmp_path, "rows.row_sums", "3f2a", "Add the bias.")
    name_cluster(tmp_path, "rows.row_sums", "77aa", "")
    assert named(tmp_path) == {("rows.row_sums", "3f2a"): "Add the bias."}


def test_nobody_else_can_read_the_folder_and_nothing_is_left_lying_about(tmp_path):
    name_cluster(tmp_path, "rows.row_sums", "3f2a", "The bias is missing.")
    folder = tmp_path / ".dlteach"
    assert folder.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in folder.iterdir()) == ["named.json", "named.lock"]


def test_two_who_name_at_the_same_time_lose_nothing(tmp_path):
    threads = [threading.Thread(target=name_cluster, args=(tmp_path, "rows.row_sums", f"{i:04}", "Again.")) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(named(tmp_path)) == 20


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"named": 3}', '{"named": [{"exercise": "x"}]}', "\xff"])
def test_a_damaged_file_is_named_and_never_overwritten(tmp_path, content):
    path = tmp_path / ".dlteach" / "named.json"
    path.parent.mkdir()
    path.write_text(content, encoding="latin-1")
    with pytest.raises(GradingError, match=r"named\.json could not be read"):
        name_cluster(tmp_path, "rows.row_sums", "3f2a", "The bias is missing.")
    assert path.read_text(encoding="latin-1") == content


def test_a_message_has_an_end(tmp_path):
    with pytest.raises(GradingError, match="1,001 characters; at most 1,000"):
        name_cluster(tmp_path, "rows.row_sums", "3f2a", "a" * 1001)
    assert named(tmp_path) == {}


def test_the_file_can_be_read_by_people(tmp_path):
    name_cluster(tmp_path, "rows.row_sums", "3f2a", "Räder")
    text = (tmp_path / ".dlteach" / "named.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"named": [{"exercise": "rows.row_sums", "signature": "3f2a", "message": "Räder"}]}
    assert "Räder" in text
