"""What the page of an attempt's results says of its improvement plan."""

from django import template

from planning.improve.making import ensure
from planning.models import Attempt, ImprovementPlan

register = template.Library()


@register.simple_tag
def improvement_of(attempt: Attempt) -> ImprovementPlan | None:
    """The plan that came from a marked attempt; made now when the worker has not come by yet. None before that."""
    if attempt.status != Attempt.Status.MARKED:
        return None
    there = ImprovementPlan.objects.filter(attempt=attempt).first()
    if there is None:
        ensure(attempt.pk)
        there = ImprovementPlan.objects.filter(attempt=attempt).first()
    return there
