"""A plan to learn some concepts, and its steps: what to study on which day."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_MY_COURSES, RowSecurity, own, own_or_trained
from courses.models import Course, LearningConcept

OWN_IN_MY_COURSES = f"({own('user_id')}) AND (course_id IS NULL OR {IN_MY_COURSES})"


class LearningPlan(models.Model):
    """A schedule made from concepts. Personal data: when somebody wants to learn what; gone with the account.

    `concepts`: [{"id", "name", "minutes"}] in the order of learning. `schedule`: {"start", "deadline", "zone", "minutes": {"0"
    (Monday): 60, ...}, "unfit": [{"concept", "title", "minutes"}]}. `adaptive_settings`: {"adapts", "side_by_side", "pace",
    "checked", "changes": [{"at", "why", "late", "early"}]}.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Going on")
        PAUSED = "paused", _("Paused")
        COMPLETED = "completed", _("Completed")
        ABANDONED = "abandoned", _("Abandoned")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="learning_plans", db_index=False)
    name = models.CharField(max_length=200)
    description = models.TextField(null=True)
    concepts = models.JSONField()
    schedule = models.JSONField(null=True)
    adaptive_settings = models.JSONField(null=True)
    is_active = models.GeneratedField(
        expression=models.ExpressionWrapper(models.Q(state="active"), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    course = models.ForeignKey(Course, models.SET_NULL, null=True, related_name="+", db_index=False)  # of all its concepts
    state = models.CharField(max_length=20, choices=State, default=State.ACTIVE, db_default="active")
    concept_key = models.CharField(max_length=32, editable=False)  # the same for the same set of concepts
    closed_at = models.DateTimeField(null=True)  # completed or abandoned

    class Meta:
        db_table = "learning_plans"
        verbose_name = _("learning plan")
        verbose_name_plural = _("learning plans")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["active", "paused", "completed", "abandoned"]), name="learning_plans_state_valid"
            ),
            models.UniqueConstraint(
                fields=["user", "concept_key"],
                condition=models.Q(state__in=["active", "paused"]),
                name="learning_plans_once",
            ),
            RowSecurity(
                name="learning_plans_rows",
                select=own_or_trained("user_id"),
                insert=OWN_IN_MY_COURSES,
                update=own("user_id"),
                delete=own("user_id"),
            ),
        ]
        indexes = [
            Index(fields=["user"], name="idx_learning_plans_user_id"),
            Index(fields=["is_active"], name="idx_learning_plans_is_active"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="learning_plans_states",
                field="state",
                transitions=[
                    ("active", "paused"),
                    ("active", "completed"),
                    ("active", "abandoned"),
                    ("paused", "active"),
                    ("paused", "abandoned"),
                    ("completed", "active"),  # a step was not done after all
                    ("abandoned", "active"),  # undone
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.ACTIVE, self.State.PAUSED}

    def setting(self, name: str, default: Any = None) -> Any:
        return (self.adaptive_settings or {}).get(name, default)


class LearningPlanStep(models.Model):
    """Something to do on a day of a plan. Personal data: what somebody did when; gone with the account."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter", _("Read")
        LAB = "lab", _("Lab")
        SELF_CHECK = "self_check", _("Say it in your own words")
        STUDY = "study", _("Study")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    plan = models.ForeignKey(LearningPlan, models.CASCADE, related_name="steps", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    course = models.ForeignKey(Course, models.SET_NULL, null=True, related_name="+", db_index=False)  # the plan's
    concept = models.ForeignKey(LearningConcept, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=20, choices=Kind)
    place_id = models.CharField(max_length=200, default="", db_default="")
    source = models.CharField(max_length=250)  # what is done with it: as in the evidence that settles it
    title = models.CharField(max_length=500)
    day = models.DateField()
    position = models.IntegerField()  # in the order of the whole plan
    minutes = models.IntegerField()
    part = models.IntegerField(default=1)
    parts = models.IntegerField(default=1)
    is_pinned = models.BooleanField(default=False, db_default=False)  # moved by hand: a new plan keeps its day
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "learning_plan_steps"
        ordering = ["day", "position"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["chapter", "lab", "self_check", "study"]), name="learning_plan_steps_kind_valid"
            ),
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0, minutes__lte=1440), name="learning_plan_steps_minutes_valid"
            ),
            models.CheckConstraint(
                condition=models.Q(part__gte=1, part__lte=models.F("parts")), name="learning_plan_steps_part_valid"
            ),
            RowSecurity(
                name="learning_plan_steps_rows",
                select=own_or_trained("user_id"),
                insert=own("user_id"),
                update=own("user_id"),
                delete=own("user_id"),
            ),
        ]
        indexes = [
            # A plan's days, in order.
            Index(fields=["plan", "day", "position"], name="idx_learning_plan_steps_days"),
            # What a learner has to do on a day; and row security.
            Index(fields=["user", "day"], name="idx_learning_plan_steps_user"),
        ]

    def __str__(self) -> str:
        return self.title
