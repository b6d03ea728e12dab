"""Everything a student can write, and everything their code can show, is hostile: nothing of it runs, loads, or leaves its place.

Every piece is tried in every place of a page, in a real browser, with the page's own policy and without it: each has to hold alone.
"""

import re
import time

import pytest

from autograder.feedback.clean import clean
from autograder.feedback.marks import Heading, Mark
from tests.autograder.feedback.conftest import CHECK, code, display, error, markdown, page_of, result, stream

RUN = "window.ran=1,alert(1)"
EVIL = "https://evil.invalid/x"
PIECES = {
    "script": f"<script>{RUN}</script>",
    "script loaded": f'<script src="{EVIL}"></script>',
    "script unclosed": f"<script>{RUN}//",
    "image error": f'<img src=x onerror="{RUN}">',
    "image": f'<img src="{EVIL}">',
    "image set": f'<img srcset="{EVIL} 2x"><picture><source srcset="{EVIL}"></picture>',
    "svg onload": f'<svg onload="{RUN}"><script>{RUN}</script><animate onbegin="{RUN}" attributeName=x dur=1s></svg>',
    "svg use": f'<svg><use href="{EVIL}#a"/><image href="{EVIL}"/><foreignObject><img src=x onerror="{RUN}"></foreignObject></svg>',
    "details toggle": f'<details open ontoggle="{RUN}"><summary>x</summary></details>',
    "autofocus": f'<input autofocus onfocus="{RUN}"><div tabindex=1 autofocus onfocus="{RUN}">x</div>',
    "javascript link": f'<a href="javascript:{RUN}">x</a><a href=" jav&#x09;ascript:{RUN}">x</a><a href="JaVaScRiPt:{RUN}">x</a>',
    "data link": "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "markdown link": f"[x](javascript:{RUN}) [y](<data:text/html,a>) ![z]({EVIL}) <javascript:{RUN}>",
    "iframe": f'<iframe src="{EVIL}"></iframe><iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    "object": f'<object data="{EVIL}"></object><embed src="{EVIL}"><applet code="{EVIL}"></applet>',
    "refresh": f'<meta http-equiv="refresh" content="0;url={EVIL}">',
    "base": f'<base href="{EVIL}/">',
    "form": f'<form action="{EVIL}"><button formaction="javascript:{RUN}">x</button></form>',
    "style sheet": f'<style>@import "{EVIL}"; body {{ background: url({EVIL}) }}</style><link rel=stylesheet href="{EVIL}">',
    "style": f'<p style="background:url({EVIL});width:expression({RUN});behavior:url({EVIL})">x</p>',
    "style escaped": f"<p style=\"color:red;background:u\\72l({EVIL});list-style:image-set('{EVIL}' 1x)\">x</p>",
    "overlay": '<div style="position:fixed;inset:0;z-index:9;background:red">you have 100 points</div>',
    "video": f'<video src="{EVIL}" poster="{EVIL}" autoplay onerror="{RUN}"></video><audio src="{EVIL}" autoplay></audio>',
    "table background": f'<table background="{EVIL}"><td background="{EVIL}">x</table><body background="{EVIL}" onload="{RUN}">',
    "comment unclosed": "<!-- ",
    "comment odd": f"<!--><img src=x onerror={RUN}>--><!--!><script>{RUN}</script>",
    "cdata": f"<![CDATA[ ]]><script>{RUN}</script>]]>",
    "closing": f"</code></pre></div></section></main></body></html><script>{RUN}</script>",
    "raw text": f"</title></style></textarea></noscript></template><img src=x onerror={RUN}>",
    "textarea unclosed": "<textarea><title><plaintext>",
    "mutation math": f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={RUN}&gt;'>",
    "mutation svg": f"<svg></p><style><a id='</style><img src=1 onerror={RUN}>'>",
    "mutation noscript": f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    "mutation form": f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    "attribute": f'" onmouseover="{RUN}" x="',
    "attribute single": f"' autofocus onfocus='{RUN}' x='",
    "formula": f"$\\href{{javascript:{RUN}}}{{x}} \\text{{<img src=x onerror={RUN}>}}$",
    "formula in attribute": f'<p title="\n\n$x$ `"onclick={RUN}`\n\n">',
    "template": "{{7*7}} {% for x in y %} ${7*7} <%= 7*7 %> #{7*7}",
    "clobber": '<a id="points" name="notebook" class="result right">x</a><img name="body"><form id="head">',
    "entities": f"&lt;script&gt;{RUN}&lt;/script&gt; &#60;img src=x onerror={RUN}&#62;",
    "control": "a\x00b\x1b[31mc\x07\u202ed\u2066e\ufeff\ud800f\udfff\x85",
    "null in tag": f"<scr\x00ipt>{RUN}</scr\x00ipt><img src=x on\x00error={RUN}>",
    "slash tags": f"<img/src=x/onerror={RUN}><svg/onload={RUN}>",
}
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script><image href="{EVIL}"/></svg>'

