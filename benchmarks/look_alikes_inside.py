# ruff: noqa: E402 (Django is set up first)
"""The measurement itself, in a process whose settings point at the scratch database."""

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.embedding import default_embedder
from courses.models import Course
from learning import retrieval
from learning.models import LearningItem
from learning.verified import CERTAIN


def teach(course: Course, rex: User, taught: Sequence[str]) -> None:
    """Each with the same words for an answer, which stand for themselves: the question alone is what is recognised."""
    embedder = default_embedder()
    with acting_as(SYSTEM), connection.cursor() as cursor:
        for question, vector in zip(taught, embedder.embed(list(taught)), strict=True):
            LearningItem.objects.create(
                course=course, source_type="manual", question=question, proposed_content=f"Answer to: {question}",
                status="approved", reviewed_by=rex, reviewed_at=timezone.now(), question_embedding=vector,
                embedding_model=embedder.name, embedding_tries=3,
            )  # fmt: skip
        cursor.execute("SELECT batch_process_learning(1000)")


def came_first(course: Course, question: str, *, checked: bool) -> tuple[str, bool]:
    """The taught question whose answer comes first, "" for none, and whether it comes without a word of doubt."""
    embedder = default_embedder()
    sql, values = retrieval.statement(
        course_id=course.pk, question=question, embedding=embedder.embed([question])[0], model=embedder.name
    )
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(sql, values)
        passages = retrieval.read(cursor.fetchall(), question if checked else "")
    first = passages[0] if passages else None
    if first is None or first.kind != "knowledge":
        return "", False
    return first.content.removeprefix("Answer to: "), first.score >= CERTAIN


def measure(course: Course, rows: Sequence[dict[str, Any]], *, checked: bool) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        for kind in ("same", "other"):
            for question in row[kind]:
                answer, sure = came_first(course, question, checked=checked)
                outcome = "nothing" if not answer else "its answer" if answer == row["taught"] else "another answer"
                said = kind if row["taught"] else "unrelated"
                found.update([f"{said}: asked", f"{said}: {outcome}"])
                found.update([f"{said}: an answer without a note"] if answer and sure else [])
    return found


def main() -> int:
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    with acting_as(SYSTEM):
        course = Course.objects.order_by("created_at").first()
        rex = User.objects.filter(role="admin").first()
    assert course
    assert rex
    teach(course, rex, [row["taught"] for row in rows if row["taught"]])
    print(f"{'':34}{'without':>8}{'with the check':>16}")
    before, after = (measure(course, rows, checked=checked) for checked in (False, True))
    for name in sorted(before | after):
        print(f"{name:34}{before[name]:>8}{after[name]:>16}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
