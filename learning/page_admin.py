"""Chapters and labs for admins: their text is edited here, and the index follows by itself."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import RoleAdmin
from courses.editing import Text
from courses.models import Chapter, Lab
from learning.editing import remove, save_text


class PageAdmin(RoleAdmin):
    """A page is taken out, not deleted: answers cite it."""

    list_display = ("title", "course", "day", "section", "position", "version", "removed_at")
    list_filter = ("course", "day", ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("course",)
    ordering = ("course", "day", "position")
    actions = ("take_out",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.removed_at is None)

    def save_model(self, request: HttpRequest, obj: Chapter | Lab, form: Any, change: bool) -> None:
        if save_text(obj, Text(title=obj.title, body=obj.body, day=obj.day, section=obj.section)):
            self.message_user(request, _("What changed is being indexed; the coach answers from it within seconds."))

    @admin.action(description=_("Take out of the course"))
    def take_out(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        there = list(queryset.filter(removed_at=None).select_related("course"))
        for place in there:
            remove(place)
        message = ngettext("%(n)d page was taken out.", "%(n)d pages were taken out.", len(there)) % {"n": len(there)}
        self.message_user(request, message, messages.SUCCESS)


class ChapterAdmin(PageAdmin):
    search_fields = ("title", "chapter_id")
    fields = ("course", "chapter_id", "title", "day", "section", "body", "version", "updated_at", "removed_at")
    readonly_fields = ("course", "chapter_id", "version", "updated_at", "removed_at")


class LabAdmin(PageAdmin):
    search_fields = ("title", "lab_id")
    fields = ("course", "lab_id", "chapter", "title", "day", "section", "body", "version", "updated_at", "removed_at")
    readonly_fields = ("course", "lab_id", "chapter", "version", "updated_at", "removed_at")
