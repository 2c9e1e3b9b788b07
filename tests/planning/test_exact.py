"""Marks by key: a table of answers, and what they earn of two marks."""

from decimal import Decimal
from typing import Any

import pytest

from planning.practice.exact import judge, number_in

ONE = {"weights": {"a": "100", "b": "0"}, "feedback": {"b": "Not so."}}
MANY = {"weights": {"a": "33.33333", "b": "33.33333", "c": "33.33333", "d": "-50"}}
WORDS = {
    "accepted": [{"text": "Docker Build", "weight": "100"}, {"text": "b*d", "weight": "50"}, {"text": "2\\*2", "weight": "100"}]
}
NUMBERS = {"ranges": [{"low": "249", "high": "251", "weight": "100"}, {"low": "200", "high": "300", "weight": "25"}]}
PAIRS = {"pairs": {"a": "r1", "b": "r2"}}


@pytest.mark.parametrize(
    ("kind", "key", "answer", "chosen", "marks"),
    [
        ("multiple_choice", ONE, "", ["a"], "2"),
        ("multiple_choice", ONE, "", ["b"], "0"),
        ("multiple_choice", ONE, "", [], "0"),
        ("true_false", {"weights": {"true": "0", "false": "100"}}, "", ["false"], "2"),
        ("multiple_choice", MANY, "", ["a", "b", "c"], "2"),
        ("multiple_choice", MANY, "", ["a", "b", "c", "d"], "1"),
        ("multiple_choice", MANY, "", ["d"], "0"),
        ("multiple_choice", MANY, "", ["a"], "0.67"),
        ("short", WORDS, "  docker\n BUILD. ", [], "2"),
        ("short", WORDS, "ｄｏｃｋｅｒ build", [], "2"),
        ("short", WORDS, "build", [], "1"),
        ("short", WORDS, "2*2", [], "2"),
        ("short", WORDS, "2x2", [], "0"),
        ("short", WORDS, "", [], "0"),
        ("short", WORDS, "🐳", [], "0"),
        ("numeric", NUMBERS, "250", [], "2"),
        ("numeric", NUMBERS, "250,9", [], "2"),
        ("numeric", NUMBERS, "2.5e2", [], "2"),
        ("numeric", NUMBERS, "300", [], "0.5"),
        ("numeric", NUMBERS, "many", [], "0"),
        ("numeric", NUMBERS, "NaN", [], "0"),
        ("numeric", NUMBERS, "9" * 5000, [], "0"),
        ("matching", PAIRS, "", {"a": "r1", "b": "r1"}, "1"),
        ("matching", PAIRS, "", [], "0"),
    ],
)
def test_it_marks_by_the_key(kind: str, key: Any, answer: str, chosen: Any, marks: str) -> None:
    assert judge(kind, key, answer, chosen).marks(2) == Decimal(marks)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("-1", "-1"), ("\u22121.5", "-1.5"), ("1 000", "1000"), ("1,234.5", "1234.5"), ("0,5", "0.5"), ("x", None), ("", None)],
)
def test_it_reads_numbers_as_people_type_them(typed: str, number: str | None) -> None:
    assert number_in(typed) == (Decimal(number) if number else None)


def test_it_says_the_authors_words() -> None:
    assert judge("multiple_choice", ONE, "", ["b"]).feedback == ("Not so.",)


def test_it_is_not_slowed_by_many_stars() -> None:
    assert judge("short", {"accepted": [{"text": "a*" * 200 + "b", "weight": "100"}]}, "a" * 100_000, []).percent == 0
