# ruff: noqa: E402 (Django is set up first)
"""The measurement itself, in a process whose settings point at the scratch database.

A bare insert is the same row through the same ORM, connection and role, in a transaction of its own with its own commit, into a
twin of the table: its columns, checks, keys and indexes, as many rows, no policy and no trigger. The two take turns, row by row.
Reads take turns with the same query by the owner, whom no policy binds.
"""

import os
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import cycle
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import numpy as np
import psycopg
from django.db import connection, connections, models, transaction
from django.utils import timezone

from accounts.door import SYSTEM, Actor, acting_as, planned_once
from accounts.fields import uuid7
from accounts.models import User
from benchmarks.learning_loop_filling import DIMENSIONS, fill
from benchmarks.scratch import connect
from courses.models import Course, CourseTrainer, Enrolment
from learning.metrics import fold
from learning.models import (
    ConversationFeedback,
    ConversationMemory,
    DailyLearningMetrics,
    LearningItem,
    OwnerCorrection,
    ResponseAnalytics,
)
from learning.opinions import opinion_on

TRAINERS, EACH = 10, 200  # learners of each trainer
ROUNDS = 400
ROUNDS_OF_100 = 12
ASIDE = 50  # first calls that warm up
TWINNED = (ConversationFeedback, OwnerCorrection, ResponseAnalytics)

LISTED = ("pk", "question", "source_type", "confidence_score")

failed: list[str] = []


def told(name: str, value: float, limit: float, unit: str = "ms", beside: str = "") -> None:
    verdict = "ok" if value <= limit else "OVER"
    if verdict == "OVER":
        failed.append(name)
    print(f"  {name:<52}{value:>8.2f} {unit:<3} limit {limit:>6.2f}  {verdict:<5}{beside}", flush=True)


def timed(call: Callable[[], Any]) -> float:
    since = time.perf_counter()
    call()
    return (time.perf_counter() - since) * 1000


def in_turn(*calls: Callable[[], Any], rounds: int = ROUNDS) -> list[np.ndarray]:
    """Milliseconds of each call, one after the other in each round, without the first rounds."""
    found = [[timed(call) for call in calls] for _round in range(rounds + ASIDE)]
    return list(np.array(found[ASIDE:]).T)


def p95(times: np.ndarray) -> float:
    return float(np.percentile(times, 95))


# --- Inserts -------------------------------------------------------------------------------------------------------
def make_twin(owner: "psycopg.Connection[Any]", model: type[models.Model]) -> None:
    """The table again with its columns, checks, indexes, keys and rows, without policies and triggers."""
    table = f"bare_{model._meta.db_table}"
    owner.execute(f"CREATE TABLE {table} (LIKE {model._meta.db_table} INCLUDING ALL)")
    owner.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {model._meta.db_table}")
    for field in model._meta.concrete_fields:
        if field.related_model:
            other = field.related_model._meta.db_table
            key = f"FOREIGN KEY ({field.column}) REFERENCES {other} DEFERRABLE INITIALLY DEFERRED"
            owner.execute(f"ALTER TABLE {table} ADD {key}")
    owner.execute(f"VACUUM ANALYZE {table}")
    owner.execute(f"GRANT ALL ON {table} TO aicoach_app")


def twin(model: type[models.Model]) -> type[models.Model]:
    """The same model on the twin of its table."""
    table = f"bare_{model._meta.db_table}"
    meta = type("Meta", (), {"db_table": table, "managed": False, "app_label": "learning"})
    fields = {field.name: field.clone() for field in model._meta.concrete_fields}
    return type(f"Bare{model.__name__}", (models.Model,), {**fields, "Meta": meta, "__module__": "learning.models"})


def inserts(course: Course, ada: User, tess: User, rows: list[ConversationMemory]) -> None:
    turn = cycle(rows)
    common = {"learner_id": ada.pk, "course_id": course.pk}
    cases: list[tuple[str, type[models.Model], Actor, dict[str, Any]]] = [
        ("feedback, content", ConversationFeedback, Actor(ada.pk, "learner"), {"feedback_type": "thumbs_up", "metadata": {}}),
        ("feedback, unhappy", ConversationFeedback, Actor(ada.pk, "learner"), {"feedback_type": "thumbs_down", "metadata": {}}),
        ("correction", OwnerCorrection, Actor(tess.pk, "trainer"), {
            "trainer_id": tess.pk, "trainer_name": "Tess", "metadata": {},
            "original_response": "So.", "corrected_answer": "Thus."}),
        ("analytics", ResponseAnalytics, SYSTEM, {"response_text": "So.", "response_type": "verified", "metrics": {}}),
    ]  # fmt: skip
    twins: dict[type[models.Model], type[models.Model]] = {model: twin(model) for model in TWINNED}
    for name, model, actor, values in cases:

        def made(kind: type[models.Model], door: AbstractContextManager[Any], values: dict[str, Any] = values) -> None:
            with door:
                kind._default_manager.create(conversation_id=next(turn).pk, **common, **values)

        whole, bare = in_turn(
            lambda: made(model, acting_as(actor)),  # noqa: B023 (used in this round)
            lambda: made(twins[model], transaction.atomic()),  # noqa: B023
        )
        told(f"insert {name}: p50", float(np.median(whole)), 1.5, beside=f"p95 {p95(whole):.2f}, bare {np.median(bare):.2f}")
        told(f"insert {name}: times a bare insert", float(np.median(whole) / np.median(bare)), 1.5, "x")


