"""A learner asks the mentor: a thread, and in it a question that becomes a row before anything else happens to it.

Refuses what cannot be a question, in words for the person; asking again with the same key gives the same row back.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from ai.asking import readable
from ai.models import Conversation, Message
from courses.models import Course, LearningConcept, ModuleTopic
from learning.wording import question_hash
from mentor.models import Chat

TITLE_LENGTH = 120  # characters of the first question that name a thread


def new_thread(
    *,
    learner: User,
    course: Course | None,
    topic: ModuleTopic | None = None,
    concept: LearningConcept | None = None,
    title: str = "",
) -> Conversation:
    """A thread without a word in it yet, behind the learner's door. The concept is the learner's own."""
    return Conversation.objects.create(
        user=learner, course=course, topic=topic, concept=concept, title=title[:TITLE_LENGTH], kind=Conversation.Kind.MENTOR
    )


def ask(*, thread: Conversation, question: str, key: UUID, now: datetime) -> Chat:
    """Save a question as pending, behind the learner's door. Raises QuestionRefused."""
    text = readable(question)
    try:
        with transaction.atomic():
            chat = Chat.objects.create(
                user_id=thread.user_id,
                course_id=thread.course_id,
                topic_id=thread.topic_id,
                conversation=thread,
                question=text,
                response="",
                model="",
                client_key=key,
                question_hash=question_hash(text),
            )
    except IntegrityError:  # sent twice
        return Chat.objects.get(user_id=thread.user_id, client_key=key)
    _note(thread, text, now)
    return chat


def _note(thread: Conversation, text: str, now: datetime) -> None:
    Message.objects.create(conversation=thread, user_id=thread.user_id, concept_id=thread.concept_id, role="user", content=text)
    thread.title = thread.title or " ".join(text.split())[:TITLE_LENGTH]
    thread.updated_at = now
    Conversation.objects.filter(pk=thread.pk).update(title=thread.title, updated_at=now)
