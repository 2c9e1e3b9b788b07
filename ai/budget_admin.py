"""Budgets in Django admin: what models may cost in a day. What is used today stands beside each."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.db.models import Max, Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.admin import RoleAdmin
from ai.models import Budget, BudgetDay


@admin.register(Budget)
class BudgetAdmin(RoleAdmin):
    list_display = ("__str__", "dollars", "answers", "used_today")
    list_select_related = ("course",)
    list_before_template = "admin/ai/budget/explained.html"
    fields = ("scope", "course", "usd_per_day", "answers_per_day")
    ordering = ("scope", "course__title")

    @display(description=gettext_lazy("US dollars a day"))
    def dollars(self, row: Budget) -> str:
        return "–" if row.usd_per_day is None else f"${number_format(row.usd_per_day, 2, force_grouping=True)}"

    @display(description=gettext_lazy("answers a day"))
    def answers(self, row: Budget) -> str:
        return "–" if row.answers_per_day is None else number_format(row.answers_per_day, force_grouping=True)

    @display(description=gettext_lazy("most used today"))
    def used_today(self, row: Budget) -> str:
        used = _most_used(row)
        words = {"dollars": number_format(used["dollars"] or 0, 4), "answers": number_format(used["answers"] or 0)}
        return _("$%(dollars)s, %(answers)s answers") % words


def _most_used(row: Budget) -> dict[str, Any]:
    """Of the learner, or the course, that used most: who is nearest to the bound."""
    whose = Q(course=row.course) if row.course else Q()
    days = BudgetDay.objects.filter(whose, day=datetime.now(UTC).date(), scope=row.scope)
    return days.aggregate(dollars=Max("spent"), answers=Max("answers"))
