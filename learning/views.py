"""Pages for those who run a course: bring a new version of it in, after a look at what would change.

Nothing is kept between the look and the deed: the browser sends the archive again, and the deed is refused when it would
not do exactly what was shown.
"""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.door import acting_as, behind_door
from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from accounts.throttling import allow
from courses.importing import BadCourse, Changes, CourseHasMoved, Draft, Fault, apply, compare, read_archive
from courses.models import Course
from courses.running import course_to_run
from learning.api_content import asked_by
from learning.forms import UploadForm
from learning.indexing import request_update, retry_update
from learning.models import ContentUpdate

UPDATES = 30  # of one page of the history


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def course_import(request: PersonRequest, slug: str) -> HttpResponse:
    """The upload, what it would change, and the import itself."""
    with acting_as(request.user):
        course = course_to_run(slug, request.user)
    if request.method != "POST":
        return _page(request, course, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, course, form, status=422)
    if not allow("import", request.user.pk):
        form.add_error(None, _("That were many imports. Try again in an hour."))
        return _page(request, course, form, status=429)
    try:
        draft = read_archive(form.cleaned_data["archive"], form.cleaned_data["archive"].name)
    except BadCourse as bad:
        return _page(request, course, form, faults=bad.faults, status=422)
    return _look_or_apply(request, course, form, draft)


def _look_or_apply(request: PersonRequest, course: Course, form: UploadForm, draft: Draft) -> HttpResponse:
    with acting_as(request.user):
        changes = compare(course, draft)
        if request.POST.get("deed") != "import" or changes.is_empty:
            return _page(request, course, form, draft=draft, changes=changes)
        if form.cleaned_data["seen"] != changes.digest():
            form.add_error(None, _("This is not what you were shown. Look at the changes again."))
            return _page(request, course, form, draft=draft, changes=changes, status=409)
        try:
            apply(course, draft, changes)
        except CourseHasMoved:
            form.add_error(None, _("Somebody else changed the course meanwhile. Look at the changes again."))
            return _page(request, course, form, status=409)
        request_update(course, update_type="incremental", triggered_by="automatic")
    messages.success(request, _said(changes))
    return redirect("course-import", course.slug)


def _said(changes: Changes) -> str:
    pages = len({(change.is_lab, change.place_id) for change in changes.pages})
    return ngettext("%(count)d page was imported.", "%(count)d pages were imported.", pages) % {"count": pages}


@require_safe
@behind_door
def import_progress(request: PersonRequest, slug: str) -> HttpResponse:
    """How far the course's index is: a fragment that asks for itself until it is done."""
    course = course_to_run(slug, request.user)
    return render(request, "learning/_update.html", {"course": course, "update": _newest_update(course)})


def _newest_update(course: Course) -> ContentUpdate | None:
    return ContentUpdate.objects.filter(course=course).order_by("-created_at").first()


@require_http_methods(["GET", "HEAD", "POST"])
@behind_door
def updates(request: PersonRequest, slug: str) -> HttpResponse:
    """What was done to the course's index; a POST asks for it to be built anew."""
    course = course_to_run(slug, request.user)
    if request.method == "POST":
        kind = "full" if request.POST.get("kind") == "full" else "incremental"
        request_update(course, update_type=kind, triggered_by=asked_by(request.user.role))
        return redirect("course-updates", slug)
    after = uuid_or_none(request.GET.get("after", ""))
    rows = ContentUpdate.objects.filter(course=course).order_by("-pk")
    found = list((rows.filter(pk__lt=after) if after else rows)[: UPDATES + 1])
    context = {
        "course": course,
        "rows": found[:UPDATES],
        "more": found[UPDATES - 1].pk if len(found) > UPDATES else None,
        "is_first": after is None,
        "is_open": any(row.is_open for row in found),
        "area": "course",
    }
    return render(request, "learning/updates.html", context)


@require_POST
@behind_door
def update_retry(request: PersonRequest, slug: str, update_id: UUID) -> HttpResponse:
    """Try a failed one again; one that is not failed any more is left alone."""
    course = course_to_run(slug, request.user)
    found = get_object_or_404(ContentUpdate, pk=update_id, course=course)
    if found.status == ContentUpdate.Status.FAILED:
        retry_update(found)
    return redirect("course-updates", slug)


def _page(
    request: PersonRequest,
    course: Course,
    form: UploadForm,
    *,
    draft: Draft | None = None,
    changes: Changes | None = None,
    faults: Sequence[Fault] = (),
    status: int = 200,
) -> HttpResponse:
    """The whole page, or for htmx the part that tells what the upload would do."""
    with acting_as(request.user):
        context = {
            "course": course,
            "form": form,
            "draft": draft,
            "changes": changes,
            "faults": faults,
            "update": _newest_update(course),
            "area": "course",
        }
        template = "learning/_changes.html" if request.htmx else "learning/import.html"
        # htmx shows what came back only for statuses it knows as answers
        return render(request, template, context, status=200 if request.htmx else status)
