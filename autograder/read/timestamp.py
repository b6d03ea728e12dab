"""When a submission was handed in, as ``timestamp.txt`` says."""

from __future__ import annotations

import re
from datetime import datetime

# The name of a zone has a slash at most inside: dateutil opens zones as files.
_LIKELY = re.compile(r"[\w:.,+ -]{1,64}(?: [A-Za-z_]+(?:/[\w+-]+){1,2})?")


def read_timestamp(raw: bytes) -> tuple[datetime | None, str]:
    """The time in the file, in UTC as nbgrader keeps it, and a sentence if there is none in it. nbgrader gives up the submission then."""
    said = raw[:200].decode("utf-8", "replace").strip()
    if not said:
        return None, "timestamp.txt is empty; the time it was handed in is not known"
    if len(raw) <= 100 and _LIKELY.fullmatch(said):
        from nbgrader.utils import parse_utc

        try:
            time: datetime = parse_utc(said)
            return time, ""
        except Exception:  # dateutil trips over what it doesn't expect, in many ways
            pass
    return None, "timestamp.txt holds no time; the time it was handed in is not known"
