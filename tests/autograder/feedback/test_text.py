"""Text, terminal colours and code: shown as they are, with nothing hidden in them."""

import pytest

from autograder.feedback.ansi import ansi
from autograder.feedback.highlight import python
from autograder.feedback.plain import plain


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x00b", "a␀b"),
        ("a\x1bb", "a␛b"),
        ("a\ud800b", "a\ufffdb"),
        ("access = 'user\u202e\u2066'", "access = 'user[U+202E][U+2066]'"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("tab\tstays", "tab\tstays"),
        (["a\n", "b"], "a\nb"),
        (["a", 7], "a"),
        (None, ""),
        ({"a": 1}, ""),
        ("שלום ∇ 日本", "שלום ∇ 日本"),
    ],
)
def test_odd_characters_are_made_visible(raw, shown):
    assert plain(raw) == shown
    plain(raw).encode("utf-8")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", '<span class="ansi-red">red</span>'),
        ("\x1b[1;94mblue", '<span class="ansi-blue ansi-bold">blue</span>'),
        ("\x1b[38;5;28mgreen", '<span class="ansi-green">green</span>'),
        ("\x1b[38;5;241mgrey", '<span class="ansi-black">grey</span>'),
        ("\x1b[38;2;200;0;0mred", '<span class="ansi-red">red</span>'),
        ("\x1b[43mmarked\x1b[49m not", '<span class="ansi-marked">marked</span> not'),
        ("\x1b[2J\x1b[1;1Hcleared", "cleared"),
        ("\x1b]0;title\x07named", "named"),
        ("\x1b]8;;javascript:alert(1)\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b[31m<b>&\x1b[0m", '<span class="ansi-red">&lt;b&gt;&amp;</span>'),
        ("10%\r50%\r100%\ndone", "100%\ndone"),
        ("one\r\ntwo", "one\ntwo"),
        ("\x1b[38;5mhalf", '<span class="ansi-black">half</span>'),
        ("\x1b[" + "9" * 5000 + "mlong", "long"),
        ("\x1b[;;;m\x1b[mnothing", "nothing"),
        ("the end\x1b", "the end"),
    ],
)
def test_terminal_colours(raw, shown):
    assert str(ansi(raw)) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("return", '<span class="k">return</span>'),
        ("returned", "returned"),
        ("# <b>", '<span class="c"># &lt;b&gt;</span>'),
        ('f"a # {b}"', '<span class="s">f&#34;a # {b}&#34;</span>'),
        ('"""a\nb"""', '<span class="s">&#34;&#34;&#34;a\nb&#34;&#34;&#34;</span>'),
        ('"open\nx', '<span class="s">&#34;open</span>\nx'),
        ("1e-5 + x2", '<span class="m">1e-5</span> + x2'),
        ("def relu(x):", '<span class="k">def</span> <span class="f">relu</span>(x):'),
        ("%timeit len", '<span class="d">%timeit</span> <span class="b">len</span>'),
        ("a % b", "a % b"),
        ("@njit", '<span class="d">@njit</span>'),
        ("x @ w", "x @ w"),
    ],
)
def test_code_in_colours(source, shown):
    assert str(python(source)) == shown


@pytest.mark.parametrize(
    "source", ['"""' * 6000 + "\\", "'" * 19_999, "\\" * 19_999, "f" * 19_999, " " * 19_999, "1e" * 9_999, "rb'" * 6_000]
)
def test_every_character_of_odd_code_is_kept(source):
    import re
    from html import unescape

    assert unescape(re.sub(r"</?span[^>]*>", "", str(python(source)))) == source
