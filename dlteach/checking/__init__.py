"""Checking: run a function on cases, compare it with a reference, and explain the difference. Knows no lesson and no layer."""

from dlteach.checking.callables import Named
from dlteach.checking.examine import examine
from dlteach.checking.exercise import (
    PUBLIC_SEED,
    Case,
    Criterion,
    Exercise,
    Function,
    Functions,
    Lesson,
    Misconception,
)
from dlteach.checking.report import Report

__all__ = [
    "PUBLIC_SEED",
    "Case",
    "Criterion",
    "Exercise",
    "Function",
    "Functions",
    "Lesson",
    "Misconception",
    "Named",
    "Report",
    "examine",
]
