"""Injected HTML and JavaScript, and hostile names: what an instructor or a student would open in a browser."""

from tests.autograder.redteam.base import NO_SUMS, SCRIPT, SUMS, Item, Place, grade_id, plain, rows, type_in

FAMILY = "injected HTML and names"
SHOWS = """\
from IPython.display import HTML, Javascript, Latex, Markdown, SVG, display
S = '''@SCRIPT@'''
display(HTML(S), Javascript("INJECTED"), Markdown(S), Latex(S))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='INJECTED'><script>INJECTED</script></svg>"))
print(S)
"""
HTML_VALUE = """\
def row_sums(x):
    print('''@SCRIPT@''')
    return '''@SCRIPT@'''
"""
ERROR = "raise type('''@SCRIPT@''', (Exception,), {})('''@SCRIPT@''')"
MIME = """\
S = '''@SCRIPT@'''
display({"text/html": ["<scr", "ipt>INJECTED</script>"], f"text/{S}": "x", "image/svg+xml": S}, raw=True)
display({"image/png": '"><script>INJECTED</script>', "text/plain": "x"}, raw=True)
display({"application/vnd.jupyter.widget-view+json": {"model_id": S}, "text/plain": "x"}, raw=True)
display({"application/vnd.dlteach.report+json": {"headline": S, "html": S}, "text/html": S}, raw=True)
"""
TEXT = """\
@SCRIPT@

[x](javascript:INJECTED) ![x](x" onerror="INJECTED) `@SCRIPT@`

$$\\href{javascript:INJECTED}{x}$$ @SCRIPT@
"""


def texts(made):
    for cell in made.cells:
        if cell.cell_type == "markdown" and not grade_id(cell):
            cell.source = Place().fill(TEXT)


def attachments(made):
    made.cells[0]["attachments"] = {"a.png": {"image/png": '"><script>INJECTED</script>'}, "b.svg": {"image/svg+xml": SCRIPT}}
    made.metadata["title"] = made.metadata["authors"] = SCRIPT
    made.metadata["language_info"] = {"name": SCRIPT, "pygments_lexer": SCRIPT, "codemirror_mode": SCRIPT, "file_extension": SCRIPT}


def shows_twice(made):
    type_in(made, "share", Place().fill(SHOWS))


def named(name, does, student):
    """Right answers by a student of that name: it may be graded, or refused."""
    return rows(name, FAMILY, does, student=student, trusted=True)


ITEMS: list[Item] = [
    rows("html-text", FAMILY, "scripts in the notebook's texts", change=texts),
    rows("html-attached", FAMILY, "scripts in attachments and in the notebook's metadata", change=attachments),
    rows("html-output", FAMILY, "scripts in outputs: HTML, JavaScript, SVG, Markdown, LaTeX, text", SHOWS + NO_SUMS, points=2.5),
    rows("html-error", FAMILY, "scripts in the message and the name of an error", ERROR, points=2.5),
    rows("html-error-while-checked", FAMILY, "the same, in the function", "def row_sums(x):\n    " + ERROR, points=2.5),
    rows("html-value", FAMILY, "the function returns scripts, and prints them", HTML_VALUE, points=2.5),
    rows("html-code", FAMILY, "scripts in the code, in names and comments", SUMS + "\n# @SCRIPT@\n"),
    rows("html-mime", FAMILY, "outputs of kinds whose names are scripts; a widget; a report that is a script", MIME + NO_SUMS, points=2.5),
    plain("html-plain", FAMILY, "scripts in the outputs of a plain test", SHOWS + "def total(x):\n    " + ERROR, change=shows_twice),
    named("name-of-html", "the student's name is a picture that runs a script", "<img src=x onerror=INJECTED>"),
    named("name-of-quotes", "the student's name has quotes and ends an attribute", "\"'><b onmouseover=INJECTED>"),
    named("name-of-option", "the student's name is an option", "--help"),
    named("name-of-shell", "the student's name runs a shell command", "$(touch rt-left);`id`"),
    named("name-of-lines", "the student's name has a line break and colours of a terminal", "two\nlines\x1b[31m"),
    named("name-of-glob", "the student's name is a pattern that fits everybody", "*"),
    named("name-of-braces", "the student's name is a field of nbgrader's own patterns", "{student_id}"),
    named("name-of-formula", "the student's name is a formula for a spreadsheet", "=cmd|' -C calc'!A0"),
    named("name-too-long", "the student's name has 240 characters", "n" * 240),
    named("name-no-text", "the student's name is no UTF-8", "\udcff\udcfe"),
]
