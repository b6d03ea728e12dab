"""What the README shows is what a reader gets."""

import re
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

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


def test_the_network_of_the_reference_learns_to_read(capsys):
    mpl.use("Agg")
    code = next(block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "training.fit" in block)
    exec(compile(code, "README.md", "exec"), {})
    plt.close("all")  # the next test of pictures counts its own
    assert float(capsys.readouterr().out.split()[0]) > 0.94
