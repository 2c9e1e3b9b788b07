"""What was asked, answered, passed on and thought of it: for admins to look at; few of it to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin, RoleAdmin
from coach.models import (
    Escalation,
    Feedback,
    LabOffer,
    LabStruggle,
    Personalization,
    Query,
    Response,
    StruggleWeights,
    XapiStatement,
)
from coach.persona import keeping
from coach.persona.moderating import INFO, ModeratedForm


@admin.register(Query)
class QueryAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "course", "learner", "intent", "status", "created_at")
    list_filter = ("status", "intent", "course")
    list_select_related = ("course", "learner")
    search_fields = ("question", "learner__email")
    date_hierarchy = "created_at"


@admin.register(Response)
class ResponseAdmin(ReadOnlyAdmin):
    list_display = ("query", "course", "state", "label", "confidence_score", "provider", "model_used", "finished_at")
    list_filter = ("state", "label", "provider", "course")
    list_select_related = ("query", "course")
    search_fields = ("answer", "query__question")
    date_hierarchy = "created_at"


@admin.register(Escalation)
class EscalationAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "course", "learner", "trainer", "reason", "status", "created_at")
    list_filter = ("status", "reason", "course")
    list_select_related = ("course", "learner", "trainer")
    search_fields = ("original_question", "learner__email")
    date_hierarchy = "created_at"


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    list_display = ("rating", "feedback_text", "course", "learner", "created_at")
    list_filter = ("rating", "course")
    list_select_related = ("course", "learner")
    search_fields = ("feedback_text", "learner__email")
    date_hierarchy = "created_at"


@admin.register(LabStruggle)
class StruggleAdmin(ReadOnlyAdmin):
    """Who struggles where, as the worker judged it."""

    list_display = ("learner", "course", "lab_id", "struggle_score", "step", "is_open", "acknowledged", "detected_at", "error")
    list_filter = ("is_open", "acknowledged", "course")
    list_select_related = ("learner", "course")
    search_fields = ("learner__email", "lab_id")
    ordering = ("-struggle_score",)


@admin.register(LabOffer)
class OfferAdmin(ReadOnlyAdmin):
    list_display = ("learner", "course", "lab_id", "step_title", "state", "level", "offered_at", "settled_at")
    list_filter = ("state", "course")
    list_select_related = ("learner", "course")
    search_fields = ("learner__email", "lab_id", "step_title")
    date_hierarchy = "offered_at"


@admin.register(StruggleWeights)
class WeightsAdmin(RoleAdmin):
    """How much each sign of struggle counts in a course. A course without a row has the usual weights."""

    list_display = (
        "course", "attempts", "average_score", "recent_failures", "repeated_questions", "time_spent", "expected_minutes",
    )  # fmt: skip
    list_select_related = ("course",)
    search_fields = ("course__title",)
    autocomplete_fields = ("course",)


@admin.register(XapiStatement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ("id", "learner", "verb", "lab_id", "effect", "voided", "stored_at")
    list_filter = ("effect", "voided", "course")
    list_select_related = ("learner", "course")
    search_fields = ("learner__email", "lab_id", "activity")
    date_hierarchy = "stored_at"


@admin.register(Personalization)
class PersonalizationAdmin(RoleAdmin):
    """What trainers let the coach be. An admin may mend it, switch it off, share less of it, and take it away."""

    form = ModeratedForm
    fieldsets = (
        (None, {"fields": ("trainer", "course", "personalization_enabled", "share_level", "updated_at")}),
        (_("The coach"), {"fields": ("coach_name", "greeting", "tone")}),
        (_("The trainer, from their profile"), {"fields": (*INFO, "linkedin_profile_url")}),
    )
    readonly_fields = ("trainer", "course", "updated_at")

    list_display = ("trainer", "course", "coach_name", "personalization_enabled", "share_level", "tone", "updated_at")
    list_filter = ("personalization_enabled", "share_level", "course")
    list_select_related = ("trainer", "course")
    search_fields = ("trainer__email", "coach_name")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Personalization, form: ModeratedForm, change: bool) -> None:
        """As the trainer's own page does; the log of the site says which fields were changed, and by whom."""
        keeping.keep(obj.trainer, obj.course, form.wanted())
