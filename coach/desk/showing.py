"""The desk's page and its parts as templates get them. At most eight queries, the door's and the session's included."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format

from accounts.models import User
from coach.desk.case import case_of
from coach.desk.inbox import AGES, TABS, Counts, Filters, counts, page
from coach.desk.people import People, people
from coach.desk.tickets import ago, ticket
from coach.models import Escalation
from coach.replying import REPLY_LIMIT


def whole(person: User, filters: Filters, chosen: UUID | None) -> dict[str, Any]:
    """List, case and context. Raises Http404 when the chosen question is not this trainer's to see."""
    now = timezone.now()
    rows, more = page(filters, person, now)
    selected = _selected(person, rows, chosen)  # the list's own row lacks what only the open question shows
    names = people([row.pk for row in rows + ([selected] if selected else [])], selected.course_id if selected else None)
    context = _list(rows, more, names, counts(), filters, person, now)
    context |= case_context(selected, names, filters, person, now) if selected else {"case": None}
    return context | {"chosen": chosen, "selected_id": selected.pk if selected else None}


def listed(person: User, filters: Filters, found: Counts | None = None) -> dict[str, Any]:
    """The list alone: the page asks for it again by itself."""
    now = timezone.now()
    rows, more = page(filters, person, now)
    names = people([row.pk for row in rows], None)
    return _list(rows, more, names, found or counts(), filters, person, now)


def alone(person: User, filters: Filters, escalation: Escalation) -> dict[str, Any]:
    """One question with its context."""
    names = people([escalation.pk], escalation.course_id)
    return case_context(escalation, names, filters, person, timezone.now())


def case_context(row: Escalation, names: People, filters: Filters, person: User, now: datetime) -> dict[str, Any]:
    return {
        "area": "desk",
        "case": case_of(row),
        "row": row,
        "filters": filters,
        "query": filters.address(after=None),
        "selected_id": row.pk,
        "learner": names.name(row.learner_id),
        "trainer": names.name(row.trainer_id),
        "trainers": [(key, name) for key, name in names.trainers if key != row.trainer_id],
        "holder": names.name(row.claimed_by_id) if row.held_by_other(person.pk, now) else "",
        "is_mine": row.claimed_by_id == person.pk,
        "is_unread": row.is_waiting and person.pk not in row.seen_by,
        "others": max(names.twins.get(row.pk, 0) - 1, 0) if row.is_waiting else 0,
        "undo_seconds": row.undo_seconds(now),
        "can_undo": row.can_be_undone(person.pk, now),
        "priorities": Escalation.Priority.choices,
        "limit": REPLY_LIMIT,
    }


def open_case(person: User, escalation_id: UUID) -> Escalation:
    """A question on this trainer's desk. Raises Http404."""
    return get_object_or_404(Escalation.objects.for_desk(person).select_related("course"), pk=escalation_id)


def next_of(escalation: Escalation, filters: Filters, person: User) -> Escalation | None:
    """The waiting question after this one; the first again at the end of the list."""
    now = timezone.now()
    waiting = replace(filters, tab="waiting", after=(escalation.created_at, escalation.pk))
    rows, _more = page(waiting, person, now, limit=1)
    rows = rows or page(replace(waiting, after=None), person, now, limit=1)[0]
    return rows[0] if rows else None


def _selected(person: User, rows: list[Escalation], chosen: UUID | None) -> Escalation | None:
    wanted = chosen or (rows[0].pk if rows else None)
    return open_case(person, wanted) if wanted else None


def _list(
    rows: list[Escalation], more: Filters | None, names: People, found: Counts, filters: Filters, person: User, now: datetime
) -> dict[str, Any]:
    return {
        "area": "desk",
        "filters": filters,
        "query": filters.address(after=None),
        "tickets": [ticket(row, names, filters, now, person.pk) for row in rows],
        "more_url": reverse("desk-list") + more.address() if more else "",
        "more_query": more.address() if more else "",
        "counts": found,
        "waiting_number": number_format(found.waiting, force_grouping=True),
        "oldest_ago": ago(now - found.oldest) if found.oldest else "",
        "tabs": [(name, filters.address(tab=name, after=None) or "?") for name in TABS],
        "ages": list(AGES),
    }
