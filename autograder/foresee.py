"""What grading would do: ``dlteach grade --dry-run``."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course import Course
from autograder.grade import Options, chosen
from autograder.journal import Journal
from autograder.pipeline import plans, specification
from autograder.plan import Planner, course_secret
from autograder.read import read


def foresee(course: Course, assignment: str, options: Options) -> Iterator[tuple[str, str]]:
    """What ``grade`` would do, student by student: nothing is run or written but the journal's empty file."""
    students = chosen(course, assignment, options.students)
    spec = specification(course, assignment)
    limits = course.limits(options.memory)
    planner = Planner(spec, course_secret(course.private), limits, course.skip_tag)
    with Journal(course.private / f"{assignment}.journal", limits) as journal:
        for student in students:
            submission = read(course.path("submitted", student, assignment), student, spec, course.skip_tag, course.ignored)
            planned = dict(plans(planner, submission))
            unknown = [name for name, plan in planned.items() if options.force or journal.result(plan.job.key) is None]
            if submission.problem:
                yield student, f"can't be graded: {submission.problem}"
            elif unknown:
                yield student, f"would be run: {', '.join(unknown)}"
            else:
                yield student, "is known"