# --- Reads ---------------------------------------------------------------------------------------------------------
def reads(course: Course, ada: User, tess: User, rows: list[ConversationMemory]) -> None:
    turn = cycle(rows)
    ask = similar_to(course)
    pending = LearningItem.objects.filter(course=course).pending().order_by("created_at").values_list(*LISTED)
    days = DailyLearningMetrics.objects.filter(course=course).order_by("-date")
    cases: list[tuple[str, Actor, float, Callable[[str], Any]]] = [
        ("100 pending items", SYSTEM, 1.0, planned(lambda alias: list(pending.using(alias)[:100]))),
        ("similarity check", SYSTEM, 10.0, ask),
        ("days of a dashboard", SYSTEM, 5.0, lambda alias: list(days.using(alias)[:400])),
        ("look-up of a conversation", Actor(ada.pk, "learner"), 2.0, lambda alias: opinion_on(next(turn), alias)),
        ("the same by a trainer", Actor(tess.pk, "trainer"), 2.0, lambda alias: opinion_on(next(turn), alias)),
        ("days of a dashboard by a trainer", Actor(tess.pk, "trainer"), 5.0, lambda alias: list(days.using(alias)[:400])),
    ]  # fmt: skip
    with connections["owner"].cursor() as cursor:
        connections["owner"].connection.prepare_threshold = 0  # as the application's connections have it
        cursor.execute("SET hnsw.iterative_scan = relaxed_order; SET hnsw.ef_search = 100")  # as the application has it
    for name, actor, limit, call in cases:
        with acting_as(actor), transaction.atomic(using="owner"):
            with_policies, without = in_turn(lambda: call("default"), lambda: call("owner"))  # noqa: B023
        told(f"{name}: p95", p95(with_policies), limit, beside=f"p50 {np.median(with_policies):.2f}")
        added = float(np.median(with_policies) - np.median(without))
        told(f"{name}: what policies cost", added / float(np.median(without)) + 1, 1.1, "x", f"{added:+.2f} ms")


def planned(call: Callable[[str], Any]) -> Callable[[str], Any]:
    def kept(alias: str) -> Any:
        with planned_once(alias):
            return call(alias)

    return kept


def similar_to(course: Course) -> Callable[[str], Any]:
    """Ask for what is like an item of the queue, a little beside it."""
    with acting_as(SYSTEM):
        waiting = LearningItem.objects.filter(course=course, embedding__isnull=False)
        known = list(waiting.values_list("embedding", flat=True)[:100])
    item, rng = cycle(known), np.random.default_rng(1)

    def ask(alias: str) -> None:
        near = np.array(next(item)) + rng.normal(scale=0.1, size=DIMENSIONS)
        vector = "[" + ",".join(f"{value:.5f}" for value in near) + "]"
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT * FROM check_similar_knowledge(%s, '', %s::vector)", [course.pk, vector])
            cursor.fetchall()

    return ask


# --- Application ---------------------------------------------------------------------------------------------------
def applying(rex: User) -> None:
    found = [batch_of_100(rex) for _round in range(ROUNDS_OF_100)]
    told("apply 100 items, vectors there: median", float(np.median(found)), 100.0, beside=f"{min(found):.0f} to {max(found):.0f}")
    since = time.perf_counter()
    count = fold()
    print(f"  folded {count:,} notes in {(time.perf_counter() - since) * 1000:.0f} ms", flush=True)


def batch_of_100(rex: User) -> float:
    """Milliseconds from opening the door to the commit."""
    with acting_as(SYSTEM):
        chosen = list(LearningItem.objects.pending().exclude(proposed_content="").values_list("pk", flat=True)[:100])
        LearningItem.objects.filter(pk__in=chosen).update(status="approved", reviewed_by=rex, reviewed_at=timezone.now())

    def batch() -> None:
        with acting_as(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SELECT batch_process_learning(100)")
            assert len(cursor.fetchall()) == 100

    return timed(batch)


# --- The whole -----------------------------------------------------------------------------------------------------
def cast(course: Course) -> tuple[list[User], User, User]:
    """Learners with their trainers, Tess the first of these, and Rex."""
    made = [
        User(id=uuid7(), email=f"{kind}-{n}-{uuid.uuid4().hex[:6]}@example.com", name=kind, role=kind, password="!")
        for kind, count in (("learner", TRAINERS * EACH), ("trainer", TRAINERS), ("admin", 1))
        for n in range(count)
    ]
    with acting_as(SYSTEM):
        User.objects.bulk_create(made)
        learners, trainers, rex = made[: -TRAINERS - 1], made[-TRAINERS - 1 : -1], made[-1]
        CourseTrainer.objects.bulk_create([CourseTrainer(course=course, trainer=trainer) for trainer in trainers])
        Enrolment.objects.bulk_create(
            [Enrolment(learner=learner, course=course, trainer=trainers[n // EACH]) for n, learner in enumerate(learners)]
        )
    return learners, trainers[0], rex


def main() -> int:
    share, owner_url = float(sys.argv[1]), sys.argv[2]
    with acting_as(SYSTEM):
        course = Course.objects.create(slug="year", title="A year")
    learners, tess, rex = cast(course)
    ada = learners[0]
    with connect(owner_url) as owner:
        owner.execute("SET statement_timeout = 0; SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 0")
        fill(owner, share, course, learners)
        for model in TWINNED:
            make_twin(owner, model)
    return measured(course, ada, tess, rex)


def measured(course: Course, ada: User, tess: User, rex: User) -> int:
    with acting_as(SYSTEM):
        rows = list(ConversationMemory.objects.filter(user=ada)[:500])
    inserts(course, ada, tess, rows)
    reads(course, ada, tess, rows)
    applying(rex)
    if failed:
        print("Over the limit: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
