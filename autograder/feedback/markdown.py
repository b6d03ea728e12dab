"""A notebook's Markdown as harmless HTML, kept by its content: most cells are the instructor's, and the same for every student."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

from autograder.feedback.clean import clean, image
from autograder.feedback.highlight import python
from autograder.feedback.kept import kept
from autograder.feedback.plain import plain
from autograder.feedback.tex import math

MOST = 20_000
"""Characters of a cell that are set as Markdown; a longer one is shown as it was written."""

SHIFT = 2
"""The page has headings of two levels before the notebook's begin."""


def markdown(source: str, attachments: Any = None) -> Markup:
    """HTML of a cell: cleaned, with later drawn and attached pictures inside."""
    if len(source) > MOST:
        return Markup("<pre>{}</pre>").format(source)
    return _rendered(source) if not attachments else _render(source, _pictures(attachments))


@kept(longest=8000, entries=1024)
def _rendered(source: str) -> Markup:
    return _render(source, {})


def _pictures(attachments: Any) -> dict[str, str]:
    """The attached pictures by name, as addresses inside the page."""
    if not isinstance(attachments, dict):
        return {}
    found = {name: image(plain(data)) for name, kinds in attachments.items() if isinstance(kinds, dict) for data in kinds.values()}
    return {name: address for name, address in found.items() if address}


def _render(source: str, pictures: Mapping[str, str]) -> Markup:
    """Formulas and code are set aside before the cleaning and put in after it, in places that carry the source's digest.

    No source can hold its own digest; and the place, with its quotes, comes out of the cleaning unchanged only where an element can stand.
    """
    later: list[str] = []
    place = f'<code class="later-{hashlib.sha256(source.encode()).hexdigest()[:32]}-%d"></code>'
    html = clean(_PARSER.render(source, {"later": later, "place": place, "pictures": pictures}))
    return Markup(re.sub(place.replace("%d", r"(\d+)"), lambda found: later[int(found[1])], html))


def _set_aside(html: str, env: Any) -> str:
    env["later"].append(html)
    return str(env["place"] % (len(env["later"]) - 1))


def _formula(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return _set_aside(math(tokens[index].content.strip(), block=tokens[index].type != "math_inline"), env)


def _fence(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    words = token.info.split()
    code = python(token.content) if words and re.fullmatch(r"(?i)i?py(thon)?3?", words[0]) else escape(token.content)
    return _set_aside(f"<pre><code>{code}</code></pre>", env)


def _heading(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    level = min(int(tokens[index].tag[1:]) + SHIFT, 6)
    return f"<h{level}>" if tokens[index].nesting == 1 else f"</h{level}>\n"


def _image(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    address = str(tokens[index].attrs.get("src", ""))
    address = env["pictures"].get(address.removeprefix("attachment:"), address)
    alt = renderer.renderInlineAsText(tokens[index].children or [], options, env)
    if not address.startswith("data:"):
        return f"<em>[a picture that this page does not load: {escape(alt or address)}]</em>"
    return f'<img src="{escape(address)}" alt="{escape(alt)}">'


def _parser() -> MarkdownIt:
    parser = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .use(dollarmath_plugin, allow_digits=False, double_inline=True, allow_labels=False)
    )
    for kind in ("math_inline", "math_inline_double", "math_block"):
        parser.add_render_rule(kind, _formula)
    for kind in ("heading_open", "heading_close"):
        parser.add_render_rule(kind, _heading)
    for kind in ("fence", "code_block"):
        parser.add_render_rule(kind, _fence)
    parser.add_render_rule("image", _image)
    return parser


_PARSER = _parser()
