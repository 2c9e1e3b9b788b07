"""Threads with the mentor in the small course that is really imported and indexed."""

import asyncio
import uuid

from django.utils import timezone

from accounts.door import acting_as, actor_for
from accounts.models import User
from ai.models import Conversation
from courses.models import Course
from mentor import asking
from mentor.answering import answer_now
from mentor.models import Chat
from tests.coach.conftest import taught
from tests.pages.conftest import signed_in

__all__ = ["signed_in", "taught"]

VOLUME = "Should I use a volume or a bind mount for the files of a database?"


def thread_of(learner: User, course: Course, title: str = "") -> Conversation:
    with acting_as(learner):
        return asking.new_thread(learner=learner, course=course, title=title)


def put(learner: User, thread: Conversation, question: str = VOLUME) -> Chat:
    """A question as a row, not yet answered."""
    with acting_as(learner):
        return asking.ask(thread=thread, question=question, key=uuid.uuid4(), now=timezone.now())


def now(learner: User, chat: Chat) -> Chat:
    """The chat as it is now."""
    with acting_as(learner):
        return Chat.objects.select_related("conversation", "course").get(pk=chat.pk)


def ask_now(learner: User, thread: Conversation, question: str = VOLUME) -> Chat:
    chat = put(learner, thread, question)
    asyncio.run(answer_now(chat.pk, actor_for(learner)))
    return now(learner, chat)
