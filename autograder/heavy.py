"""Which large libraries an assignment uses: they are imported once, before workers are forked, instead of once in every notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from autograder.read.notebook import cells_of, text
from autograder.read.parse import Unreadable, parse

HEAVY = frozenset({"PIL", "matplotlib", "pandas", "scipy", "seaborn", "sklearn", "statsmodels", "sympy", "torch", "torchvision"})
"""Libraries that take more than a tenth of a second to import. Others are imported by the notebooks themselves, and may do as they like."""

_IMPORT = re.compile(r"(?:^|[;:])[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^\n#;]+))", re.MULTILINE)


def heavy_imports(source: Path) -> tuple[str, ...]:
    """The modules of large libraries that the instructor's notebooks in this folder import, sorted. They need not be installed."""
    found: set[str] = set()
    for path in source.glob("*.ipynb"):
        try:
            data, _ = parse(path.read_bytes(), limit=1 << 30)
            for cell in cells_of(data, []):
                found.update(imports(text(cell.get("source"))) if isinstance(cell, dict) and cell.get("cell_type") == "code" else ())
        except (OSError, Unreadable):  # the gradebook knows the assignment without it
            continue
    return tuple(sorted(name for name in found if name.partition(".")[0] in HEAVY))


def imports(code: str) -> Iterator[str]:
    """The modules that a cell's code imports, as far as its lines show: it may hold magics, which no parser of Python takes."""
    for come_from, listed in _IMPORT.findall(code):
        for part in (come_from or listed).split(","):
            yield (part.split() or [""])[0]
