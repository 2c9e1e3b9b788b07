"""Turning text into HTML: what a lesson can show, and what no text can do."""

import html
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.markdown import headings, maths, plain_text, render_exact, render_lesson, render_message, sentences

NAUGHTY = json.loads((Path(__file__).parent / "naughty.json").read_text())


def lesson(text: str) -> str:
    return render_lesson(
        text,
        asset_url=lambda path: f"/files/{path}",
        page_url=lambda path: f"/pages/{path.removesuffix('.md')}/" if path.endswith(".md") else None,
    ).html


LESSONS = [
    ("# Top\n\ntext", '<h2 id="at-top">Top</h2>'),
    ("## Set up {#setup .x}", '<h2 id="at-setup">Set up</h2>'),
    ("## `a` & *b*", '<h2 id="at-a-b"><code>a</code> &amp; <em>b</em></h2>'),
    ("[a](#set-up)", '<a href="#at-set-up" rel="noopener noreferrer">a</a>'),
    ("[a](02-more.md#x)", 'href="/pages/02-more/#at-x"'),
    ("[a](data/x.csv)", 'href="/files/data/x.csv"'),
    ("[a](unknown-page)", '<a rel="noopener noreferrer">a</a>'),
    ("![A *cup*](cup.png)", '<img src="/files/cup.png" alt="A cup" '),
    ("![](cup.png){alt='The \"big\" cup'}", 'alt="The &quot;big&quot; cup"'),
    ("![cup](https://example.org/cup.png)", '<a class="remote-image" href="https://example.org/cup.png"'),
    ('<img src="//example.org/x.png" alt="x">', '<img loading="lazy" alt="x"'),
    ("| a | b |\n|--:|---|\n| 1 | 2 |", '<td align="right">1</td>'),
    ("```python\nx = 1\n```", '<span class="n">x</span>'),
    ("```nonsense\n<b>\n```", "&lt;b&gt;"),
    ("$a_1$", "<msub><mi>a</mi><mn>1</mn></msub>"),
    ("$$\nx^2\n$$", '<div class="math-block" tabindex="0"><math display="block">'),
    ("$\\frac{a$", '<code class="math-source">\\frac{a</code>'),
    ("$\\nosuchmacro{a}$", '<code class="math-source">'),
    ("$\\text{<img src=x onerror=alert(1)>}$", '<code class="math-source">'),
    ("costs $5 and $10", "costs $5 and $10"),
    ("set $HOME/$USER, $A$B and $x$", '$HOME/$USER, $A$B and <math display="inline"><mrow><mi>x</mi></mrow></math>'),
    ("x[^1]\n\n[^1]: Note", '<a href="#at-fn1" id="at-fnref1"'),
    ("- [x] done", 'type="checkbox" checked=""'),
    ("Term\n: Meaning", "<dt>Term</dt>"),
    ("> [!NOTE]\n> hi", 'class="markdown-alert markdown-alert-note"'),
    ("::: callout\nhi\n:::", '<aside class="box box-callout"><p class="box-title">Good to know</p>'),
    ("::::: solution\nhi\n:::", '<details class="box box-solution"><summary>Solution</summary>'),
    ("::: {.callout-tip}\nhi\n:::", '<aside class="box box-tip">'),
    ("::: warning Mind the gap\nhi\n:::", '<p class="box-title">Mind the gap</p>'),
    ("::: challenge\n::: hint\na\n:::\nb\n:::\nc", "<p>b</p>\n</aside>\n<p>c</p>"),
    ("::: whatever\nhi", "<div>\n<p>hi</p>\n</div>"),
    (":::\n\nhi", "<p>hi</p>"),
    ("text\n{: .callout}", "<p>text</p>"),
    ("+---+---+\n| a | b |\n+---+---+", "| a | b |\n+---+---+\n</code></pre>"),
    ("<kbd>Ctrl</kbd>", "<kbd>Ctrl</kbd>"),
    ("see https://example.org.", '<a href="https://example.org"'),
]


@pytest.mark.parametrize(("text", "expected"), LESSONS)
def test_it_shows(text, expected):
    assert expected in lesson(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<svg onload=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        '<div style="position:fixed" onclick="x()" hx-get="/x" data-hx-get="/x">x</div>',
        '<iframe src="/admin/"></iframe>',
        '<form action="/account/"><button>x</button></form>',
        "<style>body{display:none}</style>",
        '<meta http-equiv="refresh" content="0">',
        '<math><mtext><script>alert(1)</script></mtext></math>',
        '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
        '<img src=x onerror="alert(1)">',
        '![x](x.png){onerror="alert(1)"}',
        '<div class="composer" id="coach">x</div>',
    ],
)  # fmt: skip
def test_it_keeps_lessons_harmless(text):
    shown = "".join(re.findall(r"<[^>]*>", lesson(text)))  # what is between the tags is only words
    forbidden = r"<(?:script|svg|iframe|form|button|style|meta)|\son\w+=|javascript:|data:|style=|hx-|composer|id=\"coach"
    assert not re.search(forbidden, shown)


def test_it_keeps_ids_when_other_parts_change():
    before = {heading.text: heading.id for heading in headings("## Water\n\n## Tea\n\n## Milk")}
    after = {heading.text: heading.id for heading in headings("# New\n\n## Milk\n\n### Other\n\n## Tea\n\n## Water")}
    assert before.items() <= after.items()


def test_it_gives_each_heading_an_id_of_its_own():
    text = "## Solution\n\n## Solution\n\n## Solution 2\n\n## 解答\n\n## !!!\n\n## Own {#solution}"
    ids = [heading.id for heading in headings(text)]
    assert ids == ["at-solution-2", "at-solution-3", "at-solution-2-2", "at-解答", "at-section", "at-solution"]
    assert [heading.id for heading in render_lesson(text, asset_url=str).outline] == ids


