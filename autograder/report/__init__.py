"""How a class stands, and what it has in common: points, shared mistakes, wrong answers that nobody has explained yet, code that is alike.

It reads the gradebook, the graded notebooks and the results of grading, and shows what it found in a terminal, as CSV, as JSON, and as one
HTML page that works offline. All that students and their code say is taken as hostile data.
"""

from autograder.report.mistakes import find_cluster
from autograder.report.model import ClassReport, Results
from autograder.report.page import page, write_page
from autograder.report.read import class_report, require_graded
from autograder.report.tables import as_json, write_csv
from autograder.report.terminal import show

__all__ = [
    "ClassReport",
    "Results",
    "as_json",
    "class_report",
    "find_cluster",
    "page",
    "require_graded",
    "show",
    "write_csv",
    "write_page",
]
