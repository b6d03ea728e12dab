"""The house: what each room may import from outside, and what `import dlteach` costs. The floors are import-linter's to check."""

import subprocess
import sys

import pytest

grimp = pytest.importorskip("grimp", reason="the extra 'dev' is not installed")

OUTSIDE = {
    "nn": {"numpy"},
    "checking": {"numpy"},
    "data": {"numpy", "pooch", "sklearn"},
    "exercises": {"numpy", "IPython"},
}


@pytest.mark.parametrize("room", OUTSIDE)
def test_a_room_imports_from_outside_only_what_the_design_allows(room):
    graph = grimp.build_graph("dlteach", include_external_packages=True)
    modules = [module for module in graph.modules if module.split(".")[:2] == ["dlteach", room]]
    imported = {name.split(".")[0] for module in modules for name in graph.find_modules_directly_imported_by(module)}
    assert len(modules) > 1
    assert imported - {"dlteach"} - set(sys.stdlib_module_names) <= OUTSIDE[room]


def loaded_by(statement):
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split()) - set(sys.stdlib_module_names)


def test_import_dlteach_imports_numpy_and_nothing_heavier():
    assert loaded_by("import dlteach") - loaded_by("import numpy") == {"dlteach"}


def test_a_numpy_lesson_needs_no_torch_and_check_no_jupyter():
    assert loaded_by("from dlteach import check, use, progress") - loaded_by("import numpy") == {"dlteach"}


def test_parts_come_when_they_are_asked_for_and_others_are_an_attribute_error():
    import dlteach

    assert dlteach.nn.__name__ == "dlteach.nn"
    assert {"check", "use", "progress", "nn", "data"} <= set(dir(dlteach))
    with pytest.raises(AttributeError, match="has no attribute 'chekc'"):
        _ = dlteach.chekc
