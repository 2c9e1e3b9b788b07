"""A lab's steps, the offer of help beside it and how present the coach is, as the page and the API show them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from coach.labs import offering
from coach.labs.steps import Step, steps_of
from coach.models import LabOffer, LabWork, Presence
from courses.models import Lab
from learning.showing import rendered


@dataclass(frozen=True, slots=True)
class ShownStep:
    step: Step
    is_done: bool


@dataclass(frozen=True, slots=True)
class ShownHint:
    """`html` is a quotation of the course, sanitised; `words` are ours."""

    words: str
    place: str
    url: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class ShownOffer:
    id: UUID
    step: Step | None
    title: str
    is_taken: bool
    level: int
    hints: tuple[ShownHint, ...]
    may_climb: bool

    @property
    def stamp(self) -> str:
        return f"{self.id}:{self.level}"


def steps_context(learner: User, lab: Lab) -> dict[str, Any]:
    work = LabWork.objects.filter(learner=learner, course=lab.course, lab_id=lab.lab_id).first()
    done = set(work.steps_done) if work else set()
    steps = [ShownStep(step, step.id in done) for step in steps_of(lab)]
    return {
        "steps": steps,
        "steps_done": sum(each.is_done for each in steps),
        "minutes": round(work.seconds / 60) if work else 0,
    }


def offer_context(learner: User, lab: Lab) -> dict[str, Any]:
    """An offer that goes onto a page was seen."""
    offer = offering.current(learner, lab.course, lab.lab_id)
    if offer and offer.shown_at is None:
        offering.see(offer, timezone.now())
    return {
        "offer": shown(offer, lab) if offer else None,
        "wish": offering.wish_of(learner, lab.course),
        "wishes": Presence.Wish.choices,
    }


def shown(offer: LabOffer, lab: Lab) -> ShownOffer:
    step = next((each for each in steps_of(lab) if each.id == offer.step), None)
    return ShownOffer(
        id=offer.pk,
        step=step,
        title=offer.step_title,
        is_taken=offer.state == LabOffer.State.TAKEN,
        level=offer.level,
        hints=tuple(_hint(row) for row in offer.hints),
        may_climb=offer.level < offering.TOP,
    )


def _hint(row: dict[str, str]) -> ShownHint:
    return ShownHint(row.get("words", ""), row.get("place", ""), row.get("url", ""), rendered(row.get("passage", "")))
