"""What a graded course holds, in a form in which two courses can be compared: no ids, no times, no order."""

import sqlite3
from pathlib import Path

_WHOSE = """
    join notebook on notebook.id = submitted_notebook.notebook_id
    join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
    join assignment on assignment.id = submitted_assignment.assignment_id
    join student on student.id = submitted_assignment.student_id"""
_QUERIES = {
    "grades": f"""
        select student.id, assignment.name, notebook.name, base_cell.name,
               grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade
        from grade join base_cell on base_cell.id = grade.cell_id join submitted_notebook on submitted_notebook.id = grade.notebook_id
        {_WHOSE}""",
    "comments": f"""
        select student.id, assignment.name, notebook.name, base_cell.name, comment.auto_comment, comment.manual_comment
        from comment join base_cell on base_cell.id = comment.cell_id join submitted_notebook on submitted_notebook.id = comment.notebook_id
        {_WHOSE}""",
    "submissions": f"""
        select student.id, assignment.name, submitted_assignment.timestamp, submitted_assignment.extension,
               notebook.name, submitted_notebook.late_submission_penalty
        from submitted_notebook {_WHOSE}""",
    "students": "select id, first_name, last_name, email from student",
}


def rows(course):
    """The rows of a course's gradebook, by table."""
    book = sqlite3.connect(f"file:{Path(course) / 'gradebook.db'}?mode=ro", uri=True)
    try:
        return {table: sorted(book.execute(query).fetchall(), key=repr) for table, query in _QUERIES.items()}
    finally:
        book.close()


def files(course, step):
    """The files of a step, ``autograded`` or ``feedback``: name → bytes."""
    folder = Path(course) / step
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def everything(course):
    """All that grading leaves behind for people to see."""
    return {**rows(course), "autograded": files(course, "autograded"), "feedback": files(course, "feedback")}
