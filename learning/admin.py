"""Index updates for admins: how far they are, why one failed, and another try. Review and its record have their own rooms."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import ReadOnlyAdmin
from courses.models import Chapter, Lab
from learning.indexing import retry_update
from learning.models import AuditEntry, ContentUpdate, Knowledge, LearningItem
from learning.page_admin import ChapterAdmin, LabAdmin
from learning.review.library import AuditEntryAdmin, KnowledgeAdmin
from learning.review.queue_admin import LearningItemAdmin

admin.site.register(Chapter, ChapterAdmin)
admin.site.register(Lab, LabAdmin)
admin.site.register(LearningItem, LearningItemAdmin)
admin.site.register(Knowledge, KnowledgeAdmin)
admin.site.register(AuditEntry, AuditEntryAdmin)


@admin.register(ContentUpdate)
class ContentUpdateAdmin(ReadOnlyAdmin):
    list_display = (
        "course",
        "update_type",
        "status",
        "chunks_updated",
        "chunks_total",
        "deliveries",
        "error_message",
        "created_at",
    )
    list_filter = ("status", "update_type", "course")
    list_select_related = ("course",)
    date_hierarchy = "created_at"
    actions = ("try_again",)

    @admin.action(description=_("Try failed updates again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[ContentUpdate]) -> None:
        failed = list(queryset.filter(status=ContentUpdate.Status.FAILED))
        for update in failed:
            retry_update(update)
        message = ngettext("%(count)d update waits for its next try.", "%(count)d updates wait for their next try.", len(failed))
        self.message_user(request, message % {"count": len(failed)})
