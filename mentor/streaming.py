"""The mentor's answer as server-sent events. Refuses strangers with 404."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseForbidden, StreamingHttpResponse
from django.template import loader
from django.views.decorators.http import require_GET

from accounts.door import actor_for
from ai.following import attach
from ai.streaming import HEADERS, lines, offset_of
from mentor.answering import ANSWERS
from mentor.models import Chat
from mentor.showing import shown


@require_GET
async def chat_stream(request: HttpRequest, chat_id: UUID) -> HttpResponseBase:
    """Follow one answer from `?from=` characters on."""
    user = await request.auser()
    if not user.is_authenticated:
        return HttpResponseForbidden()
    actor = actor_for(user)
    told = await attach(ANSWERS, chat_id, actor, offset=offset_of(request))
    if told is None:
        raise Http404
    return StreamingHttpResponse(lines(told, chat_id, actor, _turn), content_type="text/event-stream", headers=HEADERS)


def _turn(chat_id: UUID) -> str:
    chat = Chat.objects.for_pages().get(pk=chat_id)
    return loader.render_to_string("mentor/_turn.html", {"turn": shown(chat)})
