"""A session that goes to the trainer: onto the same desk as questions, with a summary of what was tried."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from ai.models import Handover
from coach.session_models import CoachingSession
from coach.sessions.leading import read
from coach.tasks import pick_up

log = logging.getLogger("aicoach.coach")

MOST_TURNS = 12  # of the conversation, for the trainer to read
QUESTION_LIMIT = 4_000


def hand_over(session: CoachingSession, note: str) -> Handover:
    """Behind the learner's door; doing it again changes nothing."""
    handover, _is_new = Handover.objects.get_or_create(source_id=session.pk, defaults=_about(session, note))
    wake_desk_later()
    return handover


def wake_desk_later() -> None:
    """Once what was handed over is there."""
    transaction.on_commit(_wake_desk)


def _about(session: CoachingSession, note: str) -> dict[str, Any]:
    lesson = read(session.lesson)
    return {
        "user_id": session.student_id,
        "course_id": session.course_id,
        "question": _question(session),
        "answer": session.summary,
        "label": "ai_draft" if lesson.model else "course_text",
        "conversation": [*_pairs(session.session_transcript)][-MOST_TURNS:],
        "evidence": [dict(source) for source in lesson.sources],
        "note": note,
    }


def _question(session: CoachingSession) -> str:
    topic = _("After a coaching session: %(topic)s") % {"topic": session.topic}
    return "\n\n".join(part for part in (topic, session.struggle_description or "") if part)[:QUESTION_LIMIT]


def _pairs(transcript: Sequence[dict[str, str]]) -> Iterator[dict[str, str]]:
    """What the learner said, each with what the coach said to it."""
    asked = ""
    for turn in transcript:
        if turn["role"] == "student":
            asked = turn["content"]
        else:
            yield {"question": asked, "answer": turn["content"], "label": ""}
            asked = ""


def _wake_desk() -> None:
    try:
        pick_up.delay()
    except OperationalError as error:
        log.warning("desk_not_woken error=%s", type(error).__name__)  # the sweeper comes by anyway
