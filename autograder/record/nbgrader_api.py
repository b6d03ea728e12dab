"""nbgrader, imported in about half the time."""

from __future__ import annotations

import sys
from typing import Any

_GRAMMAR = "rfc3987_syntax"


def nbgrader_api() -> Any:
    """The module ``nbgrader.api``, which holds the gradebook and its tables.

    ``import nbgrader`` imports its server extensions, they import jsonschema, and jsonschema builds a grammar of international web
    addresses if the package ``rfc3987_syntax`` is there: a second of work for a check (``"format": "iri"``) that no schema of nbgrader's or
    Jupyter's asks for. jsonschema does without that package where it isn't installed, so it is out of sight while nbgrader is imported.
    It helps only if nothing has imported jsonschema (or nbformat, which does) before.
    """
    hide = _GRAMMAR not in sys.modules and "jsonschema" not in sys.modules
    if hide:
        sys.modules[_GRAMMAR] = None  # type: ignore[assignment]  # Python's own way to say: act as if it weren't installed
    try:
        import nbgrader.api
    finally:
        if hide:
            del sys.modules[_GRAMMAR]
    return nbgrader.api
