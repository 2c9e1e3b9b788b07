"""Leads from an address that a course had to the one it has, for whoever may know the course. Others get the 404 they had.

Any page, form or API address with the course in it is led on, with its method and what was sent, so a page that is open
goes on working. Only after a 404: a course that took the address over is found first, by those who may read it.
"""

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.decorators import sync_only_middleware
from django.utils.encoding import escape_uri_path

from accounts.door import acting_as
from courses.models import FormerAddress

NOT_FOUND = 404
COURSE = "<slug:slug>"  # the part of a route that holds a course's address


@sync_only_middleware
def lead_on(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> Any:
        response = get_response(request)
        address = _address_now(request) if response.status_code == NOT_FOUND else ""
        return HttpResponseRedirect(address, preserve_request=True) if address else response

    return middleware


def _address_now(request: HttpRequest) -> str:
    """Empty when there is nowhere to lead."""
    match = request.resolver_match
    if match is None or COURSE not in match.route or not request.user.is_authenticated:
        return ""
    with acting_as(request.user):
        former = FormerAddress.objects.filter(slug=match.kwargs["slug"], course__closed_at=None)
        slug = former.values_list("course__slug", flat=True).first()
    if slug is None:
        return ""
    parts = request.path.split("/")
    parts[f"/{match.route}".split("/").index(COURSE)] = slug
    path, query = escape_uri_path("/".join(parts)), request.META["QUERY_STRING"]
    return f"{path}?{query}" if query else path
