"""The calendar's address: made, revoked, and read by programs that have nothing but the address."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.door import acting_as, behind_door
from accounts.requests import PersonRequest
from planning.study import calendar_feed
from planning.study.views import shelf


@require_POST
@behind_door
def make(request: PersonRequest) -> HttpResponse:
    """The page of plans with the new address, which is shown this once."""
    secret = calendar_feed.make(request.user)
    address = request.build_absolute_uri(reverse("plan-calendar", args=[secret]))
    answer = render(request, "study/plans.html", shelf(request.user) | {"address": address})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@behind_door
def revoke(request: PersonRequest) -> HttpResponse:
    if calendar_feed.revoke(request.user):
        messages.success(request, _("The address no longer works. Calendars that had it stop being updated."))
    return redirect(f"{reverse('plans')}#calendar")


@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar; 304 when the asker has it already. No session, no cookie: the address is the key."""
    actor = calendar_feed.reader(secret)
    if actor is None:
        raise Http404
    with acting_as(actor):
        content = calendar_feed.calendar_of(actor.user_id, request.build_absolute_uri("/").rstrip("/"))
    tag = calendar_feed.tag_of(content)
    is_known = tag in request.headers.get("If-None-Match", "")
    answer = HttpResponse(
        b"" if is_known else content, status=304 if is_known else 200, content_type="text/calendar; charset=utf-8"
    )
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Content-Disposition"] = 'inline; filename="study-plan.ics"'
    return answer
