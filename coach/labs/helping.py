"""The next hint of an offer: found in the course, then written onto the offer. Opens its own doors, because the search may speak
over a network in between.
"""

from datetime import timedelta
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from accounts.door import acting_as
from accounts.models import User
from coach.labs import hinting, offering
from coach.labs.steps import step_with
from coach.models import LabOffer, Query
from courses import access
from courses.models import Lab
from learning.searching import search_as

JUST_NOW = timedelta(hours=2)


def climb(learner: User, offer_id: UUID) -> LabOffer:
    """One rung up the ladder. Raises Http404, or OfferRefused."""
    with acting_as(learner):
        offer, lab = offer_and_lab(learner, offer_id)
        asked = _asked(learner, lab)
    step, level = step_with(lab, offer.step), min(offer.level + 1, offering.TOP)
    about = hinting.question_about(lab, step, asked)
    found = search_as(learner, course_id=lab.course_id, question=about, limit=hinting.SEARCHED) if level > 1 else []
    hint = hinting.hint(level, lab.course, lab, step, found, asked)
    with acting_as(learner):
        return offering.take(offer, hint.as_row(), timezone.now())


def _asked(learner: User, lab: Lab) -> str:
    """What the learner last asked beside the lab, if it was just now."""
    since = timezone.now() - JUST_NOW
    rows = Query.objects.filter(learner=learner, course=lab.course, context__place=lab.lab_id, created_at__gt=since)
    return rows.exclude(context__has_key="straight").order_by("-created_at").values_list("question", flat=True).first() or ""


def offer_and_lab(learner: User, offer_id: UUID) -> tuple[LabOffer, Lab]:
    """A learner's own offer in an open course, and its lab. Raises Http404."""
    offer = offering.own_offer(learner, offer_id)
    if offer is None:
        raise Http404
    return offer, open_lab(access.open_course(offer.course.slug).slug, offer.lab_id)


def open_lab(slug: str, lab_id: str) -> Lab:
    """Raises Http404, also for a chapter."""
    place = access.open_place(access.open_course(slug), lab_id)
    if not isinstance(place, Lab):
        raise Http404(lab_id)
    return place
