"""Which HTML of a submission reaches the page: tables, text, lists, folds, our own report cards, and pictures inside the page.

No script, no style sheet, no address that is loaded by itself, no name that the page's links could hit, nothing that leaves its place.
"""

from __future__ import annotations

import base64
import re

import nh3


def words(text: str) -> set[str]:
    """The words of a text."""
    return set(text.split())


_SHAPES = words("g rect circle line polyline path text tspan")
TAGS = _SHAPES | words("""
    a abbr b bdi blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h3 h4 h5 h6 hr i img ins kbd li mark ol p
    pre q s samp small span strong sub summary sup svg table tbody td tfoot th thead tr u ul var
""")
_DRAWN = words("""
    x y x1 y1 x2 y2 dx dy cx cy r rx ry d points width height transform fill fill-opacity stroke stroke-width stroke-dasharray text-anchor
    textLength lengthAdjust font-size font-weight
""")
ATTRIBUTES = {
    "*": {"style", "title", "dir"},
    "a": {"href"},
    "code": {"class"},
    "details": {"open"},
    "div": {"role", "aria-label"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "svg": {"role", "aria-label", "viewBox", "width", "height"},
    "table": {"class"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    **dict.fromkeys(_SHAPES, _DRAWN),
}
STYLES = words("""
    border border-left border-right border-top border-bottom border-collapse border-radius color background background-color display
    gap justify-content list-style margin margin-top margin-bottom max-width width height opacity overflow padding fill font font-family
    font-size font-style font-weight line-height text-align vertical-align white-space
""")

_LINK = re.compile(r"(?:https?://|mailto:)[^\s]+", re.IGNORECASE)
_HARMFUL = re.compile(r"url\s*\(|image|expression|\\|@|/\*|[<>]", re.IGNORECASE)
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,(.*)", re.IGNORECASE | re.DOTALL)
_LATER = re.compile(r"later-[0-9a-f]{32}-\d+")
_CARD_ROLES = {"group", "img"}


def clean(html: str) -> str:
    """The harmless part of a piece of HTML."""
    return _CLEANER.clean(html)


def image(data: str) -> str | None:
    """The address of a picture inside the page, of data in base64; None if the data is no PNG, JPEG, GIF or WebP."""
    try:
        content = base64.b64decode(data)
    except ValueError:
        return None
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}" if kind else None


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value an attribute may have, or None. An error in here would remove the attribute as well."""
    if name == "href":
        return value if _LINK.fullmatch(value) else None
    if name == "src":
        found = _PICTURE.fullmatch(value)
        return image(found[1]) if found else None
    if name == "class":
        return value if value == "dataframe" or (tag == "code" and _LATER.fullmatch(value)) else None
    if name == "role":
        return value if value in _CARD_ROLES else None
    if name in ("style", "fill", "stroke"):
        return None if _HARMFUL.search(value) else value
    return value


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags={"script", "style", "title", "textarea", "template", "noscript", "iframe", "object", "math"},
    attribute_filter=_attribute,
    filter_style_properties=STYLES,
    url_schemes={"http", "https", "mailto", "data"},
    link_rel="noopener noreferrer nofollow",
)
