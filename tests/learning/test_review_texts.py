"""The pure parts of review: what an item is worth, what differs between two texts, what cannot be seen."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.door import SYSTEM, acting_as
from courses.models import Course
from learning.models import LearningItem
from learning.review.wording import COMPARED, compare, marked, shortened, unseen
from learning.valuing import HALF_LIFE, how_wrong, rank, value
from tests.learning.review_cast import put_item

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def kinds(old: str, new: str) -> list[tuple[str, str]]:
    return [(part.kind, part.text) for part in compare(old, new).parts]


def test_it_halves_the_value_in_a_month() -> None:
    for days, worth in ((0, 2.1), (HALF_LIFE, 1.05), (2 * HALF_LIFE, 0.525)):
        made = rank(asked=3, wrong=0.7, made_at=NOW - timedelta(days=days))
        assert value(made, NOW) == pytest.approx(worth)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "metadata", "asked"),
    [
        ("correction", {"priority": "urgent"}, 1),
        ("correction", {"priority": "high"}, 7),
        ("correction", {"priority": "normal"}, 1),
        ("correction", {"priority": "low"}, 100_000),
        ("correction", {"priority": "whatever"}, 1),
        ("feedback", {"rating": 1}, 2),
        ("feedback", {"rating": 2, "feedback_type": "star_rating"}, 2),
        ("feedback", {"rating": None, "feedback_type": "thumbs_down"}, 0),
        ("feedback", {"rating": "'; DROP TABLE users; --"}, 1),
        ("transcript", {}, -5),
        ("manual", {"priority": None, "rating": [1]}, 1),
    ],
)
def test_it_counts_in_the_database_as_on_paper(course: Course, source: str, metadata: dict[str, Any], asked: int) -> None:
    item = put_item(course, source_type=source, metadata=metadata, asked_count=asked)
    expected = rank(asked=asked, wrong=how_wrong(source, metadata), made_at=item.created_at)
    assert item.value_rank == pytest.approx(expected, abs=1e-9)


@pytest.mark.django_db
def test_it_values_anew_when_more_ask(course: Course) -> None:
    item = put_item(course)
    with acting_as(SYSTEM):
        LearningItem.objects.filter(pk=item.pk).update(asked_count=2)
        assert LearningItem.objects.get(pk=item.pk).value_rank == pytest.approx(item.value_rank + 1)


def test_it_compares_word_by_word() -> None:
    assert kinds("Use port 80.", "Use port 8080.") == [("same", "Use port "), ("gone", "80"), ("new", "8080"), ("same", ".")]
    assert compare("a b", "a b").is_same
    assert kinds("", "new") == [("new", "new")]
    assert kinds("old", "") == [("gone", "old")]


def test_it_leaves_out_the_middle_of_what_is_equal() -> None:
    words = " ".join(str(n) for n in range(100))
    parts = kinds(f"{words} a", f"{words} b")
    assert ("skipped", " … ") in parts
    assert len("".join(text for _kind, text in parts)) < len(words)


LONG = ["a " * 400_000, "<b>" * 300_000, "ab" * 400_000, "\u202e" * 500_000, " ".join(map(str, range(90_000)))]


@pytest.mark.parametrize("text", LONG)
def test_it_compares_the_beginning_of_a_megabyte_in_no_time(text: str) -> None:
    began = time.monotonic()
    comparison = compare(text, "b " + text[::-1])
    assert time.monotonic() - began < 2
    assert not comparison.is_whole
    assert sum(len(part.text) for part in comparison.parts) < 60 * COMPARED


def test_it_names_what_cannot_be_seen() -> None:
    text = "plain\n\ttext é 中 👍\u202eevil\u200b\u200b\x07"
    assert {(code, count) for code, _name, count in unseen(text)} == {("U+202E", 1), ("U+200B", 2), ("U+0007", 1)}
    assert marked(text) == "plain\n\ttext é 中 👍[U+202E]evil[U+200B][U+200B][U+0007]"
    assert unseen("नमस्ते می\u200cخواهم 👩\u200d💻") == []


def test_it_shortens_and_says_by_how_much() -> None:
    assert shortened("abc", 5) == ("abc", 0)
    assert shortened("abcdef", 4) == ("abcd", 2)
