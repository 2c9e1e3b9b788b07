"""Subjects, their syllabus and their questions in Django admin. A question that is saved gets a new version; old ones stay."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline, RoleAdmin
from accounts.models import User
from planning.authoring.forms import ImportForm, QuestionForm
from planning.exam_models import Question, QuestionVersion, Subject, SyllabusPoint
from planning.importing import BadQuestions, Changes, Draft, apply, compare, read_bytes
from planning.learning_plan_admin import LearningPlanAdmin
from planning.plan_admin import (
    CalendarFeedAdmin,
    ImprovementPlanAdmin,
    MarkDisputeAdmin,
    MarkRulingAdmin,
    StudyPlanAdmin,
)
from planning.practice.results import right_answers
from planning.practice.wording import rendered
from planning.practice_models import Attempt

__all__ = [
    "AttemptAdmin",
    "CalendarFeedAdmin",
    "ImprovementPlanAdmin",
    "LearningPlanAdmin",
    "MarkDisputeAdmin",
    "MarkRulingAdmin",
    "QuestionAdmin",
    "StudyPlanAdmin",
    "SubjectAdmin",
    "SyllabusPointAdmin",
]


@admin.register(Subject)
class SubjectAdmin(RoleAdmin):
    list_display = ("title", "code", "course", "active", "created_at")
    list_filter = ("active", "course")
    list_select_related = ("course",)
    search_fields = ("title", "code")
    autocomplete_fields = ("course",)
    actions_detail = ("import_action",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("<uuid:subject_id>/import/", view, name="planning_subject_import"), *super().get_urls()]

    @action(description=gettext_lazy("Import questions"), url_path="import-questions")
    def import_action(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:planning_subject_import", object_id)

    def import_view(self, request: HttpRequest, subject_id: UUID) -> HttpResponse:
        """The file, what it would change, and the import. The browser sends the file both times: nothing is kept between."""
        subject = get_object_or_404(Subject, pk=subject_id)
        form = ImportForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {"subject": subject, "form": form}
        if request.method == "POST" and form.is_valid():
            try:
                draft, changes = self._looked_or_applied(request, subject, form)
                if request.POST.get("deed") == "import":
                    messages.success(request, _("%(new)d new and %(changed)d changed questions.") % changes.counts())
                    return redirect("admin:planning_subject_change", subject.pk)
                context |= {
                    "draft": draft,
                    "changes": changes,
                    "counts": changes.counts(),
                    "points": changes.counts(of_points=True),
                }
            except BadQuestions as bad:
                context["faults"] = bad.faults
        title = _("Import questions into %s") % subject
        return TemplateResponse(
            request, "admin/planning/import.html", {**self.admin_site.each_context(request), **context, "title": title}
        )

    def _looked_or_applied(self, request: HttpRequest, subject: Subject, form: ImportForm) -> tuple[Draft, Changes]:
        upload = form.cleaned_data["file"]
        codes = set(subject.points.values_list("code", flat=True))
        draft = read_bytes(upload.read(), upload.name, codes, size=upload.size)
        if request.POST.get("deed") == "import":
            return draft, apply(code=subject.code, draft=draft, author=cast(User, request.user))[1]
        return draft, compare(subject, draft)


@admin.register(SyllabusPoint)
class SyllabusPointAdmin(RoleAdmin):
    list_display = ("in_tree", "subject", "chapter", "position")
    list_filter = ("subject",)
    list_select_related = ("subject", "chapter", "parent__parent__parent")
    search_fields = ("code", "title", "subject__title")
    autocomplete_fields = ("subject", "parent", "chapter")
    ordering = ("subject", "position", "code")

    @display(description=gettext_lazy("syllabus point"))
    def in_tree(self, point: SyllabusPoint) -> str:
        depth, above = 0, point.parent
        while above and depth < 3:
            depth, above = depth + 1, above.parent
        return "\u2003" * depth + str(point)  # an em space for each step down


class VersionInline(ReadOnlyInline):
    model = QuestionVersion
    fields = readonly_fields = ("number", "kind", "maximum_marks", "text", "created_by", "created_at")
    ordering = ("-number",)
    verbose_name_plural = gettext_lazy("Versions: an attempt keeps the one it began with")


@admin.register(Question)
class QuestionAdmin(RoleAdmin):
    """Questions that were answered are taken out of practice, not deleted."""

    form = QuestionForm
    list_display = ("code", "subject", "kind", "marks", "version", "active")
    list_filter = ("subject", "active", "current__kind", "points")
    list_select_related = ("subject", "current")
    search_fields = ("code", "current__text", "current__title")
    readonly_fields = ("preview",)
    inlines = (VersionInline,)
    fieldsets = (
        (None, {"fields": ("subject", "code", "codes", "active")}),
        (gettext_lazy("What is asked"), {"fields": ("kind", "title", "text", "text_format", "marks")}),
        (gettext_lazy("What is right"), {"fields": ("choices", "answer", "scheme", "model_answer", "feedback")}),
        (gettext_lazy("As learners see it"), {"fields": ("preview",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "subject", "code") if obj else self.readonly_fields

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Question, form: Any, change: bool) -> None:
        """By the deed of an import: the same checks, a new version only if something changed."""
        draft = Draft("form", (form.draft,))
        subject, _changes = apply(code=obj.subject.code, draft=draft, author=cast(User, request.user))
        obj.pk = Question.objects.values_list("pk", flat=True).get(subject=subject, code=form.draft.code)

    @display(description=gettext_lazy("kind"))
    def kind(self, question: Question) -> str:
        return question.current.get_kind_display() if question.current else "–"

    @display(description=gettext_lazy("marks"))
    def marks(self, question: Question) -> int | None:
        return question.current.maximum_marks if question.current else None

    @display(description=gettext_lazy("version"))
    def version(self, question: Question) -> int | None:
        return question.current.number if question.current else None

    @display(description=gettext_lazy("question, answer and scheme"))
    def preview(self, question: Question) -> SafeString | str:
        version = question.current
        if version is None:
            return "–"
        key = version.answer_key
        shown = {
            "text": rendered(version.text, version.text_format),
            "right": [rendered(text, version.text_format) for text in right_answers(version, key)],
            "model": rendered(key.model_answer, "markdown"),
            "scheme": version.scheme_points.all(),
        }
        return render_to_string("admin/planning/preview.html", shown)

    def view_on_site(self, question: Question) -> str:
        return reverse("practice-begin", args=[question.subject.code])


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("student", "subject", "mode", "status", "started_at", "submitted_at", "marked_at")
    list_filter = ("status", "mode", "subject")
    list_select_related = ("student", "subject")
    search_fields = ("student__email", "student__name", "subject__title")
    date_hierarchy = "started_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        return super().get_queryset(request).order_by("-pk")
