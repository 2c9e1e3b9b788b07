"""Plans and what was said about marks in Django admin: to look at, not to change. A calendar address can be revoked."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.admin import ReadOnlyAdmin
from planning.ruling_models import MarkDispute, MarkRuling
from planning.study_models import CalendarFeed, ImprovementPlan, StudyPlan

OF_STUDENT = ("student__email", "student__name")


@admin.register(StudyPlan)
class StudyPlanAdmin(ReadOnlyAdmin):
    list_display = ("student", "subject", "exam_date", "hours_per_day", "method", "status", "next_day", "updated_at")
    list_filter = ("status", "method", "subject")
    list_select_related = ("student", "subject")
    search_fields = (*OF_STUDENT, "subject__title", "subject__code")
    date_hierarchy = "exam_date"
    fieldsets = (
        (None, {"fields": ("student", "subject", "status", "exam_date", "hours_per_day", "method", "days_off", "known")}),
        (gettext_lazy("As planned"), {"fields": ("started_on", "planned_on", "next_day", "days")}),
        (gettext_lazy("What gave"), {"fields": ("lack", "changes", "time_zone", "created_at", "updated_at")}),
    )
    readonly_fields = ("days",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StudyPlan]:
        return super().get_queryset(request).defer("schedule", "easiness_factors").order_by("-pk")

    @display(description=gettext_lazy("days"))
    def days(self, plan: StudyPlan) -> SafeString:
        return render_to_string("admin/planning/schedule.html", {"days": plan.schedule})


@admin.register(ImprovementPlan)
class ImprovementPlanAdmin(ReadOnlyAdmin):
    list_display = ("student", "subject", "actions_done", "made_at", "created_at")
    list_filter = ("subject",)
    list_select_related = ("student", "subject")
    search_fields = (*OF_STUDENT, "subject__title", "subject__code")
    date_hierarchy = "created_at"
    fields = ("student", "subject", "attempt", "work", "made_at", "created_at")
    readonly_fields = ("work",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImprovementPlan]:
        return super().get_queryset(request).order_by("-pk")

    @display(description=gettext_lazy("done"))
    def actions_done(self, plan: ImprovementPlan) -> str:
        count = len(plan.action_items)
        return f"{count - len(plan.open_items)} / {count}"

    @display(description=gettext_lazy("weaknesses and actions"))
    def work(self, plan: ImprovementPlan) -> SafeString:
        shown = {"weaknesses": plan.weaknesses, "actions": plan.action_items}
        return render_to_string("admin/planning/improvement.html", shown)


@admin.register(MarkRuling)
class MarkRulingAdmin(ReadOnlyAdmin):
    list_display = ("question", "student", "proposed_marks", "ruled_marks", "maximum_marks", "origin", "ruled_by", "created_at")
    list_filter = ("origin", "course")
    list_select_related = ("question", "student", "ruled_by")
    search_fields = (*OF_STUDENT, "question__code", "note")
    date_hierarchy = "created_at"


@admin.register(MarkDispute)
class MarkDisputeAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "student", "course", "state", "created_at", "settled_at")
    list_filter = ("state", "course")
    list_select_related = ("student", "course")
    search_fields = (*OF_STUDENT, "reason")
    date_hierarchy = "created_at"


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    """Deleting an address revokes it; the secret itself is kept nowhere."""

    list_display = ("user", "created_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    exclude = ("digest",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarFeed]:
        return super().get_queryset(request).order_by("-created_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)
