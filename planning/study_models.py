"""Plans: the days to an exam, the reviews that were graded, what to improve after an attempt, and the address of a calendar."""

from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import RowSecurity, own
from planning.exam_models import IN_VISIBLE_SUBJECTS, Subject
from planning.practice_models import Attempt
from planning.study_functions import IMPROVEMENT_RULES, PLAN_RULES

MINE = own("student_id")
MOST_HOURS = 24
TOPIC_LENGTH = 50  # characters of a syllabus code
ZONE_LENGTH = 64
OWN_ATTEMPT = "EXISTS (SELECT 1 FROM attempts a WHERE a.id = attempt_id AND a.student_id = improvement_plans.student_id)"


def _learner() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="%(class)ss", db_index=False, db_constraint=False
    )


class StudyPlanQuerySet(models.QuerySet["StudyPlan"]):
    def active(self) -> "StudyPlanQuerySet":
        return self.filter(status=StudyPlan.Status.ACTIVE)

    def light(self) -> "StudyPlanQuerySet":
        """Without the schedule, for lists."""
        return self.select_related("subject").defer("schedule", "easiness_factors")


class StudyPlan(models.Model):
    """The days to an exam. Personal data: when somebody studies what and how easy it is to them; erased with the account.

    `schedule` as in `study.schedule`, `easiness_factors` `{code: ef}`, `days_off` `{"weekdays": [0-6], "dates": [iso]}`, `known`
    codes. `lack` says what could not be fitted in (`study.planner.Lack`), `changes` what the last replanning moved.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        COMPLETED = "completed", _("Completed")
        ABANDONED = "abandoned", _("Given up")

    class Method(models.TextChoices):
        SM2 = "sm2", _("SM-2, the classic")
        FSRS = "fsrs", _("FSRS, newer; fewer reviews for the same memory")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    student = _learner()
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="study_plans", db_index=False, db_constraint=False)
    exam_date = models.DateField(_("exam date"))
    total_days = models.IntegerField()
    hours_per_day = models.FloatField(_("hours per day"))
    schedule = models.JSONField()
    easiness_factors = models.JSONField(null=True, default=dict)
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE, db_default="active")
    created_at = models.DateTimeField(null=True, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(null=True, auto_now=True, db_default=Now())

    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.SM2, db_default="sm2")
    days_off = models.JSONField(default=dict)
    known = models.JSONField(default=list)
    lack = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    starts_at = models.TimeField(_("time of day"), null=True)  # in the calendar; None: events of the whole day
    time_zone = models.CharField(max_length=ZONE_LENGTH, default="UTC", db_default="UTC")  # of the learner, as last seen
    started_on = models.DateField()  # day 1, in the learner's zone
    planned_on = models.DateField()  # the day from which the schedule was last made
    next_day = models.DateField(null=True)  # the first planned day that is not done; before today, the plan must be made anew

    objects = StudyPlanQuerySet.as_manager()

    class Meta:
        db_table = "study_plans"
        verbose_name = _("study plan")
        verbose_name_plural = _("study plans")
        constraints = [
            models.CheckConstraint(condition=Q(total_days__gt=0), name="valid_total_days"),
            models.CheckConstraint(condition=Q(hours_per_day__gt=0, hours_per_day__lte=MOST_HOURS), name="valid_hours_per_day"),
            models.CheckConstraint(condition=Q(status__in=["active", "completed", "abandoned"]), name="valid_status"),
            models.CheckConstraint(condition=Q(method__in=["sm2", "fsrs"]), name="study_plans_method_valid"),
            models.UniqueConstraint(fields=["student", "subject"], name="study_plans_one_active", condition=Q(status="active")),
            RowSecurity(
                name="study_plans_rows", select=MINE, insert=f"({MINE}) AND {IN_VISIBLE_SUBJECTS}", update=MINE, delete=MINE
            ),
        ]
        indexes = [
            Index(fields=["student"], name="idx_study_plans_student"),
            Index(fields=["status"], name="idx_study_plans_status"),
            Index(fields=["exam_date"], name="idx_study_plans_exam_date"),
            # A subject that goes away, and the policy's subject.
            Index(fields=["subject"], name="idx_study_plans_subject"),
            # What the worker makes anew: plans with a missed day.
            Index(fields=["next_day"], name="idx_study_plans_next_day", condition=Q(status="active")),
        ]
        triggers = [
            pgtrigger.FSM(
                name="study_plans_states", field="status", transitions=[("active", "completed"), ("active", "abandoned")]
            ),
            pgtrigger.Trigger(
                name="study_plans_rules",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=PLAN_RULES,
            ),
        ]

    def __str__(self) -> str:
        return str(self.exam_date)

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    def days_left(self, today: date) -> int:
        return max((self.exam_date - today).days, 0)


class StudyReview(models.Model):
    """How well somebody knew a topic on a day. Kept beyond the plan: the next plan of the subject begins with it.

    Personal data: what somebody studied and how it went; erased with the account.
    """

    class Source(models.TextChoices):
        PLAN = "plan", _("Study plan")
        IMPROVEMENT = "improvement", _("Improvement plan")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="study_reviews", db_index=False)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+")
    topic = models.CharField(max_length=TOPIC_LENGTH)  # code of a syllabus point
    grade = models.IntegerField()  # 0 a blackout to 5 at once
    reviewed_on = models.DateField()  # in the learner's zone
    source = models.CharField(max_length=20, choices=Source, default=Source.PLAN)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "study_reviews"
        verbose_name = _("graded review")
        verbose_name_plural = _("graded reviews")
        constraints = [
            models.CheckConstraint(condition=Q(grade__gte=0, grade__lte=5), name="study_reviews_grade_valid"),
            models.CheckConstraint(condition=Q(source__in=["plan", "improvement"]), name="study_reviews_source_valid"),
            # One grade a day: the last one counts. Also the index of all that is read of a learner.
            models.UniqueConstraint(fields=["student", "subject", "topic", "reviewed_on"], name="study_reviews_once_a_day"),
            RowSecurity(
                name="study_reviews_rows", select=MINE, insert=f"({MINE}) AND {IN_VISIBLE_SUBJECTS}", update=MINE, delete=MINE
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.grade}"


class ImprovementPlan(models.Model):
    """What a marked attempt showed, and what to do about it. Personal data: a learner's weaknesses, with their own words as
    examples; erased with the account.

    `weaknesses` `{"AO1": [{"category", "examples", "severity", "syllabus_points"}], "AO2": [...], "AO3": [...]}`; `action_items`
    `[{"id", "action", "target_weakness", "due_date", "completed", "resources", "syllabus_points", "links"}]`; `progress`
    `{id: {"started", "completed", "notes"}}`. A link is `{"kind", "title", "target"}` and becomes an address when it is shown.
    """

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    student = _learner()
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="improvement_plans", db_index=False, db_constraint=False)
    weaknesses = models.JSONField()
    action_items = models.JSONField()
    progress = models.JSONField(null=True, default=dict)
    created_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+")
    shares = models.JSONField(default=dict)  # {"AO1": {"awarded", "maximum"}, ...} of the attempt
    made_at = models.DateTimeField(db_default=Now())  # a review of marks after this has the worker make it anew

    class Meta:
        db_table = "improvement_plans"
        verbose_name = _("improvement plan")
        verbose_name_plural = _("improvement plans")
        constraints = [
            models.UniqueConstraint(fields=["attempt"], name="improvement_plans_one"),
            RowSecurity(
                name="improvement_plans_rows", select=MINE, insert=f"({MINE}) AND {OWN_ATTEMPT}", update=MINE, delete=MINE
            ),
        ]
        indexes = [
            Index(fields=["student"], name="idx_improvement_plans_student"),
            Index(fields=["attempt"], name="idx_improvement_plans_attempt"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="improvement_plans_rules",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=IMPROVEMENT_RULES,
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def open_items(self) -> list[dict[str, Any]]:
        return [item for item in self.action_items if not item["completed"]]


class CalendarFeed(models.Model):
    """The secret address of a learner's calendar; only its SHA-256 is kept. Personal data: whose it is and when it was used;
    erased with the account."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "calendar_feeds"
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            RowSecurity(
                name="calendar_feeds_rows",
                select=own("user_id"),
                insert=own("user_id"),
                update=own("user_id"),
                delete=own("user_id"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user_id)
