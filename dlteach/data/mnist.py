"""MNIST: 70,000 handwritten digits of 28×28 pixels, read from a folder or downloaded once.

If the environment variable `DLTEACH_DATA` names a folder, the four files are read from there and nothing is downloaded.
Otherwise they are fetched when MNIST is first asked for (11 MB), and kept in the user's cache folder. Either way a file is
read only if its checksum is the one of LeCun's original.
"""

import gzip
import hashlib
import os
from pathlib import Path
from typing import Literal

import numpy as np

from dlteach.data.dataset import Array, DataError, Dataset

FOLDER_VARIABLE = "DLTEACH_DATA"

MD5 = {
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
}
MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")


def mnist(*, part: Literal["train", "test"] = "train") -> Dataset:
    """Handwritten digits of 28×28 pixels, in the two parts they were published in.

    Args:
        part: "train" (60,000 digits) or "test" (10,000, by other writers).

    Returns:
        x: (N, 28, 28) uint8, 0 is paper, 255 is ink; divide by 255 before training. y: (N,) int64, the digit.

    Raises:
        DataError: a file is missing or damaged, or can't be fetched.
        ValueError: `part` is neither.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.
    """
    prefixes = {"train": "train", "test": "t10k"}
    if part not in prefixes:
        raise ValueError(f"part is {part!r}; it needs to be 'train' or 'test'.")
    images, labels = (_read(f"{prefixes[part]}-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1"))
    return Dataset(
        name="mnist",
        x=images,
        y=labels.astype(np.int64),
        class_names=tuple(str(digit) for digit in range(10)),
        image_shape=(images.shape[1], images.shape[2]),
        unit="ink from 0 to 255",
        description=f"handwritten digits, 28 by 28 pixels, {part} part",
        source="LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition, 1998",
    )


def read_idx(content: bytes) -> Array:
    """Read an array of bytes in the IDX format.

    Two zero bytes, the code of the type (8: unsigned byte), the number of axes, the size of each as four bytes with the
    largest first, then the numbers.

    Args:
        content: the file, unpacked.

    Returns:
        The array, uint8.

    Raises:
        DataError: it is no IDX file of unsigned bytes, or it is cut short.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998.
    """
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise DataError("This is not an IDX file of unsigned bytes.")
    axes = content[3]
    start = 4 + 4 * axes
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4))
    numbers = np.frombuffer(content[start:], dtype=np.uint8)
    if len(content) < start or len(numbers) != np.prod(shape):
        raise DataError(f"This IDX file promises an array of shape {shape} and holds {len(numbers)} numbers.")
    return numbers.reshape(shape).copy()  # a copy may be written to; the bytes of the file may not


def _read(name: str) -> Array:
    folder = os.environ.get(FOLDER_VARIABLE)
    path = Path(folder) / name if folder else _download(name)
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path} can't be read ({error.strerror}): put the file there, or unset {FOLDER_VARIABLE} to download it."
        ) from None
    if hashlib.md5(packed, usedforsecurity=False).hexdigest() != MD5[name]:
        raise DataError(f"{path} is damaged or another file of that name (its MD5 is not {MD5[name]}): put the original there.")
    return read_idx(gzip.decompress(packed))


def _download(name: str) -> Path:
    """Fetch a file from the first mirror that has it, or take it from the cache if it was fetched before."""
    import pooch  # here, because it takes a moment and only a download needs it

    for mirror in MIRRORS:
        try:
            return Path(pooch.retrieve(mirror + name, known_hash=f"md5:{MD5[name]}", fname=name, path=pooch.os_cache("dlteach") / "mnist"))
        except (OSError, ValueError) as error:  # no connection or no such page; a wrong checksum
            reason = error
    raise DataError(
        f"{name} could not be downloaded ({type(reason).__name__}): "
        f"connect to the internet once, or put MNIST's four files into a folder and name it in the variable {FOLDER_VARIABLE}."
    )
