"""Citations of a text: only those that were sent stay, however the text is cut into pieces."""

import random

import pytest

from ai.citations import Citations, clean

CASES = [
    ("Run it. [1]", "Run it. [1]", (1,)),
    ("Run it [2][1].", "Run it [2][1].", (2, 1)),
    ("Run it [1, 2].", "Run it [1][2].", (1, 2)),
    ("Run it [1, 9].", "Run it [1].", (1,)),
    ("Run it [9].", "Run it.", ()),
    ("Run it 【2†source】.", "Run it [2].", (2,)),
    ("Use `list[1]` and `rows[9]`.", "Use `list[1]` and `rows[9]`.", ()),
    ("```\nx[1] = y[9]\n```\nSo. [1]", "```\nx[1] = y[9]\n```\nSo. [1]", (1,)),
    ("~~~\nx[9]\n~~~\nSo [9]", "~~~\nx[9]\n~~~\nSo", ()),
    ("See [1](https://example.com).", "See [1](https://example.com).", ()),
    ("In array[0] it stands. [1]", "In array[0] it stands. [1]", (1,)),
    ("In [2024] and [a] and [^1].", "In [2024] and [a] and [^1].", ()),
    ("An open ` tick\nends with its line [9]. [1]", "An open ` tick\nends with its line. [1]", (1,)),
    ("", "", ()),
    ("[1]", "[1]", (1,)),
    ("text [", "text [", ()),
    ("text [1", "text [1", ()),
]


@pytest.mark.parametrize(("text", "shown", "used"), CASES)
def test_it_keeps_valid_citations_only(text, shown, used):
    assert clean(text, {1, 2}) == (shown, used)


@pytest.mark.parametrize(("text", "shown", "used"), CASES)
def test_it_reads_a_stream_like_a_text(text, shown, used):
    for seed in range(20):
        rng, citations, at, out = random.Random(seed), Citations({1, 2}), 0, ""
        while at < len(text):
            size = rng.randint(1, 4)
            out += citations.feed(text[at : at + size])
            at += size
        assert (out + citations.flush(), tuple(citations.used)) == (shown, used)


def test_it_changes_nothing_the_second_time():
    once, _ = clean("A [1, 2] and [7] in `x[7]`.", {1, 2})
    assert clean(once, {1, 2})[0] == once


def test_it_holds_back_only_what_may_be_a_marker():
    citations = Citations({1})
    assert citations.feed("Hello wor") == "Hello wor"
    assert citations.feed("ld [") == "ld"
    assert citations.feed("1]") == ""
    assert citations.feed(" on") == " [1] on"


def test_it_is_quick_on_hostile_text():
    for text in ("[" * 200_000, " " * 200_000, "`" * 200_000, "[1" * 100_000):
        assert len(Citations({1}).feed(text)) <= len(text)
