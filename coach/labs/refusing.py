"""Counting events that came faster than they may. The count waits in the cache and reaches a row with the next event that is
taken, so that a flood costs no writes; without the cache it is only logged.
"""

import logging
from uuid import UUID

from django.core.cache import cache
from django.db.models import F
from redis.exceptions import RedisError

from coach.models import LabWork

log = logging.getLogger("aicoach.limits")

KEPT = 3600  # seconds


def count(learner_id: UUID, number: int = 1) -> None:
    key = _key(learner_id)
    try:
        cache.add(key, 0, KEPT)
        cache.incr(key, number)
    except (RedisError, ValueError):
        log.warning("refused_not_counted learner=%s", learner_id)


def write_down(learner_id: UUID, course_id: UUID, lab_id: str) -> int:
    """Move what was counted onto the row of the lab that is told of now, behind the learner's door; how many."""
    key = _key(learner_id)
    try:
        counted = int(cache.get(key) or 0)
        if counted:
            cache.decr(key, counted)
    except (RedisError, ValueError):
        return 0
    if counted:
        LabWork.objects.get_or_create(learner_id=learner_id, course_id=course_id, lab_id=lab_id)
        rows = LabWork.objects.filter(learner_id=learner_id, course_id=course_id, lab_id=lab_id)
        rows.update(refused=F("refused") + counted)
    return counted


def _key(learner_id: UUID) -> str:
    return f"lab-refused:{learner_id}"
