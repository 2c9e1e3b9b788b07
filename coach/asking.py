"""A learner asks: the question becomes a row before anything else happens to it.

Refuses what cannot be a question, in words for the person; asking again with the same key gives the same row back.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from ai.models import Conversation
from coach.models import QUESTION_LIMIT, ConversationHistory, Query
from courses.models import Chapter, Course, Lab, PlaceProgress

CONVERSATION_RESTS = timedelta(hours=8)  # after this silence a question starts a new conversation
TITLE_LENGTH = 120  # characters of the first question that name a conversation


class QuestionRefused(ValueError):
    """Says to the person what is wrong with the question; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def ask(*, learner: User, course: Course, question: str, key: UUID, now: datetime, place_id: str = "") -> Query:
    """Save a question as pending, behind the learner's door.

    Raises QuestionRefused when it is empty, too long or holds characters that cannot be stored.
    """
    text = readable(question)
    try:
        with transaction.atomic():
            return _ask_once(learner, course, text, key, now, place_id)
    except IntegrityError:  # sent twice, or the other tab was quicker
        return Query.objects.get(learner=learner, client_key=key)


def readable(question: str) -> str:
    """The question without the space around it; raises QuestionRefused."""
    text = question.strip()
    if not text:
        raise QuestionRefused("empty", _("Write a question first."))
    if "\x00" in text:
        raise QuestionRefused(
            "unreadable", _("The question holds a null character, which cannot be stored. Remove it and ask again.")
        )
    if len(text) > QUESTION_LIMIT:
        over = len(text) - QUESTION_LIMIT
        message = ngettext("The question is %(over)d character too long.", "The question is %(over)d characters too long.", over)
        hint = _("It may have %(limit)d. Keep the part that shows the problem.") % {"limit": QUESTION_LIMIT}
        raise QuestionRefused("too_long", f"{message % {'over': over}} {hint}")
    return text


def _ask_once(learner: User, course: Course, text: str, key: UUID, now: datetime, place_id: str) -> Query:
    conversation = current_conversation(learner, course, now) or new_conversation(learner, course)
    _spoken(conversation, text, now)
    query = Query.objects.create(
        learner=learner,
        course=course,
        conversation=conversation,
        question=text,
        context=_where(learner, course, place_id),
        client_key=key,
    )
    ConversationHistory.objects.create(learner=learner, course=course, query=query)
    return query


def current_conversation(learner: User, course: Course, now: datetime) -> Conversation | None:
    """The conversation that a question now belongs to; None when it would start a new one."""
    newest = Conversation.objects.filter(user=learner, course=course).order_by("-created_at").first()
    return newest if newest and newest.updated_at > now - CONVERSATION_RESTS else None


def new_conversation(learner: User, course: Course) -> Conversation:
    """Start afresh: what was said before no longer colours the next question."""
    return Conversation.objects.create(user=learner, course=course)


def _spoken(conversation: Conversation, text: str, now: datetime) -> None:
    """The first question names the conversation; each one keeps it going."""
    conversation.title = conversation.title or text[:TITLE_LENGTH]
    Conversation.objects.filter(pk=conversation.pk).update(title=conversation.title, updated_at=now)


def _where(learner: User, course: Course, place_id: str) -> dict[str, Any]:
    """Where in the course the learner is, as it was at this moment."""
    done = PlaceProgress.objects.filter(learner=learner, course=course).exclude(done_at=None).count()
    context: dict[str, Any] = {"done": done}
    place = _place(course, place_id) if place_id else None
    if place:
        kind = "lab" if isinstance(place, Lab) else "chapter"
        context |= {"place": place_id, "kind": kind, "title": place.title, "day": place.day}
    return context


def _place(course: Course, place_id: str) -> Chapter | Lab | None:
    fields = ("id", "title", "day")
    chapter = Chapter.objects.filter(course=course, chapter_id=place_id, removed_at=None).only(*fields).first()
    return chapter or Lab.objects.filter(course=course, lab_id=place_id, removed_at=None).only(*fields).first()
