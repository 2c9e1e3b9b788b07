"""What trainers hold the coach to: sets of questions with what is expected, and what each run over a set found."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_COURSES_I_RUN, WORKERS, RowSecurity
from courses.models import Course

LONGEST_QUESTION = 1_000  # characters
LONGEST_ANSWER = 4_000  # characters
LONGEST_NAME = 100  # characters


def in_its_course(table: str, parent: str, key: str) -> str:
    """The row names the course of the row that it belongs to."""
    return f"EXISTS (SELECT 1 FROM {parent} p WHERE p.id = {table}.{key} AND p.course_id = {table}.course_id)"


class KeptQuerySet(models.QuerySet):
    def kept(self) -> "KeptQuerySet":
        """Without what was deleted and can still be taken back."""
        return self.filter(deleted_at=None)


class QualitySet(models.Model):
    """A trainer's questions about a course under a name. What was deleted is gone for good after some days."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="quality_sets", db_index=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    deleted_at = models.DateTimeField(null=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        db_table = "quality_sets"
        verbose_name = _("set of questions")
        verbose_name_plural = _("sets of questions")
        constraints = [
            models.UniqueConstraint(fields=["course", "name"], condition=Q(deleted_at=None), name="quality_sets_name"),
            RowSecurity(
                name="quality_sets_rows",
                select=IN_COURSES_I_RUN,
                insert=IN_COURSES_I_RUN,
                update=IN_COURSES_I_RUN,
                delete=IN_COURSES_I_RUN,
            ),
        ]
        indexes = [
            Index(fields=["course"], name="idx_quality_sets_course"),  # row security and the list
            Index(fields=["deleted_at"], name="idx_quality_sets_deleted", condition=Q(deleted_at__isnull=False)),  # the sweeper
        ]

    def __str__(self) -> str:
        return self.name


class QualityQuestion(models.Model):
    """A question and what must come of it: one of the places, the words of an answer, or both.

    Personal data in one case: what a learner asked may be taken over, as text alone, without who asked it or when.
    """

    class Source(models.TextChoices):
        HAND = "hand", _("Made by hand")
        ASKED = "asked", _("Really asked")
        DRAFTED = "drafted", _("Drafted from the course")
        IMPORTED = "imported", _("Imported")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    set = models.ForeignKey(QualitySet, models.CASCADE, related_name="questions", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    question = models.CharField(_("question"), max_length=LONGEST_QUESTION)
    expected = models.JSONField(default=list)  # ids of chapters or labs; any one of them is right
    expected_answer = models.CharField(_("expected answer"), max_length=LONGEST_ANSWER, default="", blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.HAND)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    deleted_at = models.DateTimeField(null=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        db_table = "quality_questions"
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=["hand", "asked", "drafted", "imported"]), name="quality_questions_source_valid"
            ),
            models.CheckConstraint(condition=~Q(expected=[]) | ~Q(expected_answer=""), name="quality_questions_expects"),
            RowSecurity(
                name="quality_questions_rows",
                select=IN_COURSES_I_RUN,
                insert=f"{IN_COURSES_I_RUN} AND {in_its_course('quality_questions', 'quality_sets', 'set_id')}",
                update=f"{IN_COURSES_I_RUN} AND {in_its_course('quality_questions', 'quality_sets', 'set_id')}",
                delete=IN_COURSES_I_RUN,
            ),
        ]
        indexes = [
            Index(fields=["set", "id"], name="idx_quality_questions_set"),
            Index(fields=["course"], name="idx_quality_questions_course"),  # row security
            Index(fields=["deleted_at"], name="idx_quality_questions_deleted", condition=Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.question[:80]


class QualityRun(models.Model):
    """One run over a set: asked for, worked on with a lease, completed with its figures or set aside with a reason."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        PROCESSING = "processing", _("Working")
        COMPLETED = "completed", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    set = models.ForeignKey(QualitySet, models.CASCADE, related_name="runs", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    generation = models.IntegerField(null=True)  # of the index that was asked
    content_version = models.IntegerField(null=True)  # of the course
    figures = models.JSONField(default=dict)
    deliveries = models.IntegerField(default=0)  # raised before work starts; three are the limit
    leased_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, default="")
    error_message = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "quality_runs"
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "processing", "completed", "failed"]), name="quality_runs_state_valid"
            ),
            # Asking again while one waits or works is the same run.
            models.UniqueConstraint(
                fields=["set"], condition=Q(state__in=["pending", "processing"]), name="quality_runs_one_open"
            ),
            RowSecurity(
                name="quality_runs_rows",
                select=IN_COURSES_I_RUN,
                insert=f"{IN_COURSES_I_RUN} AND {in_its_course('quality_runs', 'quality_sets', 'set_id')}",
                update=WORKERS,
                delete=WORKERS,
            ),
        ]
        indexes = [
            Index(fields=["set", "id"], name="idx_quality_runs_set"),
            Index(fields=["course"], name="idx_quality_runs_course"),  # row security
            Index(
                fields=["created_at"], name="idx_quality_runs_open", condition=Q(state__in=["pending", "processing"])
            ),  # sweeper
        ]
        triggers = [
            pgtrigger.Protect(
                name="quality_runs_start", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="pending")
            ),
            pgtrigger.FSM(
                name="quality_runs_states",
                field="state",
                transitions=[
                    ("pending", "processing"),
                    ("processing", "completed"),
                    ("processing", "failed"),
                    ("failed", "pending"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.done}/{self.total}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.PENDING, self.State.PROCESSING}


class QualityResult(models.Model):
    """What a run found for one question, with the question as it was then."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    run = models.ForeignKey(QualityRun, models.CASCADE, related_name="results", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    question_id = models.UUIDField()  # the question may be gone
    question = models.CharField(max_length=LONGEST_QUESTION)
    expected = models.JSONField(default=list)
    expected_answer = models.CharField(max_length=LONGEST_ANSWER, default="", blank=True)
    rank = models.IntegerField(null=True)  # of the first right page, from 1; null when it was not found or none is expected
    fit = models.FloatField(null=True)  # share of the expected answer's words in the answer; null when none is expected
    confidence = models.FloatField()
    is_answered = models.BooleanField()
    answer = models.TextField(default="", blank=True)
    passages = models.JSONField(default=list)  # the best ones, with their places and the beginning of their texts

    class Meta:
        db_table = "quality_results"
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            # A question that is asked again after a crash is kept once.
            models.UniqueConstraint(fields=["run", "question_id"], name="quality_results_once"),
            RowSecurity(name="quality_results_rows", select=IN_COURSES_I_RUN, insert=WORKERS, update=WORKERS, delete=WORKERS),
        ]
        indexes = [Index(fields=["course"], name="idx_quality_results_course")]  # row security

    def __str__(self) -> str:
        return self.question[:80]
