"""What comes as files: links, pipes, unreadable and huge notebooks."""

import json
import os
import socket

from tests.autograder.redteam.base import EXTREMES, NO_EXTREMES, ROWS, SUMS, Item, rows

FILES, UNREADABLE = "links and files", "broken notebooks"


def notebook_at(folder, text, base=ROWS):
    (folder / f"{base}.ipynb").write_text(text, encoding="utf-8", errors="surrogatepass")


def with_links(folder, text):
    notebook_at(folder, text)
    for name, target in (
        ("passwd", "/etc/passwd"),
        ("up", "../../.."),
        ("loop", "loop"),
        ("source.ipynb", "../../../source/90_rows/90_rows.ipynb"),
        ("victim.txt", text_between(text, "# VICTIM ", "\\n")),
        ("root", "/"),
    ):
        os.symlink(target, folder / name)


def text_between(text, start, end):
    return text.split(start)[1].split(end)[0]


def is_link(target):
    return lambda folder, text: os.symlink(target, folder / "90_rows.ipynb")


def hard_link(folder, text):
    notebook_at(folder, text)
    os.link(text_between(text, "# VICTIM ", "\\n"), folder / "linked.txt")


def with_pipe(folder, text):
    notebook_at(folder, text)
    os.mkfifo(folder / "data.csv")
    with socket.socket(socket.AF_UNIX) as s:
        here = os.getcwd()
        os.chdir(folder)
        s.bind("socket.txt")
        os.chdir(here)


def is_pipe(folder, text):
    os.mkfifo(folder / "90_rows.ipynb")


def is_folder(folder, text):
    (folder / "90_rows.ipynb").mkdir()
    notebook_at(folder / "90_rows.ipynb", text)


def sparse_data(folder, text):
    notebook_at(folder, text)
    with open(folder / "data.bin", "wb") as file:
        file.truncate(3 << 30)


def many_files(folder, text):
    notebook_at(folder, text)
    for n in range(5000):
        (folder / f"file{n}.txt").write_text("x", encoding="utf-8")


def deep_folders(folder, text):
    notebook_at(folder, text)
    here = os.getcwd()
    os.chdir(folder)
    for _ in range(600):
        os.mkdir("deeper")
        os.chdir("deeper")
    os.chdir(here)


def strange_names(folder, text):
    notebook_at(folder, text)
    for name in (
        b"\xff\xfe.txt",
        b"new\nline.txt",
        b"-rf",
        b"<img src=x onerror=INJECTED>.txt",
        b"$(touch rt-left).py",
        b".hidden",
        b"a" * 200,
    ):
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(b"x")


def shadows(folder, text):
    notebook_at(folder, text)
    (folder / "gradebook.db").write_bytes(b"x")
    (folder / "nbgrader_config.py").write_text("raise SystemExit('config of a student')\n", encoding="utf-8")
    (folder / ".ipynb_checkpoints").mkdir()
    notebook_at(folder / ".ipynb_checkpoints", "{}")
    notebook_at(folder, "{broken", "another")
    (folder / "timestamp.txt").write_text("<script>INJECTED</script> not a time", encoding="utf-8")


def no_rights(folder, text):
    notebook_at(folder, text)
    (folder / "closed").mkdir(mode=0)


RIGHT_ANYWAY = {"first": SUMS + "\n# VICTIM @VICTIM@\n", "points": 4.5}

FILE_ITEMS: list[Item] = [
    rows("links", FILES, "symbolic links to /etc/passwd, /, source/ and a file of the instructor's", write=with_links, **RIGHT_ANYWAY),
    Item(
        "link-to-solution",
        FILES,
        "the notebook is a link to the instructor's",
        ROWS,
        0,
        write=is_link("../../../source/90_rows/90_rows.ipynb"),
        readable=False,
        reason="link",
    ),
    Item(
        "link-to-neighbour",
        FILES,
        "the notebook is a link to another student's",
        ROWS,
        0,
        write=is_link("../../0-anna/90_rows/90_rows.ipynb"),
        readable=False,
        reason="link",
    ),
    Item(
        "link-to-itself",
        FILES,
        "the notebook is a link to itself",
        ROWS,
        0,
        write=is_link("90_rows.ipynb"),
        readable=False,
        reason="link|missing",
    ),
    Item(
        "link-to-device", FILES, "the notebook is a link to /dev/zero", ROWS, 0, write=is_link("/dev/zero"), readable=False, reason="link"
    ),
    rows("hard-link", FILES, "a hard link to a file of the instructor's", write=hard_link, **RIGHT_ANYWAY),
    rows("pipe", FILES, "a named pipe and a socket beside the notebook", write=with_pipe),
    Item("pipe-notebook", FILES, "the notebook is a named pipe", ROWS, 0, write=is_pipe, readable=False),
    rows(
        "folder-notebook",
        FILES,
        "the notebook lies in a folder that has its name; it may be found or refused",
        write=is_folder,
        trusted=True,
    ),
    rows("data-huge", FILES, "a file of 3 GB of nothing beside the notebook", write=sparse_data),
    rows("files-many", FILES, "5000 files beside the notebook", write=many_files),
    rows("folders-deep", FILES, "600 folders in one another", write=deep_folders),
    rows("names-strange", FILES, "file names that are no text, with line breaks, tags and options", write=strange_names),
    rows("shadows", FILES, "a gradebook, settings, checkpoints, a second notebook and a time stamp that is none", write=shadows),
    rows("closed-folder", FILES, "a folder that nobody may open", write=no_rights),
    Item("nothing", FILES, "an empty folder", ROWS, 0, write=lambda folder, text: None, readable=False, reason="missing"),
]


