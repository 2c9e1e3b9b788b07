"""Who struggles where, for the desk: the rows, the signs in words, what became of offers, and what a trainer does about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from coach.labs.steps import step_with
from coach.models import Escalation, LabOffer, LabStruggle
from courses.models import Course, Lab

LIST = 40  # rows at a time
TABS = ("open", "acknowledged")


@dataclass(frozen=True, slots=True)
class Row:
    """One learner at one lab. `percent` is the score in hundredths."""

    id: UUID
    learner: str
    course: Course
    lab_title: str
    lab_url: str
    step: str
    percent: int
    signs: tuple[str, ...]
    offer: str
    since: datetime
    acknowledged_by: str
    acknowledged_at: datetime | None
    wrote_at: datetime | None


def rows(person: User, *, tab: str, course: str, after: int = 0) -> tuple[list[Row], bool]:
    """The hardest first, and whether there are more. Behind the trainer's door."""
    found = list(_wanted(person, tab, course)[after : after + LIST + 1])
    return list(_shown(found[:LIST])), len(found) > LIST


def counts(person: User) -> dict[str, int]:
    found = _wanted(person, "open", "")
    return {"open": found.count(), "acknowledged": _wanted(person, "acknowledged", "").count()}


def stamp(person: User) -> str:
    """Changes whenever the list does."""
    changed = LabStruggle.objects.for_desk(person).aggregate(at=Max("computed_at"), seen=Max("acknowledged_at"))
    return f"{changed['at']}{changed['seen']}"


def _wanted(person: User, tab: str, course: str) -> QuerySet[LabStruggle]:
    found = LabStruggle.objects.of_labs().for_desk(person).filter(is_open=True, course__closed_at=None)
    found = found.filter(acknowledged=tab == "acknowledged").select_related("learner", "course", "acknowledged_by")
    found = found.filter(course__slug=course) if course else found
    return found.order_by("-struggle_score", "detected_at")


def case(person: User, struggle_id: UUID) -> LabStruggle:
    """A row that this person may look after. Raises Http404."""
    found = LabStruggle.objects.of_labs().for_desk(person).select_related("learner", "course")
    return get_object_or_404(found, pk=struggle_id)


def shown(struggle: LabStruggle) -> Row:
    return next(iter(_shown([struggle])))


def lab_of(struggle: LabStruggle) -> Lab:
    """Raises Http404 when the lab was taken out of the course."""
    return get_object_or_404(Lab.objects.current().select_related("course"), course_id=struggle.course_id, lab_id=struggle.lab_id)


def acknowledge(struggle: LabStruggle, person: User) -> None:
    """Seen: it does not come back before the episode is over and another begins."""
    unseen = LabStruggle.objects.filter(pk=struggle.pk, acknowledged=False, episode=struggle.episode)
    unseen.update(acknowledged=True, acknowledged_by=person, acknowledged_at=timezone.now())


def take_back(struggle: LabStruggle) -> None:
    LabStruggle.objects.filter(pk=struggle.pk).update(acknowledged=False, acknowledged_by=None, acknowledged_at=None)


def _shown(found: list[LabStruggle]) -> Iterable[Row]:
    labs = _labs(found)
    offers, wrote = _offers(found), _wrote(found)
    for row in found:
        lab = labs.get((row.course_id, row.lab_id))
        step = step_with(lab, row.step) if lab and row.step else None
        yield Row(
            id=row.pk,
            learner=str(row.learner),
            course=row.course,
            lab_title=lab.title if lab else str(row.lab_id),
            lab_url=lab.get_absolute_url() if lab else "",
            step=step.words if step else "",
            percent=round(row.struggle_score * 100),
            signs=tuple(signs_in_words(row.indicators)),
            offer=offers.get((row.learner_id, row.course_id, row.lab_id), ""),
            since=row.detected_at,
            acknowledged_by=str(row.acknowledged_by or ""),
            acknowledged_at=row.acknowledged_at,
            wrote_at=wrote.get((row.learner_id, row.course_id, row.lab_id)),
        )


def _any(found: list[LabStruggle], **names: str) -> Q:
    wanted = Q(pk=None)
    for row in found:
        wanted |= Q(**{lookup: getattr(row, field) for lookup, field in names.items()})
    return wanted


def _labs(found: list[LabStruggle]) -> dict[tuple[Any, Any], Lab]:
    labs = Lab.objects.current().select_related("course").filter(_any(found, course_id="course_id", lab_id="lab_id"))
    return {(lab.course_id, lab.lab_id): lab for lab in labs}


def _offers(found: list[LabStruggle]) -> dict[tuple[Any, ...], str]:
    wanted = _any(found, learner_id="learner_id", course_id="course_id", lab_id="lab_id")
    made = LabOffer.objects.filter(wanted).order_by("offered_at")
    return {(offer.learner_id, offer.course_id, offer.lab_id): offer.get_state_display() for offer in made}


def _wrote(found: list[LabStruggle]) -> dict[tuple[Any, ...], datetime | None]:
    wanted = _any(found, learner_id="learner_id", course_id="course_id", place__place="lab_id")
    sent = Escalation.objects.filter(wanted, reason=Escalation.Reason.STRUGGLE).order_by("replied_at")
    return {(each.learner_id, each.course_id, each.place["place"]): each.replied_at for each in sent}


def signs_in_words(signs: dict[str, Any]) -> Iterable[str]:
    """What the score is made of, as far as there is anything to say."""
    if attempts := signs.get("attempts"):
        yield ngettext("%(n)d try", "%(n)d tries", attempts) % {"n": attempts}
    if failures := signs.get("recent_failures"):
        yield ngettext("%(n)d failed lately", "%(n)d failed lately", failures) % {"n": failures}
    if (average := signs.get("average_score")) is not None:
        yield _("%(n)s %% on average") % {"n": number_format(round(average * 100))}
    if repeats := signs.get("repeated_questions"):
        yield ngettext("asked again %(n)d time", "asked again %(n)d times", repeats) % {"n": repeats}
    if minutes := signs.get("time_spent"):
        yield ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if refused := signs.get("refused"):
        yield ngettext("%(n)d event too fast to take", "%(n)d events too fast to take", refused) % {"n": refused}
