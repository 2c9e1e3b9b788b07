"""What happens in a session, as short transactions behind the learner's door: it begins, the learner speaks, the coach answers,
it ends. The learner's words are saved before anything else; the coach's next words come by a claim, so that two tabs and a
reload get the same ones. Refuses words for a session that went on meanwhile, and keeps them with who wrote them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door import acting_as
from accounts.models import User
from ai.budgets import Allowance
from ai.providers.events import Attempt
from coach import booking
from coach.session_models import SAID_LIMIT, TOPIC_LIMIT, CoachingSession
from coach.sessions import leading, referring
from coach.sessions.leading import Lesson, Turn
from coach.sessions.material import lesson_for
from coach.sessions.speaking import reply
from courses.models import Course
from planning.models import SyllabusPoint

LEASE = timedelta(seconds=40)  # for the coach's next words; longer than a model is waited for
MOST_TURNS = 120  # of one session
Outcome = CoachingSession.Outcome


class SessionRefused(ValueError):
    """Says to the person what is wrong; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Wish:
    """What a session shall be about."""

    course: Course
    topic: str
    struggle: str = ""
    point: SyllabusPoint | None = None


def begin(person: User, wish: Wish, *, key: UUID) -> CoachingSession:
    """A new session with the coach's first question. Opens doors itself. Raises SessionRefused."""
    topic, struggle = _readable(wish.topic, TOPIC_LIMIT, _("Say what it is about.")), _readable(wish.struggle, SAID_LIMIT)
    with acting_as(person):
        begun = CoachingSession.objects.filter(student=person, client_key=key).first()
    if begun:
        return begun
    lesson = lesson_for(person, course=wish.course, topic=topic, point=wish.point)
    if lesson is None:
        raise SessionRefused(
            "not_in_course", _("The course says too little about this for a session. Put it in other words, or ask your trainer.")
        )
    return _begun(person, wish, key, topic, struggle, lesson)


def say(person: User, session_id: UUID, words: str, *, after: int | None) -> CoachingSession:
    """Save the learner's words; `after` is how many turns they had read. Opens the door itself. Raises SessionRefused."""
    text = _readable(words, SAID_LIMIT, _("Write something first. A guess is fine."))
    with acting_as(person):
        session = _held(person, session_id)
        if not session.is_open:
            raise SessionRefused("ended", _("This session has ended. Begin a new one to go on."))
        if after is not None and after != len(session.session_transcript):
            raise SessionRefused("moved", _("The session went on in another tab. Read on above, then send your words again."))
        if session.is_waiting:
            raise SessionRefused("waiting", _("The coach is at its answer. Send your words again in a moment."))
        if len(session.session_transcript) >= MOST_TURNS:
            raise SessionRefused("long", _("This session has become very long. End it, and begin a new one."))
        if leading.read(session.lesson).is_choosing:
            raise SessionRefused("choosing", _("Choose above how to go on."))
        session.session_transcript.append(turn_row("student", text))
        session.save(update_fields=["session_transcript", "updated_at"])
    return session


def answer(person: User, session_id: UUID) -> CoachingSession | None:
    """The coach's next words; None when somebody else is at them or nothing was said. Opens doors itself; may ask a model."""
    now = timezone.now()
    with acting_as(person):
        session = _claimed(person, session_id, now)
        allowance = booking.allowance(person.pk, session.course_id) if session else Allowance()
    if session is None:
        return None
    connections.close_all()  # none is held while a model speaks
    attempts: list[Attempt] = []
    try:
        turn = reply(
            leading.read(session.lesson),
            topic=session.topic,
            transcript=session.session_transcript,
            course_id=str(session.course_id),
            attempts=attempts,
            asks_model=not allowance.is_over,
        )
    finally:
        booking.book(person.pk, session.course_id, allowance, attempts, feature="session")
    with acting_as(person):
        return _answered(person, session_id, now, turn)


def check_now(person: User, session_id: UUID) -> CoachingSession:
    """The learner says they have it. Behind no door. Raises SessionRefused."""
    return _led(person, session_id, leading.to_check)


def go_on(person: User, session_id: UUID) -> CoachingSession:
    """Once more, after a check that was not passed."""
    return _led(person, session_id, leading.once_more)


