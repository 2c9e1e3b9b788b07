"""Sessions as pages show them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from accounts.models import User
from ai.models import Handover
from coach.session_models import CoachingSession
from coach.sessions import leading
from learning.showing import Source, rendered, sources_of

CITED = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn. `sources` are those that the coach's words name."""

    is_coach: bool
    words: str
    html: SafeString
    at: datetime | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A session on a page. `number` and `of` say at which question it is."""

    row: CoachingSession
    turns: tuple[Said, ...]
    number: int
    of: int
    is_choosing: bool
    model: str
    summary: SafeString
    handover: Handover | None

    @property
    def count(self) -> int:
        return len(self.row.session_transcript)


def shown(session: CoachingSession) -> Shown:
    """Behind the learner's door."""
    lesson = leading.read(session.lesson)
    sources = sources_of([dict(row) for row in lesson.sources], [dict(row) for row in lesson.sources], slug=session.course.slug)
    return Shown(
        row=session,
        turns=tuple(_said(row, sources) for row in session.session_transcript),
        number=min(lesson.at + 1, len(lesson.steps)),
        of=len(lesson.steps),
        is_choosing=lesson.is_choosing and session.is_open,
        model=lesson.model,
        summary=rendered(session.summary),
        handover=Handover.objects.filter(source_id=session.pk).first() if _is_referred(session) else None,
    )


def own_sessions(person: User) -> Sequence[CoachingSession]:
    """The newest of one's own, the open ones first."""
    rows = CoachingSession.objects.filter(student=person).select_related("course").defer("session_transcript")
    found = list(rows.order_by("-created_at")[:50])
    return sorted(found, key=lambda session: not session.is_open)


def _said(row: dict[str, Any], sources: tuple[Source, ...]) -> Said:
    is_coach, words = row["role"] == "coach", str(row["content"])
    named = {int(number) for number in CITED.findall(words)} if is_coach else set()
    cited = tuple(source for source in sources if source.number in named)
    html = rendered(words, cited) if is_coach else rendered("")
    return Said(is_coach, words, html, parse_datetime(str(row["timestamp"])), cited)


def _is_referred(session: CoachingSession) -> bool:
    return session.outcome == CoachingSession.Outcome.REFER_TO_TEACHER
