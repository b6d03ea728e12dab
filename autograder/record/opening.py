"""Open what records an assignment, by its course's settings. To import this is to import nbgrader."""

from __future__ import annotations

from autograder.course import Course
from autograder.named import named
from autograder.record.nbgrader_api import nbgrader_api
from autograder.record.recorder import Recorder
from autograder.record.rules import read_folders, read_rules
from autograder.spec import Assignment

nbgrader_api()


def open_recorder(course: Course, assignment: Assignment) -> Recorder:
    """A recorder, to be used in a with statement."""
    from nbgrader.coursedir import CourseDirectory

    directory = CourseDirectory(config=course.config)
    folders, rules = read_folders(course.config, assignment.name), read_rules(course.config, assignment.name)
    return Recorder(directory.db_url, directory.course_id, assignment, folders, rules, named(course.folder))
