"""Learns from verdicts what a course's confidence is worth, and sets the threshold that its trainer's wish for errors asks for.

A verdict is what a person made of an answer: a trainer who answered the question anew says that it was wrong, else the learner's
rating counts. A new map is learnt when there are new verdicts, or when another share of errors is wanted; until there are
enough of them the course's own threshold and the figures as they are stand.
"""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from coach.confidence_models import ConfidenceMap
from courses.models import Course
from learning.calibration import PLAIN, Map, bins, brier, calibration_error, crossed, fitted, threshold_for
from learning.citing import rounded

MOST = 5_000  # verdicts and answers that are looked at, the newest ones
FEWEST, UTMOST = 2, 1000  # answers, of which one may be wrong
HIGHEST = Decimal("0.800")  # threshold: whoever gives a verdict is often unhappy, and a few of them must not flood the desk
STEP = Decimal("0.01")  # a threshold moves only by more than this: each move colours the dashboard's figures

VERDICTS = """
SELECT r.raw_confidence::float,
       CASE WHEN e.first_replied_at IS NOT NULL THEN false ELSE f.rating = 'helpful' END
  FROM ai_coach_responses r JOIN ai_coach_queries q ON q.id = r.query_id
  LEFT JOIN ai_coach_escalations e ON e.query_id = q.id
  LEFT JOIN ai_coach_feedback f ON f.response_id = r.id
 WHERE r.course_id = %s AND r.state = 'complete' AND r.raw_confidence > 0 AND r.label <> 'not_found'
   AND q.intent = 'course_content' AND (e.first_replied_at IS NOT NULL OR f.rating IS NOT NULL)
 ORDER BY r.id DESC LIMIT %s
"""
SEEN = """
SELECT raw_confidence::float FROM ai_coach_responses
 WHERE course_id = %s AND state = 'complete' AND raw_confidence > 0 ORDER BY id DESC LIMIT %s
"""


def recalibrate_all() -> int:
    """Every course whose verdicts have changed; how many got a new map. Opens the door itself, once for each course."""
    with acting_as(SYSTEM):
        courses = list(Course.objects.filter(closed_at=None).values_list("pk", flat=True))
    return sum(recalibrate(course) is not None for course in courses)


def recalibrate(course_id: UUID) -> ConfidenceMap | None:
    """A new map for the course; None when there is nothing new to learn."""
    with acting_as(SYSTEM):
        course = Course.objects.select_for_update().get(pk=course_id)
        live = ConfidenceMap.objects.filter(course=course, is_live=True).first()
        sure, right = _verdicts(course_id)
        wrong = len(right) - sum(right)
        if live and (live.verdicts, live.wrong, live.wanted_error) == (len(right), wrong, course.wanted_error):
            return None
        learnt = fitted(sure, right)
        return None if learnt == PLAIN else _replace(course, live, learnt, sure, right)


class WishRefused(ValueError):
    """Says to the trainer why the share cannot be wanted."""


def want_error(course: Course, *, one_in: str) -> None:
    """Let at most one in so many answers be wrong. Behind the door of somebody who runs the course. Raises WishRefused."""
    if not (one_in.isascii() and one_in.isdigit() and FEWEST <= int(one_in[:5]) <= UTMOST):
        raise WishRefused(_("Give a whole number from %(least)d to %(most)d.") % {"least": FEWEST, "most": UTMOST})
    course.wanted_error = (1 / Decimal(one_in)).quantize(Decimal("0.001"))
    course.save(update_fields=["wanted_error", "updated_at"])
    recalibrate(course.pk)


def _replace(
    course: Course, live: ConfidenceMap | None, learnt: Map, sure: Sequence[float], right: Sequence[bool]
) -> ConfidenceMap:
    told = crossed(sure, right)
    found = bins(told, right)
    wanted = threshold_for(float(course.wanted_error), [learnt(one) for one in _seen(course.pk)])
    threshold = min(rounded(wanted), HIGHEST)
    ConfidenceMap.objects.filter(course=course, is_live=True).update(is_live=False)
    made = ConfidenceMap.objects.create(
        course=course, version=live.version + 1 if live else 1, slope=learnt.slope, intercept=learnt.intercept,
        verdicts=len(right), wrong=len(right) - sum(right), brier=brier(told, right) or 0.0,
        error=calibration_error(found) or 0.0, wanted_error=course.wanted_error, threshold=threshold,
        reliability=[[one.count, round(one.confidence, 4), round(one.right, 4)] for one in found],
    )  # fmt: skip
    if abs(course.escalation_threshold - threshold) > STEP:
        course.escalation_threshold = threshold
        course.save(update_fields=["escalation_threshold", "updated_at"])
    return made


def _verdicts(course_id: UUID) -> tuple[list[float], list[bool]]:
    with connection.cursor() as cursor:
        cursor.execute(VERDICTS, [course_id, MOST])
        rows = cursor.fetchall()
    return [sure for sure, right in rows], [bool(right) for sure, right in rows]


def _seen(course_id: UUID) -> list[float]:
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [course_id, MOST])
        return [row[0] for row in cursor.fetchall()]
