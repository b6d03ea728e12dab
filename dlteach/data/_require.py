"""Checks of arguments that more than one file needs."""

import numpy as np


def require_generator(rng: np.random.Generator) -> None:
    """Raise unless `rng` is NumPy's random generator (a bare seed, for one, is not)."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}; it needs to be a random generator, as np.random.default_rng(0) gives.")
