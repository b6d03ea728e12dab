"""What can go wrong while a notebook is judged: through the notebook itself, or through us."""

from __future__ import annotations


class JudgeError(Exception):
    """Ours: no worker could be had, say. The notebook may be tried again."""


class WorkerOver(Exception):
    """The worker is of no more use: it ended, took too long, or sent what no answer can be. The message says which."""


class Malformed(Exception):
    """Something from a worker that no honest worker sends."""


class Stopped(Exception):
    """The notebook ended before a check got its first answer."""
