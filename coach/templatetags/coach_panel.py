"""The coach beside a chapter. The reader's page belongs to a lower room and may not know the coach; its template asks here."""

import uuid
from typing import Any

from django import template
from django.urls import reverse

from accounts.door import current_actor
from accounts.ids import uuid_or_none
from coach import history, outdated
from coach.labs.showing import offer_context, steps_context
from coach.models import QUESTION_LIMIT
from coach.persona.sharing import Persona, persona_for
from coach.showing import shown
from coach.suggesting import suggestions_for
from courses.models import Chapter, Course, Lab
from courses.trainers import Trainer, trainer_of
from learning.showing import rendered

register = template.Library()


@register.inclusion_tag("coach/_panel.html", takes_context=True)
def coach_panel(context: dict[str, Any], course: Course, place: Chapter | Lab) -> dict[str, Any]:
    """The newest turns of the reader in this course, and the composer."""
    request = context["request"]
    window = history.newest(course, request.user, limit=history.PANEL)
    changed = outdated.changed_since(course, window.queries)
    return {
        "request": request,
        "user": request.user,
        "csrf_token": context.get("csrf_token"),
        "course": course,
        "place": place,
        "turns": [shown(query, slug=course.slug, is_outdated=query.pk in changed) for query in window.queries],
        "has_earlier": window.has_earlier,
        "earlier_url": reverse("coach", args=[course.slug]),
        "suggestions": suggestions_for(place),
        "key": uuid.uuid4(),
        "limit": QUESTION_LIMIT,
    }


@register.inclusion_tag("coach/_cited_passage.html", takes_context=True)
def cited_passage(context: dict[str, Any], course: Course) -> dict[str, Any]:
    """The words of the passage that a citation led to, for the script that marks them."""
    request = context["request"]
    wanted = uuid_or_none(request.GET.get("passage", ""))
    passage = outdated.cited_passage(course, wanted, request.user) if wanted else None
    as_it_was = rendered(passage.content) if passage and not passage.is_current else ""
    return {"passage": passage, "as_it_was": as_it_was}


@register.inclusion_tag("labs/_steps.html", takes_context=True)
def lab_steps(context: dict[str, Any], place: Lab) -> dict[str, Any]:
    """The steps of a lab, to tick."""
    return _beside(context, place) | steps_context(context["request"].user, place)


@register.inclusion_tag("labs/_lab.html", takes_context=True)
def lab_help(context: dict[str, Any], place: Lab) -> dict[str, Any]:
    """The offer of help with a lab, when there is one."""
    return _beside(context, place) | offer_context(context["request"].user, place)


def _beside(context: dict[str, Any], place: Lab) -> dict[str, Any]:
    return {"course": place.course, "place": place, "csrf_token": context.get("csrf_token")}


@register.simple_tag
def your_coach(course: Course) -> Persona | None:
    """The coach with its trainer's name, as far as the reader may see it; None for the plain one."""
    person = current_actor().user_id
    return persona_for(course.pk, person) if person else None


@register.simple_tag
def coach_picture(course: Course, persona: Persona) -> str:
    """The address of the coach's picture, "" without one."""
    return reverse("coach-picture", args=[course.slug, persona.picture]) if persona.picture else ""


@register.simple_tag
def your_trainer(course: Course) -> Trainer | None:
    """Who answers what the coach cannot; None when that is not one person, or is the reader."""
    trainer = trainer_of(course.pk)
    return trainer if trainer and trainer.id != current_actor().user_id else None
