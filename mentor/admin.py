"""Threads with the mentor, what was asked in them and thought of it: for admins to look at, not to change."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from ai.models import Conversation
from mentor.models import Chat


@admin.register(Chat)
class ChatAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "course", "user", "status", "label", "student_rating", "model", "cost_usd", "created_at")
    list_filter = ("status", "label", "flagged_for_review", "escalated_to_trainer", "student_rating", "course")
    list_select_related = ("course", "user")
    search_fields = ("question", "user__email")
    date_hierarchy = "created_at"


class ChatInline(ReadOnlyInline):
    model = Chat
    fields = readonly_fields = ("question", "status", "label", "student_rating", "model", "tokens_used", "cost_usd", "created_at")
    ordering = ("-id",)
    show_change_link = True


@admin.register(Conversation)
class ThreadAdmin(ReadOnlyAdmin):
    """Threads of the mentor alone: the coach's questions have their own place, the desk. Answers stand behind each question."""

    list_display = ("__str__", "user", "course", "concept", "asked", "ai_provider", "cost", "updated_at")
    list_filter = ("ai_provider", "course", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "course", "concept")
    search_fields = ("title", "user__email")
    date_hierarchy = "created_at"
    fields = (
        "title",
        "user",
        "course",
        "topic",
        "concept",
        "ai_provider",
        "total_cost",
        "created_at",
        "updated_at",
        "deleted_at",
    )
    readonly_fields = ("cost",)
    inlines = (ChatInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        rows = super().get_queryset(request).filter(kind=Conversation.Kind.MENTOR).order_by("-updated_at")
        unpriced = Count("chats", filter=Q(chats__cost_usd=None, chats__finished_at__isnull=False))
        return rows.annotate(many=Count("chats"), unpriced=unpriced)

    @display(description=_("questions"))
    def asked(self, thread: Any) -> int:
        return int(thread.many)

    @display(description=_("cost, US dollars"))
    def cost(self, thread: Any) -> str:
        """What is known of it; an unknown price is said, not taken for zero."""
        known = number_format(thread.total_cost, 4)
        if not thread.unpriced:
            return known
        words = ngettext("%(n)d answer of unknown price", "%(n)d answers of unknown price", thread.unpriced)
        unknown = words % {"n": thread.unpriced}
        return f"{known} · {unknown}" if thread.total_cost else unknown