MESSAGES = [
    ("**b** `c`", "<p><strong>b</strong> <code>c</code></p>\n"),
    ("# Big", "<h3>Big</h3>\n"),
    ("a < b & c &lt; d", "<p>a &lt; b &amp; c &amp;lt; d</p>\n"),
    ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
    ("[a](javascript:x)", "<p>[a](javascript:x)</p>\n"),
    ("[a](/account/)", "<p>[a](/account/)</p>\n"),
    ("[a](http://x.org)", "<p>[a](http://x.org)</p>\n"),
    ("[a](https://x.org)", '<p><a href="https://x.org" rel="noopener noreferrer nofollow">a</a></p>\n'),
    ("![a](https://x.org/y.png)", '<p>!<a href="https://x.org/y.png" rel="noopener noreferrer nofollow">a</a></p>\n'),
    ("see https://x.org/a_b_c.", '<p>see <a href="https://x.org/a_b_c" rel="noopener noreferrer nofollow">https://x.org/a_b_c</a>.</p>\n'),
    ("[1]: https://x.org\n\n[1]", None),
    ("costs $5, then $10; $HOME/$USER", "<p>costs $5, then $10; $HOME/$USER</p>\n"),
    ("so $a_1$", '<p>so <math display="inline"><mrow><msub><mi>a</mi><mn>1</mn></msub></mrow></math></p>\n'),
    ("so \\(a\\)", '<p>so <math display="inline"><mrow><mi>a</mi></mrow></math></p>\n'),
    ("\\[\na\n\\]", '<p><math display="block"><mrow><mi>a</mi></mrow></math></p>\n'),
    ("$\\frac{<b>$", "<p><code>\\frac{&lt;b&gt;</code></p>\n"),
    ("```html\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>\n"),
    (
        "so [1] and [9] and `[1]`",
        '<p>so <a href="/courses/c/p/#at-x" rel="noopener noreferrer nofollow">[1]</a> and [9] and <code>[1]</code></p>\n',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MESSAGES)
def test_it_renders_messages(text, expected):
    shown = render_message(text, citations={1: "/courses/c/p/#at-x"})
    if expected is None:  # a message cannot say where a citation leads
        assert 'href="/courses/c/p/#at-x"' in shown
    else:
        assert shown == expected


def test_it_lets_no_citation_lead_out():
    assert 'href="//evil' not in render_message("[1]", citations={1: "//evil.example/"})


TAG = re.compile(r"</?([a-z0-9]+)((?:\s[^<>]*)?)>")
ALLOWED = {"p", "em", "strong", "code", "pre", "br", "hr", "ul", "ol", "li", "blockquote", "a", "s", "h3", "h4", "h5", "h6"}
ALLOWED |= maths.ELEMENTS | {"table", "thead", "tbody", "tr", "th", "td"}


def assert_harmless(shown: str) -> None:
    for tag, attributes in TAG.findall(shown):
        assert tag in ALLOWED
        assert not re.search(r"\s(?!href=|rel=|start=|align=|display=|stretchy=|form=|fence=|mathvariant=)[\w-]+=", attributes)
    assert not re.search(r"<(?!/?[a-z0-9]+[\s>])", shown)


@pytest.mark.parametrize("text", NAUGHTY)
def test_it_shows_naughty_strings(text):
    assert_harmless(render_message(text))
    shown = render_exact(text).replace("<br>", "").replace("</p>\n<p>", "\n\n")
    shown = shown.removeprefix("<p>").removesuffix("</p>\n")
    assert html.unescape(shown) == text.strip("\n")
    assert "<" not in shown


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*NAUGHTY[:40], "`", "[", "](", ")", "<", ">", "*", "\n", "|", "http://", "https://x.y", "$"])))
def test_it_stays_harmless_whatever_is_put_together(parts):
    assert_harmless(render_message("".join(parts)))
    assert "<script" not in lesson("".join(parts))


@pytest.mark.parametrize("unit", ["[", "*a", "> ", "`", "![[", "a@", "http://", "<a ", "$", "(`", "|a", "::: a\n"])
def test_it_is_quick_with_hostile_repetition(unit):
    text = unit * (30_000 // len(unit))
    start = time.process_time()
    render_message(text)
    lesson(text)
    assert time.process_time() - start < 8  # seconds; alone on a machine the worst takes one


def test_it_can_be_shared_by_threads():
    texts = [f"## Heading {number}\n\n```python\nx = {number}\n```\n\n[^1]\n\n[^1]: note {number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lesson, texts)) == [lesson(text) for text in texts]


def test_it_gives_plain_text():
    text = "## Tea\n\nPour **hot** [water](x) on `leaves`.\n\n- one\n- two\n\n```\ncode\n```\n\n<b>html</b> ![cup](c.png)"
    assert plain_text(text) == "Tea\n\nPour hot water on leaves.\n\none\n\ntwo\n\ncode\n\nhtml cup"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ("One.", "Two!", "Three?", "Four")),
        ("Use e.g. Docker here. Then stop.", ("Use e.g. Docker here.", "Then stop.")),
        ("Version 3.11 is fine. See v2.", ("Version 3.11 is fine.", "See v2.")),
        ("Dr. Ada said “go.” She went.", ("Dr. Ada said “go.”", "She went.")),
        ("一文。二文。", ("一文。", "二文。")),
        ("Run `a. B` now. Done.", ("Run `a. B` now.", "Done.")),
        ("", ()),
    ],
)
def test_it_finds_sentences(text, expected):
    assert sentences(text) == expected
