"""Approved items become knowledge, in batches that may be taken back.

For each course: the questions of the batch and a guard set are asked, the batch is applied by the database in one transaction,
and they are asked again. When the guard set got worse, the transaction is undone and the batch is halved until the culprit
stands alone; that one is held back and says why. Several workers may do this at once: what one has, the others pass over.

A receipt is written after its batch is through, so that composing texts holds nothing up. An applied item without one is due: the
next run asks its questions again, with the item's version and, for the time of one look, without it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.door import SYSTEM, Actor
from accounts.models import User
from courses.models import Course
from learning import receipts
from learning.approving import require
from learning.digesting import digest
from learning.models import AuditEntry, Knowledge, LearningItem
from learning.receipts import Found, Guard, Question
from learning.undoing import withdraw
from learning.updates import short_step
from learning.waking import APPLY_TASK, wake

ASKED = "ask_apply"  # in the record: a person wanted it now
LIMIT = 100  # items of one batch
RECEIPTS = 50  # that a run completes
READY = Q(embedding__isnull=False) | Q(embedding_tries__gte=3)  # compared, or not to be compared
Progress = Callable[[int, int], None]

log = logging.getLogger("aicoach.learning")


@dataclass(slots=True)
class Applied:
    """What came of a run: ids of items."""

    applied: list[UUID] = field(default_factory=list)
    held: dict[UUID, str] = field(default_factory=dict)
    actor: Actor = SYSTEM  # the record names the person who asked for the run
    waiting: list[UUID] = field(default_factory=list)  # what a dry run would do

    @property
    def done(self) -> int:
        return len(self.applied) + len(self.held)


@dataclass(frozen=True, slots=True)
class Batch:
    """Items of one course, with everything that is asked before and after."""

    course_id: UUID
    threshold: float
    items: tuple[LearningItem, ...]
    questions: dict[UUID, list[Question]]  # by item
    guards: tuple[tuple[Guard, Question], ...]

    def half(self, items: Sequence[LearningItem]) -> "Batch":
        return Batch(self.course_id, self.threshold, tuple(items), self.questions, self.guards)

    @property
    def asked(self) -> list[tuple[UUID, Question]]:
        return [(item.pk, question) for item in self.items for question in self.questions[item.pk]]


class Harmful(Exception):
    """The guard set got worse; takes the transaction back."""


def apply_learning(
    *,
    limit: int = LIMIT,
    dry_run: bool = False,
    progress: Progress | None = None,
    chosen: Sequence[UUID] | None = None,
    asked_by: UUID | None = None,
) -> Applied:
    """Apply up to `limit` approved items, oldest first. Holds no connection while anything is embedded.

    `chosen` are the only ones looked at, when given. The record names `asked_by`; that they may is for the caller to check.
    """
    while digest(of=LearningItem.objects.ready()):  # what only waits for a person must not hold these up
        continue
    with short_step():
        ready = LearningItem.objects.ready().filter(READY).order_by("created_at")
        items = list((ready if chosen is None else ready.filter(pk__in=chosen))[:limit])
    result = Applied(actor=Actor(asked_by, "system"))
    if dry_run:
        result.waiting = [item.pk for item in items]
        return result
    for course_id in dict.fromkeys(item.course_id for item in items):
        own = [item for item in items if item.course_id == course_id]
        _apply(_prepared(course_id, own), result, lambda: progress(result.done, len(items)) if progress else None)
    complete_receipts()
    while digest():
        continue
    return result


def request_application(*, reviewer: User, chosen: Sequence[UUID] | None = None, limit: int = LIMIT) -> list[UUID]:
    """Have approved items applied now; ids of those that will be. Behind the reviewer's door. Raises PermissionDenied.

    The approved rows are the work; a worker is told once the caller's transaction is through, and finds them by itself if not.
    """
    require(reviewer, "apply")
    ready = LearningItem.objects.ready().order_by("created_at")
    rows = list((ready if chosen is None else ready.filter(pk__in=chosen)).values_list("pk", "course_id")[:limit])
    told = {"actor_id": reviewer.pk, "actor_role": reviewer.role, "action": ASKED, "table_name": "learning_queue"}
    AuditEntry.objects.bulk_create(AuditEntry(row_id=pk, course_id=course, **told) for pk, course in rows)
    ids = [pk for pk, _course in rows]
    if ids:
        wake(APPLY_TASK, [str(pk) for pk in ids], str(reviewer.pk))
    return ids


def _prepared(course_id: UUID, items: Sequence[LearningItem]) -> Batch:
    with short_step():
        course = Course.objects.get(pk=course_id)
        followers = list(LearningItem.objects.filter(duplicate_of__in=items).values_list("duplicate_of", "question"))
        chosen = receipts.guards(course_id, [item.conversation_id for item in items if item.conversation_id])
    texts = {item.pk: [item.question, *(text for head, text in followers if head == item.pk)] for item in items}
    flat = [(pk, text) for pk, each in texts.items() for text in dict.fromkeys(each) if text.strip()]
    asked = receipts.embedded([text for _pk, text in flat])
    questions: dict[UUID, list[Question]] = {item.pk: [] for item in items}
    for (pk, _text), question in zip(flat, asked, strict=True):
        questions[pk].append(question)
    watched = receipts.embedded([guard.question for guard in chosen])
    is_other = receipts.others(watched, asked)
    kept = [pair for pair, other in zip(zip(chosen, watched, strict=True), is_other, strict=True) if other]
    return Batch(course_id, float(course.escalation_threshold), tuple(items), questions, tuple(kept))


def _apply(batch: Batch, result: Applied, tell: Callable[[], None]) -> None:
    """Apply the batch, or its harmless parts."""
    try:
        with short_step(result.actor), transaction.atomic():
            applied, before, after, guarded = _tried(batch)
    except Harmful as error:
        if len(batch.items) > 1:
            middle = len(batch.items) // 2
            for half in (batch.items[:middle], batch.items[middle:]):
                _apply(batch.half(half), result, tell)
            return
        _hold(batch.items[0], str(error), result.actor)
        result.held[batch.items[0].pk] = str(error)
        tell()
        return
    result.applied += applied
    tell()
    _write_receipts(batch, set(applied), before, after, guarded)


def _tried(batch: Batch) -> tuple[list[UUID], list[Found], list[Found], int]:
    """Ask, apply, ask again, in the caller's transaction, one batch of a course at a time. Raises Harmful."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"learning {batch.course_id}"])
    questions = [question for _pk, question in batch.asked]
    watched = [question for _guard, question in batch.guards]
    before = receipts.ask(batch.course_id, [*questions, *watched])
    applied = process([item.pk for item in batch.items])
    LearningItem.objects.filter(pk__in=applied).exclude(receipt={}).update(receipt={})  # of an earlier application
    after = receipts.ask(batch.course_id, [*questions, *watched])
    made = set(Knowledge.objects.filter(item__in=applied).live().values_list("pk", flat=True))
    first = len(questions)
    for (guard, _question), old, new in zip(batch.guards, before[first:], after[first:], strict=True):
        if worse := receipts.harm(guard, old, new, made=made, threshold=batch.threshold):
            raise Harmful(f"“{guard.question[:200]}”: {worse}")
    return applied, before[:first], after[:first], len(watched)