FOUND = """() => {
    const wrong = [];
    for (const each of document.querySelectorAll('*')) {
        if (/^(script|iframe|object|embed|base|form|input|button|link|video|audio|textarea|foreignobject)$/i.test(each.tagName))
            wrong.push(each.tagName);
        for (const { name, value } of each.attributes) {
            const told = /^(title|alt|aria-label)$/.test(name);
            if (/^on/i.test(name) || !told && /javascript:|evil\\.invalid/i.test(value)) wrong.push(name + '=' + value);
        }
    }
    return wrong;
}"""


def hostile(piece):
    """A page with a piece in every place that a student's submission reaches."""
    known = {"grade_id": "essay", "solution": True, "grade": True, "locked": False}
    report = {"exercise": f"a.{piece}", "headline": piece, "hint": piece, "passed": False}
    cells = [
        markdown(piece),
        markdown(f"text {piece} text", metadata={"nbgrader": known}, attachments={piece: {piece: piece}}),
        markdown(f"# {piece}\n- {piece}\n\n| {piece} |\n|---|\n| {piece} |\n\n```{piece}\n{piece}\n```"),
        markdown(f"[{piece}](<{piece}> '{piece}') ![{piece}]({piece})"),
        {"cell_type": "raw", "metadata": {}, "source": piece},
        {"cell_type": piece, "metadata": {"tags": [piece]}, "source": piece},
        code(piece, grade_id=piece, solution=True, tags=[piece]),
        code(CHECK, grade_id="check", grade=True),
        code(
            f"# {piece}",
            stream(piece),
            stream(piece, piece),
            error(piece, ename=piece, evalue=piece),
            display(html=piece, plain=piece),
            display(html=f"<table><tr><td>{piece}</td></tr></table>"),
            display(svg=SVG),
            display(svg=piece),
            display(latex=piece),
            display(png=piece, plain=piece),
            display(**{"text/markdown": piece}),
            display(**{"application/javascript": RUN, "text/javascript": RUN, piece: piece}),
            display(**{"application/vnd.jupyter.widget-view+json": {"model_id": piece}}),
            result(piece),
        ),
        code("'the last cell'"),
    ]
    marks = {
        piece: Mark(1.0, 2.0, comment=piece, message=piece),
        "essay": Mark(None, 1.0, needs_manual=True, comment=piece),
        "check": Mark(0.0, 1.0, report=report),
        f"gone {piece}": Mark(0.0, 1.0),
    }
    return page_of(*cells, marks=marks, heading=Heading(piece, piece, piece, 1.0, 3.0, submitted=piece, remarks=(piece,)))


