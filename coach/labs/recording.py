"""Keeping learning records, and what they mean for labs. A statement is kept once by its id: sent again it changes nothing, and
another one under the same id is refused. What speaks of no lab of ours is kept and counted, and has no effect.

Learners speak for themselves; trainers and admins also for learners of courses they run. All or none of a list is kept.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, Actor, acting_as
from accounts.ids import uuid_or_none
from accounts.models import User
from coach.labs import refusing, trying, xapi
from coach.labs.trying import Try
from coach.labs.xapi import Statement, StatementRefused
from coach.models import LabStruggle, XapiStatement
from courses.models import Enrolment, Lab, LabAttempt
from learning.waking import wake

Effect = XapiStatement.Effect
STAFF = {"trainer", "admin"}


class StatementConflict(ValueError):
    """Another statement has this id."""


class NotYours(ValueError):
    """The caller may not speak for this person."""


@dataclass(frozen=True, slots=True)
class Kept:
    ids: tuple[UUID, ...]
    were_new: int


def keep(caller: User, statements: Sequence[Statement]) -> Kept:
    """Raises StatementRefused, StatementConflict, NotYours; then nothing of the list is kept."""
    ids = [statement.id for statement in statements]
    if len(set(ids)) != len(ids):
        raise StatementRefused(_("Two statements of the list have the same id."))
    with transaction.atomic():
        new = sum(_keep(caller, statement) for statement in statements)
    return Kept(tuple(ids), new)


def _keep(caller: User, statement: Statement) -> bool:
    learner_id = _learner(caller, statement)
    speaker = Actor(learner_id, "learner") if learner_id != caller.pk else caller
    with acting_as(speaker):
        known = XapiStatement.objects.filter(pk=statement.id).first()
        if known:
            if known.digest != statement.digest:
                raise StatementConflict
            return False
        try:
            with transaction.atomic():
                _write(learner_id, statement, caller)
        except IntegrityError:  # it is another person's
            raise StatementConflict from None
    return True


def _learner(caller: User, statement: Statement) -> UUID:
    kind, value = statement.whom
    if _is_same(caller, kind, value):
        return caller.pk
    if caller.role not in STAFF:
        raise NotYours
    person = _found(kind, value)
    enrolled = Enrolment.objects.filter(learner=person, withdrawn_at=None) if person else Enrolment.objects.none()
    if statement.slug:
        enrolled = enrolled.filter(course__slug=statement.slug)
    if person is None or not enrolled.exists():
        raise NotYours
    return person.pk


def _is_same(person: User, kind: str, value: str) -> bool:
    if kind == "mbox":
        return value.lower() == person.email.lower()
    if kind == "mbox_sha1sum":  # the format's own hash, not a safeguard
        return value.lower() == hashlib.sha1(f"mailto:{person.email}".encode(), usedforsecurity=False).hexdigest()
    return kind == "account" and value.lower() in {person.email.lower(), str(person.pk)}


def _found(kind: str, value: str) -> User | None:
    """Among the people whom the caller may see."""
    if kind == "account" and (key := uuid_or_none(value)):
        return User.objects.filter(pk=key).first()
    return User.objects.filter(email__iexact=value).first() if kind in {"mbox", "account"} else None


def _write(learner_id: UUID, statement: Statement, caller: User) -> None:
    now = timezone.now()
    lab, attempt = _lab(statement), None
    effect = _effect(statement, lab)
    if effect == Effect.ATTEMPT and lab:
        attempt = trying.note(learner_id, lab.course, _try(statement, lab))
        refusing.write_down(learner_id, lab.course_id, lab.lab_id)
    if statement.voids:
        _void(learner_id, statement.voids)
    kept: dict[str, Any] = {
        **statement.raw,
        "id": str(statement.id),
        "stored": now.isoformat(),
        "timestamp": statement.raw.get("timestamp") or now.isoformat(),
        "authority": {"objectType": "Agent", "mbox": f"mailto:{caller.email}"},
        "version": statement.raw.get("version") or "1.0.0",
    }
    XapiStatement.objects.create(
        id=statement.id, learner_id=learner_id, course=lab.course if lab else None, lab_id=lab.lab_id if lab else "",
        verb=statement.verb, activity=statement.activity, effect=effect, attempt=attempt, statement=kept,
        digest=statement.digest, happened_at=min(statement.happened_at, now), stored_at=now,
    )  # fmt: skip


def _lab(statement: Statement) -> Lab | None:
    """The lab it speaks of, when this learner may see it."""
    if not statement.slug:
        return None
    labs = Lab.objects.current().select_related("course").filter(course__slug=statement.slug, course__closed_at=None)
    return labs.filter(lab_id=statement.place).first()


def _effect(statement: Statement, lab: Lab | None) -> str:
    if statement.kind == xapi.VOIDED:
        return Effect.VOIDING
    if statement.verb not in xapi.VERBS:
        return Effect.OTHER_VERB
    if lab is None:
        return Effect.UNKNOWN_LAB
    return Effect.ATTEMPT if statement.kind in {xapi.BEGUN, xapi.ENDED} else Effect.NOTED


def _try(statement: Statement, lab: Lab) -> Try:
    at, lasted = statement.happened_at, statement.lasted or timedelta(0)
    common: dict[str, Any] = {"lab_id": lab.lab_id, "source": "xapi", "step": statement.step, "key": statement.id}
    if statement.kind == xapi.BEGUN:
        return Try(**common, started_at=at)
    return Try(**common, started_at=at - lasted, finished_at=at, score=statement.score, passed=statement.passed)


def _void(learner_id: UUID, statement_id: UUID) -> None:
    """A statement that is voided is as if it had not been; voiding cannot be voided."""
    rows = XapiStatement.objects.filter(pk=statement_id, learner_id=learner_id, voided=False).exclude(effect=Effect.VOIDING)
    attempt = next(iter(rows.values_list("attempt_id", flat=True)), None)
    if rows.update(voided=True) and attempt:
        with acting_as(SYSTEM):
            _forget(LabAttempt.objects.get(pk=attempt))


def _forget(attempt: LabAttempt) -> None:
    owner = {"learner_id": attempt.learner_id, "course_id": attempt.course_id, "lab_id": attempt.lab_id}
    attempt.delete()
    LabStruggle.objects.filter(**owner).update(due_at=timezone.now())
    wake(trying.JUDGE)


def statements(*, voided: bool = False) -> QuerySet[XapiStatement]:
    """What the person at the door may read: their own, and for trainers those of their learners."""
    return XapiStatement.objects.filter(voided=voided)


def narrowed(rows: QuerySet[XapiStatement], wanted: dict[str, Any]) -> QuerySet[XapiStatement]:
    """By verb, activity, and when they were stored."""
    rows = rows.filter(verb=wanted["verb"]) if wanted.get("verb") else rows
    rows = rows.filter(activity=wanted["activity"]) if wanted.get("activity") else rows
    rows = rows.filter(stored_at__gt=wanted["since"]) if wanted.get("since") else rows
    return rows.filter(stored_at__lte=wanted["until"]) if wanted.get("until") else rows


def after(rows: QuerySet[XapiStatement], last: XapiStatement | None, *, ascending: bool) -> QuerySet[XapiStatement]:
    """What comes after a row, in the order of storing; the newest first unless `ascending`."""
    way = "gt" if ascending else "lt"
    if last:
        same = Q(stored_at=last.stored_at, **{f"pk__{way}": last.pk})
        rows = rows.filter(Q(**{f"stored_at__{way}": last.stored_at}) | same)
    return rows.order_by("stored_at", "pk") if ascending else rows.order_by("-stored_at", "-pk")
