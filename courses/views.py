"""Pages of courses: the shelf, a course, a chapter or lab, its files. All behind the door, all 404 to strangers."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import etag, require_GET, require_POST, require_safe

from accounts.door import acting_as, behind_door
from accounts.requests import PersonRequest
from courses import access, reading
from courses.models import Course

# An SVG from a course may carry a script: it is shown as a picture and can do nothing else.
ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My courses; for those who are not signed in, what this is."""
    if not request.user.is_authenticated:
        return render(request, "courses/landing.html")
    with acting_as(request.user):
        return render(request, "courses/course_list.html", {"shelf": reading.shelf_of(request.user), "area": "home"})


@require_safe
@behind_door
def course(request: PersonRequest, slug: str) -> HttpResponse:
    found = access.open_course(slug)
    outline = reading.outline_of(found, request.user)
    return render(request, "courses/course.html", {"course": found, "outline": outline, "area": "course"})


@require_safe
@behind_door
def place(request: PersonRequest, slug: str, place_id: str) -> HttpResponse:
    """A chapter or lab between the outline and the coach."""
    found = access.open_course(slug)
    try:
        page = access.open_place(found, place_id)
    except Http404:
        return _taken_out(request, found, place_id)
    reading.open_place(found, place_id, request.user)
    outline = reading.outline_of(found, request.user)
    step, before, after = outline.at(place_id)
    return render(
        request,
        "courses/chapter.html",
        {
            "course": found,
            "place": page,
            "outline": outline,
            "step": step,
            "before": before,
            "after": after,
            "here": place_id,
            "headings": page.outline,
            "minutes": reading.minutes_to_read(page.body),
            "area": "course",
        },
    )


def _taken_out(request: PersonRequest, found: Course, place_id: str) -> HttpResponse:
    """Says that a page is in the course no more: old links and pages that are still open lead there. Raises Http404."""
    gone = access.removed_place(found, place_id)
    if gone is None:
        raise Http404(place_id)
    return render(request, "courses/removed.html", {"course": found, "place": gone, "area": "course"}, status=410)


@require_POST
@behind_door
def place_done(request: PersonRequest, slug: str, place_id: str) -> HttpResponse:
    """Done goes on to the next page; not done stays."""
    found = access.open_course(slug)
    try:
        access.open_place(found, place_id)
    except Http404:
        return _taken_out(request, found, place_id)
    done = request.POST.get("done") != "no"
    reading.set_done(found, place_id, request.user, done=done)
    step, _before, after = reading.outline_of(found, request.user).at(place_id)
    target = after if done and after else step
    return redirect(target.url if target else found.get_absolute_url())


@require_GET
@behind_door
def file(request: PersonRequest, slug: str, path: str) -> HttpResponseBase:
    found = access.asset(access.open_course(slug), path)

    @etag(lambda _request: f'"{found.content_hash}"')
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(bytes(found.content), content_type=found.content_type)

    response = answer(request)
    response.headers["Content-Security-Policy"] = ASSET_POLICY
    response.headers["Cache-Control"] = "private, max-age=600"
    return response
