"""What the tests of training share with those of the reference: its random arrays, and the same cases in every run."""

from tests.nn.conftest import arrays  # noqa: F401  (a fixture; the profile of Hypothesis comes along)
