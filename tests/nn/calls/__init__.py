"""One call of every public function of the reference, on small arrays: what `test_contract` holds them all to.

A module here has a dict `CALLS`: name of the function → function of a source of arrays that gives its arguments.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

CALLS: dict[str, Callable[[Any], tuple[Any, ...]]] = {}
for module in pkgutil.iter_modules(__path__):
    CALLS.update(importlib.import_module(f"{__name__}.{module.name}").CALLS)
