"""A thread as Markdown, to keep or to print. What people and models wrote is given as it was written."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from ai.models import Conversation
from learning.showing import place_words
from mentor.models import Chat
from mentor.threads import own_chats

AT_ONCE = 100  # chats in memory


def as_markdown(thread: Conversation, learner: User) -> Iterator[str]:
    """Piece by piece, oldest first. Behind the learner's door."""
    about = " · ".join(part for part in (thread.course.title if thread.course else "", str(thread.topic or "")) if part)
    yield f"# {thread.title or _('A thread with the mentor')}\n\n"
    if about:
        yield f"{about}\n\n"
    for chat in own_chats(learner).filter(conversation=thread).order_by("pk").iterator(chunk_size=AT_ONCE):
        yield from _chat(chat)


def _chat(chat: Chat) -> Iterator[str]:
    at = timezone.localtime(chat.created_at) if chat.created_at else None
    yield f"## {_('You')}{date_format(at, ', j F Y, H:i') if at else ''}\n\n{chat.question}\n\n"
    yield f"## {_('Mentor')}\n\n{chat.response or _('There is no answer.')}\n\n"
    places = [f"{item.get('number', index)}. {place_words(item)}" for index, item in enumerate(chat.reference_locations, start=1)]
    if places:
        yield "\n".join([_("Sources:"), "", *places, "", ""])


def file_name(thread: Conversation) -> str:
    return f"{slugify(thread.title)[:60] or 'thread'}.md"
