"""The judge: drives a worker through one notebook and says what it earned. It holds hidden seeds and verdicts; no student code runs here.

What a worker says is a claim. It decides about the student's own answers, as far as they can be told from outside, and about nothing else.
"""
