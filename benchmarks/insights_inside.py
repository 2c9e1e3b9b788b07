# ruff: noqa: E402 (Django is set up first)
"""The measurement itself, in a process whose settings point at the scratch database."""

import os
import sys
import time
import uuid
from collections.abc import Callable
from itertools import cycle
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import numpy as np
import psycopg
from django.db import connection
from django.utils import timezone

from accounts.door import SYSTEM, Actor, acting_as
from accounts.models import User
from ai.models import Conversation
from benchmarks.learning_loop_inside import EACH, TRAINERS, failed, fill, in_turn, told
from benchmarks.scratch import connect
from coach.insights.figures import read
from coach.insights.page import CHARTS
from coach.insights.periods import PERIODS, read_period
from coach.models import Query, Response
from courses.models import Course, CourseTrainer, Enrolment
from learning.functions import HNSW
from learning.insight_functions import PAST_PLACES
from learning.insights import fold_insights, fold_late
from learning.models import ConversationMemory

PLACES = 100
TURNS = 600
EVERY_SLOT = "ARRAY(SELECT (i + s) %% 40 FROM generate_series(1, {size}) AS s)"
SPANS = """(SELECT 'day' AS span, current_date - i AS date, i FROM generate_series(0, 760) AS i
    UNION ALL SELECT 'week', date_trunc('week', current_date)::date - 7 * i, i FROM generate_series(0, 108) AS i) AS spans"""
YEARS = [
    f"""INSERT INTO course_figures (course_id, span, date, asked, confidence_sum, escalated, helpful, not_helpful, course_text,
        verified, ai_draft, not_found, made, approved, rejected, applied, confidences, reply_times, live_times)
        SELECT %s, span, date, 9860, 7000000, 900, 4000, 700, 7000, 1000, 1000, 860, 4900, 90, 30, 90,
        {EVERY_SLOT.format(size=10)}, {EVERY_SLOT.format(size=48)}, {EVERY_SLOT.format(size=48)} FROM {SPANS}""",
    f"""INSERT INTO place_figures (course_id, span, date, place_id, asked, not_found, unsure, escalated, gaps)
        SELECT %s, span, date, 'place-' || p, 98, p %% 7, p %% 5, p %% 3, p %% 11
          FROM {SPANS} CROSS JOIN generate_series(1, {PLACES}) AS p""",
    f"""INSERT INTO variant_figures (course_id, span, date, variant, asked, escalated, helpful, not_helpful)
        SELECT %s, span, date, 'coach/v' || v, 3000, 300, 1300, 230 FROM {SPANS} CROSS JOIN generate_series(1, 3) AS v""",
    """INSERT INTO daily_learning_metrics (course_id, date, source_type, status, count, confidence_sum)
        SELECT %s, current_date - i, s, t, 300, 20000 FROM generate_series(0, 760) AS i,
        unnest(ARRAY['feedback', 'correction', 'transcript', 'manual']) AS s,
        unnest(ARRAY['pending', 'approved', 'rejected', 'applied']) AS t ON CONFLICT DO NOTHING""",
    """INSERT INTO correction_effects (course_id, entry_id, live_at, counted_from, before_asked, after_asked)
        SELECT k.course_id, k.entry_id, now() - random() * interval '1 year', now() - interval '1 year', 5, 2
          FROM knowledge_base_rag k WHERE k.course_id = %s""",
]


def people(course: Course) -> tuple[User, list[User]]:
    with acting_as(SYSTEM):
        tess = User.objects.create(email="tess@example.com", name="Tess", role="trainer", password="!")
        learners = [
            User.objects.create(email=f"{n}-{uuid.uuid4().hex[:6]}@example.com", name="L", password="!")
            for n in range(TRAINERS * EACH)
        ]
        CourseTrainer.objects.create(course=course, trainer=tess)
        Enrolment.objects.bulk_create([Enrolment(learner=one, course=course, trainer=tess) for one in learners])
    return tess, learners


