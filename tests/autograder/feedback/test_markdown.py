"""The text of a lesson as harmless HTML, its formulas drawn without a script."""

import base64
import json
import re

import pytest

from autograder.feedback.markdown import markdown
from autograder.feedback.tex import math
from dlteach.authoring.places import lessons_folder

LESSONS = sorted(lessons_folder().glob("*.ipynb"))
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("# Title", "<h3>Title</h3>"),
        ("###### Deep", "<h6>Deep</h6>"),
        ("- a\n- b", "<li>a</li>"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "<td>1</td>"),
        ("~~gone~~", "<s>gone</s>"),
        ("`x < y`", "<code>x &lt; y</code>"),
        ("```python\nreturn\n```", '<pre><code><span class="k">return</span>\n</code></pre>'),
        ("```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"),
        ("[there](https://example.org)", '<a href="https://example.org" rel="noopener noreferrer nofollow">there</a>'),
        ("[there](javascript:alert(1))", "<p>[there](javascript:alert(1))</p>"),
        (
            "<details>\n<summary>Hint</summary>\n\n**x** $y$\n\n</details>",
            "<details>\n<summary>Hint</summary>\n<p><strong>x</strong> <math",
        ),
        ("![a cat](https://example.org/cat.png)", "[a picture that this page does not load: a cat]"),
        (f"![dot](data:image/png;base64,{PNG})", f'<img src="data:image/png;base64,{PNG}" alt="dot">'),
        ("$x$", '<math display="inline"><mrow><mi>x</mi></mrow></math>'),
        ("$$x$$", '<math display="block"><mrow><mi>x</mi></mrow></math>'),
        ("so $$x$$ it is", '<math display="block">'),
        ("it costs $5 or $6", "it costs $5 or $6"),
        ("`$x$`", "<code>$x$</code>"),
    ],
)
def test_markdown(source, part):
    assert part in str(markdown(source))


def test_attached_pictures_are_put_inside():
    attachments = {"dot.png": {"image/png": PNG}, "bad.png": {"image/png": "no picture"}}
    html = str(markdown("![dot](attachment:dot.png) ![bad](attachment:bad.png)", attachments))
    assert f'<img src="data:image/png;base64,{PNG}" alt="dot">' in html
    assert "does not load: bad" in html


@pytest.mark.parametrize("attachments", [7, [1], {"a": 7}, {"a": {"image/png": 7}}], ids=str)
def test_odd_attachments_do_no_harm(attachments):
    assert "does not load" in str(markdown("![a](attachment:a)", attachments))


def test_very_long_text_is_shown_as_it_was_written():
    assert str(markdown("*a* " * 10_000)).startswith("<pre>*a* *a*")


def test_no_formula_gets_where_no_element_can_stand():
    html = str(markdown('<p title="\n\n$x$\n\n">\n\nafter'))
    assert "<math" not in html


def test_nobody_can_write_the_place_of_a_formula():
    import hashlib

    place = f'<code class="later-{hashlib.sha256(b"$x$").hexdigest()[:32]}-0"></code>'
    assert "<math" not in str(markdown(place))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_formula_of_the_lessons_is_drawn(path):
    drawn = 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            html = str(markdown("".join(cell["source"])))
            drawn += html.count("<math")
            assert 'class="tex"' not in html
            assert "$" not in re.sub(r"<code>.*?</code>", "", html, flags=re.S)
    assert drawn > 20


@pytest.mark.parametrize(
    "formula",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(https://evil.invalid)}{x}",
        r"\class{result}{x}",
        r"\color{red\" onclick=\"alert(1)}{x}",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_a_formula_holds_no_markup_of_its_own(formula):
    html = math(formula)
    assert re.findall(r"<(?!/?(?:m[a-z]+|code|span)\b)", html) == []
    assert not re.search(r"<[^>]*(?:on\w+=|href=|style=|class=\"result)", html)


@pytest.mark.parametrize(
    "formula",
    [r"\frac{", "x_", "{" * 1500, r"\left(" * 300, r"\def\a{\b\b}\def\b{\c\c}\a", r"\newcommand{\a}{aa}\a", "x" * 5000, r"\begin{nothing}"],
)
def test_what_cannot_be_drawn_is_shown_as_it_was_written(formula):
    assert math(formula).startswith('<code class="tex">$')


def test_a_sign_before_a_number_stands_close_to_it():
    assert '<mo>=</mo><mo form="prefix">−</mo>' in math("x = -1")
    assert "<mo>−</mo>" in math("x - 1")


def test_the_name_of_a_function_stands_apart():
    assert '<mi>log</mi><mspace width="0.167em"></mspace><mi>p</mi>' in math(r"\log p")
