"""Keeps the dashboard's figures: folds what was noted, and can count them anew. Any number of workers may fold at once."""

from uuid import UUID

from django.db import connection

from learning.models import CourseFigures, InsightNote, PlaceFigures, VariantFigures
from learning.updates import short_step

AT_ONCE = 5_000
ROUNDS = 200  # of one call, so that a flood does not keep one worker for ever
FIGURES = (CourseFigures, PlaceFigures, VariantFigures)


def fold_insights() -> int:
    """Fold everything that waits; how many notes."""
    total = 0
    for _round in range(ROUNDS):
        with short_step(), connection.cursor() as cursor:
            cursor.execute("SELECT fold_insights(%s)", [AT_ONCE])
            count = int(cursor.fetchone()[0])
        total += count
        if count < AT_ONCE:
            break
    return total


def fold_late() -> int:
    """Fold what no worker came for in time, so that a reader never sees figures that are a minute old. Behind any door."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_late_figures(%s)", [AT_ONCE])
        return int(cursor.fetchone()[0])


def start_over(course_id: UUID, notes: str) -> None:
    """Throw a course's figures away and note its rows again with the statement `notes`, in the system's transaction.

    Whoever writes meanwhile waits for it, so that nothing is counted twice or left out.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE insight_notes IN SHARE ROW EXCLUSIVE MODE")
    InsightNote.objects.filter(course_id=course_id).delete()
    for model in FIGURES:
        model.objects.filter(course_id=course_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(notes)