def process(chosen: Sequence[UUID] | None, *, limit: int = LIMIT) -> list[UUID]:
    """The database's own batch, in the caller's transaction; ids of what was applied. None chooses the oldest."""
    with connection.cursor() as cursor:
        most = limit if chosen is None else len(chosen)
        cursor.execute("SELECT batch_process_learning(%s, %s::uuid[])", [most, list(chosen) if chosen is not None else None])
        return [row[0] for row in cursor.fetchall()]


def _hold(item: LearningItem, reason: str, actor: Actor) -> None:
    with short_step(actor):
        LearningItem.objects.ready().filter(pk=item.pk).update(held_reason=reason[:2000])


def _write_receipts(batch: Batch, applied: set[UUID], before: Sequence[Found], after: Sequence[Found], guarded: int) -> None:
    """Old and new answers side by side on each item; composed without a connection."""
    lines: dict[UUID, list[dict[str, Any]]] = {pk: [] for pk in applied}
    for (pk, question), old, new in zip(batch.asked, before, after, strict=True):
        if pk in applied:
            threshold = batch.threshold
            then, now = (receipts.answer(question, found, threshold=threshold) for found in (old, new))
            lines[pk].append({"question": question.text, "before": then, "after": now})
    guard = {"asked": guarded, "worse": 0, "checked_at": timezone.now().isoformat()}
    with short_step():
        for pk, questions in lines.items():
            due = LearningItem.objects.receipt_due().filter(pk=pk)  # not when it was undone, or completed, meanwhile
            due.update(receipt={"questions": questions, "guard": guard})


def complete_receipts(*, limit: int = RECEIPTS) -> int:
    """Write the receipts that a worker left open when it was killed; how many were due."""
    with short_step():
        items = list(LearningItem.objects.receipt_due().order_by("-applied_at")[:limit])
    for course_id in dict.fromkeys(item.course_id for item in items):
        try:
            _complete(_prepared(course_id, [item for item in items if item.course_id == course_id]))
        except Exception as error:  # a receipt that cannot be made must not keep the others waiting
            log.error("receipt_not_completed course=%s error=%s", course_id, type(error).__name__)
    return len(items)


def _complete(batch: Batch) -> None:
    questions = [question for _pk, question in batch.asked]
    asked = [*questions, *(question for _guard, question in batch.guards)]
    with short_step():
        after = receipts.ask(batch.course_id, asked)
    with short_step(), transaction.atomic():
        for item in batch.items:  # the last one first, so that versions of one entry come off in turn
            withdraw(item, restore=True)
        before = receipts.ask(batch.course_id, asked)
        transaction.set_rollback(True)
    first = len(questions)
    _write_receipts(batch, {item.pk for item in batch.items}, before[:first], after[:first], len(batch.guards))
