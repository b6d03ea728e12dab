"""The page that a student reads after grading: points, reports and the run notebook, in one safe HTML file."""

from __future__ import annotations

from autograder.feedback.marks import Heading, Mark

__all__ = ["Heading", "Mark"]
