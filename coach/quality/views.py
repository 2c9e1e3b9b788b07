"""Pages of the trainer's evaluation. Trainers see the sets of their courses, admins all; for everybody else there is nothing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from coach.desk.views import at_desk
from coach.quality import showing
from coach.quality.forms import FileForm, QuestionForm, SetForm
from courses.models import Course
from courses.running import course_to_run
from learning.models import QualityQuestion, QualityRun, QualitySet
from learning.quality import keeping
from learning.quality.keeping import Refused
from learning.quality.leases import ask_for_run


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def sets(request: PersonRequest) -> HttpResponse:
    """The sets of one's courses; a POST makes one."""
    courses = list(Course.objects.run_by(request.user).filter(closed_at=None).order_by("title"))
    form = SetForm(request.POST or None, courses=courses)
    if request.method == "POST" and form.is_valid():
        try:
            course = course_to_run(form.cleaned_data["course"], request.user)
            return redirect("quality-set", keeping.make_set(course, form.cleaned_data["name"], request.user).pk)
        except Refused as refused:
            form.add_error("name", refused)
    context = {
        "area": "quality",
        "rows": showing.listed(courses),
        "form": form,
        "courses": courses,
        "undo": _undo(request, QualitySet),
    }
    return render(request, "quality/sets.html", context, status=422 if form.errors else 200)


@require_safe
@at_desk
def one_set(request: PersonRequest, set_id: UUID) -> HttpResponse:
    """The questions of a set, and its runs."""
    return _set_page(request, keeping.open_set(set_id))


@require_POST
@at_desk
def add(request: PersonRequest, set_id: UUID) -> HttpResponse:
    """A question made by hand."""
    chosen = keeping.open_set(set_id)
    form = QuestionForm(request.POST, places=keeping.place_titles(chosen.course))
    if form.is_valid():
        if not keeping.add(chosen, [form.wanted()], source=QualityQuestion.Source.HAND):
            messages.info(request, _("The set has this question already."))
        return redirect("quality-set", set_id)
    return _set_page(request, chosen, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def question(request: PersonRequest, question_id: UUID) -> HttpResponse:
    """Change a question."""
    found = keeping.open_question(question_id)
    start = {"question": found.question, "expected": found.expected, "answer": found.expected_answer}
    form = QuestionForm(request.POST or None, places=keeping.place_titles(found.set.course), initial=start)
    if request.method == "POST" and form.is_valid():
        keeping.change(found, form.wanted())
        return redirect("quality-set", found.set_id)
    context = {"area": "quality", "form": form, "row": found, "chosen": found.set}
    return render(request, "quality/question.html", context, status=422 if form.errors else 200)


@require_POST
@at_desk
def delete_question(request: PersonRequest, question_id: UUID) -> HttpResponse:
    found = keeping.open_question(question_id)
    keeping.delete(found)
    return _with_way_back("quality-set", found.pk, found.set_id)


@require_POST
@at_desk
def restore_question(request: PersonRequest, question_id: UUID) -> HttpResponse:
    found: QualityQuestion = keeping.deleted(QualityQuestion, question_id)
    keeping.restore(found)
    return redirect("quality-set", found.set_id)


@require_POST
@at_desk
def rename(request: PersonRequest, set_id: UUID) -> HttpResponse:
    chosen = keeping.open_set(set_id)
    try:
        keeping.rename(chosen, request.POST.get("name", ""))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("quality-set", set_id)


@require_POST
@at_desk
def delete_set(request: PersonRequest, set_id: UUID) -> HttpResponse:
    keeping.delete(keeping.open_set(set_id))
    return _with_way_back("quality", set_id)


@require_POST
@at_desk
def restore_set(request: PersonRequest, set_id: UUID) -> HttpResponse:
    try:
        keeping.restore(keeping.deleted(QualitySet, set_id))
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("quality")
    return redirect("quality-set", set_id)


@require_POST
@at_desk
def bring_in(request: PersonRequest, set_id: UUID) -> HttpResponse:
    """Questions from a file."""
    chosen = keeping.open_set(set_id)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _set_page(request, chosen, file_form=form)
    try:
        count = keeping.from_lines(chosen, form.cleaned_data["file"])
    except Refused as refused:
        form.add_error("file", refused)
        return _set_page(request, chosen, file_form=form)
    messages.success(request, ngettext("%(n)d question was added.", "%(n)d questions were added.", count) % {"n": count})
    return redirect("quality-set", set_id)


@require_safe
@at_desk
def send_out(request: PersonRequest, set_id: UUID) -> HttpResponse:
    """The set as a file."""
    chosen = keeping.open_set(set_id)
    response = HttpResponse(keeping.as_lines(chosen), content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{chosen.course.slug}-questions.jsonl"'
    return response


@require_POST
@at_desk
def start(request: PersonRequest, set_id: UUID) -> HttpResponse:
    """Ask for a run; the one that is under way counts as the same."""
    chosen = keeping.open_set(set_id)
    if not chosen.questions.kept().exists():
        messages.error(request, _("The set has no questions yet."))
        return redirect("quality-set", set_id)
    return redirect("quality-run", ask_for_run(chosen).pk)


@require_safe
@at_desk
def run(request: PersonRequest, run_id: UUID) -> HttpResponse:
    """A run: how far it is, then what got better and worse."""
    found = _open_run(run_id)
    return render(request, "quality/run.html", {"area": "quality", **showing.run_page(found, request.GET.get("show", ""))})


@require_safe
@at_desk
def progress(request: PersonRequest, run_id: UUID) -> HttpResponse:
    """How far it is: a fragment that asks for itself; the page comes anew once it is over."""
    found = _open_run(run_id)
    answer = render(request, "quality/_state.html", {"run": found})
    if not found.is_open:
        answer["HX-Refresh"] = "true"
    return answer


def _open_run(run_id: UUID) -> QualityRun:
    rows = QualityRun.objects.select_related("set__course").filter(set__deleted_at=None, course__closed_at=None)
    return get_object_or_404(rows, pk=run_id)


def _set_page(
    request: PersonRequest, chosen: QualitySet, *, form: QuestionForm | None = None, file_form: FileForm | None = None
) -> HttpResponse:
    context = {
        "area": "quality",
        **showing.set_page(chosen, uuid_or_none(request.GET.get("after", ""))),
        "form": form or QuestionForm(places=keeping.place_titles(chosen.course)),
        "file_form": file_form or FileForm(),
        "undo": _undo(request, QualityQuestion),
    }
    return render(request, "quality/set.html", context, status=422 if form or file_form else 200)


def _undo(request: PersonRequest, model: type[QualitySet] | type[QualityQuestion]) -> Any:
    """What was deleted a moment ago, if its page was asked for with it."""
    row_id = uuid_or_none(request.GET.get("deleted", ""))
    return model._default_manager.filter(pk=row_id, deleted_at__isnull=False).first() if row_id else None


def _with_way_back(name: str, row_id: UUID, *args: Any) -> HttpResponse:
    response = redirect(name, *args)
    response["Location"] += f"?deleted={row_id}"
    return response
