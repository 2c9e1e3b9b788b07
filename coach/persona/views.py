"""A trainer's coach: its settings, a profile to be read into them, the preview, and its picture."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.door import acting_as, behind_door
from accounts.requests import PersonRequest
from coach.desk.views import STAFF, at_desk
from coach.models import Personalization
from coach.persona import extracting, keeping, reading, sharing
from coach.persona.extracting import Profile
from coach.persona.forms import PersonaForm, ProfileForm, info_as_text, initial_of
from coach.persona.picturing import CONTENT_TYPE, HEADERS, PictureRefused
from courses import access
from courses.models import Course


@require_safe
@at_desk
def edit(request: PersonRequest) -> HttpResponse:
    course = _course(request)
    row = keeping.settings_of(request.user, course)
    return _page(request, course, row, PersonaForm(initial=initial_of(row)), said=request.GET.get("said", ""))


@require_POST
@at_desk
def save(request: PersonRequest) -> HttpResponse:
    course = _course(request)
    form = PersonaForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            keeping.keep(request.user, course, form.wanted())
            return redirect(_address(course, "saved"))
        except PictureRefused as refusal:
            form.add_error("picture", refusal.message)
    return _page(request, course, keeping.settings_of(request.user, course), form, status=422)


@require_POST
@login_required
def extract(request: PersonRequest) -> HttpResponse:
    """Put what is found in a profile into the form, to be corrected; nothing is kept. A model may read it, behind no door."""
    if request.user.role not in STAFF:
        raise Http404
    with acting_as(request.user):
        _course(request)
    given, found = ProfileForm(request.POST, request.FILES), Profile()
    if given.is_valid():
        try:
            found = _read(request, given)
        except extracting.ProfileRefused as refusal:
            given.add_error(None, refusal.message)
    with acting_as(request.user):
        course = _course(request)
        row = keeping.settings_of(request.user, course)
        if given.errors:
            return _page(request, course, row, PersonaForm(initial=initial_of(row)), given=given, status=422)
        return _page(request, course, row, PersonaForm(initial=initial_of(row) | info_as_text(found.as_info())), said="read")


def _read(request: PersonRequest, given: ProfileForm) -> Profile:
    """A file is read by rule. Raises ProfileRefused."""
    file: UploadedFile | None = given.cleaned_data["file"]
    if file:
        return extracting.from_file(file.name or "", file.read())
    return reading.read(request.user, given.cleaned_data["text"])


@require_POST
@at_desk
def give_up(request: PersonRequest) -> HttpResponse:
    course = _course(request)
    keeping.give_up(request.user, course)
    return redirect(_address(course, "gone"))


@require_safe
@at_desk
def own_picture(request: PersonRequest) -> HttpResponse:
    row = Personalization.objects.filter(trainer=request.user, course=_course(request)).first()
    return _picture(bytes(row.picture) if row and row.picture else None)


@require_safe
@behind_door
def picture(request: PersonRequest, slug: str, digest: str) -> HttpResponse:
    """The picture of the coach that this learner has; `digest` makes the address another one when it changes."""
    return _picture(sharing.picture_for(access.open_course(slug).pk, request.user.pk))


def _picture(content: bytes | None) -> HttpResponse:
    if content is None:
        raise Http404
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=HEADERS)


def _course(request: PersonRequest) -> Course | None:
    """The course that is chosen, one that this trainer runs; None for all of them."""
    slug = request.GET.get("course", "").replace("\x00", "")
    if not slug:
        return None
    found = Course.objects.run_by(request.user).filter(slug=slug, closed_at=None).first()
    if found is None:
        raise Http404
    return found


def _address(course: Course | None, said: str = "") -> str:
    parts = [f"course={course.slug}"] if course else []
    parts += [f"said={said}"] if said else []
    return reverse("trainer-coach") + (f"?{'&'.join(parts)}" if parts else "")


def _page(
    request: PersonRequest, course: Course | None, row: Personalization | None, form: PersonaForm, *,
    given: ProfileForm | None = None, said: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    query = f"?course={course.slug}" if course else ""
    context: dict[str, Any] = {
        "area": "trainer-coach", "row": row, "form": form, "given": given or ProfileForm(auto_id="profile_%s"), "said": said,
        "courses": list(Course.objects.run_by(request.user).filter(closed_at=None).order_by("title")), "chosen": course,
        "query": query, "preview": sharing.previewed(row.pk) if row else None, "usual_name": keeping.usual_name(request.user),
        "picture_url": reverse("trainer-coach-picture") + query if row and row.picture_hash else "",
        "also_global": bool(course and row is None and keeping.settings_of(request.user, None)),
    }  # fmt: skip
    form.fields["coach_name"].widget.attrs["placeholder"] = context["usual_name"]
    if not (row and row.picture_hash):
        del form.fields["no_picture"]
    return render(request, "persona/edit.html", context, status=status)
