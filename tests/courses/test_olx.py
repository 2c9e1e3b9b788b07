# ruff: noqa: E501
"""Reading Open edX courses."""

import pytest

from courses.importing import read
from tests.courses.olx import COURSE
from tests.courses.test_reading import faults, member, tar, write


@pytest.fixture
def draft(tmp_path):
    return read(write(tmp_path, COURSE))


def test_it_reads_the_shape_of_the_course(draft):
    assert (draft.form, draft.title, draft.language, draft.description) == ("olx", "Tea for all", "en", "Everything about tea.")
    assert [(p.place_id, p.title, p.day, p.section, p.is_lab, p.chapter_id) for p in draft.pages] == [
        ("boil", "Boiling", 1, "Week 1: Water", False, ""),
        ("hw1", "Homework 1", 1, "Week 1: Water", True, "boil"),
        ("green", "Green tea", 2, "Week 2: Leaves", False, ""),
        ("written-out-here", "Written out here", 2, "Week 2: Leaves", False, ""),
    ]
    assert [str(note) for note in draft.notes] == ["vertical/v1.xml:5: “scorm” has no text that could be read."]


def test_it_turns_components_into_markdown(draft):
    assert draft.pages[0].body == (
        "## Why water matters\n\n### Soft and hard\n\n"
        "Water is *soft* or **hard**. See [how hot](/jump_to_id/v2),\n"
        "[the homework](/jump_to_id/hw1) and [more](https://example.org).\n\n"
        "![A cup](/static/cup.png) ![A pot](/asset-v1:TeaX+T101+2026_T1+type@asset+block@pot.png)\n\n"
        "Heat is $Q = m c \\Delta T$, so $a_1 < b_2$.\n\n$$\n\\frac{a}{b}\n$$\n\n"
        "```python\ndef boil(x_1):\n    return x_1 < 100\n```\n\n"
        "| Tea | Heat |\n| --- | --- |\n| Green | 80 |\n\n"
        "[A simulation](https://example.org/sim)\n\n"
        "### A film\n\n[Watch the video](https://www.youtube.com/watch?v=abcdefghijk)\n\nHello tea lovers.\n\n"
        "## How hot\n\n### Temperatures\n\nBoil at 100.\n\n"
        "### How hot is it?\n\n**At which heat does water boil?**\n\n*At sea level.*\n\n- 80\n- 100"
    )
    assert draft.pages[1].body == "### Pick\n\nPick a tea:\n\n- Green\n- Black\n\n**Essay**\n\nWrite **much**."
    assert draft.pages[2].body == "Green leaves."
    assert draft.pages[3].body == (
        "### Inline\n\nInline **words**.\n\n### Wrapped\n\nWrapped & kept: 1 \\< 2\n\n### A number\n\nHow many leaves $n$ for \\$price?\n\n…"
    )


@pytest.mark.parametrize("secret", ["Too cold", "hundred", "ninety", "answer", "42", "correct", "Not ready", "alert", "loncapa"])
def test_it_keeps_secrets_out(draft, secret):
    assert not any(secret in page.body for page in draft.pages)


def test_it_brings_the_files_and_names(draft):
    assert [asset.path for asset in draft.assets] == ["static/cup.png", "static/pot.png"]
    assert draft.names["v2"] == "boil#at-how-hot"
    assert draft.names["p3"] == "hw1"


def test_it_reads_the_same_from_an_archive(tmp_path, draft):
    members = [(member(f"course/{path}"), text if isinstance(text, bytes) else text.encode()) for path, text in COURSE.items()]
    packed = read(tar(tmp_path / "tea.tar.gz", members))
    assert (packed.title, packed.pages, packed.assets) == (draft.title, draft.pages, draft.assets)


def test_it_reads_a_course_written_in_one_file(tmp_path):
    text = """<course display_name="One" org="o" course="c" url_name="r">
      <chapter display_name="A" url_name="a"><sequential display_name="S" slug="s-slug">
        <vertical><html>Only <i>text</i></html></vertical>
      </sequential></chapter>
      <chapter display_name="B"><sequential display_name="S"><vertical><problem><p>Why?</p></problem></vertical></sequential></chapter>
    </course>"""
    found = read(write(tmp_path, {"course.xml": text}))
    assert [(page.place_id, page.is_lab, page.body) for page in found.pages] == [
        ("s-slug", False, "Only *text*"),
        ("s", True, "Why?"),
    ]


BROKEN = [
    ("chapter/week1.xml", "<chapter>\n<sequential>\n</chapter>", ["chapter/week1.xml:3: This is no well-formed XML: mismatched"]),
    ("sequential/boil.xml", None, ["chapter/week1.xml:2: “sequential/boil.xml” is named here but is not there."]),
    ("html/intro.html", None, ["html/intro.xml:1: “html/intro.html” is named here but is not there."]),
    ("html/intro.html", b"one\n\xe9", ["html/intro.html:2: This is not UTF-8: byte 0xe9. Save the file as UTF-8."]),
    ("course/2026_T1.xml", None, ["course.xml:1: “course/2026_T1.xml” is named here but is not there."]),
    ("course/2026_T1.xml", "<course/>", ["The course is empty: no page was found."]),
    ("policies/2026_T1/policy.json", "{\n,", ["policies/2026_T1/policy.json:2: This is no valid JSON."]),
    (
        "problem/p1.xml",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<problem>&e;</problem>',
        ["problem/p1.xml:1: Document types and entities are not allowed in a course."],
    ),
    ("problem/p1.xml", "<problem>" + "<b>" * 100 + "</b>" * 100 + "</problem>", ["problem/p1.xml:1: This XML is nested"]),
    ("problem/p1.xml", b"<problem>\xff</problem>", ["problem/p1.xml:1: This is no well-formed XML"]),
    ("problem/p1.xml", "", ["problem/p1.xml:1: This is no well-formed XML: no element found."]),
    ("html/intro.xml", '<html filename="../../../etc/passwd"/>', ["html/intro.xml:1: “html/../../../etc/passwd.html” is named here"]),
    ("chapter/week1.xml", '<chapter><sequential url_name="../../x"/></chapter>', ["chapter/week1.xml:1: The name “../../x” leads outside"]),
    (
        "chapter/week2.xml",
        '<chapter>\n<sequential url_name="boil"/></chapter>',
        ["chapter/week2.xml: The id “boil” is already that of sequential/boil.xml."],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("path", "content", "expected"), BROKEN)
def test_it_names_faults_with_file_and_line(tmp_path, path, content, expected):
    files = {**COURSE, path: content}
    found = faults(write(tmp_path, {name: text for name, text in files.items() if text is not None}))
    assert len(found) == len(expected)
    assert all(part in fault for part, fault in zip(expected, found, strict=True))


def test_it_lists_all_faults_at_once(tmp_path):
    files = {**COURSE, "html/intro.html": b"\xff", "problem/p1.xml": "<", "video/vid1.xml": "<video>"}
    assert len(faults(write(tmp_path, files))) == 3


def test_it_ends_on_elements_that_point_at_each_other(tmp_path):
    files = {**COURSE, "vertical/v1.xml": '<vertical><vertical url_name="v2"/></vertical>'}
    files["vertical/v2.xml"] = '<vertical display_name="x"><vertical url_name="v1"/></vertical>'
    assert read(write(tmp_path, files)).pages
