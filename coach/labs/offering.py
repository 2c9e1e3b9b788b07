"""Offers of help in a lab: whether one is made, what the learner makes of it, and what became of it in the end.

At most one offer for one step, ever; none while another is open in the lab; none for somebody who wants none. Two offers in a
row that did nothing for a learner are the last of that course until they set anew how present the coach is, and a step whose
offers help nobody is no longer offered to anybody. Offers are made by the worker and answered by their learner.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from coach.labs.steps import Step
from coach.models import LabOffer, LabStruggle, LabWork, Presence
from courses.models import Course, Lab, LabAttempt

State = LabOffer.State
STARTS = {Presence.Wish.MORE: Decimal("0.4"), Presence.Wish.USUAL: Decimal("0.5"), Presence.Wish.LESS: Decimal("0.6")}
REST = {Presence.Wish.MORE: timedelta(0), Presence.Wish.USUAL: timedelta(minutes=10), Presence.Wish.LESS: timedelta(hours=2)}
IGNORED_AFTER = timedelta(minutes=20)  # in view without an answer
UNSEEN_AFTER = timedelta(days=1)  # an offer that nobody saw
HELPS_WITHIN = timedelta(days=1)  # after a hint the step works, or the offer did not help
IN_VAIN = (State.DISMISSED, State.IGNORED, State.UNHELPFUL)
SETTLED = (*IN_VAIN, State.HELPED)
MOST_IN_VAIN = 2
TRIED_OFTEN, HELPS_SELDOM = 8, 0.2  # offers at one step, and the share of them that must have helped
TOP = 3  # rungs of the ladder


class OfferRefused(ValueError):
    """Says to the learner why; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def review(
    row: LabStruggle, lab: Lab, step: Step | None, tries: Sequence[LabAttempt], work: LabWork | None, now: datetime
) -> None:
    """Settle the lab's offers by what happened since, then make one if one is due. The worker's, in its transaction."""
    offers = LabOffer.objects.filter(learner_id=row.learner_id, course_id=row.course_id, lab_id=row.lab_id)
    for offer in offers.filter(state__in=[State.OPEN, State.TAKEN]):
        if _works_now(offer, tries, work):
            _move(offer, State.HELPED if offer.state == State.TAKEN else State.UNNEEDED, now)
    if _is_due(row, step, offers, now):
        _make(row, step, now)


def _works_now(offer: LabOffer, tries: Sequence[LabAttempt], work: LabWork | None) -> bool:
    ticked = bool(work and offer.step in work.steps_done)
    passed = any(each.passed and (each.finished_at or each.started_at) >= offer.offered_at for each in tries)
    return ticked or passed


def _is_due(row: LabStruggle, step: Step | None, offers: QuerySet[LabOffer], now: datetime) -> bool:
    presence = Presence.objects.filter(learner_id=row.learner_id, course_id=row.course_id).first()
    wish = Presence.Wish(presence.wish) if presence else Presence.Wish.USUAL
    if wish == Presence.Wish.OFF or row.struggle_score < STARTS[wish]:
        return False
    key = step.id if step else ""
    if any(offer.step == key or offer.state in {State.OPEN, State.TAKEN} for offer in offers):
        return False
    mine = LabOffer.objects.filter(learner_id=row.learner_id, course_id=row.course_id).exclude(state=State.UNNEEDED)
    if mine.filter(offered_at__gt=now - REST[wish]).exists():
        return False
    return not _in_vain(mine, presence) and not _helps_nobody(row, key)


def _in_vain(mine: QuerySet[LabOffer], presence: Presence | None) -> bool:
    """Whether the last offers did nothing for this learner; what was before they last said what they want does not count."""
    rows = mine.filter(state__in=SETTLED, **({"offered_at__gt": presence.updated_at} if presence else {}))
    last = list(rows.exclude(state=State.IGNORED, shown_at=None).order_by("-offered_at")[:MOST_IN_VAIN])
    return len(last) == MOST_IN_VAIN and all(offer.state in IN_VAIN for offer in last)


