"""What was asked of the mentor and thought of it: for admins to look at, not to change."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from mentor.models import Chat


@admin.register(Chat)
class ChatAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "course", "user", "status", "label", "student_rating", "model", "cost_usd", "created_at")
    list_filter = ("status", "label", "flagged_for_review", "escalated_to_trainer", "student_rating", "course")
    list_select_related = ("course", "user")
    search_fields = ("question", "user__email")
    date_hierarchy = "created_at"
