"""Generations of a course's index: whether a new one is needed, the switch to it, and the end of old ones.

The switch is one transaction: all rows counted, their words indexed, the course's pointer moved, the update completed. An
old generation stays for a while, because somebody may be in the middle of reading it.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Subquery
from django.db.models.functions import Now

from courses.models import Course
from learning import lexical, updates
from learning.models import ContentChunk, ContentUpdate
from learning.pages_to_index import CHUNKER_VERSION, Row
from learning.updates import Claim, short_step

OLD_FOR = timedelta(minutes=2)  # how long a generation stays after the switch; longer than any question takes
WORDS_LIMIT = timedelta(minutes=2)  # for one statement; the lease of that step is longer
MILLISECOND = timedelta(milliseconds=1)
RECENT = timedelta(days=1)  # switches that the sweeper looks after


class BuildFailed(Exception):
    """The generation is not what it should be; nothing was switched."""


def differs(course_id: UUID, rows: Sequence[Row], model: str) -> bool:
    """Whether the readers' generation is not exactly these rows with vectors of this model."""
    fields = (
        *("content_type", "chapter_id", "lab_id", "position", "content_hash", "embedding_model", "anchor"),
        *("title", "chapter_title", "day", "content_version", "chunker_version"),
    )
    there = ContentChunk.objects.filter(course_id=course_id, generation=_current(course_id)).values_list(*fields)
    wanted = {
        (
            *(*row.place, row.content_hash, model, row.piece.anchor),
            *(row.page.title, row.page.chapter_title, row.page.day, row.page.version, CHUNKER_VERSION),
        )
        for row in rows
    }
    return set(there) != wanted


def switch(held: Claim, total: int, *, note: str) -> None:
    """Point the course's readers at the new generation, in the caller's transaction. Raises BuildFailed, LeaseLost."""
    Course.objects.select_for_update(no_key=True).get(pk=held.course_id)
    written = ContentChunk.objects.filter(course_id=held.course_id, generation=held.generation).count()
    if written != total:
        raise BuildFailed(f"{written} rows of {total} were written")
    Course.objects.filter(pk=held.course_id).update(index_generation=held.generation)
    updates.finish(held, note=note)


def weigh_words(held: Claim) -> None:
    """Index the new generation's words, in the caller's transaction; takes seconds for a course of thousands of chunks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(WORDS_LIMIT / MILLISECOND))])
    lexical.index_chunks(held.course_id, held.generation)


def forget_generations_before(course_id: UUID, generation: int) -> None:
    """Delete what readers left behind, in the caller's transaction."""
    old = ContentChunk.objects.filter(course_id=course_id, generation__lt=generation)
    for number in old.order_by().values_list("generation", flat=True).distinct():
        lexical.drop_generation(course_id, number)
    old.delete()


def forget_old_generations() -> None:
    """Delete the generations that lately switched courses have left behind."""
    switched = ContentUpdate.objects.filter(
        status=ContentUpdate.Status.COMPLETED,
        generation=F("course__index_generation"),
        finished_at__range=(Now() - RECENT, Now() - OLD_FOR),
    )
    with short_step():
        pairs = list(switched.values_list("course_id", "generation"))
    for course_id, generation in pairs:
        with short_step():
            forget_generations_before(course_id, generation or 0)


def _current(course_id: UUID) -> Subquery:
    return Subquery(Course.objects.filter(pk=course_id).values("index_generation"))
