"""Which large libraries an assignment imports, read out of the instructor's notebooks."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.heavy import heavy_imports


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import torch", ("torch",)),
        ("import matplotlib.pyplot as plt", ("matplotlib.pyplot",)),
        ("import numpy as np, torch, pandas as pd # tables", ("pandas", "torch")),
        ("from sklearn.linear_model import LogisticRegression", ("sklearn.linear_model",)),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None", ("torch",)),
        ("%matplotlib inline\n!pip list\nimport scipy; x = 1", ("scipy",)),
        ("import numpy; import torch", ("torch",)),
        ("import math, os\nfrom . import torch\nimportant = 'torch'", ()),
        ("print('import')\n# import torch\nimport", ()),
    ],
)
def test_every_way_to_write_it(tmp_path, code, expected):
    nbformat.write(new_notebook(cells=[new_markdown_cell("import torch"), new_code_cell(code)]), tmp_path / "a.ipynb")
    assert heavy_imports(tmp_path) == expected


def test_all_notebooks_count_and_each_module_once(tmp_path):
    for name in ("a", "b"):
        nbformat.write(new_notebook(cells=[new_code_cell(f"import torch\nimport scipy.{name}")]), tmp_path / f"{name}.ipynb")
    assert heavy_imports(tmp_path) == ("scipy.a", "scipy.b", "torch")
    assert heavy_imports(tmp_path / "empty") == ()


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": [1, {"cell_type": "code"}]}', "\ufeff{}"])
def test_a_notebook_that_cannot_be_read_imports_nothing(tmp_path, content):
    (tmp_path / "a.ipynb").write_text(content, encoding="utf-8")
    assert heavy_imports(tmp_path) == ()
