"""The view that this interpreter needs: its own files, the packages on its path, fonts and clocks, and nothing of the course."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from autograder.jail.view import View, inside, outermost

_SYSTEM = (
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/usr/share/fonts",
    "/usr/share/fontconfig",
    "/usr/share/zoneinfo",
    "/usr/local/share/fonts",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/cpuinfo",
    "/proc/meminfo",
)
_SYSTEM_PREFIXES = ("/", "/usr", "/usr/local")
_CHECKOUT_PARTS = ("autograder/__init__.py", "autograder/job.py", "autograder/jail", "autograder/wire", "autograder/worker")
"""What a worker imports of the autograder. The rest has no business in there, although it holds no secret."""

_LESSONS = "dlteach.lessons"


def view_of_python(course: Path | None, data: dict[str, str] | None = None) -> View:
    """What this interpreter needs to run a notebook.

    Args:
        course: the folder of the course; nothing in it is seen but what Python needs and what PYTHONPATH or DLTEACH_DATA name in it.
        data: the assignment's files, by the name under which they are seen.

    Returns:
        The view: the interpreter's own folders, the packages on ``sys.path`` (of a checkout of this project the packages alone), libraries,
        fonts, downloaded data sets.
    """
    package = _folder_of("dlteach")
    secret = "" if course is None else os.path.realpath(course)
    found = _packages(package.parent) + _lesson_packages()
    paths = [*_SYSTEM, *_interpreter(), *_asked_for(), *(path for path in found if not (secret and inside(os.path.realpath(path), secret)))]
    paths += [*_data_sets(), *_font_lists()]
    paths = [os.path.normpath(path) for path in paths if os.path.lexists(path)]
    paths += [os.path.realpath(path) for path in paths]
    shown = outermost(tuple(path for path in paths if path != "/" and os.path.realpath(path) != secret))
    hidden = [*([secret] if secret else []), *(str(package / "share" / name) for name in ("solutions", "lessons"))]
    hidden = [path for path in hidden if os.path.exists(path) and any(inside(path, folder) for folder in shown)]
    return View(tuple(shown), tuple(sorted(hidden)), {name: os.path.realpath(path) for name, path in (data or {}).items()})


def _folder_of(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"no package {package!r} can be imported.")
    return Path(found.origin).parent


def _interpreter() -> list[str]:
    """The interpreter and its library. Of a system's prefix, such as /usr, only what belongs to Python."""
    paths = [sys.executable, os.path.realpath(sys.executable)]
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        names = ("lib", "lib64") if prefix in _SYSTEM_PREFIXES else ("lib", "lib64", "bin", "pyvenv.cfg", "etc/fonts", "share/fonts")
        paths += [os.path.join(prefix, name) for name in names]
    return paths


def _asked_for() -> list[str]:
    """The folders that PYTHONPATH names, wherever they are: somebody wants them seen."""
    return [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and not _is_checkout(path)]


def _is_checkout(folder: str) -> bool:
    """Is it this project as its authors have it, with solutions and tests beside the packages?"""
    return os.path.isdir(os.path.join(folder, "dlteach")) and os.path.isfile(os.path.join(folder, "pyproject.toml"))


def _packages(checkout: Path) -> list[str]:
    """Everything that Python looks for modules in, except where it was merely started: the working folder may hold anything."""
    started = {os.path.realpath(os.getcwd()), os.path.realpath(os.path.dirname(sys.argv[0] or "."))}
    paths = [path for path in sys.path if os.path.isabs(path) and not _is_checkout(path) and os.path.realpath(path) not in started]
    if _is_checkout(str(checkout)):
        paths += [str(checkout / "dlteach"), *(str(checkout / part) for part in _CHECKOUT_PARTS)]
    return paths


def _lesson_packages() -> list[str]:
    """Where the packages lie that bring lessons, even if a hook finds them that is not a folder on the path."""
    from importlib.metadata import entry_points  # here, because a process that only enters a jail does without

    paths = []
    for point in entry_points(group=_LESSONS):
        found = importlib.util.find_spec(point.module.split(".")[0])
        if found is not None:
            paths += list(found.submodule_search_locations or [found.origin or ""])
    return paths


def _data_sets() -> list[str]:
    """Where dlteach keeps downloaded data, if it has any."""
    own = os.environ.get("DLTEACH_DATA")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return [os.path.abspath(path) for path in (own, os.path.join(cache, "dlteach")) if path]


def _font_lists() -> list[str]:
    """matplotlib's list of fonts, which takes it a second to make."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(os.environ.get("MPLCONFIGDIR") or os.path.join(cache, "matplotlib"))
    try:
        return [str(path.absolute()) for path in folder.iterdir() if path.name.startswith("fontlist-")]
    except OSError:
        return []
