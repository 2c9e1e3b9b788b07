"""What was asked, answered, passed on and thought of it: for admins to look at, not to change."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from coach.models import Escalation, Feedback, Query, Response


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