@pytest.mark.slow
@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "without"])
@pytest.mark.parametrize("name", PIECES)
def test_nothing_runs_and_nothing_is_loaded(visit, name, policy):
    html = hostile(PIECES[name])
    if not policy:
        html, removed = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
        assert removed == 1
    visited = visit(html)
    visited.page.keyboard.press("Tab")
    visited.page.wait_for_timeout(50)
    assert visited.page.evaluate("window.ran") is None
    assert (visited.dialogs, visited.loaded()) == ([], [])
    assert visited.page.evaluate(FOUND) == []
    assert [line for line in visited.said if "Content Security Policy" in line] == []  # nothing even tried
    # The page is whole: what comes after is in its place, and no name is there twice.
    assert visited.page.locator("main .cell").last.inner_text().strip() == "'the last cell'"
    assert visited.page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id).sort()") == sorted(
        ["points", "notebook", "part-1", "part-2", "part-3"]
    )


def test_templates_are_not_filled_in():
    html = hostile("{{7*7}}{% raw %}{{ style }}")
    assert "{{7*7}}" in html
    assert not re.search(r"(?<![\w/+])49(?![\w/+])", html)


@pytest.mark.parametrize("name", PIECES)
def test_every_page_can_be_written_and_read(name):
    html = hostile(PIECES[name])
    assert html.encode("utf-8").decode("utf-8") == html
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", html)


def test_the_policy_allows_pictures_inside_and_nothing_else():
    html = page_of()
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert html.index(policy) < html.index("<style>")


@pytest.mark.parametrize(
    "html",
    [
        '<table border="1" class="dataframe"><tbody><tr style="text-align: right;"><th>a</th><td>1</td></tr></tbody></table>',
        '<table><tr><td colspan="2">a</td></tr></table>',
        '<p style="color:red;font-weight:bold">a</p>',
        '<img src="data:image/png;base64,iVBORw0KGgo=" alt="a">',
    ],
)
def test_what_is_harmless_stays(html):
    cleaned = clean(html)
    for part in re.findall(r'class="[^"]*"|colspan="2"|font-weight:bold|src="[^"]*"|>\w+<', html):
        assert part in cleaned


def test_a_students_own_check_keeps_its_card():
    import numpy as np

    from dlteach.checking.picture import picture
    from dlteach.checking.report import Report, Story

    got, expected = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    story = Story(
        "a.relu",
        "It is `wrong`.",
        hint="Look.",
        got=got,
        expected=expected,
        shows_values=True,
        where=(0, 0),
        picture=picture(got, expected, 1e-7),
    )
    card = Report(0.5, 1.0, story).html()
    cleaned = clean(card)
    kept = (
        "border-left:6px solid",
        "background:var(--jp-layout-color0, #fff)",
        "viewBox=",
        "<rect",
        "text-anchor",
        'role="group"',
        "<code>wrong</code>",
    )
    for part in kept:
        assert part in card
        assert part in cleaned


@pytest.mark.parametrize(
    "piece",
    [
        "<div>" * 60_000,
        "<table><tr><td>" * 13_000,
        "".join(f"<b a={number}>" for number in range(10_000)) + "<p>" * 30_000,
        "*" * 200_000,
        "[" * 19_999,
        "> " * 9_999,
        "`a" * 9_999,
        "|a" * 9_000 + "\n" + "|-" * 900,
        "$x$" * 6_000,
        "$" + "{" * 1_900 + "$",
        "\x1b[31m" * 40_000,
        "\r" * 200_000,
        "\x00" * 200_000,
        "'''" * 60_000,
        "a\n" * 100_000,
        "&" * 200_000,
    ],
    ids=lambda piece: piece[:8].strip() or repr(piece[:1]),
)
def test_huge_input_takes_no_long_time_and_makes_no_huge_page(piece):
    began = time.process_time()
    html = page_of(markdown(piece), code(piece, stream(piece), display(html=piece, plain=piece), error(piece), result(piece)))
    assert len(html) < 5_000_000
    assert time.process_time() - began < 20  # a hundred times what it takes: a guard against growth without end, not a measurement


def test_many_outputs_are_cut():
    html = page_of(code("f()", *(result(f"number {number}") for number in range(1000))))
    assert "number 199" in html
    assert "number 200" not in html
    assert "800 more outputs are not shown." in html
