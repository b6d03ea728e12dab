"""nbgrader's gradebook, imported in about a third of the time that ``import nbgrader`` takes."""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from typing import Any

_GRAMMAR = "rfc3987_syntax"


def nbgrader_api() -> Any:
    """The module ``nbgrader.api``, which holds the gradebook and its tables.

    The package itself imports its server extensions, and they import Jupyter's server, nbconvert and more: most of a second. They come
    when they are asked for. What is imported all the same imports jsonschema, which builds a grammar of international web addresses if
    the package ``rfc3987_syntax`` is there: a second of work for a check (``"format": "iri"``) that no schema of nbgrader's or Jupyter's
    asks for. jsonschema does without that package where it isn't installed, so it is out of sight meanwhile.
    It helps only if nothing has imported nbgrader or jsonschema (or nbformat, which does) before.
    """
    _put_off()
    hide = _GRAMMAR not in sys.modules and "jsonschema" not in sys.modules
    if hide:
        sys.modules[_GRAMMAR] = None  # type: ignore[assignment]  # Python's own way to say: act as if it weren't installed
    try:
        import nbgrader.api
    finally:
        if hide:
            del sys.modules[_GRAMMAR]
    return nbgrader.api


def _put_off() -> None:
    """Let the package ``nbgrader`` hold its modules, and run its own code once somebody wants something else of it."""
    spec = None if "nbgrader" in sys.modules else find_spec("nbgrader")
    if spec is None or spec.loader is None:
        return
    package, loader = module_from_spec(spec), spec.loader

    def first_asked(name: str) -> Any:
        if (name.startswith("__") and name != "__version__") or find_spec(f"nbgrader.{name}") is not None:
            raise AttributeError(f"module 'nbgrader' has no attribute {name!r} yet")
        vars(package).pop("__getattr__", None)
        loader.exec_module(package)
        return getattr(package, name)

    vars(package)["__getattr__"] = first_asked
    sys.modules["nbgrader"] = package
