"""Entries of the desk's list, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from coach.desk.case import place_of
from coach.desk.inbox import Filters
from coach.desk.people import People
from coach.models import Escalation

EXCERPT = 180  # characters of a question in the list
HARDLY_SURE = 35  # per cent below which the mark stands out


@dataclass(frozen=True, slots=True)
class Ticket:
    id: UUID
    place: str
    course: str
    question: str
    learner: str
    moment: str  # when it was asked, for machines
    ago: str
    url: str
    tags: tuple[tuple[str, str], ...]  # words and how they look
    holder: str
    is_new: bool  # this trainer has not read it as it is now


def ticket(row: Escalation, people: People, filters: Filters, now: datetime, person_id: UUID) -> Ticket:
    return Ticket(
        id=row.pk,
        place=place_of(row),
        course=row.course.title,
        question=_excerpt(row.original_question),
        learner=people.name(row.learner_id),
        moment=row.created_at.isoformat(),
        ago=ago(now - row.created_at),
        url=reverse("desk-case", args=[row.pk]) + filters.address(after=None),
        tags=tuple(_tags(row, people.twins.get(row.pk, 0))),
        holder=people.name(row.claimed_by_id) if row.is_waiting and row.held_by_other(person_id, now) else "",
        is_new=row.is_waiting and person_id not in row.seen_by,
    )


def ago(past: timedelta) -> str:
    """`3 min`, `2 h`, `5 d`: until a script says it in the reader's own way."""
    minutes = max(int(past.total_seconds() // 60), 0)
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 24 * 60:
        return _("%(n)d h") % {"n": minutes // 60}
    return _("%(n)d d") % {"n": minutes // (24 * 60)}


def _excerpt(question: str) -> str:
    return question if len(question) <= EXCERPT else f"{question[: EXCERPT - 1].rstrip()}…"


def _tags(row: Escalation, twins: int) -> list[tuple[str, str]]:
    sure = row.ai_confidence
    tags = [(_("asked by %(count)d") % {"count": twins}, "waiting")] if twins and row.is_waiting else []
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
