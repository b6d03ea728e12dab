"""What an instructor runs on a class: grade the submissions of a course, and see who stands where and why.

A course is nbgrader's, and so are the meaning of a grade and the gradebook. Submissions are read as hostile data, run in a jail, judged in
a process of its own and recorded by the only writer; ARCHITECTURE.md says what stands where. Linux only.
"""
