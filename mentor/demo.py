"""Threads of the demo's learner with the mentor: asked through the same deeds as any question, then dated back.

The answers are composed from the course's own sentences and cost nothing. Refuses to mix with real threads: somebody who has any
gets none.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from accounts.door import SYSTEM, acting_as, actor_for
from accounts.models import User
from ai.models import Conversation, Message
from ai.providers.configured import without_models
from courses.models import Course
from mentor.answering import answer_now
from mentor.asking import ask, new_thread
from mentor.models import Chat
from mentor.opinions import rate

BETWEEN = timedelta(minutes=7)  # two questions of a thread


@dataclass(frozen=True)
class DemoThread:
    """A thread of the past, so many hours ago."""

    title: str
    hours_ago: float
    questions: tuple[str, ...]
    rating: int  # of its last answer


THREADS = (
    DemoThread(
        "What survives a container", 52,
        (
            "What happens to the files of a container when it is removed?",
            "and how does a volume change that?",
            "When is a bind mount the better choice?",
        ),
        5,
    ),
    DemoThread(
        "Why my image is so large", 20,
        ("Why does my image grow with every instruction in the Dockerfile?", "How does a multi-stage build help with that?"),
        4,
    ),
    DemoThread("Ports and names", 2, ("How do two containers on one network find each other?",), 0),
)  # fmt: skip


def talk_in_the_past(learner: User, course: Course, *, now: datetime) -> int:
    """Make the threads; how many. None when this person has threads already."""
    with acting_as(learner):
        if Conversation.objects.filter(user=learner, kind=Conversation.Kind.MENTOR).exists():
            return 0
    with without_models():
        for thread in THREADS:
            _talk(learner, course, thread, now - timedelta(hours=thread.hours_ago))
    return len(THREADS)


def _talk(learner: User, course: Course, thread: DemoThread, when: datetime) -> None:
    with acting_as(learner):
        made = new_thread(learner=learner, course=course, title=thread.title)
    chats = []
    for question in thread.questions:
        with acting_as(learner):
            chats.append(ask(thread=made, question=question, key=uuid4(), now=when))
        asyncio.run(answer_now(chats[-1].pk, actor_for(learner)))
    if thread.rating:
        with acting_as(learner):
            rate(chat=Chat.objects.get(pk=chats[-1].pk), rating=thread.rating)
    with acting_as(SYSTEM):
        _date_back(made, chats, when)


def _date_back(thread: Conversation, chats: list[Chat], when: datetime) -> None:
    """Move everything that belongs to the thread to its time."""
    for number, chat in enumerate(chats):
        at = when + number * BETWEEN
        Chat.objects.filter(pk=chat.pk).update(created_at=at, claimed_at=at, saved_at=at, finished_at=at)
    last = when + len(chats) * BETWEEN
    Message.objects.filter(conversation=thread).update(created_at=when)
    Conversation.objects.filter(pk=thread.pk).update(created_at=when, updated_at=last)
