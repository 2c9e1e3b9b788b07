"""Entries of the desk's list, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from coach.desk.case import place_of
from coach.desk.inbox import Filters
from coach.desk.people import People
from coach.models import Escalation

HARDLY_SURE = 35  # per cent below which the mark stands out


@dataclass(frozen=True, slots=True)
class Ticket:
    id: UUID
    place: str
    course: str
    question: str
    learner: str
    at: datetime
    url: str
    tags: tuple[tuple[str, str], ...]  # words and how they look
    holder: str


def ticket(row: Escalation, people: People, filters: Filters, now: datetime, person_id: UUID) -> Ticket:
    return Ticket(
        id=row.pk,
        place=place_of(row),
        course=row.course.title,
        question=row.original_question,
        learner=people.name(row.learner_id),
        at=row.created_at,
        url=reverse("desk-case", args=[row.pk]) + filters.address(after=None),
        tags=tuple(_tags(row)),
        holder=people.name(row.claimed_by_id) if row.is_waiting and row.held_by_other(person_id, now) else "",
    )


def _tags(row: Escalation) -> list[tuple[str, str]]:
    same, sure = getattr(row, "same", 0), row.ai_confidence
    tags = [(_("asked by %(count)d") % {"count": same}, "waiting")] if same > 1 and row.is_waiting else []
    if row.is_waiting and row.reply:
        tags.append((_("not settled"), "low"))
    if row.reason == Escalation.Reason.FAILED:
        tags.append((_("no model answered"), "low"))
    elif sure is not None:
        percent = round(sure * 100)
        tags.append((_("sure %(percent)d %%") % {"percent": percent}, "low" if percent < HARDLY_SURE else ""))
    if row.reason == Escalation.Reason.ASKED:
        tags.append((_("asked for you"), ""))
    if row.trainer_id is None:
        tags.append((_("unassigned"), ""))
    return tags
