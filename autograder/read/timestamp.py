"""When a submission was handed in, as ``timestamp.txt`` says."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from dateutil import parser, tz

# The name of a zone has a slash at most inside: dateutil opens zones as files.
_LIKELY = re.compile(r"[\w:.,+ -]{1,64}(?: [A-Za-z_]+(?:/[\w+-]+){1,2})?")


def read_timestamp(raw: bytes) -> tuple[datetime | None, str]:
    """The time in the file, in UTC as nbgrader keeps it, and a sentence if there is none in it. nbgrader gives up the submission then."""
    said = raw[:200].decode("utf-8", "replace").strip()
    if not said:
        return None, "timestamp.txt is empty; the time it was handed in is not known"
    if len(raw) <= 100 and _LIKELY.fullmatch(said):
        try:
            return in_utc(said), ""
        except Exception:  # dateutil trips over what it doesn't expect, in many ways
            pass
    return None, "timestamp.txt holds no time; the time it was handed in is not known"


def in_utc(said: str) -> datetime:
    """The time in UTC, without a zone, as ``nbgrader.utils.parse_utc`` reads it: a third word is a zone, or an offset in seconds."""
    words = said.split(" ")
    if len(words) == 3:
        zone = int(words[2]) if re.fullmatch(r"[+-]?\d+", words[2]) else tz.gettz(words[2])
        time: datetime = parser.parse(f"{words[0]} {words[1]} TZ", tzinfos={"TZ": zone})
    else:
        time = parser.parse(said)
    return time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)
