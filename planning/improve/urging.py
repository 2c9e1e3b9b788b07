"""Which points of a syllabus cannot wait: those that an open action of an improvement plan is about."""

from collections.abc import Mapping, Sequence
from typing import Any

from planning.models import ImprovementPlan, Subject
from planning.study.spacing import Review

LATEST = 5  # improvement plans that count; older ones say what was weak then


def urgent_points(learner_id: Any, subject: Subject, reviews: Mapping[str, Sequence[Review]]) -> frozenset[str]:
    """Codes of points with an open action that were not reviewed since the attempt showed them to be weak."""
    rows = ImprovementPlan.objects.filter(student_id=learner_id, subject=subject).order_by("-pk")[:LATEST]
    found = set()
    for row in rows:
        shown_on = row.created_at.date() if row.created_at else None
        for item in row.open_items:
            found |= {code for code in item.get("syllabus_points", ()) if shown_on and not _reviewed(reviews, code, shown_on)}
    return frozenset(found)


def _reviewed(reviews: Mapping[str, Sequence[Review]], code: str, since: Any) -> bool:
    return any(review.on > since for review in reviews.get(code, ()))
