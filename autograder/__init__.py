"""What an instructor runs on a class: grade the submissions of a course, and see who stands where and why.

A course is nbgrader's, and so is the grading: this package drives nbgrader's own steps, submission by submission, so that one that can't
be read costs nobody else anything, and reads the diagnoses of ``dlteach.check`` out of the graded notebooks. Linux only.
"""
