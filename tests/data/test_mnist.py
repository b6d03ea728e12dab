"""MNIST: read from a folder or from the cache, never with a wrong checksum, and with a way out when it can't be had."""

import gzip
import hashlib
import os

import numpy as np
import pooch
import pytest

from dlteach.data import DataError, load, mnist

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
LABELS = np.array([7, 2], dtype=np.uint8)


def idx(array):
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@pytest.fixture
def packed(monkeypatch):
    """Four tiny files in place of MNIST's, and their checksums in place of the real ones."""
    files = {name: gzip.compress(idx(IMAGES if "images" in name else LABELS)) for name in mnist.MD5}
    for name, content in files.items():
        monkeypatch.setitem(mnist.MD5, name, hashlib.md5(content).hexdigest())
    return files


@pytest.fixture
def folder(packed, tmp_path, monkeypatch):
    for name, content in packed.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("DLTEACH_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("part", ["train", "test"])
def test_the_folder_is_read(folder, part):
    digits = load("mnist", part=part)
    np.testing.assert_array_equal(digits.x, IMAGES)
    np.testing.assert_array_equal(digits.images, IMAGES)
    np.testing.assert_array_equal(digits.y, LABELS)
    assert (digits.x.dtype, digits.y.dtype) == (np.uint8, np.int64)
    assert f"{part} part" in digits.description


def test_a_missing_file_is_named(folder):
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(
        DataError, match=r"t10k-labels-idx1-ubyte\.gz can't be read \(No such file .*\): put the file there, or unset DLTEACH_DATA"
    ):
        load("mnist", part="test")
    assert len(load("mnist").y) == 2  # the other part is whole


def test_a_damaged_file_is_named(folder):
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(
        DataError, match=r"train-images-idx3-ubyte\.gz is damaged or another file of that name \(its MD5 is not [0-9a-f]{32}\)"
    ):
        load("mnist")


def test_without_a_folder_it_is_downloaded_and_the_second_mirror_stands_in(packed, tmp_path, monkeypatch):
    monkeypatch.delenv("DLTEACH_DATA", raising=False)
    asked = []

    def retrieve(url, known_hash, fname, path):
        asked.append(url)
        if url.startswith(mnist.MIRRORS[0]):
            raise ConnectionError("no route to host")
        assert known_hash == f"md5:{mnist.MD5[fname]}"
        (tmp_path / fname).write_bytes(packed[fname])
        return str(tmp_path / fname)

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    np.testing.assert_array_equal(load("mnist").x, IMAGES)
    assert [url.startswith(mnist.MIRRORS[1]) for url in asked] == [False, True] * 2


def test_offline_the_error_is_one_sentence_with_a_way_out(monkeypatch):
    monkeypatch.delenv("DLTEACH_DATA", raising=False)

    def retrieve(*_, **__):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    with pytest.raises(DataError, match=r"could not be downloaded \(ConnectionError\): connect .* or put .* DLTEACH_DATA\.$"):
        load("mnist")


def test_another_part_is_refused():
    with pytest.raises(ValueError, match="part is 'validation'; it needs to be 'train' or 'test'"):
        load("mnist", part="validation")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file"),
        (b"\x00\x00\x0d\x01" + bytes(8), "not an IDX file of unsigned bytes"),
        (idx(IMAGES)[:-1], r"promises an array of shape \(2, 3, 4\) and holds 23 numbers"),
        (idx(IMAGES)[:6], "promises an array"),
    ],
)
def test_what_is_no_idx_file_is_refused(content, message):
    with pytest.raises(DataError, match=message):
        mnist.read_idx(content)


@pytest.mark.skipif("DLTEACH_DATA" not in os.environ, reason="DLTEACH_DATA names no folder with MNIST's four files")
def test_the_real_thing():
    train, test = load("mnist"), load("mnist", part="test")
    assert (train.x.shape, test.x.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert (train.x.min(), train.x.max()) == (0, 255)
    np.testing.assert_array_equal(train.y[:10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    np.testing.assert_array_equal(np.bincount(test.y), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
