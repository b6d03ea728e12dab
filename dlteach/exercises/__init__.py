"""The exercises of the course, a package per lesson, and the three functions a notebook calls: check, use, progress."""

from dlteach.exercises.checks import check, progress, use
from dlteach.exercises.registry import find, lessons

__all__ = ["check", "find", "lessons", "progress", "use"]
