"""Any bytes become a valid notebook of format 4.5 without outputs, or one sentence about what is wrong with them."""

import copy
import json
import subprocess
import sys
import warnings
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import v3, v4

from autograder.read.notebook import clean, read_notebook
from autograder.read.parse import Unreadable

ROOT = Path(__file__).parents[3]
CELLS = [
    {"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# A title\n", "and é, 😀"]},
    {"cell_type": "code", "id": "code", "metadata": {}, "source": "x = 1", "execution_count": 4, "outputs": [{"output_type": "stream"}]},
]
LANGUAGE = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}
NOTEBOOK = {"cells": CELLS, "metadata": LANGUAGE, "nbformat": 4, "nbformat_minor": 5}
TEXT = json.dumps(NOTEBOOK, indent=1)
SOURCES = ["# A title\nand é, 😀", "x = 1"]


def read(raw):
    content, repairs = read_notebook(raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass"))
    valid(content)
    return content, repairs


def valid(content):
    nbformat.validate(nbformat.from_dict(content))
    json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in content["cells"] if cell["cell_type"] == "code")


def sources(content):
    return [cell["source"] for cell in content["cells"]]


def with_cell(**changes):
    """A notebook whose second cell has these in place of what it had; None takes it away."""
    notebook = copy.deepcopy(NOTEBOOK)
    for key, value in changes.items():
        notebook["cells"][1][key] = value
        if value is None:
            del notebook["cells"][1][key]
    return notebook


