"""Coaching sessions: a learner who is stuck, and a coach who leads by questions."""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.expressions import Func
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import RowSecurity, own, own_or_trained
from coach.functions import SESSION_KEPT
from courses.models import Course
from planning.models import SyllabusPoint

TOPIC_LIMIT, SAID_LIMIT = 500, 4_000  # characters
IS_TRANSCRIPT = (
    "(jsonb_typeof(%(expressions)s) = 'array' AND NOT jsonb_path_exists(%(expressions)s, '$[*] ?"
    ' (!(@.role == "student" || @.role == "coach") || !(@.content.type() == "string") || !(@.timestamp.type() == "string"))\'))'
)


class CoachingSession(models.Model):
    """One session. Personal data: what somebody struggles with and how they tried; erased with the account.

    `session_transcript`: `[{"role": "student" | "coach", "content", "timestamp"}]`, which only grows. `lesson` is the coach's own
    note of what it asks, what it expects and how far it has come; it is not shown.
    """

    class Outcome(models.TextChoices):
        IN_PROGRESS = "in_progress", _("In progress")
        RESOLVED = "resolved", _("Understood")
        NEEDS_MORE_HELP = "needs_more_help", _("Needs more")
        REFER_TO_TEACHER = "refer_to_teacher", _("With the trainer")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="coaching_sessions", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    point = models.ForeignKey(SyllabusPoint, models.SET_NULL, null=True, related_name="+")
    topic = models.CharField(_("topic"), max_length=TOPIC_LIMIT)
    struggle_description = models.TextField(null=True, validators=[MaxLengthValidator(SAID_LIMIT)])
    session_transcript = models.JSONField(default=list)
    outcome = models.CharField(max_length=50, choices=Outcome, default=Outcome.IN_PROGRESS, db_default="in_progress")
    lesson = models.JSONField(default=dict)
    summary = models.TextField(default="", db_default="")  # how it went, once it has ended
    client_key = models.UUIDField()  # made by the asking browser: sending twice begins once
    replying_at = models.DateTimeField(null=True)  # since when the coach is at its next words
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "coaching_sessions"
        verbose_name = _("coaching session")
        verbose_name_plural = _("coaching sessions")
        constraints = [
            models.UniqueConstraint(fields=["student", "client_key"], name="coaching_sessions_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["in_progress", "resolved", "needs_more_help", "refer_to_teacher"]),
                name="valid_outcome",
            ),
            models.CheckConstraint(
                condition=Func("session_transcript", template=IS_TRANSCRIPT, output_field=models.BooleanField()),
                name="coaching_sessions_transcript_valid",
            ),
            RowSecurity(
                name="coaching_sessions_rows",
                select=own_or_trained("student_id"),
                insert=f"({own('student_id')}) AND course_id = ANY ((SELECT visible_courses())::uuid[])",
                update=own("student_id"),
                delete=own("student_id"),
            ),
        ]
        indexes = [
            Index(fields=["student"], name="idx_coaching_sessions_student"),
            Index(fields=["-created_at"], name="idx_coaching_sessions_created"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="coaching_sessions_outcomes",
                field="outcome",
                transitions=[
                    ("in_progress", "resolved"),
                    ("in_progress", "needs_more_help"),
                    ("in_progress", "refer_to_teacher"),
                ],
            ),
            pgtrigger.Trigger(
                name="coaching_sessions_kept", operation=pgtrigger.Update, when=pgtrigger.Before, func=SESSION_KEPT
            ),
        ]

    def __str__(self) -> str:
        return self.topic

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.IN_PROGRESS

    @property
    def is_waiting(self) -> bool:
        """Whether the coach has the next word."""
        return self.is_open and bool(self.session_transcript) and self.session_transcript[-1]["role"] == "student"
