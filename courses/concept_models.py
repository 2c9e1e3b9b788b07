"""What a learner pursues, the evidence that moves it, and the minutes that went into it."""

import hashlib

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import ADMINS, IN_MY_COURSES, RowSecurity, own, own_or_trained
from courses import concept_functions as bodies

OWN_IN_MY_COURSES = f"({own('user_id')}) AND (course_id IS NULL OR {IN_MY_COURSES})"


class ConceptQuerySet(models.QuerySet["LearningConcept"]):
    def there(self) -> "ConceptQuerySet":
        return self.filter(deleted_at=None)


class LearningConcept(models.Model):
    """Something a learner pursues. Personal data: a person's aims and pace; gone with the account.

    `completion_percentage`, `time_spent` and `last_studied` are reckoned by the database from evidence and minutes; what
    is written there has no effect.
    """

    class Difficulty(models.TextChoices):
        BEGINNER = "beginner", _("Beginner")
        INTERMEDIATE = "intermediate", _("Intermediate")
        ADVANCED = "advanced", _("Advanced")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="concepts", db_index=False)
    name = models.CharField(max_length=200)
    description = models.TextField(null=True, blank=True)
    category = models.CharField(max_length=100)
    difficulty = models.CharField(max_length=50, choices=Difficulty)
    estimated_hours = models.IntegerField(null=True)
    prerequisites = models.JSONField(default=list)  # ids of concepts of the same learner
    learning_objectives = models.JSONField(default=list)  # sentences
    custom_prompts = models.JSONField(default=list)  # what the learner wants the mentor to heed
    is_active = models.BooleanField(default=True, db_default=True)
    completion_percentage = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    current_module = models.CharField(max_length=200, null=True)  # the place that comes next
    time_spent = models.DecimalField(max_digits=8, decimal_places=2, default=0)  # hours
    last_studied = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    course = models.ForeignKey("courses.Course", models.SET_NULL, null=True, related_name="+", db_index=False)
    topic = models.ForeignKey("courses.ModuleTopic", models.SET_NULL, null=True, related_name="+", db_index=False)
    place_ids = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))  # chapters and labs, in order
    deleted_at = models.DateTimeField(null=True)  # by the learner, who can undo it until it is cleared away

    objects = ConceptQuerySet.as_manager()

    class Meta:
        db_table = "learning_concepts"
        verbose_name = _("learning concept")
        verbose_name_plural = _("learning concepts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(completion_percentage__gte=0, completion_percentage__lte=100),
                name="learning_concepts_percentage",
            ),
            models.CheckConstraint(
                condition=models.Q(estimated_hours=None) | models.Q(estimated_hours__gte=1, estimated_hours__lte=1000),
                name="learning_concepts_hours",
            ),
            models.UniqueConstraint(
                "user", Lower("name"), condition=models.Q(deleted_at=None), name="learning_concepts_name_once"
            ),
            RowSecurity(
                name="learning_concepts_rows",
                select=own_or_trained("user_id"),
                insert=OWN_IN_MY_COURSES,
                update=own("user_id"),
                delete=own("user_id"),
            ),
        ]
        indexes = [
            Index(fields=["user"], name="idx_learning_concepts_user_id"),
            Index(fields=["category"], name="idx_learning_concepts_category"),
            Index(fields=["is_active"], name="idx_learning_concepts_is_active"),
            Index(fields=["last_studied"], name="idx_learning_concepts_last_studied"),
            # What the worker clears away.
            Index(fields=["deleted_at"], name="idx_learning_concepts_deleted", condition=models.Q(deleted_at__isnull=False)),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="learning_concepts_no_circle",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=bodies.NO_CIRCLE,
            ),
            pgtrigger.Trigger(
                name="learning_concepts_true_figures",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=bodies.TRUE_FIGURES,
            ),
            pgtrigger.Trigger(
                name="learning_concepts_gathered",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("place_ids", "course_id"),
                when=pgtrigger.After,
                func=bodies.GATHERED,
            ),
            pgtrigger.Trigger(
                name="learning_concepts_needed_no_more",
                operation=pgtrigger.Delete,
                when=pgtrigger.After,
                func=bodies.NEEDED_NO_MORE,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def percent(self) -> int:
        return int(self.completion_percentage)

    @property
    def is_complete(self) -> bool:
        return self.completion_percentage >= 100


class ConceptEvidence(models.Model):
    """Why a concept's progress moved. Personal data: what somebody read, tried and wrote; gone with the account.

    Chapters and labs come from triggers on progress and attempts; nothing is deleted when it is taken back.
    """

    class Kind(models.TextChoices):
        CHAPTER = "chapter", _("Chapter read")
        LAB = "lab", _("Lab tried")
        QUESTION = "question", _("Question answered well")
        SELF_CHECK = "self_check", _("Said in own words")
        BY_HAND = "by_hand", _("Corrected by hand")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    concept = models.ForeignKey(LearningConcept, models.CASCADE, related_name="evidence", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    course = models.ForeignKey("courses.Course", models.SET_NULL, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind)
    place_id = models.CharField(max_length=200, default="", db_default="")
    source = models.CharField(max_length=250)  # what it is, so that it counts once
    value = models.DecimalField(max_digits=4, decimal_places=3, default=1)  # 0 to 1: of the lab; by hand: of the whole
    base = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # by hand: what evidence alone said then, in per cent
    said = models.TextField(default="", db_default="")
    detail = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    noted_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)
    percentage = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # of the concept, after this
    moved = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # by so much

    class Meta:
        db_table = "learning_concept_evidence"
        verbose_name = _("evidence for a concept")
        verbose_name_plural = _("evidence for concepts")
        constraints = [
            models.UniqueConstraint(fields=["concept", "source"], name="learning_concept_evidence_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["chapter", "lab", "question", "self_check", "by_hand"]),
                name="learning_concept_evidence_kind_valid",
            ),
            models.CheckConstraint(condition=models.Q(value__gte=0, value__lte=1), name="learning_concept_evidence_value"),
            RowSecurity(
                name="learning_concept_evidence_rows",
                select=own_or_trained("user_id"),
                insert=own("user_id"),
                update=own("user_id"),
                delete=ADMINS,
            ),
        ]
        indexes = [
            # The page of a concept, newest first.
            Index(fields=["concept", "-noted_at"], name="idx_learning_concept_evidence_concept"),
            # Taking back what a place, a lab or a question had moved; and row security.
            Index(fields=["user", "source"], name="idx_learning_concept_evidence_user"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="learning_concept_evidence_weighed", operation=pgtrigger.Insert, when=pgtrigger.Before, func=bodies.WEIGHED
            ),
            pgtrigger.Trigger(
                name="learning_concept_evidence_moves",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("value", "withdrawn_at"),
                when=pgtrigger.After,
                declare=[("was", "numeric"), ("came_to", "numeric")],
                func=bodies.MOVES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


class ConceptMinute(models.Model):
    """A minute in which somebody studied. Personal data: when somebody learns; gone with the account.

    A person has a minute once, whatever is open in however many tabs.
    """

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    concept = models.ForeignKey(LearningConcept, models.CASCADE, related_name="minutes", db_index=False)
    minute = models.DateTimeField()

    class Meta:
        db_table = "learning_concept_minutes"
        constraints = [
            models.UniqueConstraint(fields=["user", "minute"], name="learning_concept_minutes_once"),
            RowSecurity(name="learning_concept_minutes_rows", select=own("user_id"), insert=own("user_id"), delete=ADMINS),
        ]
        # The time spent on a concept, and on it since a day.
        indexes = [Index(fields=["concept", "minute"], name="idx_learning_concept_minutes_concept")]
        triggers = [
            pgtrigger.Trigger(
                name="learning_concept_minutes_counts", operation=pgtrigger.Insert, when=pgtrigger.After, func=bodies.COUNTS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.concept_id} {self.minute}"


def objective_source(text: str) -> str:
    """What an objective is called in evidence: the database reckons the same from the concept's own list."""
    return f"objective:{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"
