"""What was learnt, and the record of it, for admins to look at. Both lists are long: counts and pages end at a cap."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin
from accounts.models import User
from learning.models import AuditEntry, Knowledge
from learning.queue_models import BY_AN_ADMIN
from learning.review.record import in_words, what
from learning.review.shelf import REACH
from learning.review.telling import uuid_of

CAP = 2_000  # rows that can be paged through; filters and words lead to the others


class CappedPaginator(Paginator):
    """Never counts more than the cap. `is_capped` says that there is more."""

    template_name = "review/pagination.html"

    @cached_property
    def counted(self) -> int:
        return cast("QuerySet[Any]", self.object_list)[: CAP + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.counted, CAP)

    @property
    def is_capped(self) -> bool:
        return self.counted > CAP


class LongChangeList(ChangeList):
    """Says nothing of a whole that nobody counted."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class LongList(ReadOnlyAdmin):
    """A list whose order an index serves, the newest first."""

    paginator = CappedPaginator
    list_max_show_all = 0
    ordering = ("-id",)
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LongChangeList


class KnowledgeState(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    choices_of = {
        "live": (_("Live"), Q(is_live=True)),
        "retired": (_("Not in use"), Q(is_live=False)),
        "recheck": (_("Re-check"), Q(is_live=False, item__status="pending", item__metadata__has_key="recheck")),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _rows) in self.choices_of.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Knowledge]) -> QuerySet[Knowledge]:
        known = self.choices_of.get(self.value() or "")
        return queryset.filter(known[1]) if known else queryset


class KnowledgeAdmin(LongList):
    list_display = ("asked", "course", "version", "state", "signed", "verified_at", "item_link")
    list_filter = (KnowledgeState, "course")
    list_select_related = ("course", "item")
    search_fields = ("question", "content")
    search_help_text = _("Looks through the newest 10,000")
    fields = (
        *("question", "content", "course", "state", "version", "category", "source", "verified_by_name", "verified_at"),
        *("item_link", "place", "created_at", "retired_at"),
    )
    readonly_fields = ("state", "item_link")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Knowledge]:
        heavy = ("embedding", "question_embedding", "content")
        items = (
            "item__embedding",
            "item__question_embedding",
            "item__proposed_content",
            "item__original_answer",
            "item__receipt",
        )
        return super().get_queryset(request).defer(*heavy, *items)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Knowledge], search_term: str
    ) -> tuple[QuerySet[Knowledge], bool]:
        if search_term.strip():
            last = queryset.order_by("-id").values_list("pk", flat=True)[REACH - 1 : REACH].first()
            queryset = queryset.filter(pk__gte=last) if last else queryset
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("Question"))
    def asked(self, row: Knowledge) -> str:
        return (row.question or row.content)[:160]

    @admin.display(description=_("State"))
    def state(self, row: Knowledge) -> str:
        if row.is_live:
            return str(_("Live"))
        is_doubtful = row.item is not None and row.item.status == "pending" and "recheck" in row.item.metadata
        return str(_("Re-check") if is_doubtful else _("Not in use"))

    @admin.display(description=_("Verified by"))
    def signed(self, row: Knowledge) -> str:
        return row.verified_by_name

    @admin.display(description=_("Item"))
    def item_link(self, row: Knowledge) -> str:
        return _to_item(row.item_id) if row.item_id else "-"


class AdminsFilter(admin.SimpleListFilter):
    title = _("admin")
    parameter_name = "actor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        admins = User.objects.filter(role=User.Role.ADMIN).order_by("name")[:50]
        return [(str(person.pk), person.name or person.email) for person in admins]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        actor = uuid_of(self.value() or "")
        return queryset.filter(BY_AN_ADMIN, actor_id=actor) if actor else queryset


class TableFilter(admin.SimpleListFilter):
    title = _("table")
    parameter_name = "table"
    tables = {"learning_queue": _("Learning items"), "knowledge_base_rag": _("Verified answers")}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.tables.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(table_name=self.value()) if self.value() in self.tables else queryset


class AuditEntryAdmin(LongList):
    list_display = ("created_at", "who", "deed", "row", "change")
    list_filter = (TableFilter, AdminsFilter)
    search_fields = ("row_id",)
    search_help_text = _("The id of an item, of a version or of a person")
    fields = ("created_at", "who", "actor_role", "action", "table_name", "row", "before", "after")
    readonly_fields = ("who", "row")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        name = User.objects.filter(pk=OuterRef("actor_id")).values("name")[:1]
        return super().get_queryset(request).annotate(actor_name=Subquery(name))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """By id alone: the record holds no words. An index serves each of the two."""
        if not search_term.strip():
            return queryset, False
        wanted = uuid_of(search_term.strip())
        if wanted and User.objects.filter(pk=wanted).exists():
            return queryset.filter(BY_AN_ADMIN, actor_id=wanted), False
        return (queryset.filter(row_id=wanted) if wanted else queryset.none()), False

    @admin.display(description=_("Who"))
    def who(self, entry: AuditEntry) -> str:
        return getattr(entry, "actor_name", None) or (str(entry.actor_id) if entry.actor_id else str(_("the system")))

    @admin.display(description=_("Deed"))
    def deed(self, entry: AuditEntry) -> str:
        return what(entry)

    @admin.display(description=_("Change"))
    def change(self, entry: AuditEntry) -> str:
        return in_words(entry)[:400]

    @admin.display(description=_("Row"))
    def row(self, entry: AuditEntry) -> str:
        return _to_item(entry.row_id) if entry.table_name == "learning_queue" else _to_version(entry.row_id)


def _to_item(item_id: UUID) -> str:
    return format_html('<a href="{}">{}</a>', reverse("admin:learning_learningitem_change", args=[item_id]), str(item_id)[-12:])


def _to_version(row_id: UUID) -> str:
    return format_html('<a href="{}">{}</a>', reverse("admin:learning_knowledge_change", args=[row_id]), str(row_id)[-12:])