def test_a_good_notebook_keeps_its_cells_and_loses_its_outputs():
    content, repairs = read(TEXT)
    assert content == {
        "cells": [
            {"cell_type": "markdown", "id": "title", "metadata": {}, "source": SOURCES[0]},
            {"cell_type": "code", "id": "code", "metadata": {}, "source": "x = 1", "execution_count": None, "outputs": []},
        ],
        "metadata": LANGUAGE,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    assert repairs == []


UNESCAPED = json.dumps(NOTEBOOK, ensure_ascii=False)
# files that are no notebooks as they are, but can be read as one; and what is said about it
MENDED = {
    "byte order mark": (b"\xef\xbb\xbf" + TEXT.encode(), "it began with a byte order mark, which was left out"),
    "two of them": (b"\xef\xbb\xbf\xef\xbb\xbf" + TEXT.encode(), "it began with a byte order mark, which was left out"),
    "UTF-16": (TEXT.encode("utf-16"), "it was saved as UTF-16, not as UTF-8"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-be"), "it was saved as UTF-16-BE, not as UTF-8"),
    "UTF-32": (UNESCAPED.encode("utf-32"), "it was saved as UTF-32, not as UTF-8"),
    "Windows line ends": (TEXT.replace("\n", "\r\n").encode(), None),
    "old Mac line ends": (TEXT.replace("\n", "\r").encode(), None),
    "zeros behind it": (TEXT.encode() + b"\0" * 512, "it was not quite JSON (stray bytes"),
    "a shorter one saved over a longer one": (TEXT + "nput\n}]}", "8 characters after its end were left out"),
    "twice the same": (TEXT + TEXT, f"{len(TEXT)} characters after its end were left out"),
    "raw tabs": (
        TEXT.replace("x = 1", "x =\t1").replace("x =\t1", "x = 1", 0),
        "it was not quite JSON (stray bytes, raw control characters",
    ),
    "a number without end": (
        TEXT.replace('"execution_count": 4', '"execution_count": 1' + "0" * 5000),
        "or a number with thousands of digits)",
    ),
    "NaN": (TEXT.replace('"execution_count": 4', '"execution_count": NaN, "metadata": {"x": -Infinity}'), None),
    "a number beyond all": (TEXT.replace('"execution_count": 4', '"execution_count": 1e9999'), None),
    "keys twice": (
        TEXT.replace('"nbformat": 4', '"cells": [], "nbformat": 4').replace('"cells": []', f'"cells": {json.dumps(CELLS)}'),
        None,
    ),
}


@pytest.mark.parametrize("name", MENDED)
def test_what_an_editor_did_to_the_file_is_mended(name):
    raw, says = MENDED[name]
    content, repairs = read(raw)
    assert [source.replace("\t", " ") for source in sources(content)] == SOURCES
    assert len(repairs) == (says is not None)
    assert says is None or says in repairs[0]


def test_an_old_editors_encoding_is_recognised_and_damage_is_not_taken_for_one():
    mine = {**NOTEBOOK, "cells": [{**CELLS[1], "source": "# naïve – café"}]}
    content, repairs = read(json.dumps(mine, ensure_ascii=False).encode("cp1252"))
    assert (sources(content), repairs) == (["# naïve – café"], ["it was saved as Windows-1252, not as UTF-8"])
    content, repairs = read(json.dumps(mine, ensure_ascii=False).encode().replace(b"x = 1", b"").replace(b"caf", b"caf\xff"))
    assert sources(content) == ["# naïve – caf\ufffdé"]
    assert repairs == ["some of its characters were damaged; each was replaced by \ufffd"]


DEEP = '{"nbformat": 4, "cells": ' + "[" * 100_000 + "]" * 100_000 + "}"
UNREADABLE = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\t\r\n", "is empty"),
    "zeros": (b"\0" * 4096, "is empty"),
    "a mark and nothing": (b"\xef\xbb\xbf", "is empty"),
    "cut off": (TEXT[:200], f"breaks off on line {TEXT[:200].count(chr(10)) + 1}, perhaps cut on its way"),
    "cut off in a text": (TEXT[: TEXT.index("x = 1") + 2], "breaks off on line"),
    "cut off as UTF-16": (TEXT.encode("utf-16")[:301], "breaks off on line"),
    "a merge conflict": ("{\n<<<<<<< HEAD\n}", "holds both versions of a merge conflict"),
    "a conflict inside": (
        TEXT.replace('   "id": "code",', '<<<<<<< HEAD\n   "id": "a",\n=======\n   "id": "b",\n>>>>>>> x'),
        "holds both versions",
    ),
    "a program": ("def f(x):\n    return x\n", "is no notebook: it is not JSON on line 1"),
    "a program with a text first": ('"""A program."""\nx = 1\n', "is no notebook: it is not JSON on line 1"),
    "a page": ("<!doctype html>\n<p>Please sign in</p>", "is no notebook: it is not JSON on line 1"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "is no notebook: it is not JSON on line 1"),
    "an archive": (b"PK\x03\x04" + bytes(range(200)), "is no notebook: it is not JSON on line 1"),
    "a list": ("[1, 2]", "is JSON, but no notebook"),
    "a number": ("12", "is JSON, but no notebook"),
    "a text": ('"nbformat"', "is JSON, but no notebook"),
    "an object": ('{"a": 1}', "is JSON, but no notebook"),
    "cells that are a number": ('{"nbformat": 4, "cells": 3}', "is no valid notebook: its 'cells' is a number, and should be a list"),
    "no cells": ('{"nbformat": 4}', "is no valid notebook: its 'cells' is nothing, and should be a list"),
    "format 2": (
        '{"nbformat": 2, "worksheets": [], "cells": []}',
        "is no valid notebook: it is in format 2, and the oldest that can be read is 3",
    ),
    "too deep": (DEEP, "is nested too deeply to be a notebook"),
    "too deep in a text that is mended": ("\ufeff\ufeff" + DEEP, "is nested too deeply to be a notebook"),
    "too many cells": (
        json.dumps({**NOTEBOOK, "cells": [{}] * 5001}),
        "is no valid notebook: it has 5001 cells, and up to 5000 can be read",
    ),
    "too much text": (
        json.dumps(with_cell(source="x" * (5 << 20))),
        "is no valid notebook: its cells hold 5.0 MB of text, and up to 4 MB can be read",
    ),
    "too large": (TEXT + " " * (20 << 20), "is too large: it has 20.0 MB, and up to 20 MB can be read"),
    "millions of nothing": (
        '{"nbformat": 4, "cells": [' + "[]," * 2_000_000 + "[]]}",
        "holds millions of values, and no notebook needs so many",
    ),
    "millions of zeros": (
        '{"nbformat": 4, "cells": [' + "0," * 3_000_000 + "0]}",
        "holds millions of values, and no notebook needs so many",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_described_in_one_sentence(name):
    raw, says = UNREADABLE[name]
    with pytest.raises(Unreadable) as caught:
        read(raw)
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


CELL = {"cell_type": "code", "id": "code", "metadata": {}, "source": "x = 1", "execution_count": None, "outputs": []}
RAW = {"cell_type": "raw", "id": "code", "metadata": {}, "source": "x = 1"}
# what the second cell says of itself, and what becomes of it
CELLS_MENDED = {
    "no metadata": ({"metadata": None}, {}),
    "no outputs": ({"outputs": None, "execution_count": None}, {}),
    "metadata that is a list": ({"metadata": [1]}, {}),
    "other metadata": ({"metadata": {"collapsed": True, "slideshow": {"x": [1]}}}, {}),
    "tags": ({"metadata": {"tags": ["play", 3, None]}}, {"metadata": {"tags": ["play"]}}),
    "tags that are a text": ({"metadata": {"tags": "play"}}, {}),
    "no source": ({"source": None}, {"source": ""}),
    "an old source": ({"source": None, "input": ["x =", " 1"]}, {}),
    "a source that is a number": ({"source": 3}, {"source": ""}),
    "a source with numbers": ({"source": ["x", 3, " = 1", None, ["y"]]}, {}),
    "Windows line ends": ({"source": "x = 1\r\ny = 2\r\n"}, {"source": "x = 1\ny = 2\n"}),
    "half a character": ({"source": "x = '\ud800'"}, {"source": "x = '\ufffd'"}),
    "two halves": ({"source": ["x = '\ud83d", "\ude00'"]}, {"source": "x = '😀'"}),
    "an attachment of code": ({"attachments": {"a.png": {"image/png": "AAAA"}}}, {}),
    "an unknown key": ({"prompt": 3, "language": "python"}, {}),
    "an unknown type": ({"cell_type": "sql"}, RAW),
    "a type that is a list": ({"cell_type": ["code"]}, RAW),
    "no type": ({"cell_type": None}, RAW),
    "a heading": ({"cell_type": "heading", "level": 2}, {**RAW, "cell_type": "markdown", "source": "## x = 1"}),
    "a heading of no level": ({"cell_type": "heading", "level": [9]}, {**RAW, "cell_type": "markdown", "source": "# x = 1"}),
    "the same id": ({"id": "title"}, {"id": "cell-001"}),
    "no id": ({"id": None}, {"id": "cell-001"}),
    "an id with a space": ({"id": "a b"}, {"id": "cell-001"}),
    "an id that is a number": ({"id": 7}, {"id": "cell-001"}),
    "an endless id": ({"id": "x" * 65}, {"id": "cell-001"}),
}


@pytest.mark.parametrize("name", CELLS_MENDED)
def test_a_cell_is_made_anew_of_what_is_usable(name):
    changes, wanted = CELLS_MENDED[name]
    content, repairs = read(json.dumps(with_cell(**changes)))
    assert content["cells"][1] == (wanted if wanted.get("cell_type") else {**CELL, **wanted})
    strange = ["1 cell of an unknown type became plain text"] * (wanted is RAW)
    nameless = ["1 cell had no id of its own and got one"] * (wanted.get("id", "code") != "code")
    assert repairs == strange + nameless


def test_what_is_no_cell_is_left_out():
    content, repairs = read(json.dumps({**NOTEBOOK, "cells": [3, *CELLS, None, "x", []]}))
    assert (sources(content), repairs) == (SOURCES, ["4 cells held no cell and were left out"])


def test_ids_are_made_the_same_way_every_time_and_none_twice():
    old = {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [{"cell_type": "code", "source": "x"}] * 3}
    old["cells"][1] = {**old["cells"][1], "id": "cell-000"}
    content, repairs = read(json.dumps(old))
    assert [cell["id"] for cell in content["cells"]] == ["cell-000-2", "cell-000", "cell-002"]
    assert repairs == []
    assert read(json.dumps(old))[0] == content


@pytest.mark.parametrize(
    "about", [{}, {"nbformat": "4"}, {"nbformat": 5}, {"nbformat": None}, {"nbformat": 4.0}, {"nbformat": True}], ids=str
)
def test_a_notebook_that_says_another_format_is_read_as_format_4(about):
    content, repairs = read(json.dumps({"cells": CELLS, "metadata": 3, "nbformat_minor": "x", **about}))
    assert (sources(content), content["metadata"]) == (SOURCES, {})
    assert repairs == ["it was not marked as a notebook of format 4 and was read as one"]


ABOUT = {
    "widgets": ({"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}, **LANGUAGE}, LANGUAGE),
    "no name": ({"kernelspec": {"display_name": "x"}, "language_info": {"version": "3"}}, {}),
    "not text": ({"kernelspec": {"name": 3, "display_name": "x"}, "language_info": {"name": ["python"]}}, {}),
    "not dictionaries": ({"kernelspec": "python3", "language_info": 3}, {}),
    "a script": ({"kernelspec": {"name": "python3", "display_name": "<script>alert(1)</script>"}}, {}),
    "more": ({"language_info": {"name": "python", "codemirror_mode": {"x": [1]}}}, {"language_info": {"name": "python"}}),
}


@pytest.mark.parametrize("name", ABOUT)
def test_of_a_notebooks_own_metadata_only_kernel_and_language_stay(name):
    assert read(json.dumps({**NOTEBOOK, "metadata": ABOUT[name][0]}))[0]["metadata"] == ABOUT[name][1]


PICTURE = {"image/png": "iVBORw0KGgo="}
ATTACHED = {
    "a picture": ({"image.png": PICTURE}, {"image.png": PICTURE}),
    "two forms of it": ({"a.png": {**PICTURE, "text/html": "<script>"}}, {"a.png": PICTURE}),
    "a page": ({"a.html": {"text/html": "PGI+"}}, {}),
    "a script in a picture": ({"a.png": {"image/png": 'x"><script>alert(1)</script>'}}, {}),
    "a script in its name": ({'"><script>': PICTURE}, {}),
    "not text": ({"a.png": {"image/png": {"x": 1}}, "b.png": "AAAA"}, {}),
    "too large": (
        {"a.png": {"image/png": "A" * (5 << 20)}, "b.png": {"image/png": "A" * (5 << 20)}},
        {"a.png": {"image/png": "A" * (5 << 20)}},
    ),
    "spaces without end": ({"a.png": {"image/png": " " * (1 << 20) + "!"}}, {}),
}


@pytest.mark.parametrize("name", ATTACHED)
def test_pictures_in_written_answers_stay_and_nothing_else_that_is_attached(name):
    attached, kept = ATTACHED[name]
    cells = [{**CELLS[0], "attachments": attached}, CELLS[1]]
    content, repairs = read(json.dumps({**NOTEBOOK, "cells": cells}))
    assert content["cells"][0].get("attachments", {}) == kept
    lost = len(attached) - len(kept)
    was = "was" if lost == 1 else "were"
    assert repairs == [f"{lost} of the attachments {was} no picture, or too large, and {was} left out"] * bool(lost)


def old_notebook():
    cells = [
        v3.new_text_cell("markdown", source="Some *text*"),
        v3.new_heading_cell("A title\nof two lines", level=2),
        v3.new_code_cell(input="x = 1\nprint(x)", prompt_number=3, outputs=[v3.new_output("stream", output_text="1")]),
        v3.new_text_cell("raw", source="raw"),
        v3.new_text_cell("html", source="<b>bold</b>"),
    ]
    return v3.new_notebook(worksheets=[v3.new_worksheet(cells=cells[:2]), v3.new_worksheet(cells=cells[2:])])


def test_a_notebook_of_format_3_is_brought_to_4_as_nbformat_does():
    old = json.loads(v3.writes_json(old_notebook()))
    content, repairs = read(json.dumps(old))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = v4.upgrade(v3.reads_json(json.dumps(old)))
    assert [(cell["cell_type"], cell["source"]) for cell in content["cells"]] == [(cell.cell_type, cell.source) for cell in theirs.cells]
    assert repairs == ["it was in the old format 3 and was brought to 4.5"]


KEYS = st.sampled_from(
    [
        "cells",
        "cell_type",
        "source",
        "metadata",
        "nbgrader",
        "grade_id",
        "tags",
        "outputs",
        "id",
        "attachments",
        "worksheets",
        "level",
        "input",
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=5)
    | st.sampled_from(["code", "markdown", "f"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYS | st.sampled_from(["nbformat", "nbformat_minor"]), JSON, max_size=6), st.lists(JSON, max_size=5))
def test_no_data_whatever_is_too_strange(data, cells):
    for notebook in (data, {"nbformat": 4, "cells": cells}, {"nbformat": 4, "cells": [data, *cells]}):
        try:
            content, repairs = clean(notebook)
        except Unreadable:
            continue
        for cell in content["cells"]:
            cell["metadata"] = {}  # what a cell claims is looked at later
        valid(content)
        " ".join(repairs).encode()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=50), st.integers(0, len(TEXT)), st.integers(0, 50))
def test_no_bytes_whatever_are_too_strange(noise, at, cut):
    raw = TEXT.encode()
    for damaged in (noise, raw[:at] + noise + raw[at + cut :], raw[: at + 1]):
        try:
            content, _ = read_notebook(damaged)
        except Unreadable:
            continue
        for cell in content["cells"]:
            cell["metadata"] = {}
        valid(content)


def test_reading_imports_nothing_heavy():
    time = "from autograder.read.timestamp import read_timestamp; read_timestamp(b'2026-01-01 00:00:00 UTC')"
    code = f"import sys, autograder.read; {time}; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    assert not {"nbformat", "jsonschema", "nbgrader", "nbconvert", "numpy", "IPython"} & set(loaded)
