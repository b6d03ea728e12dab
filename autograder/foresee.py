"""What grading would do: ``dlteach grade --dry-run``."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course import Course
from autograder.grade import Options, chosen
from autograder.journal import Journal
from autograder.pipeline import plans, specification
from autograder.plan import Planner, course_secret
from autograder.read import read

CANNOT = "can't be graded"
"""What is said of whoever somebody must see to."""


def foresee(course: Course, assignment: str, options: Options) -> Iterator[tuple[str, str]]:
    """What ``grade`` would do, student by student: nothing is run. What is missing, secret or assignment, is made."""
    students = chosen(course, assignment, options.students)
    spec = specification(course, assignment)
    limits = course.limits(options.memory)
    planner = Planner(spec, course_secret(course.private), limits, course.skip_tag)
    with Journal(course.private / f"{assignment}.journal", limits) as journal:
        for student in students:
            submission = read(course.path("submitted", student, assignment), student, spec, course.skip_tag, course.ignored)
            planned = dict(plans(planner, submission))
            known = {name for name, plan in planned.items() if journal.result(plan.job.key) or journal.failure(plan.job.key)}
            unknown = [name for name in planned if options.force or name not in known]
            there = [item for item in submission.notebooks if not item.missing] or submission.notebooks  # some may be missing, not all
            problem = submission.problem or "; ".join(dict.fromkeys(item.problem for item in there if item.problem))
            said = [f"would be run: {', '.join(unknown)}"] if unknown else ["is known"] if planned else []
            yield student, "; ".join([*said, *([f"{CANNOT}: {problem}"] if problem else [])])
