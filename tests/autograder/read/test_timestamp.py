"""timestamp.txt is read as nbgrader reads it, but that nonsense in it costs nobody the submission."""

from datetime import datetime

import pytest
from nbgrader.utils import parse_utc

from autograder.read.timestamp import read_timestamp

TIMES = {
    "2026-02-03 10:30:00 UTC": datetime(2026, 2, 3, 10, 30),
    "2026-02-03 10:30:00.123456 UTC\n": datetime(2026, 2, 3, 10, 30, 0, 123456),
    "2026-02-03 10:30:00 +0100": None,
    "2026-02-03T10:30:00Z": datetime(2026, 2, 3, 10, 30),
    "2026-02-03T10:30:00+01:00": datetime(2026, 2, 3, 9, 30),
    "2026-02-03 10:30:00 Europe/Berlin": datetime(2026, 2, 3, 9, 30),
    "2026-07-03 10:30:00 America/Argentina/Ushuaia": datetime(2026, 7, 3, 13, 30),
    "Tue, 3 Feb 2026 10:30:00": datetime(2026, 2, 3, 10, 30),
}


@pytest.mark.parametrize("said", TIMES)
def test_a_time_is_what_nbgrader_makes_of_it(said):
    time, remark = read_timestamp(said.encode())
    assert (time, remark) == (parse_utc(said.strip()), "")
    assert TIMES[said] in (time, None)


NONSENSE = [
    b"yesterday",
    b"x" * 10_000,
    b"\xff\xfe\0",
    b"2026-99-99",
    b"10:30:00 2026-02-03 ../../etc/passwd",
    b"2026-01-01 00:00:00 /dev/zero",
]
NONSENSE += [b"9" * 64, b"0001-01-01 00:00:00 +2359", b"T" * 64, b"-" * 64, b"2026-02-03 10:30:00\n2026-02-03", b"1 2 3 4 5 6 7 8 9"]


@pytest.mark.parametrize("raw", NONSENSE, ids=lambda raw: ascii(raw[:40]))
def test_nonsense_is_no_time_and_is_said(raw):
    assert read_timestamp(raw) == (None, "timestamp.txt holds no time; the time it was handed in is not known")


@pytest.mark.parametrize("raw", [b"", b" \n"])
def test_an_empty_file_is_no_time(raw):
    assert read_timestamp(raw) == (None, "timestamp.txt is empty; the time it was handed in is not known")
