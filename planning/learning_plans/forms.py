"""The shape of a plan as a person fills it in, and nothing else."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from planning.concepts.seeing import own_concepts
from planning.learning_plan_models import LearningPlan
from planning.learning_plans import days
from planning.learning_plans.making import Wish

USUAL_MINUTES = (60, 60, 60, 60, 60, 0, 0)  # Monday first
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PlanForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    concepts = forms.MultipleChoiceField(
        label=_("Concepts"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one concept of yours.")},
    )
    start = forms.DateField(label=_("Begins"), required=False, widget=DAY, help_text=_("Left open, today."))
    deadline = forms.DateField(
        label=_("To be done by"), required=False, widget=DAY, help_text=_("Left open, it takes as long as it takes.")
    )
    side_by_side = forms.BooleanField(label=_("Concepts take turns, instead of one after the other"), required=False)
    adapts = forms.BooleanField(label=_("Plan anew by itself when I fall behind or run ahead"), required=False, initial=True)

    def __init__(self, data: Any = None, *, learner: User, plan: LearningPlan | None = None) -> None:
        super().__init__(data, initial=_initial(plan))
        known = [(str(concept.pk), concept.name) for concept in own_concepts(learner)]
        self.fields["concepts"].choices = known  # type: ignore[attr-defined]
        for weekday in range(7):
            self.fields[f"minutes_{weekday}"] = forms.IntegerField(
                label=WEEKDAYS[weekday], required=False, min_value=0, max_value=days.MOST_MINUTES
            )

    def weekdays(self) -> list[Any]:
        return [self[f"minutes_{weekday}"] for weekday in range(7)]

    def others(self) -> list[Any]:
        return [field for field in self.visible_fields() if not field.name.startswith("minutes_")]

    def wish(self) -> Wish:
        good = self.cleaned_data
        return Wish(
            name=good["name"],
            concept_ids=[UUID(each) for each in good["concepts"]],
            weekly=[good[f"minutes_{weekday}"] or 0 for weekday in range(7)],
            start=good["start"],
            deadline=good["deadline"],
            zone=timezone.get_current_timezone_name(),
            adapts=good["adapts"],
            side_by_side=good["side_by_side"],
        )


def _initial(plan: LearningPlan | None) -> dict[str, Any]:
    minutes = days.weekly_of(plan) if plan else USUAL_MINUTES
    weekly = {f"minutes_{weekday}": value for weekday, value in enumerate(minutes)}
    if plan is None:
        return weekly | {"adapts": True}
    return weekly | {
        "name": plan.name,
        "concepts": [each["id"] for each in plan.concepts],
        "start": days.start_of(plan),
        "deadline": days.deadline_of(plan),
        "side_by_side": plan.setting("side_by_side"),
        "adapts": plan.setting("adapts", True),
    }
