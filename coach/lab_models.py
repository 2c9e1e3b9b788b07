"""Struggle in labs: the score of each learner and lab, the time and steps behind it, offers of help and what became of them."""

from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import (
    ADMINS,
    IN_COURSES_I_RUN,
    IN_MY_COURSES,
    WORKERS,
    RowSecurity,
    own,
    own_or_trained,
    trained,
)
from coach.lab_functions import OFFER_HANDS, STRUGGLE_HANDS
from courses.models import Course

STRUGGLES_FROM = Decimal("0.5")  # the score at which help is offered
CALM_BELOW = Decimal("0.35")  # the score under which an episode is over
LAB_ID = 200  # characters
TRAINED = f"({trained()})"
OWN_IN_MY_COURSES = f"({own()}) AND {IN_MY_COURSES}"
WEIGHT: dict[str, Any] = {
    "max_digits": 4,
    "decimal_places": 3,
    "validators": [MinValueValidator(0), MaxValueValidator(1)],
}


def _learner(**options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False, **options)


def _course(**options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(Course, models.CASCADE, related_name="+", **options)


class StruggleQuerySet(models.QuerySet["LabStruggle"]):
    def struggling(self) -> "StruggleQuerySet":
        return self.filter(struggle_score__gte=STRUGGLES_FROM)

    def of_labs(self) -> "StruggleQuerySet":
        return self.exclude(lab_id=None)

    def for_desk(self, person: Any) -> "StruggleQuerySet":
        """What this person may look after: nobody their own, unless they are an admin."""
        return self if person.role == "admin" else self.exclude(learner=person)


class LabStruggle(models.Model):
    """How hard a lab is for a learner just now; without a lab, the course's labs together. Personal data: how somebody fares;
    erased with the account.

    An episode begins when the score reaches `STRUGGLES_FROM` and ends below `CALM_BELOW`; what a trainer acknowledged stays
    acknowledged until the next one. `due_at` is the mark that something happened since `computed_at`.
    """

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    learner = _learner()
    course = _course(db_index=False)
    lab_id = models.CharField(max_length=LAB_ID, null=True)
    struggle_score = models.DecimalField(_("struggle"), max_digits=4, decimal_places=3, default=0, db_default=0)
    # {"attempts", "average_score", "recent_failures", "repeated_questions", "time_spent": minutes, "refused"}
    indicators = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    detected_at = models.DateTimeField(_("detected"), db_default=Now())
    acknowledged = models.BooleanField(_("acknowledged"), default=False, db_default=False)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    acknowledged_at = models.DateTimeField(null=True)
    episode = models.IntegerField(default=0, db_default=0)
    is_open = models.BooleanField(default=False, db_default=False)  # whether the episode goes on
    step = models.CharField(max_length=LAB_ID, default="", db_default="")  # where they are stuck, as far as is known
    computed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0, db_default=0)
    error = models.CharField(max_length=200, default="", db_default="")

    objects = StruggleQuerySet.as_manager()

    class Meta:
        db_table = "ai_coach_lab_struggle_detection"
        verbose_name = _("struggle in a lab")
        verbose_name_plural = _("struggles in labs")
        constraints = [
            models.UniqueConstraint(fields=["learner", "course", "lab_id"], name="ai_coach_struggle_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=models.Q(struggle_score__gte=0, struggle_score__lte=1), name="ai_coach_struggle_score_valid"
            ),
            RowSecurity(
                name="ai_coach_lab_struggle_detection_rows",
                select=own_or_trained(),
                insert=WORKERS,
                update=f"{ADMINS} OR {TRAINED}",
                delete=own(),
            ),
        ]
        indexes = [
            Index(fields=["learner", "course"], name="idx_ai_coach_struggle_learner"),
            Index(fields=["-struggle_score"], name="idx_ai_coach_struggle_score"),
            Index(fields=["-detected_at"], name="idx_ai_coach_struggle_detected"),
            # The desk's list of one course.
            Index(fields=["course", "-struggle_score"], name="idx_ai_coach_struggle_desk"),
            # What the worker has to judge.
            Index(fields=["due_at"], name="idx_ai_coach_struggle_due", condition=models.Q(due_at__isnull=False)),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="ai_coach_struggle_hands", operation=pgtrigger.Update, when=pgtrigger.Before, func=STRUGGLE_HANDS
            ),
        ]

    def __str__(self) -> str:
        return self.lab_id or self.course.title