def leave(person: User, session_id: UUID) -> CoachingSession:
    """Enough for today."""
    with acting_as(person):
        return _ended(_open(person, session_id), Outcome.NEEDS_MORE_HELP)


def refer(person: User, session_id: UUID, note: str = "") -> CoachingSession:
    """To the trainer's desk, with a summary. Asking twice hands it over once."""
    note = _readable(note, SAID_LIMIT)
    with acting_as(person):
        session = _held(person, session_id)
        if session.outcome == Outcome.REFER_TO_TEACHER:
            return session
        if not session.is_open:
            raise SessionRefused("ended", _("This session has ended. Begin a new one to go on."))
        _ended(session, Outcome.REFER_TO_TEACHER)
        referring.hand_over(session, note)
    return session


def turn_row(role: str, words: str) -> dict[str, str]:
    return {"role": role, "content": words, "timestamp": timezone.now().isoformat(timespec="seconds")}


def _begun(person: User, wish: Wish, key: UUID, topic: str, struggle: str, lesson: Lesson) -> CoachingSession:
    transcript = [turn_row("student", struggle)] if struggle else []
    transcript.append(turn_row("coach", lesson.step.ask))
    with acting_as(person):
        session, _is_new = CoachingSession.objects.get_or_create(
            student=person,
            client_key=key,
            defaults={
                "course": wish.course,
                "point": wish.point,
                "topic": topic,
                "struggle_description": struggle or None,
                "session_transcript": transcript,
                "lesson": lesson.as_row(),
            },
        )
    return session


def _led(person: User, session_id: UUID, lead: Callable[[Lesson], Turn]) -> CoachingSession:
    with acting_as(person):
        session = _open(person, session_id)
        _take(session, lead(leading.read(session.lesson)))
    return session


def _claimed(person: User, session_id: UUID, now: datetime) -> CoachingSession | None:
    free = Q(replying_at=None) | Q(replying_at__lt=now - LEASE)
    session = CoachingSession.objects.select_for_update().filter(free, pk=session_id, student=person).first()
    if session is None or not session.is_waiting:
        return None
    session.replying_at = now
    session.save(update_fields=["replying_at"])
    return session


def _answered(person: User, session_id: UUID, claimed_at: datetime, turn: Turn) -> CoachingSession | None:
    session = _held(person, session_id)
    if session.replying_at != claimed_at or not session.is_waiting:
        return None
    _take(session, turn)
    return session


def _take(session: CoachingSession, turn: Turn) -> None:
    """The coach's words become part of the session, and may end it."""
    session.session_transcript.append(turn_row("coach", turn.words))
    session.lesson, session.replying_at = turn.lesson.as_row(), None
    if turn.outcome:
        session.outcome, session.summary = turn.outcome, leading.summary(turn.lesson)
    session.save(update_fields=["session_transcript", "lesson", "replying_at", "outcome", "summary", "updated_at"])


def _ended(session: CoachingSession, outcome: str) -> CoachingSession:
    session.outcome, session.summary = outcome, leading.summary(leading.read(session.lesson))
    session.save(update_fields=["outcome", "summary", "updated_at"])
    return session


def _open(person: User, session_id: UUID) -> CoachingSession:
    session = _held(person, session_id)
    if not session.is_open:
        raise SessionRefused("ended", _("This session has ended. Begin a new one to go on."))
    if session.is_waiting:
        raise SessionRefused("waiting", _("The coach is at its answer. Try again in a moment."))
    return session


def _held(person: User, session_id: UUID) -> CoachingSession:
    """One's own session, nobody else writing to it. Raises CoachingSession.DoesNotExist."""
    return CoachingSession.objects.select_for_update().get(pk=session_id, student=person)


def _readable(words: str, limit: int, empty: str = "") -> str:
    text = words.strip()
    if "\x00" in text:
        raise SessionRefused(
            "unreadable", _("Your words hold a null character, which cannot be stored. Remove it and try again.")
        )
    if len(text) > limit:
        raise SessionRefused("too_long", _("This may have %(limit)d characters. Keep the part that matters.") % {"limit": limit})
    if empty and not text:
        raise SessionRefused("empty", empty)
    return text
