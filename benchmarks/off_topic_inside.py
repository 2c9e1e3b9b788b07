# ruff: noqa: E402 (Django is set up first)
"""The measurement itself, in a process whose settings point at the scratch database."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from accounts.door import SYSTEM, acting_as
from ai.embedding import default_embedder
from courses.models import Course
from learning.evaluating.intending import told_in
from learning.evaluating.questions import answerables
from learning.intents.signs import OFF_TOPIC
from learning.intents.training import Example

CHOSEN_BY = ("beekeeping", "coffee", "warehouse")


def refused(course: Course, questions: Sequence[str]) -> float:
    """The share that is told off-topic, as the product tells it."""
    vectors = default_embedder().embed(list(questions))
    told = told_in(course.pk, [Example(question, OFF_TOPIC) for question in questions], vectors)
    return sum(each.intent == OFF_TOPIC for each in told) / len(told)


def row(course: Course, folder: Path, messages: Sequence[str]) -> tuple[float, ...]:
    asked = answerables(folder / f"{course.slug}.jsonl")
    kinds = [[each.question for each in asked if each.answerable is answered] for answered in (True, False)]
    return tuple(refused(course, questions) for questions in (*kinds, messages))


def main() -> int:
    folder, messages = Path(sys.argv[1]), [json.loads(line)["question"] for line in Path(sys.argv[2]).read_text().splitlines()]
    print(f"{'refused as off-topic':24}{'answered':>10}{'on subject':>12}{'off-topic':>11}")
    with acting_as(SYSTEM):
        rows = {course.slug: row(course, folder, messages) for course in Course.objects.order_by("slug")}
    for slug, shares in rows.items():
        print(_line(slug, shares))
    for name, is_chosen in (("those chosen by", True), ("those opened once", False)):
        some = [shares for slug, shares in rows.items() if (slug in CHOSEN_BY) is is_chosen]
        print(_line(name, [sum(column) / len(some) for column in zip(*some, strict=True)]))
    return 0


def _line(name: str, shares: Sequence[float]) -> str:
    answered, unanswered, off = shares
    return f"{name:24}{answered:>10.2f}{unanswered:>12.2f}{off:>11.2f}"


if __name__ == "__main__":
    sys.exit(main())
