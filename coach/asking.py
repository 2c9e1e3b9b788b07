"""A learner asks: the question becomes a row before anything else happens to it, and the settled answer to the same question,
when there is one, comes with it.

Refuses what cannot be a question, in words for the person; asking again with the same key gives the same row back.
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import User
from ai.asking import QuestionRefused, readable
from ai.models import Conversation
from coach import answering_again
from coach.models import Query
from courses.models import Course
from learning.same_question import keys

__all__ = ["QuestionRefused", "ask", "current_conversation", "new_conversation"]

COACH = Conversation.Kind.COACH
CONVERSATION_RESTS = timedelta(hours=8)  # after this silence a question starts a new conversation
ENGLISH = "english"  # whose words can be cut to their stems
TITLE_LENGTH = 120  # characters of the first question that name a conversation

# One statement, because whoever asks waits for it: where the learner is in the course, the conversation it belongs to (named by
# its first question), the settled answer to the same question, the question itself, and its place in the order of what was
# said. No row when the key was used before.
ASK = """
WITH place AS (
    SELECT 'chapter' AS kind, title, day FROM chapters
     WHERE course_id = %(course)s AND chapter_id = %(place)s AND removed_at IS NULL
     UNION ALL
    SELECT 'lab', title, day FROM labs
     WHERE course_id = %(course)s AND lab_id = %(place)s AND removed_at IS NULL
     LIMIT 1),
newest AS (
    SELECT id, updated_at FROM conversations
     WHERE user_id = %(learner)s AND course_id = %(course)s AND kind = 'coach' ORDER BY created_at DESC LIMIT 1),
going AS (
    UPDATE conversations SET updated_at = %(now)s, title = coalesce(nullif(title, ''), %(title)s)
     WHERE id = (SELECT id FROM newest WHERE updated_at > %(rested)s) RETURNING id),
begun AS (
    INSERT INTO conversations (user_id, course_id, title, total_cost, updated_at)
    SELECT %(learner)s, %(course)s, %(title)s, 0, %(now)s
     WHERE NOT EXISTS (SELECT FROM newest WHERE updated_at > %(rested)s) RETURNING id),
memory AS (
    SELECT s.given FROM settled_answer(%(course)s, %(exact)s, %(wording)s) s(given)
     WHERE %(exact)s <> '' AND NOT %(anew)s AND s.given IS NOT NULL),
asked AS (
    INSERT INTO ai_coach_queries (learner_id, course_id, conversation_id, question, context, status, intent, client_key,
                                  updated_at, question_key, wording_key)
    SELECT %(learner)s, %(course)s, coalesce((SELECT id FROM going), (SELECT id FROM begun)), %(question)s,
           jsonb_build_object('done', (SELECT count(*) FROM place_progress
                                        WHERE learner_id = %(learner)s AND course_id = %(course)s AND done_at IS NOT NULL))
           || coalesce((SELECT jsonb_build_object('place', %(place)s, 'kind', kind, 'title', title, 'day', day)
                          FROM place), '{}')
           || CASE WHEN %(anew)s THEN '{"anew": true}' ELSE '{}' END::jsonb,
           CASE WHEN EXISTS (SELECT FROM memory) THEN 'answered' ELSE 'pending' END,
           CASE WHEN EXISTS (SELECT FROM memory) THEN 'course_content' END, %(key)s, %(now)s, %(exact)s, %(wording)s
    ON CONFLICT (learner_id, client_key) DO NOTHING RETURNING *),
noted AS (
    INSERT INTO ai_coach_conversation_history (learner_id, course_id, query_id) SELECT learner_id, course_id, id FROM asked)
SELECT asked.*, (SELECT given FROM memory) AS given FROM asked
"""


def ask(
    *, learner: User, course: Course, question: str, key: UUID, now: datetime, place_id: str = "", anew: bool = False
) -> Query:
    """Save a question, behind the learner's door: as answered when the same one has a settled answer, else as pending.

    `anew` wants an answer of its own, even if the question was answered before.

    Raises QuestionRefused when it is empty, too long or holds characters that cannot be stored.
    """
    text, begun = readable(question), time.perf_counter()
    same = keys(text)
    values = {
        "learner": learner.pk,
        "course": course.pk,
        "rested": now - CONVERSATION_RESTS,
        "question": text,
        "title": text[:TITLE_LENGTH],
        "key": key,
        "now": now,
        "place": place_id,
        "anew": anew,
        "exact": same.exact,
        "wording": same.wording if course.language == ENGLISH else "",
    }
    for query in Query.objects.raw(ASK, values):
        if given := getattr(query, "given", None):
            took = round((time.perf_counter() - begun) * 1000)
            answering_again.give(query, given, content_version=course.content_version, now=now, took=took)
        return query
    return _asked_before(learner, course, key)


def _asked_before(learner: User, course: Course, key: UUID) -> Query:
    """Sent twice: the first row, and no empty conversation beside it."""
    Conversation.objects.filter(user=learner, course=course, kind=COACH, queries=None).delete()
    return Query.objects.get(learner=learner, client_key=key)


def current_conversation(learner: User, course: Course, now: datetime) -> Conversation | None:
    """The conversation that a question now belongs to; None when it would start a new one."""
    newest = Conversation.objects.filter(user=learner, course=course, kind=COACH).order_by("-created_at").first()
    return newest if newest and newest.updated_at > now - CONVERSATION_RESTS else None


def new_conversation(learner: User, course: Course) -> Conversation:
    """Start afresh: what was said before no longer colours the next question."""
    return Conversation.objects.create(user=learner, course=course)
