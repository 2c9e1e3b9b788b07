"""The providers of models, and the log of calls to them, for admins."""

from django.contrib import admin
from django.urls import URLPattern, path

from accounts.admin import ReadOnlyAdmin
from ai.budget_admin import BudgetAdmin
from ai.cost_pages import costs_page
from ai.models import AIRequestLog
from ai.provider_admin import AIProviderAdmin
from ai.variant_admin import PromptVariantAdmin, VariantEventAdmin

__all__ = ["AIProviderAdmin", "AIRequestLogAdmin", "BudgetAdmin", "PromptVariantAdmin", "VariantEventAdmin"]


@admin.register(AIRequestLog)
class AIRequestLogAdmin(ReadOnlyAdmin):
    list_display = ("provider", "model", "feature", "success", "error_class", "total_tokens", "cost", "created_at")
    list_filter = ("success", "provider", "feature", "error_class", "course")
    date_hierarchy = "created_at"
    raw_id_fields = ("user", "conversation", "concept", "course")

    def get_urls(self) -> list[URLPattern]:
        costs = path("costs/", self.admin_site.admin_view(costs_page), name="ai_costs")
        return [costs, *super().get_urls()]
