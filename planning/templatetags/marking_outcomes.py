"""What people said of marks, on the pages of practice."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import template

from planning.marking.disputing import news
from planning.practice_models import Attempt
from planning.ruling_models import LONGEST_REASON, SHORTEST_REASON, MarkDispute, MarkRuling

register = template.Library()
MOST_NEWS = 10


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Of an attempt, by the id of the answer: its dispute, and the last ruling."""

    disputes: dict[UUID, MarkDispute]
    rulings: dict[UUID, MarkRuling]


@register.simple_tag
def outcomes(attempt: Attempt) -> Outcomes:
    disputes = {row.answer_id: row for row in MarkDispute.objects.filter(answer__attempt=attempt)}
    rulings = MarkRuling.objects.filter(answer__attempt=attempt).select_related("ruled_by").order_by("pk")
    return Outcomes(disputes, {row.answer_id: row for row in rulings})


@register.inclusion_tag("marking/_outcome.html", takes_context=True)
def outcome(context: dict[str, Any], result: Any, found: Outcomes) -> dict[str, Any]:
    """What became of one answer's marks, and how to dispute them."""
    dispute = found.disputes.get(result.id)
    can_dispute = bool(context.get("is_own")) and result.is_marked and result.kind == "written" and dispute is None
    return {
        "result": result,
        "dispute": dispute,
        "ruling": found.rulings.get(result.id),
        "can_dispute": can_dispute,
        "is_own": context.get("is_own"),
        "shortest": SHORTEST_REASON,
        "longest": LONGEST_REASON,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("marking/_news.html", takes_context=True)
def marking_news(context: dict[str, Any]) -> dict[str, Any]:
    """Decisions that the learner has not seen."""
    return {"rulings": list(news(context["user"])[:MOST_NEWS]), "csrf_token": context.get("csrf_token")}
