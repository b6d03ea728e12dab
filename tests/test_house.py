"""The house: what each room may import from outside, and what `import dlteach` costs. The floors are import-linter's to check."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

grimp = pytest.importorskip("grimp", reason="the extra 'dev' is not installed")

OUTSIDE = {
    "nn": {"numpy"},
    "checking": {"numpy"},
    "data": {"numpy", "pooch", "sklearn"},
    "training": {"numpy", "tqdm", "matplotlib", "safetensors"},
    "models": {"numpy"},
    "exercises": {"numpy", "IPython"},
    "traces": {"numpy"},
    "widgets": {"numpy", "anywidget", "traitlets", "matplotlib", "rjsmin"},
}


@pytest.mark.parametrize("room", OUTSIDE)
def test_a_room_imports_from_outside_only_what_the_design_allows(room):
    graph = grimp.build_graph("dlteach", include_external_packages=True)
    modules = [module for module in graph.modules if module.split(".")[:2] == ["dlteach", room]]
    imported = {name.split(".")[0] for module in modules for name in graph.find_modules_directly_imported_by(module)}
    assert len(modules) > 1
    assert imported - {"dlteach"} - set(sys.stdlib_module_names) <= OUTSIDE[room]


SHORT = ("nn", "training", "models", "traces", "widgets")
PROJECT = Path(__file__).parents[1]
TEXTBOOK = [path for room in SHORT for path in sorted((PROJECT / "dlteach" / room).glob("*.py"))]
TEXTBOOK += sorted((PROJECT / "autograder").rglob("*.py"))


def lines_of_code(function, source):
    """The lines of a function, without its docstring, blank lines and comments."""
    lines = set(range(function.lineno, function.end_lineno + 1))
    if ast.get_docstring(function) is not None:
        lines -= set(range(function.body[0].lineno, function.body[0].end_lineno + 1))
    return sum(1 for number in lines if source[number - 1].strip() and not source[number - 1].lstrip().startswith("#"))


@pytest.mark.parametrize("path", TEXTBOOK, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_can_be_read_in_one_go_and_a_function_be_seen_whole(path):
    source = path.read_text(encoding="utf-8").splitlines()
    assert len(source) <= 400
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            assert lines_of_code(node, source) <= 40, node.name


def public(room):
    """The functions and classes of a room; a cache or a bundle of gradients only names what its function describes."""
    module = importlib.import_module(f"dlteach.{room}")
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isfunction(value) or (inspect.isclass(value) and not hasattr(value, "_fields")):
            yield name, value


@pytest.mark.parametrize("room", ["nn", "models"])
def test_every_function_and_model_says_where_it_is_from(room):
    assert [name for name, value in public(room) if "Source:" not in inspect.getdoc(value)] == []


@pytest.mark.parametrize("room", ["nn", "training", "models"])
def test_every_function_documents_its_arguments_its_result_and_its_errors(room):
    for name, value in public(room):
        if inspect.isfunction(value) and inspect.signature(value).parameters:
            parts = ["Args:", "Raises:", *(["Returns:"] if inspect.signature(value).return_annotation is not None else [])]
            assert [part for part in parts if part not in inspect.getdoc(value)] == [], name


def loaded_by(statement):
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split()) - set(sys.stdlib_module_names)


def test_import_dlteach_imports_nothing_else():
    assert loaded_by("import dlteach") - loaded_by("pass") == {"dlteach"}


def test_a_numpy_lesson_needs_no_torch_and_check_no_jupyter():
    assert loaded_by("from dlteach import check, use, progress") - loaded_by("import numpy") == {"dlteach"}


def test_parts_come_when_they_are_asked_for_and_others_are_an_attribute_error():
    import dlteach

    assert dlteach.nn.__name__ == "dlteach.nn"
    assert {"check", "use", "progress", "nn", "data"} <= set(dir(dlteach))
    with pytest.raises(AttributeError, match="has no attribute 'chekc'"):
        _ = dlteach.chekc
