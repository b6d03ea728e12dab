"""What the tests of the models share: the same random cases in every run."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)  # however busy the machine
settings.load_profile("repeatable")
