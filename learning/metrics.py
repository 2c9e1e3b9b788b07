"""Folds the noted changes into the days that a dashboard reads. Any number of workers may do it at once."""

from django.db import connection

from learning.updates import short_step

AT_ONCE = 5_000
ROUNDS = 200  # of one call, so that a flood does not keep one worker for ever


def fold() -> int:
    """Fold everything that waits; how many changes."""
    total = 0
    for _round in range(ROUNDS):
        with short_step(), connection.cursor() as cursor:
            cursor.execute("SELECT fold_learning_metrics(%s)", [AT_ONCE])
            count = int(cursor.fetchone()[0])
        total += count
        if count < AT_ONCE:
            break
    return total
