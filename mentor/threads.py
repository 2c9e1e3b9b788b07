"""A learner's threads: the list with its search, one thread page by page from its newest end, renaming, deleting with undo.

Always the reader's own. Keyset pages, so that a long thread opens as fast as a short one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import User
from ai.models import Conversation
from courses.models import LearningConcept
from mentor.asking import TITLE_LENGTH
from mentor.models import Chat, Memory

PAGE = 10  # chats, which are twice as many messages
LIST = 30  # threads at a time
SEARCH_LIMIT = 200  # characters
UNDO = timedelta(days=1)  # for which a deleted thread is kept


@dataclass(frozen=True, slots=True)
class Window:
    """Some chats in the order they were asked, and whether there are more on either side."""

    chats: tuple[Chat, ...]
    has_earlier: bool
    has_later: bool


def own_threads(learner: User) -> QuerySet[Conversation]:
    """Threads of courses that are open to this person, deleted ones included."""
    rows = Conversation.objects.filter(user=learner, kind=Conversation.Kind.MENTOR)
    return rows.filter(Q(course=None) | Q(course__closed_at=None)).select_related("course", "topic", "concept")


def own_thread(learner: User, thread_id: UUID) -> Conversation:
    """Raises Http404, also for one that was deleted."""
    return get_object_or_404(own_threads(learner), pk=thread_id, deleted_at=None)


def own_chats(learner: User) -> QuerySet[Chat]:
    rows = Chat.objects.for_pages().filter(user=learner, conversation__deleted_at=None)
    return rows.filter(Q(course=None) | Q(course__closed_at=None))


def own_chat(learner: User, chat_id: UUID) -> Chat:
    """Raises Http404."""
    return get_object_or_404(own_chats(learner), pk=chat_id)


def found(learner: User, words: str = "") -> QuerySet[Conversation]:
    """Threads that are there, all of them or those with `words` in the title, a question or an answer."""
    rows = own_threads(learner).filter(deleted_at=None)
    if not words:
        return rows
    said = Chat.objects.filter(conversation=OuterRef("pk"), user=learner).containing(words)
    return rows.filter(Q(title__icontains=words) | Exists(said))


def listed(learner: User, *, words: str = "", before: datetime | None = None) -> tuple[list[Conversation], datetime | None]:
    """Threads by when they last spoke, newest first, and where the next page begins."""
    rows = found(learner, words)
    rows = rows.filter(updated_at__lt=before) if before else rows
    page = list(rows.order_by("-updated_at", "-pk")[: LIST + 1])
    return page[:LIST], page[LIST - 1].updated_at if len(page) > LIST else None


def newest(thread: Conversation, learner: User, *, before: UUID | None = None) -> Window:
    """The last chats of a thread, or the last before one."""
    rows = own_chats(learner).filter(conversation=thread)
    rows = rows.filter(pk__lt=before) if before else rows
    return _window(list(rows.order_by("-pk")[: PAGE + 1]), has_later=before is not None)


def upto(thread: Conversation, learner: User, chat_id: UUID) -> Window:
    """The chats that end with the chosen one; empty when it is not in the thread."""
    rows = own_chats(learner).filter(conversation=thread)
    page = list(rows.filter(pk__lte=chat_id).order_by("-pk")[: PAGE + 1])
    if not page or page[0].pk != chat_id:
        return Window((), False, False)
    return _window(page, has_later=rows.filter(pk__gt=chat_id).exists())


def _window(page: list[Chat], *, has_later: bool) -> Window:
    """Of one chat more than a page holds, newest first."""
    return Window(tuple(reversed(page[:PAGE])), len(page) > PAGE, has_later)


def rename(thread: Conversation, title: str) -> bool:
    """False when nothing of a title is left. Behind the learner's door; the thread keeps its place in the list."""
    text = " ".join(title.replace("\x00", "").split())[:TITLE_LENGTH]
    return bool(text) and Conversation.objects.filter(pk=thread.pk).update(title=text) == 1


def set_concept(thread: Conversation, concept: LearningConcept | None) -> None:
    """What the thread is about from now on, and what is remembered of it. A concept of the learner's own, behind their door."""
    Conversation.objects.filter(pk=thread.pk).update(concept=concept)
    Memory.objects.filter(conversation=thread).update(concept=concept)


def delete(thread: Conversation, now: datetime) -> None:
    """Out of sight at once, gone for good a day later."""
    Conversation.objects.filter(pk=thread.pk).update(deleted_at=now)


def restore(learner: User, thread_id: UUID) -> Conversation:
    """Undo a deletion. Raises Http404 when there is nothing to undo."""
    thread = get_object_or_404(own_threads(learner), pk=thread_id, deleted_at__isnull=False)
    Conversation.objects.filter(pk=thread.pk).update(deleted_at=None)
    return thread


def clear_away(now: datetime) -> int:
    """Delete for good what was deleted a day ago; how many threads. Behind the system's door."""
    gone = Conversation.objects.filter(kind=Conversation.Kind.MENTOR, deleted_at__lt=now - UNDO)
    count = gone.count()
    gone.delete()
    return count