class LabWork(models.Model):
    """How far a learner is in a lab and how long they were at it. Personal data: pace and progress; erased with the account.

    `open_seconds` begins anew when the lab is passed. `refused` counts events that came faster than they may.
    """

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    learner = _learner()
    course = _course()
    lab_id = models.CharField(max_length=LAB_ID)
    steps_done = ArrayField(models.CharField(max_length=LAB_ID), default=list, db_default=[])
    seconds = models.IntegerField(default=0, db_default=0)
    open_seconds = models.IntegerField(default=0, db_default=0)
    refused = models.IntegerField(default=0, db_default=0)
    last_beat_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        db_table = "lab_work"
        verbose_name = _("work at a lab")
        verbose_name_plural = _("work at labs")
        constraints = [
            models.UniqueConstraint(fields=["learner", "course", "lab_id"], name="lab_work_once"),
            models.CheckConstraint(
                condition=models.Q(seconds__gte=0, open_seconds__gte=0, refused__gte=0), name="lab_work_counts_up"
            ),
            RowSecurity(name="lab_work_rows", select=own_or_trained(), insert=OWN_IN_MY_COURSES, update=own(), delete=own()),
        ]

    def __str__(self) -> str:
        return self.lab_id


class Presence(models.Model):
    """How present a learner wants the coach to be in a course's labs. Personal data: a wish; erased with the account."""

    class Wish(models.TextChoices):
        MORE = "more", _("More")
        USUAL = "usual", _("As usual")
        LESS = "less", _("Less")
        OFF = "off", _("Off")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    learner = _learner()
    course = _course()
    wish = models.CharField(max_length=10, choices=Wish, default=Wish.USUAL)
    updated_at = models.DateTimeField(auto_now=True)  # offers before it no longer count against new ones

    class Meta:
        db_table = "coach_presence"
        constraints = [
            models.UniqueConstraint(fields=["learner", "course"], name="coach_presence_once"),
            models.CheckConstraint(
                condition=models.Q(wish__in=["more", "usual", "less", "off"]), name="coach_presence_wish_valid"
            ),
            RowSecurity(name="coach_presence_rows", select=own(), insert=OWN_IN_MY_COURSES, update=own(), delete=own()),
        ]

    def __str__(self) -> str:
        return self.wish


class LabOffer(models.Model):
    """Help that was offered at one step of a lab, once. Personal data: where somebody was stuck; erased with the account."""

    class State(models.TextChoices):
        OPEN = "open", _("Offered")
        TAKEN = "taken", _("Taken")
        DISMISSED = "dismissed", _("Refused")
        IGNORED = "ignored", _("Ignored")
        UNNEEDED = "unneeded", _("No longer needed")
        HELPED = "helped", _("Helped")
        UNHELPFUL = "unhelpful", _("Did not help")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    learner = _learner()
    course = _course()
    lab_id = models.CharField(max_length=LAB_ID)
    step = models.CharField(max_length=LAB_ID, default="", db_default="")
    step_title = models.CharField(max_length=300, default="", db_default="")
    episode = models.IntegerField(default=0)
    score = models.DecimalField(max_digits=4, decimal_places=3, default=0)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    level = models.IntegerField(default=0, db_default=0)  # how far up the ladder: 0 offered, 1 to 3 a hint
    hints = models.JSONField(default=list)  # [{"words", "place", "url", "passage"}], one for each level
    offered_at = models.DateTimeField(db_default=Now())
    shown_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lab_offers"
        verbose_name = _("offer of help")
        verbose_name_plural = _("offers of help")
        constraints = [
            models.UniqueConstraint(fields=["learner", "course", "lab_id", "step"], name="lab_offers_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "taken", "dismissed", "ignored", "unneeded", "helped", "unhelpful"]),
                name="lab_offers_state_valid",
            ),
            models.CheckConstraint(condition=models.Q(level__gte=0, level__lte=3), name="lab_offers_level_valid"),
            RowSecurity(name="lab_offers_rows", select=own_or_trained(), insert=WORKERS, update=own(), delete=own()),
        ]
        indexes = [
            # What the worker has to settle.
            Index(fields=["offered_at"], name="idx_lab_offers_open", condition=models.Q(state__in=["open", "taken"])),
            # How a step's offers fared, for the course.
            Index(fields=["course", "lab_id", "step"], name="idx_lab_offers_step"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="lab_offers_states",
                field="state",
                transitions=[
                    ("open", "taken"),
                    ("open", "dismissed"),
                    ("open", "ignored"),
                    ("open", "unneeded"),
                    ("taken", "helped"),
                    ("taken", "unhelpful"),
                ],
            ),
            pgtrigger.Trigger(name="lab_offers_hands", operation=pgtrigger.Update, when=pgtrigger.Before, func=OFFER_HANDS),
        ]

    def __str__(self) -> str:
        return self.step_title or self.lab_id