def _helps_nobody(row: LabStruggle, step: str) -> bool:
    """Of this step's offers to anybody; the worker sees them all."""
    rows = LabOffer.objects.filter(course_id=row.course_id, lab_id=row.lab_id, step=step, state__in=SETTLED)
    states = list(rows.order_by("-offered_at").values_list("state", flat=True)[:50])
    helped = sum(state == State.HELPED for state in states)
    return len(states) >= TRIED_OFTEN and helped < HELPS_SELDOM * len(states)


def _make(row: LabStruggle, step: Step | None, now: datetime) -> None:
    offer = LabOffer(
        learner_id=row.learner_id,
        course_id=row.course_id,
        lab_id=row.lab_id or "",
        step=step.id if step else "",
        step_title=step.title if step else "",
        episode=row.episode,
        score=row.struggle_score,
        offered_at=now,
    )
    LabOffer.objects.bulk_create([offer], ignore_conflicts=True)


def settle_old(now: datetime) -> int:
    """What nobody answered was ignored, what was taken and led nowhere did not help. The worker's, behind the system's door."""
    opened = LabOffer.objects.filter(state=State.OPEN)
    count = opened.filter(shown_at__lt=now - IGNORED_AFTER).update(state=State.IGNORED, settled_at=now)
    count += opened.filter(shown_at=None, offered_at__lt=now - UNSEEN_AFTER).update(state=State.IGNORED, settled_at=now)
    taken = LabOffer.objects.filter(state=State.TAKEN, answered_at__lt=now - HELPS_WITHIN)
    return count + taken.update(state=State.UNHELPFUL, settled_at=now)


def current(learner: User, course: Course, lab_id: str) -> LabOffer | None:
    """The offer that the lab's page shows. Behind the learner's door."""
    rows = LabOffer.objects.filter(learner=learner, course=course, lab_id=lab_id, state__in=[State.OPEN, State.TAKEN])
    if wish_of(learner, course) == Presence.Wish.OFF:
        rows = rows.exclude(state=State.OPEN)
    return rows.order_by("-offered_at").first()


def own_offer(learner: User, offer_id: UUID) -> LabOffer | None:
    return LabOffer.objects.filter(pk=offer_id, learner=learner).select_related("course").first()


def see(offer: LabOffer, now: datetime) -> None:
    LabOffer.objects.filter(pk=offer.pk, shown_at=None).update(shown_at=now)


def take(offer: LabOffer, hint: dict[str, str], now: datetime) -> LabOffer:
    """One rung up the ladder. Raises OfferRefused when there is no further one, or the offer is over."""
    if offer.state not in {State.OPEN, State.TAKEN}:
        raise OfferRefused("closed", _("This offer is over."))
    if offer.level >= TOP:
        raise OfferRefused("top", _("There is no further hint. Ask the coach or your trainer."))
    rows = LabOffer.objects.filter(pk=offer.pk, level=offer.level, state=offer.state)
    rows.update(
        level=offer.level + 1, hints=[*offer.hints, hint], state=State.TAKEN, answered_at=now, shown_at=offer.shown_at or now
    )
    offer.refresh_from_db()
    return offer


def answer(offer: LabOffer, said: str, now: datetime) -> LabOffer:
    """`dismissed` for one that is open, `helped` or `unhelpful` for one that was taken. Raises OfferRefused."""
    allowed = {State.OPEN: {State.DISMISSED}, State.TAKEN: {State.HELPED, State.UNHELPFUL}}
    if said not in allowed.get(State(offer.state), set()):
        raise OfferRefused("closed", _("This offer is over."))
    _move(offer, said, now)
    return offer


def _move(offer: LabOffer, state: str, now: datetime) -> None:
    moved = LabOffer.objects.filter(pk=offer.pk, state=offer.state)
    if moved.update(state=state, settled_at=now, answered_at=offer.answered_at or now):
        offer.state = state


def wish_of(learner: User, course: Course) -> str:
    row = Presence.objects.filter(learner=learner, course=course).first()
    return row.wish if row else Presence.Wish.USUAL


def set_wish(learner: User, course: Course, wish: str) -> None:
    """How present the coach is from now on. Raises OfferRefused for a word that is none of them."""
    if wish not in Presence.Wish.values:
        raise OfferRefused("wish", _("One of: %(names)s.") % {"names": ", ".join(Presence.Wish.values)})
    Presence.objects.update_or_create(learner=learner, course=course, defaults={"wish": wish})
