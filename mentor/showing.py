"""A chat as pages show it: words, state, provenance, sources, what was remembered, and what may be done.

The rows are read behind the door; what else a page of chats needs (replies of trainers, earlier answers to the same question) is
fetched for all of them at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ai.asking import QUESTION_LIMIT
from ai.followups import stands_alone
from ai.models import Handover
from learning.showing import LABEL_CLASSES, Mark, Source, label_words, limited_words, rendered, sources_of
from mentor.models import Chat, Memory
from mentor.opinions import LEAST, MOST, chat_url


@dataclass(frozen=True, slots=True)
class Before:
    """The learner's earlier answer to the same question."""

    at: datetime | None
    url: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Passed:
    """Where a question stands that went to the trainer."""

    is_waiting: bool
    words: str
    note: str
    signed: str
    at: datetime | None
    html: SafeString
    url: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, ready to be shown. `state` is `streaming`, `answered` or `failed`."""

    id: UUID
    state: str
    question: str
    asked_at: datetime | None
    stream_url: str
    text: str
    html: SafeString
    label: str
    label_class: str
    sure: int | None
    sources: tuple[Source, ...]
    marks: tuple[Mark, ...]
    rating: int | None
    feedback: str
    is_flagged: bool
    may_rate: bool
    may_retry: bool
    may_escalate: bool
    before: Before | None
    remembered: tuple[str, ...]
    passed: Passed | None
    ratings: Sequence[tuple[int, str]]
    limit: int = QUESTION_LIMIT


def shown_all(chats: Sequence[Chat]) -> list[Turn]:
    """Three queries more at most, however many chats there are."""
    lines = _lines(chats)
    handovers = {row.source_id: row for row in _handovers(chats)}
    before = _before(chats)
    return [_turn(chat, handovers.get(chat.pk), before.get(chat.pk), lines) for chat in chats]


def shown(chat: Chat) -> Turn:
    return shown_all([chat])[0]


def _handovers(chats: Iterable[Chat]) -> Iterable[Handover]:
    ids = [chat.pk for chat in chats if chat.escalated_to_trainer]
    return Handover.objects.filter(source_id__in=ids) if ids else ()


def _recalled(chat: Chat) -> list[str]:
    return [each["id"] for each in chat.context_used.get("remembered", [])]


def _lines(chats: Iterable[Chat]) -> dict[str, str]:
    """What was remembered for these chats, as it stands now: a line that was forgotten since is not shown any more."""
    ids = {each for chat in chats for each in _recalled(chat)}
    return {str(pk): content for pk, content in Memory.objects.filter(pk__in=ids).values_list("pk", "content")} if ids else {}


def _before(chats: Sequence[Chat]) -> dict[UUID, Chat]:
    """For each chat the newest one before it with the same question; a question that leans on its thread has none."""
    asked = {chat.pk: chat.question_hash for chat in chats if chat.question_hash and stands_alone(chat.question)}
    if not asked:
        return {}
    same = Chat.objects.filter(
        pk__lt=max(asked),
        user_id=chats[0].user_id,
        question_hash__in=set(asked.values()),
        status=Chat.Status.ANSWERED,
        conversation__deleted_at=None,
    )
    earlier = list(same.for_pages().order_by("pk"))
    found: dict[UUID, Chat] = {}
    for chat in chats:
        for other in earlier:
            if other.pk < chat.pk and (other.question_hash, other.course_id) == (asked.get(chat.pk), chat.course_id):
                found[chat.pk] = other
    return found


def _turn(chat: Chat, handover: Handover | None, before: Chat | None, lines: dict[str, str]) -> Turn:
    is_failed = chat.status == Chat.Status.FAILED or not chat.response.strip()
    sources = () if chat.is_open else _sources(chat)
    return Turn(
        id=chat.pk,
        state="streaming" if chat.is_open else "failed" if is_failed else "answered",
        question=chat.question,
        asked_at=chat.created_at,
        stream_url=f"{reverse('mentor-stream', args=[chat.pk])}?from={len(chat.response)}" if chat.is_open else "",
        text=chat.response,
        html=rendered("" if chat.is_open else chat.response, sources),
        label="" if chat.is_open or is_failed else label_words(chat.label, chat.reference_locations),
        label_class=LABEL_CLASSES.get(chat.label, "draft"),
        sure=None if chat.is_open or is_failed or chat.confidence is None else round(chat.confidence * 100),
        sources=sources,
        marks=() if chat.is_open else tuple(_marks(chat, is_failed)),
        rating=chat.student_rating,
        feedback=chat.student_feedback or "",
        is_flagged=bool(chat.flagged_for_review),
        may_rate=not is_failed,
        may_retry=chat.status in {Chat.Status.FAILED, Chat.Status.INTERRUPTED},
        may_escalate=chat.course_id is not None and not chat.escalated_to_trainer,
        before=Before(before.created_at, chat_url(before), rendered(before.response, _sources(before))) if before else None,
        remembered=tuple(lines[each] for each in _recalled(chat) if each in lines),
        passed=_passed(chat, handover) if handover else None,
        ratings=_ratings(get_language()),
    )


@lru_cache(maxsize=8)
def _ratings(language: str | None) -> list[tuple[int, str]]:
    """The choices with what is read out for each, in the reader's language."""
    names = {LEAST: _("Helpful: %(value)d of %(most)d, not at all"), MOST: _("Helpful: %(value)d of %(most)d, very")}
    usual = _("Helpful: %(value)d of %(most)d")
    return [(value, names.get(value, usual) % {"value": value, "most": MOST}) for value in range(LEAST, MOST + 1)]


def _sources(chat: Chat) -> tuple[Source, ...]:
    return sources_of(chat.reference_locations, chat.reference_locations, slug=chat.course.slug) if chat.course else ()


def _marks(chat: Chat, is_failed: bool) -> Iterator[Mark]:
    if is_failed:
        yield Mark("alert", _("There is no answer: the mentor was interrupted. Your question is kept."))
    elif chat.status == Chat.Status.INTERRUPTED:
        yield Mark("", _("Stopped here. What was written is kept."))
    if chat.notes.get("switched"):
        yield Mark("", _("Another model took over in the middle of this answer."))
    if chat.notes.get("limited"):
        yield Mark("", limited_words(str(chat.notes["limited"])))
    if chat.flagged_for_review:
        yield Mark("", _("You flagged this answer. Your trainer can read it."))


def _passed(chat: Chat, handover: Handover) -> Passed:
    words = {
        "responded": "",
        "resolved": _("Settled."),
        "archived": _("Closed. Your trainer does not have this question any more."),
    }.get(handover.status, _("Your trainer has this question. The reply will appear here."))
    turn = f"?turn={handover.query_id}#turn-{handover.query_id}"
    return Passed(
        is_waiting=handover.status in {"", "pending"},
        words=words,
        note=handover.note,
        signed=handover.signed,
        at=handover.replied_at,
        html=rendered(handover.reply),
        url=f"{reverse('coach', args=[chat.course.slug])}{turn}" if handover.query_id and chat.course else "",
    )
