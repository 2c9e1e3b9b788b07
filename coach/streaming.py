"""The coach's answer as server-sent events. The address only follows the row: a reconnect continues where it left off.

Refuses strangers with 404.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseForbidden, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.door import actor_for
from ai.following import attach
from ai.streaming import HEADERS, lines, offset_of
from coach.answering import ANSWERS
from coach.models import Query
from coach.showing import turn_html


@require_GET
async def turn_stream(request: HttpRequest, query_id: UUID) -> HttpResponseBase:
    """Follow one answer from `?from=` characters on."""
    user = await request.auser()
    if not user.is_authenticated:
        return HttpResponseForbidden()
    actor = actor_for(user)
    told = await attach(ANSWERS, query_id, actor, offset=offset_of(request))
    if told is None:
        raise Http404
    return StreamingHttpResponse(lines(told, query_id, actor, _turn), content_type="text/event-stream", headers=HEADERS)


def _turn(query_id: UUID) -> str:
    query = Query.objects.with_answer().select_related("course").prefetch_related("response__feedback").get(pk=query_id)
    return turn_html(query, slug=query.course.slug)
