"""Pages of coaching sessions. The deeds open the door themselves, because a model may speak between two of their steps."""

import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.door import acting_as, behind_door
from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from accounts.throttling import allow
from coach.session_models import SAID_LIMIT, TOPIC_LIMIT, CoachingSession
from coach.sessions import holding, showing
from coach.sessions.holding import SessionRefused, Wish
from courses.models import Course
from planning.models import SyllabusPoint


@require_safe
@behind_door
def sessions(request: PersonRequest) -> HttpResponse:
    """One's sessions, and a new one to begin; `?topic=`, `?course=` and `?point=` fill it in."""
    return render(request, "sessions/list.html", _new(request, request.GET) | {"sessions": showing.own_sessions(request.user)})


@require_POST
@login_required
def begin(request: PersonRequest) -> HttpResponse:
    verdict = allow("ask", request.user.pk)
    with acting_as(request.user):
        wish = _wish(request)
    problem, status = _("Choose a course."), 422
    if not verdict:
        problem, status = _("That was a lot at once. Try again in %(seconds)d s.") % {"seconds": verdict.retry_after}, 429
    elif wish:
        try:
            key = uuid_or_none(request.POST.get("key", "")) or uuid.uuid4()
            return redirect("session", holding.begin(request.user, wish, key=key).pk)
        except SessionRefused as refusal:
            problem = refusal.message
    with acting_as(request.user):
        context = _new(request, request.POST) | {"sessions": showing.own_sessions(request.user), "problem": problem}
        return render(request, "sessions/list.html", context, status=status)


@require_safe
@behind_door
def session(request: PersonRequest, session_id: UUID) -> HttpResponse:
    return _page(request, session_id)


@require_POST
@login_required
def say(request: PersonRequest, session_id: UUID) -> HttpResponse:
    """The learner's words; to htmx the coach's follow by themselves, without script they are waited for."""
    words = request.POST.get("words", "")
    after = request.POST.get("after", "")
    if not (verdict := allow("ask", request.user.pk)):
        problem = _("That was a lot at once. Try again in %(seconds)d s.") % {"seconds": verdict.retry_after}
        return _after(request, session_id, problem=problem, written=words, status=429)
    try:
        _theirs(holding.say, request, session_id, words, after=int(after) if after.isdecimal() else None)
    except SessionRefused as refusal:
        return _after(request, session_id, problem=refusal.message, written=words, status=422)
    if not request.htmx:
        holding.answer(request.user, session_id)
    return _after(request, session_id)


@require_POST
@login_required
def answer(request: PersonRequest, session_id: UUID) -> HttpResponse:
    """The coach's next words, for a session that waits for them."""
    holding.answer(request.user, session_id)
    return _after(request, session_id)


@require_POST
@login_required
def lead(request: PersonRequest, session_id: UUID, deed: str) -> HttpResponse:
    """What the learner wants of the session: the check, once more, to leave it, or the trainer."""
    deeds: dict[str, Callable[..., CoachingSession]] = {
        "check": holding.check_now,
        "again": holding.go_on,
        "leave": holding.leave,
        "refer": holding.refer,
    }
    if deed not in deeds:
        raise Http404(deed)
    note = {"note": request.POST.get("note", "")} if deed == "refer" else {}
    try:
        _theirs(deeds[deed], request, session_id, **note)
    except SessionRefused as refusal:
        return _after(request, session_id, problem=refusal.message, status=422)
    return _after(request, session_id)


def _theirs(deed: Callable[..., CoachingSession], request: PersonRequest, session_id: UUID, *args: Any, **kwargs: Any) -> None:
    try:
        deed(request.user, session_id, *args, **kwargs)
    except CoachingSession.DoesNotExist as missing:
        raise Http404 from missing


def _after(request: PersonRequest, session_id: UUID, *, problem: str = "", written: str = "", status: int = 200) -> HttpResponse:
    """The session as it stands: the fragment to htmx, else the page."""
    if not request.htmx and not problem:
        return redirect("session", session_id)
    with acting_as(request.user):
        return _page(request, session_id, problem=problem, written=written, status=status)


def _page(request: PersonRequest, session_id: UUID, *, problem: str = "", written: str = "", status: int = 200) -> HttpResponse:
    row = CoachingSession.objects.select_related("course", "point__subject").filter(pk=session_id, student=request.user).first()
    if row is None:
        raise Http404
    context = {"session": showing.shown(row), "problem": problem, "written": written, "limit": SAID_LIMIT, "area": "sessions"}
    template = "sessions/_session.html" if request.htmx else "sessions/session.html"
    return render(request, template, context, status=status)


def _new(request: PersonRequest, given: Any) -> dict[str, Any]:
    point = _point(given.get("point", ""))
    topic = given.get("topic", "") or (point.title if point else "")
    return {
        "area": "sessions",
        "courses": Course.objects.filter(closed_at=None).order_by("title"),
        "course_slug": given.get("course", "") or (point.subject.course.slug if point and point.subject.course else ""),
        "topic": topic.replace("\x00", "")[:TOPIC_LIMIT],
        "struggle": given.get("struggle", "").replace("\x00", "")[:SAID_LIMIT],
        "point": point,
        "key": uuid.uuid4(),
        "topic_limit": TOPIC_LIMIT,
        "limit": SAID_LIMIT,
    }


def _wish(request: PersonRequest) -> Wish | None:
    """What the form asks for; None without a course that this person may see."""
    slug = request.POST.get("course", "").replace("\x00", "")
    course = Course.objects.filter(slug=slug, closed_at=None).first()
    point = _point(request.POST.get("point", ""))
    return Wish(course, request.POST.get("topic", ""), request.POST.get("struggle", ""), point) if course else None


def _point(value: str) -> SyllabusPoint | None:
    pk = uuid_or_none(value)
    return SyllabusPoint.objects.select_related("subject__course", "chapter").filter(pk=pk).first() if pk else None
