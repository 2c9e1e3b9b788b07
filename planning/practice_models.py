"""Learners' attempts and their answers, from the first keystroke to the last mark."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import ADMINS, RowSecurity, own, trained
from courses.models import Course
from planning.exam_models import IN_VISIBLE_SUBJECTS, QuestionVersion, Subject
from planning.functions import ANSWER_HANDS, ANSWER_MARKED, ANSWER_OPENING, ATTEMPT_HANDS, ATTEMPT_OPENING, ATTEMPT_SUBMITTED

TRAINED = trained("student_id")  # what is not handed in yet is the learner's alone
OWN_ATTEMPT = "EXISTS (SELECT 1 FROM attempts a WHERE a.id = attempt_id AND a.student_id = attempted_questions.student_id)"


class Attempt(models.Model):
    """One sitting. Personal data: what somebody practised, when, and how it went; erased with the account.

    `selection` is what was asked for: `{"points": [code], "count": n, "minutes": n}`. `course` is the subject's.
    """

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("In progress")
        SUBMITTED = "submitted", _("Being marked")
        MARKED = "marked", _("Marked")
        ABANDONED = "abandoned", _("Given up")

    class Mode(models.TextChoices):
        TIMED = "timed", _("Timed")
        UNTIMED = "untimed", _("Without a clock")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts", db_index=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="attempts")
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="+", editable=False)  # kept by a trigger
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.UNTIMED)
    status = models.CharField(max_length=20, choices=Status, default=Status.IN_PROGRESS, db_default="in_progress")
    selection = models.JSONField(default=dict)
    client_key = models.UUIDField(null=True)  # made by the asking browser: sending twice starts once
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    deadline = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)  # kept by a trigger; at the latest the deadline
    marked_at = models.DateTimeField(null=True)  # kept by a trigger

    class Meta:
        db_table = "attempts"
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["in_progress", "submitted", "marked", "abandoned"]), name="attempts_status_valid"
            ),
            models.CheckConstraint(
                condition=Q(mode="timed", deadline__isnull=False) | Q(mode="untimed", deadline=None), name="attempts_mode_valid"
            ),
            models.CheckConstraint(condition=Q(deadline=None) | Q(deadline__gt=F("started_at")), name="attempts_deadline_later"),
            models.UniqueConstraint(fields=["student", "client_key"], name="attempts_once"),
            RowSecurity(
                name="attempts_rows",
                select=f"({own('student_id')}) OR (status IN ('submitted', 'marked') AND {TRAINED})",
                insert=f"({own('student_id')}) AND {IN_VISIBLE_SUBJECTS}",
                update=own("student_id"),
                delete=ADMINS,
            ),
        ]
        indexes = [
            # A learner's attempts, newest first; and the policy.
            Index(fields=["student", "-id"], name="idx_attempts_student"),
            # What the sweeper looks for: attempts whose time is up.
            Index(fields=["deadline"], name="idx_attempts_overdue", condition=Q(status="in_progress", deadline__isnull=False)),
            # Attempts that wait for the marker.
            Index(fields=["submitted_at"], name="idx_attempts_waiting", condition=Q(status="submitted")),
        ]
        triggers = [
            pgtrigger.FSM(
                name="attempts_states",
                field="status",
                transitions=[("in_progress", "submitted"), ("in_progress", "abandoned"), ("submitted", "marked")],
            ),
            pgtrigger.Trigger(name="attempts_opening", operation=pgtrigger.Insert, when=pgtrigger.Before, func=ATTEMPT_OPENING),
            pgtrigger.Trigger(name="attempts_hands", operation=pgtrigger.Update, when=pgtrigger.Before, func=ATTEMPT_HANDS),
            pgtrigger.Trigger(
                name="attempts_submitted",
                operation=pgtrigger.UpdateOf("status"),
                when=pgtrigger.After,
                condition=pgtrigger.Q(old__status="in_progress", new__status="submitted"),
                func=ATTEMPT_SUBMITTED,
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.IN_PROGRESS

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.deadline is not None and self.deadline <= now


class AttemptedQuestion(models.Model):
    """An answer with its marks. Personal data: what somebody wrote and how it was judged; erased with the account.

    The answer: `answer` holds words and numbers as typed, `chosen` the ids that were chosen (`[id]`, for matching
    `{left id: right id}`). `marking_feedback`: `{"marker", "summary", "objectives": {"AO1": {"awarded", "maximum"}, ...},
    "points": [{"id", "objective", "awarded", "maximum", "reason", "quote"}]}`, marks in it as decimal text.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Not handed in")
        PENDING = "pending", _("Being marked")
        MARKED = "marked", _("Marked")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers", db_index=False)
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="answers")
    # The learner, the course and the maximum are copied by a trigger, for the policies and the sums.
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="answers", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="+", db_index=False, editable=False)
    maximum_marks = models.IntegerField(default=1, editable=False)
    position = models.IntegerField()  # from 1
    answer = models.TextField(default="", db_default="")
    chosen = models.JSONField(default=list)
    revision = models.IntegerField(default=0, db_default=0)  # grows with each save; who saves says which one they saw
    set_aside = models.BooleanField(default=False, db_default=False)  # the learner means to come back to it
    saved_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, db_default="open")
    marks_awarded = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    marking_feedback = models.JSONField(null=True)
    confidence_score = models.IntegerField(null=True)
    needs_review = models.BooleanField(default=False, db_default=False)
    # The database's own key has the name fk_attempted_questions_reviewed_by.
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_column="reviewed_by",
        db_constraint=False,
        db_index=False,
    )
    reviewed_at = models.DateTimeField(null=True)
    marked_at = models.DateTimeField(null=True)  # kept by a trigger
    # The marker's work on it: a lease, how often it was begun, and what went wrong last.
    claimed_at = models.DateTimeField(null=True)
    deliveries = models.IntegerField(default=0, db_default=0)
    error = models.TextField(default="", db_default="")

    class Meta:
        db_table = "attempted_questions"
        ordering = ["position"]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence_score=None) | Q(confidence_score__gte=0, confidence_score__lte=100),
                name="valid_confidence_score",
            ),
            models.CheckConstraint(condition=Q(state__in=["open", "pending", "marked"]), name="attempted_questions_state_valid"),
            models.CheckConstraint(
                condition=Q(marks_awarded=None) | Q(marks_awarded__gte=0, marks_awarded__lte=F("maximum_marks")),
                name="attempted_questions_marks_valid",
            ),
            models.CheckConstraint(
                condition=~Q(state="marked") | Q(marks_awarded__isnull=False, marking_feedback__isnull=False),
                name="attempted_questions_marked_has_marks",
            ),
            models.UniqueConstraint(fields=["attempt", "position"], name="attempted_questions_position"),
            models.UniqueConstraint(fields=["attempt", "version"], name="attempted_questions_once"),
            RowSecurity(
                name="attempted_questions_rows",
                select=f"({own('student_id')}) OR (state <> 'open' AND {TRAINED})",
                insert=f"({own('student_id')}) AND {OWN_ATTEMPT}",
                update=f"({own('student_id')}) OR (state <> 'open' AND {TRAINED})",
                delete=ADMINS,
            ),
        ]
        indexes = [
            # The policy, and what a learner has answered before.
            Index(fields=["student", "version"], name="idx_attempted_questions_student"),
            # The marker's list.
            Index(fields=["id"], name="idx_attempted_questions_pending", condition=Q(state="pending")),
            # The marking queue of a course.
            Index(fields=["course", "id"], name="idx_attempted_questions_review", condition=Q(needs_review=True)),
        ]
        triggers = [
            pgtrigger.FSM(
                name="attempted_questions_states", field="state", transitions=[("open", "pending"), ("pending", "marked")]
            ),
            pgtrigger.Trigger(
                name="attempted_questions_opening", operation=pgtrigger.Insert, when=pgtrigger.Before, func=ANSWER_OPENING
            ),
            pgtrigger.Trigger(
                name="attempted_questions_hands", operation=pgtrigger.Update, when=pgtrigger.Before, func=ANSWER_HANDS
            ),
            pgtrigger.Trigger(
                name="attempted_questions_marked",
                operation=pgtrigger.UpdateOf("state"),
                when=pgtrigger.After,
                condition=pgtrigger.Q(new__state="marked"),
                func=ANSWER_MARKED,
            ),
        ]

    def __str__(self) -> str:
        return self.answer[:80]

    @property
    def is_answered(self) -> bool:
        return bool(self.answer.strip() or self.chosen)