def writes(make):
    """The notebook file holds what ``make`` makes of its text."""

    def write(folder, text):
        made = make(text)
        (folder / "90_rows.ipynb").write_bytes(made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass"))

    return write


def edited(do):
    """The notebook file holds JSON that was changed by ``do``."""

    def make(text):
        data = json.loads(text)
        do(data)
        return json.dumps(data)

    return writes(make)


def version_3(text):
    import nbformat

    return nbformat.v3.writes_json(nbformat.convert(nbformat.reads(text, as_version=4), 3))


def huge(text):
    data = json.loads(text)
    data["cells"][0]["metadata"]["ballast"] = "x" * (200 << 20)
    return json.dumps(data)


def with_huge_outputs(data):
    code = next(cell for cell in data["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (10 << 20)}]


def unreadable(name, does, make, reason=""):
    return Item(
        name,
        UNREADABLE,
        does,
        ROWS,
        0,
        answers={"row_sums": SUMS, "smallest_and_largest": EXTREMES},
        write=make,
        readable=False,
        reason=reason,
    )


UNREADABLE_ITEMS: list[Item] = [
    rows("bom", UNREADABLE, "begins with a byte order mark; the answers are right", write=writes(lambda text: "\ufeff" + text)),
    rows("version-3", UNREADABLE, "is in nbformat 3; the answers are right", write=writes(version_3)),
    rows(
        "version-4.0",
        UNREADABLE,
        "is in nbformat 4.0, and cells have no ids; the answers are right",
        write=edited(lambda data: [data.update(nbformat_minor=0), *[cell.pop("id", None) for cell in data["cells"]]]),
    ),
    rows(
        "version-4.99",
        UNREADABLE,
        "says it is in nbformat 4.99; the answers are right",
        write=edited(lambda data: data.update(nbformat_minor=99)),
    ),
    rows(
        "line-ends",
        UNREADABLE,
        "has the line ends of Windows; the answers are right",
        write=writes(lambda text: text.replace("\n", "\r\n")),
    ),
    rows(
        "utf-16",
        UNREADABLE,
        "is in UTF-16; it may be mended or refused",
        write=writes(lambda text: text.encode("utf-16")),
        points=0,
        trusted=True,
    ),
    rows("outputs-huge", UNREADABLE, "brings 10 MB of outputs along; the answers are right", write=edited(with_huge_outputs)),
    unreadable("huge", "has 200 MB", writes(huge), "large|big|MB|bytes"),
    unreadable(
        "deep",
        "JSON of 100,000 lists in one another",
        writes(lambda text: '{"nbformat": 4, "cells": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    ),
    unreadable(
        "deep-metadata",
        "metadata of 100,000 objects in one another",
        writes(lambda text: text.replace('"metadata": {', '"metadata": {"x": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + ", ", 1)),
    ),
    unreadable("cut", "breaks off after 60 %", writes(lambda text: text[: len(text) * 6 // 10]), "breaks off"),
    unreadable("empty", "is empty", writes(lambda text: ""), "empty"),
    unreadable(
        "conflict",
        "holds both versions of a merge conflict",
        writes(lambda text: text.replace(' "cells"', '<<<<<<< HEAD\n "cells"\n=======\n>>>>>>> x\n', 1)),
        "conflict",
    ),
    unreadable("list", "is a list", writes(lambda text: "[1, 2]"), "no notebook"),
    unreadable("number", "is 1e999", writes(lambda text: "1e999")),
    unreadable("cells-no-list", "its cells are a number", edited(lambda data: data.update(cells=3))),
    unreadable("cells-of-numbers", "its cells are numbers", edited(lambda data: data.update(cells=[1, None, "x"]))),
    unreadable("zeros", "is 1 MB of zero bytes", writes(lambda text: bytes(1 << 20))),
    unreadable("zip", "is a ZIP archive", writes(lambda text: b"PK\x03\x04" + bytes(range(256)) * 40)),
    rows("nbformat-7", UNREADABLE, "says it is in nbformat 7", write=edited(lambda data: data.update(nbformat=7))),
    rows(
        "source-of-numbers",
        UNREADABLE,
        "a cell's source is a list of numbers; it may be mended or refused",
        points=0,
        trusted=True,
        write=edited(lambda data: data["cells"][-1].update(source=[1, 2])),
    ),
    rows(
        "surrogates",
        UNREADABLE,
        "a cell holds half a character; the other answer is right",
        SUMS,
        "x = '\\ud800'\n" + NO_EXTREMES,
        2,
        write=edited(lambda data: data["cells"][0].update(source="half \ud800")),
    ),
    rows(
        "cells-many",
        UNREADABLE,
        "has 20,000 empty cells more; it may be graded or refused",
        points=0,
        trusted=True,
        write=edited(
            lambda data: data["cells"].extend({"cell_type": "markdown", "id": f"m{n}", "metadata": {}, "source": ""} for n in range(20_000))
        ),
    ),
    rows(
        "keys-twice",
        UNREADABLE,
        "has every key twice; the answers are right",
        points=0,
        trusted=True,
        write=writes(
            lambda text: text.replace(
                '{\n "cells"',
                """\
{
 "cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
 "cells\"""",
            )
        ),
    ),
]

ITEMS = [*FILE_ITEMS, *UNREADABLE_ITEMS]
