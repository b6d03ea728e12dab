"""Write down what the judge found: the gradebook's rows, ``autograded/`` and ``feedback/``, as nbgrader and formgrader expect them."""

from __future__ import annotations

from autograder.record.recorder import Recorder
from autograder.record.rules import Folders, Rules, read_folders, read_rules

__all__ = ["Folders", "Recorder", "Rules", "read_folders", "read_rules"]
