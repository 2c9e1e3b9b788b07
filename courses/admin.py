"""Courses and who is in them. Their pages are edited where the index follows, in the room above."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline, RoleAdmin
from courses.models import ConceptEvidence, Course, CourseTrainer, Enrolment, LearningConcept


class TrainerInline(TabularInline):
    model = CourseTrainer
    extra = 0
    autocomplete_fields = ("trainer",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # the site lets nobody but admins in

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Course)
class CourseAdmin(RoleAdmin):
    """Courses are closed, not deleted: people's questions hang on them."""

    list_display = ("title", "slug", "escalation_threshold", "content_version", "index_generation", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    search_fields = ("title", "slug")
    ordering = ("title",)
    readonly_fields = ("content_version", "index_generation", "created_at", "updated_at")
    inlines = (TrainerInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Bookmarks, the links between its pages and open pages hold the address of a course that is there."""
        helps = {"slug": _("Part of every address of the course. The earlier one goes on leading here.")} if obj else {}
        return super().get_form(request, obj, change=change, help_texts=helps, labels={"slug": _("Address")}, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """Trainers come once the course is there: before, it has no id that rows could point at."""
        return self.inlines if obj else ()


@admin.register(Enrolment)
class EnrolmentAdmin(RoleAdmin):
    list_display = ("learner", "course", "trainer", "created_at", "withdrawn_at")
    list_filter = ("course", ("withdrawn_at", admin.EmptyFieldListFilter))
    list_select_related = ("learner", "course", "trainer")
    search_fields = ("learner__email", "learner__name", "course__title")
    autocomplete_fields = ("learner", "course", "trainer")
    readonly_fields = ("created_at",)


class EvidenceInline(ReadOnlyInline):
    model = ConceptEvidence
    fields = readonly_fields = ("noted_at", "kind", "place_id", "value", "moved", "percentage", "said", "withdrawn_at")
    ordering = ("-noted_at",)


@admin.register(LearningConcept)
class ConceptAdmin(ReadOnlyAdmin):
    """Progress is reckoned from the evidence below it, so nothing is set by hand here."""

    list_display = ("name", "user", "course", "completion_percentage", "time_spent", "last_studied", "is_active")
    list_filter = ("is_active", "difficulty", "course")
    list_select_related = ("user", "course")
    search_fields = ("name", "user__email")
    inlines = (EvidenceInline,)
    exclude = ("custom_prompts",)  # what a learner wants of their mentor is between them
