"""The providers of models, and the log of calls to them, for admins."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from ai.models import AIRequestLog
from ai.provider_admin import AIProviderAdmin

__all__ = ["AIProviderAdmin", "AIRequestLogAdmin"]


@admin.register(AIRequestLog)
class AIRequestLogAdmin(ReadOnlyAdmin):
    list_display = ("provider", "model", "feature", "success", "error_class", "total_tokens", "cost", "created_at")
    list_filter = ("success", "provider", "feature", "error_class")
    date_hierarchy = "created_at"
    raw_id_fields = ("user", "conversation", "concept")
