"""What the README shows is what a reader gets."""

from pathlib import Path

from dlteach import check
from tests.exercises.bank import cell

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_report_at_the_top_is_a_real_one():
    namespace = cell("""
        def affine_backward(dout, cache):
            x, w = cache
            return dout @ w.T, x.T @ dout, dout.sum(axis=1)
    """)
    assert str(check(namespace["affine_backward"])) in README
