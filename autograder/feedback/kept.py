"""Results kept by the text they were made of: most of a class's cells are the instructor's, and the same on every page."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Maker = Callable[Concatenate[str, P], T]


def kept(longest: int, entries: int) -> Callable[[Maker[P, T]], Maker[P, T]]:
    """Keep what a function makes of a text for as many texts as ``entries``.

    Texts longer than ``longest`` characters are made anew each time: lessons have few, and a class that hands in many would fill memory.
    """

    def keeping(make: Maker[P, T]) -> Maker[P, T]:
        known = lru_cache(maxsize=entries)(make)

        @wraps(make)
        def made(text: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
            return known(text, *args, **kwargs) if len(text) <= longest else make(text, *args, **kwargs)  # type: ignore[arg-type]

        return made

    return keeping
