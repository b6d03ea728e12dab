"""Checks of arguments that more than one file needs."""

import numpy as np


def require_arrays(**arguments: object) -> None:
    """Raise unless every argument is a NumPy array (a list, for one, is not)."""
    for name, value in arguments.items():
        if not isinstance(value, np.ndarray):
            raise TypeError(f"{name} is a {type(value).__name__}; it needs to be a NumPy array.")


def require_generator(rng: np.random.Generator) -> None:
    """Raise unless `rng` is NumPy's random generator (a bare seed, for one, is not)."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}; it needs to be a random generator, as np.random.default_rng(0) gives.")