class StruggleWeights(models.Model):
    """How much each sign of struggle counts in a course, and how long a lab takes. No personal data."""

    course = models.OneToOneField(Course, models.CASCADE, primary_key=True, related_name="struggle_weights")
    attempts = models.DecimalField(_("attempts"), default=Decimal("0.200"), **WEIGHT)
    average_score = models.DecimalField(_("average score"), default=Decimal("0.200"), **WEIGHT)
    recent_failures = models.DecimalField(_("recent failures"), default=Decimal("0.300"), **WEIGHT)
    repeated_questions = models.DecimalField(_("repeated questions"), default=Decimal("0.150"), **WEIGHT)
    time_spent = models.DecimalField(_("time spent"), default=Decimal("0.150"), **WEIGHT)
    expected_minutes = models.IntegerField(
        _("minutes that a lab takes"), default=45, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )

    class Meta:
        db_table = "lab_struggle_weights"
        verbose_name = _("weights of struggle")
        verbose_name_plural = _("weights of struggle")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    attempts__gte=0, average_score__gte=0, recent_failures__gte=0, repeated_questions__gte=0, time_spent__gte=0
                )
                & models.Q(expected_minutes__gte=1),
                name="lab_struggle_weights_valid",
            ),
            RowSecurity(
                name="lab_struggle_weights_rows",
                select=IN_MY_COURSES,
                insert=IN_COURSES_I_RUN,
                update=IN_COURSES_I_RUN,
                delete=ADMINS,
            ),
        ]

    def __str__(self) -> str:
        return str(self.course)


class XapiStatement(models.Model):
    """A learning record as a client sent it. Personal data: what somebody did; erased with the account."""

    class Effect(models.TextChoices):
        ATTEMPT = "attempt", _("An attempt")
        NOTED = "noted", _("Noted")
        UNKNOWN_LAB = "unknown_lab", _("Not a lab here")
        OTHER_VERB = "other_verb", _("A verb that says nothing about a lab")
        VOIDING = "voiding", _("Voids another")

    id = models.UUIDField(primary_key=True, editable=False)  # the statement's own
    learner = _learner()
    course = _course(null=True)
    lab_id = models.CharField(max_length=LAB_ID, default="", db_default="")
    verb = models.CharField(max_length=300)
    activity = models.CharField(max_length=2000)
    effect = models.CharField(max_length=20, choices=Effect)
    attempt = models.ForeignKey("courses.LabAttempt", models.SET_NULL, null=True, related_name="+")
    statement = models.JSONField()
    digest = models.CharField(max_length=64)  # of what was sent, to tell a repetition from a conflict
    happened_at = models.DateTimeField()
    stored_at = models.DateTimeField(db_default=Now())
    voided = models.BooleanField(db_default=False)

    class Meta:
        db_table = "xapi_statements"
        verbose_name = _("learning record")
        verbose_name_plural = _("learning records")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(effect__in=["attempt", "noted", "unknown_lab", "other_verb", "voiding"]),
                name="xapi_statements_effect_valid",
            ),
            RowSecurity(
                name="xapi_statements_rows",
                select=own_or_trained(),
                insert=f"({own()}) AND (course_id IS NULL OR {IN_MY_COURSES})",
                update=own(),
                delete=own(),
            ),
        ]
        # One's own records by when they were stored: the list of the statements' address.
        indexes = [Index(fields=["learner", "stored_at", "id"], name="idx_xapi_statements_learner")]

    def __str__(self) -> str:
        return str(self.pk)
