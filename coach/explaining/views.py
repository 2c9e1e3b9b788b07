"""The page of an explanation. Its deeds open the door themselves, because a model may speak between two of their steps."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.door import acting_as
from accounts.requests import PersonRequest
from accounts.throttling import Verdict, allow
from ai.providers.completing import has_model
from coach.explaining import keeping, showing
from coach.explaining.checking import Checked, TryRefused
from coach.explaining.checking import check as checked_try
from coach.explaining.composing import Explanation
from coach.explaining.keeping import About, about_point
from coach.explaining.levels import level_for
from coach.explaining.passing_on import pass_on
from coach.explanation_models import Level
from coach.session_models import SAID_LIMIT
from planning.models import SyllabusPoint


@require_safe
@login_required
def explanation(request: PersonRequest, point_id: UUID) -> HttpResponse:
    """The kept explanation. A new one is made at once without a model, and asked for by the page with one."""
    point, level = _wanted(request, point_id)
    about = about_point(point, level)
    found = keeping.kept_one(request.user, about) if about else None
    is_writing = about is not None and found is None and has_model()
    if about and not found and not is_writing:
        found = keeping.explained(request.user, about)
    return _page(request, point, level, about, found, is_writing=is_writing)


@require_POST
@login_required
def make(request: PersonRequest, point_id: UUID) -> HttpResponse:
    """Have it written: the fragment to htmx, else back to the page."""
    point, level = _wanted(request, point_id)
    about = about_point(point, level)
    if not (verdict := allow("ask", request.user.pk)):
        return _page(request, point, level, about, None, problem=_too_many(verdict), is_writing=True, status=429)
    found = keeping.explained(request.user, about) if about else None
    return _page(request, point, level, about, found)


@require_POST
@login_required
def check(request: PersonRequest, point_id: UUID) -> HttpResponse:
    """A try at the question."""
    point, level = _wanted(request, point_id)
    about, words = about_point(point, level), request.POST.get("words", "")
    if about is None:
        raise Http404
    said: dict[str, Any] = {"written": words[:SAID_LIMIT].replace("\x00", "")}
    if not (verdict := allow("ask", request.user.pk)):
        return _page(request, point, level, about, _kept_or_plain(request, about), problem=_too_many(verdict), status=429, **said)
    try:
        checked, found = checked_try(request.user, about, words, token=request.POST.get("token", ""))
    except TryRefused as refusal:
        found_now = _kept_or_plain(request, about)
        return _page(request, point, level, about, found_now, problem=refusal.message, status=422, **said)
    return _page(request, point, level, about, found, checked=checked, **said)


@require_POST
@login_required
def trainer(request: PersonRequest, point_id: UUID) -> HttpResponse:
    """Ask the trainer to explain it."""
    point, level = _wanted(request, point_id)
    about = about_point(point, level)
    if about is None:
        raise Http404
    with acting_as(request.user):
        pass_on(request.user, about)
    return redirect(f"{reverse('explain', args=[point_id])}?level={level}")


def _wanted(request: PersonRequest, point_id: UUID) -> tuple[SyllabusPoint, Level]:
    """The point, for those who may know of it, and the level that is asked for or fits the reader's marks. Raises Http404."""
    asked = request.POST.get("level") or request.GET.get("level", "")
    with acting_as(request.user):
        point = SyllabusPoint.objects.select_related("subject__course", "chapter").filter(pk=point_id).first()
        if point is None:
            raise Http404
        return point, Level(asked) if asked in Level.values else level_for(request.user, point)


def _kept_or_plain(request: PersonRequest, about: About) -> Explanation | None:
    return keeping.kept_one(request.user, about) or keeping.without_model(request.user, about)


def _too_many(verdict: Verdict) -> str:
    return _("That was a lot at once. Try again in %(seconds)d s.") % {"seconds": verdict.retry_after}


def _page(
    request: PersonRequest,
    point: SyllabusPoint,
    level: Level,
    about: About | None,
    found: Explanation | None,
    *,
    checked: Checked | None = None,
    status: int = 200,
    **said: Any,
) -> HttpResponse:
    with acting_as(request.user):
        context = {
            "area": "practice",
            "point": point,
            "level": level,
            "levels": Level.choices,
            "about": about,
            "explained": showing.shown(about, found) if about and found else None,
            "checked": showing.shown_check(about, found, checked) if about and found and checked else None,
            "handover": showing.handover_of(request.user, point),
            "can_practise": showing.can_be_practised(point),
            "limit": SAID_LIMIT,
            **said,
        }
        template = "explaining/_explanation.html" if request.htmx else "explaining/explanation.html"
        return render(request, template, context, status=status)
