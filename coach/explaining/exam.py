"""What examiners ask for at a point, in figures and general words. Mark schemes are read with the system's eyes; not one word of
them is shown.
"""

from dataclasses import dataclass

from django.db.models import Count, Max, Min, Sum
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from planning.models import Objective, Question, SchemePoint, SyllabusPoint


@dataclass(frozen=True, slots=True)
class Asked:
    """How often a point is asked about, for how many marks, and the share of the marks by objective, in percent."""

    questions: int
    least: int
    most: int
    shares: tuple[tuple[str, int, str], ...]


def asked_about(point: SyllabusPoint) -> Asked | None:
    """None for a point without questions."""
    with acting_as(SYSTEM):
        questions = Question.objects.filter(points=point, active=True, current__isnull=False)
        marks = questions.aggregate(
            questions=Count("pk"), least=Min("current__maximum_marks"), most=Max("current__maximum_marks")
        )
        scheme = SchemePoint.objects.filter(version__in=questions.values("current"))
        sums = dict(scheme.order_by().values_list("objective").annotate(Sum("marks")))
    whole = sum(sums.values())
    shares = tuple((str(Objective(name).label), round(100 * sums[name] / whole), _advice(name)) for name in sorted(sums))
    return Asked(**marks, shares=shares) if marks["questions"] else None


def _advice(objective: str) -> str:
    return {
        Objective.AO1: _("say exactly what it is, in the terms of the course"),
        Objective.AO2: _("use it on the case in the question, by name"),
        Objective.AO3: _("weigh what speaks for and against, and come to a conclusion"),
    }[Objective(objective)]
