"""Learning plans in Django admin: to look at, and to pause one that goes wrong. Steps are their learner's to tick and move."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from planning.learning_plan_models import LearningPlan, LearningPlanStep
from planning.learning_plans import days


class StepInline(ReadOnlyInline):
    model = LearningPlanStep
    fields = readonly_fields = ("day", "title", "kind", "concept", "minutes", "is_pinned", "done_at")
    ordering = ("day", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LearningPlanStep]:
        return super().get_queryset(request).select_related("concept")


@admin.register(LearningPlan)
class LearningPlanAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "course", "state", "steps_done", "updated_at")
    list_filter = ("state", "course")
    list_select_related = ("user", "course")
    search_fields = ("name", "user__email", "user__name")
    date_hierarchy = "created_at"
    fields = (
        "name",
        "user",
        "course",
        "state",
        "steps_done",
        "week",
        "deadline",
        "does_not_fit",
        "adapts",
        "created_at",
        "closed_at",
    )
    readonly_fields = ("steps_done", "week", "deadline", "does_not_fit", "adapts")
    inlines = (StepInline,)
    actions = ("pause",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LearningPlan]:
        done = Count("steps", filter=Q(steps__done_at__isnull=False))
        return super().get_queryset(request).annotate(many=Count("steps"), done=done)

    @display(description=gettext_lazy("steps done"))
    def steps_done(self, plan: Any) -> str:
        return _("%(done)d of %(many)d") % {"done": plan.done, "many": plan.many}

    @display(description=gettext_lazy("minutes a day, Monday first"))
    def week(self, plan: LearningPlan) -> str:
        return " · ".join(str(minutes) for minutes in days.weekly_of(plan))

    @display(description=gettext_lazy("deadline"))
    def deadline(self, plan: LearningPlan) -> date | None:
        return days.deadline_of(plan)

    @display(description=gettext_lazy("does not fit before it"))
    def does_not_fit(self, plan: LearningPlan) -> str:
        return ", ".join(str(each.get("title", "")) for each in (plan.schedule or {}).get("unfit", ())) or "–"

    @display(description=gettext_lazy("adapts"), boolean=True)
    def adapts(self, plan: LearningPlan) -> bool:
        return bool(plan.setting("adapts"))

    @action(description=gettext_lazy("Pause"))
    def pause(self, request: HttpRequest, plans: QuerySet[LearningPlan]) -> None:
        """Only those that go on; their learner can go on again."""
        wanted = plans.filter(state=LearningPlan.State.ACTIVE).values_list("pk", flat=True)
        paused = LearningPlan.objects.filter(pk__in=list(wanted)).update(state=LearningPlan.State.PAUSED)
        messages.success(request, _("%(n)d plans paused.") % {"n": paused})
