"""What happened in a course, in figures that a dashboard can read at once: by day, by week, by place, by prompt.

Each figure is a pure function of the rows behind it, as they are now. Triggers note what a row adds and what it takes back, as a
row that nobody waits for; a worker folds the notes every few seconds into one row for each course and day, and one for each
course and week. A page reads at most some fifty of them, however much has happened; places, of which there are many, have a row
for eight weeks too. Nobody's words or names are in here.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_COURSES_I_RUN, WORKERS, RowSecurity
from courses.models import Course
from learning.insight_functions import CONFIDENCES, TIMES

RULES = {"select": IN_COURSES_I_RUN, "insert": WORKERS, "update": WORKERS, "delete": WORKERS}


class Span(models.TextChoices):
    """How long the time is that a row counts. Days are those of UTC, for everybody the same; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    EIGHT_WEEKS = "8w"  # of places alone, to add up a long time; counted from a Monday, see `insight_functions`


def _count() -> "models.BigIntegerField[Any, Any]":
    return models.BigIntegerField(default=0, db_default=0)


def _small() -> "models.IntegerField[Any, Any]":
    """Half as wide: there are thousands of them to add up."""
    return models.IntegerField(default=0, db_default=0)


def _counts(size: int) -> "ArrayField[Any, Any]":
    return ArrayField(models.BigIntegerField(), size=size, default=list)


class Figures(models.Model):
    """A row for each course and span, from `date` on."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    span = models.CharField(max_length=4, choices=Span)
    date = models.DateField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.span} {self.date}"


class CourseFigures(Figures):
    """Questions by the time they were asked, replies by the time they were sent, learning by the time of its decision."""

    asked = _count()
    course_text = _count()
    verified = _count()
    ai_draft = _count()
    not_found = _count()
    confidence_sum = _count()  # thousandths
    confidences = _counts(CONFIDENCES)  # answers by tenths of confidence
    escalated = _count()
    helpful = _count()
    not_helpful = _count()
    reply_times = _counts(TIMES)  # first replies by their slot, see `insight_functions`
    live_times = _counts(TIMES)  # corrections by the time from the question to the live answer
    made = _count()  # items that came into the queue
    approved = _count()
    rejected = _count()
    applied = _count()

    class Meta:
        db_table = "course_figures"
        constraints = [
            models.UniqueConstraint(fields=["course", "span", "date"], name="course_figures_once"),  # also how they are read
            RowSecurity(name="course_figures_rows", **RULES),
        ]


class PlaceFigures(Figures):
    """Questions by the chapter or lab they were asked at; without one, by the place that the answer cites first."""

    place_id = models.CharField(max_length=200, default="")
    asked = _small()
    not_found = _small()
    unsure = _small()  # answered under the course's threshold
    escalated = _small()
    gaps = _small()  # any of the three, each question once

    class Meta:
        db_table = "place_figures"
        constraints = [
            models.UniqueConstraint(
                fields=["course", "span", "date", "place_id"],
                include=["asked", "not_found", "unsure", "escalated", "gaps"],  # read from the index alone
                name="place_figures_once",
            ),
            RowSecurity(name="place_figures_rows", **RULES),
        ]


class VariantFigures(Figures):
    """Answers by the version of the prompt that made them."""

    variant = models.CharField(max_length=50, default="")
    asked = _count()
    escalated = _count()
    helpful = _count()
    not_helpful = _count()

    class Meta:
        db_table = "variant_figures"
        constraints = [
            models.UniqueConstraint(fields=["course", "span", "date", "variant"], name="variant_figures_once"),
            RowSecurity(name="variant_figures_rows", **RULES),
        ]


class InsightNote(models.Model):
    """What waits to be counted: `event` says what happened, the rest where it counts."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course_id = models.UUIDField()
    date = models.DateField()
    event = models.CharField(max_length=20)  # asked, escalated, rated, replied, live, decided
    part = models.CharField(max_length=20, default="")  # label, rating or state
    place_id = models.CharField(max_length=200, default="")
    variant = models.CharField(max_length=50, default="")
    slot = models.SmallIntegerField(null=True)  # of confidence or time
    amount = models.BigIntegerField(default=0)
    n = models.IntegerField(default=1)
    is_weak = models.BooleanField(default=False)  # the answer was under the threshold, or there was none

    class Meta:
        db_table = "insight_notes"
        constraints = [RowSecurity(name="insight_notes_rows", select=WORKERS, insert=WORKERS, update=WORKERS, delete=WORKERS)]

    def __str__(self) -> str:
        return self.event


class CorrectionEffect(models.Model):
    """How often a verified answer's question was asked in the weeks before it went live, and in the weeks after.

    Both sides are measured alike: a question counts when it is near in meaning. `counted_from` is null until a worker has looked
    back; from then on each new question is counted as it gets its vector.
    """

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    entry_id = models.UUIDField(unique=True)
    live_at = models.DateTimeField()
    counted_from = models.DateTimeField(null=True)
    before_asked = models.IntegerField(default=0, db_default=0)
    before_not_found = models.IntegerField(default=0, db_default=0)
    after_asked = models.IntegerField(default=0, db_default=0)
    after_not_found = models.IntegerField(default=0, db_default=0)
    after_verified = models.IntegerField(default=0, db_default=0)  # answered from a verified answer

    class Meta:
        db_table = "correction_effects"
        constraints = [RowSecurity(name="correction_effects_rows", **RULES)]
        indexes = [
            # The dashboard's list: the newest corrections of a course.
            Index(fields=["course", "live_at"], name="idx_effects_course"),
            # The worker's list: what has not been counted yet.
            Index(fields=["live_at"], name="idx_effects_uncounted", condition=Q(counted_from=None)),
        ]

    def __str__(self) -> str:
        return str(self.entry_id)