def reads(course: Course, tess: User) -> None:
    for period in PERIODS:
        chosen = read_period(period, timezone.now())
        with acting_as(Actor(tess.pk, "trainer")):
            (found,) = in_turn(lambda: read([course], chosen))  # noqa: B023
            told(f"dashboard read, {period}: p50", float(np.median(found)), 5.0)
            told(f"dashboard read, {period}: p95", float(np.percentile(found, 95)), 5.0)
            (drawn,) = in_turn(lambda: [chart(read([course], chosen)) for chart in CHARTS.values()], rounds=20)  # noqa: B023
        print(f"  all ten charts made of it, {period}: {np.median(drawn) - 10 * np.median(found):.1f} ms", flush=True)
    with acting_as(Actor(tess.pk, "trainer")):
        told("asking whether notes are late: p95", float(np.percentile(in_turn(fold_late)[0], 95)), 1.0)


def remembered(course: Course, learner: User) -> list[Query]:
    """Questions with answers that nobody has remembered yet."""
    with acting_as(SYSTEM):
        talk = Conversation.objects.create(user=learner, course=course)
        common: dict[str, Any] = {"learner": learner, "course": course}
        rows = [
            Query(**common, conversation=talk, question="?", client_key=uuid.uuid4(), status="answered") for _n in range(TURNS)
        ]
        Query.objects.bulk_create(rows)
        rows = list(Query.objects.filter(conversation=talk))
        Response.objects.bulk_create([Response(**common, query=row, confidence_score="0.8", state="complete") for row in rows])
    return rows


def keeping(owner: "psycopg.Connection[Any]", course: Course, learner: User) -> None:
    rows = cycle(remembered(course, learner))

    def remember() -> None:
        ConversationMemory.objects.create(user=learner, course=course, channel="coach", source_id=next(rows).pk, transcript="?")

    def timed(switch: str) -> float:
        owner.execute("DELETE FROM conversation_memory WHERE transcript = '?'")
        owner.execute(f"ALTER TABLE conversation_memory {switch} TRIGGER trg_insight_turn")
        with acting_as(SYSTEM):
            return float(np.median(in_turn(remember)[0]))

    bare, noted = timed("DISABLE"), timed("ENABLE")
    told("remembering a question, figures noted: p50", noted, 1.5)
    told("remembering a question: times without the note", noted / bare, 1.5, "x")
    fold_insights()
    owner.execute(
        "INSERT INTO insight_notes (course_id, date, event, part, place_id, variant, slot, amount, n, is_weak)"
        f" SELECT %s, current_date - i %% 30, 'asked', 'verified', 'place-' || i %% {PLACES}, 'coach/v1', i %% 10, 500, 1, false"
        " FROM generate_series(1, 5000) AS i",
        [course.pk],
    )
    told("folding 5,000 notes", _once(fold_insights), 1000.0)


def _once(call: Callable[[], Any]) -> float:
    since = time.perf_counter()
    call()
    return (time.perf_counter() - since) * 1000


def main() -> int:
    share, owner_url = float(sys.argv[1]), sys.argv[2]
    with acting_as(SYSTEM):
        course = Course.objects.get(pk=Course.objects.create(slug="year", title="A year").pk)
    tess, learners = people(course)
    with connect(owner_url) as owner:
        owner.execute("SET statement_timeout = 0; SET maintenance_work_mem = '256MB'")
        fill(owner, share, course, learners)
        for name in HNSW:
            owner.execute(f"DROP INDEX IF EXISTS {name}")
        for statement in YEARS:
            owner.execute(statement, [course.pk])
        owner.execute(f"BEGIN; {PAST_PLACES}; COMMIT")
        owner.execute("VACUUM ANALYZE")
        reads(course, tess)
        keeping(owner, course, learners[0])
    connection.close()
    if failed:
        print("Over the limit: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
