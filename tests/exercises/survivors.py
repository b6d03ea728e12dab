"""Mutants that pass their check because they compute the same: (exercise, origin) → change → why it is equivalent."""

SURVIVORS: dict[tuple[str, str], dict[str, str]] = {}
