"""A question that went to a person, through its whole life: waiting, answered, settled, archived."""

from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_MY_COURSES, WORKERS, RowSecurity, own, own_or_trained
from coach.functions import HANDS, OPENING, WORDS
from courses.models import Course

LEASE = timedelta(minutes=10)  # for which a question is a trainer's alone; moved on while they write
UNDO = timedelta(minutes=1)  # for which a reply can be taken back; the trigger says the same
OWN_QUERY = (
    "EXISTS (SELECT 1 FROM ai_coach_queries q WHERE q.id = query_id AND q.learner_id = ai_coach_escalations.learner_id"
    " AND q.course_id = ai_coach_escalations.course_id)"
)
# A colleague's question that was handed to the acting trainer.
HANDED_ON = (
    "(trainer_id = (SELECT app_user_id()) AND (SELECT app_role()) = 'trainer'"
    " AND course_id = ANY ((SELECT run_courses())::uuid[]))"
)
TRAINERS_AND_OWN = f"{own_or_trained()} OR {HANDED_ON}"


def _person(related_name: str, **options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name=related_name, db_index=False, **options
    )


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def for_desk(self, person: Any) -> "EscalationQuerySet":
        """What this person may answer: nobody answers themselves, unless they are an admin."""
        return self if person.role == "admin" else self.exclude(learner=person)


class Escalation(models.Model):
    """A question that went to a person. Personal data: question, conversation and reply; erased with the learner's account."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        RESPONDED = "responded", _("Answered")
        RESOLVED = "resolved", _("Settled")
        ARCHIVED = "archived", _("Archived")

    class Reason(models.TextChoices):
        ASKED = "asked", _("The learner asked for the trainer")
        UNSURE = "unsure", _("The coach was not sure")
        FAILED = "failed", _("No model answered")
        STRUGGLE = "struggle", _("The trainer wrote about a lab")

    class Priority(models.TextChoices):
        LOW = "low", _("low")
        NORMAL = "normal", _("normal")
        HIGH = "high", _("high")
        URGENT = "urgent", _("urgent")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    query = models.OneToOneField("coach.Query", models.CASCADE, related_name="escalation")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="escalations", db_index=False)
    trainer = _person("escalations_received")
    course = models.ForeignKey(Course, models.CASCADE, related_name="escalations")
    original_question = models.TextField()
    ai_context = models.JSONField(default=list)
    ai_confidence = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    # [{"question", "answer", "label"}], oldest first; the last is this question. The desk reads nothing else of a learner
    # whom it was handed by a colleague.
    conversation = models.JSONField(default=list)
    place = models.JSONField(default=dict)  # where the learner was: Query.context
    reason = models.CharField(max_length=20, choices=Reason)
    learner_note = models.TextField(blank=True, default="")
    asked_times = models.IntegerField(default=1)
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    claimed_by = _person("+")
    claimed_at = models.DateTimeField(null=True)
    reply = models.TextField(blank=True, default="", db_default="")
    replied_by = _person("+")
    replied_at = models.DateTimeField(null=True)
    first_replied_at = models.DateTimeField(null=True, editable=False)  # kept by a trigger: a changed or second reply leaves it
    signed = models.CharField(max_length=150, blank=True, default="", db_default="")  # the name under the reply, as it was then
    earlier_replies = models.JSONField(default=list)  # [{"reply", "signed", "at", "note"}] that did not settle it
    teach = models.BooleanField(db_default=False)  # the trainer wants the coach to learn this reply
    taught_at = models.DateTimeField(null=True)  # when it went to the learning rooms
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL, db_default="normal")
    resolved_at = models.DateTimeField(null=True)
    settled = models.BooleanField(null=True)  # what the learner said last
    settled_note = models.TextField(blank=True, default="", db_default="")
    seen_at = models.DateTimeField(null=True)  # when the learner last saw the reply
    mail_due_at = models.DateTimeField(null=True)  # the learner is to be told from then on
    mailed_at = models.DateTimeField(null=True)
    mail_tries = models.IntegerField(default=0, db_default=0)
    search = SearchVectorField(null=True, editable=False)
    same_key = models.CharField(max_length=32, default="", db_default="", editable=False)
    embedding_model = models.CharField(max_length=200, default="", db_default="", editable=False)  # '' until it is linked
    embedding_tries = models.IntegerField(default=0, db_default=0, editable=False)
    seen_by = ArrayField(models.UUIDField(), default=list, db_default=[], editable=False)  # trainers who read it as it is now
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        db_table = "ai_coach_escalations"
        verbose_name = _("question for the trainer")
        verbose_name_plural = _("questions for the trainer")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "responded", "resolved", "archived"]),
                name="ai_coach_escalations_status_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(ai_confidence=None) | models.Q(ai_confidence__gte=0, ai_confidence__lte=1),
                name="ai_coach_escalations_confidence_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=["low", "normal", "high", "urgent"]), name="ai_coach_escalations_priority_valid"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "archived"]) | ~models.Q(reply=""),
                name="ai_coach_escalations_answered_has_reply",
            ),
            RowSecurity(
                name="ai_coach_escalations_rows",
                select=TRAINERS_AND_OWN,
                insert=f"({own()}) AND {IN_MY_COURSES} AND {OWN_QUERY}",
                update=TRAINERS_AND_OWN,
                delete=WORKERS,
            ),
        ]
        indexes = [
            Index(fields=["trainer", "status"], name="idx_ai_coach_escalations_trainer"),
            Index(fields=["learner"], name="idx_ai_coach_escalations_learner"),
            Index(fields=["status"], name="idx_ai_coach_escalations_status"),
            # The desk's inbox, page by page, of one course and of all.
            Index(fields=["course", "status", "created_at", "id"], name="idx_ai_coach_escalations_inbox"),
            Index(fields=["status", "created_at", "id"], name="idx_ai_coach_escalations_age"),
            # "Asked by 5": the waiting rows of the same words.
            Index(fields=["course", "same_key"], name="idx_ai_coach_escalations_same", condition=models.Q(status="pending")),
            # The counts at the top of the desk, from the index alone.
            Index(
                fields=["course", "created_at"],
                include=["learner", "trainer", "claimed_by"],
                name="idx_ai_coach_escalations_waiting",
                condition=models.Q(status="pending"),
            ),
            # Whether anything has changed since the desk was shown.
            Index(fields=["course", "updated_at"], name="idx_ai_coach_escalations_changed"),
            # The worker's list of questions without a meaning.
            Index(
                fields=["created_at"],
                name="idx_ai_coach_escalations_unlinked",
                condition=models.Q(embedding_model="", embedding_tries__lt=3),
            ),
            # The worker's list of learners to tell.
            Index(fields=["mail_due_at"], name="idx_ai_coach_escalations_mail", condition=models.Q(mail_due_at__isnull=False)),
            # The mark on the learner's navigation.
            Index(fields=["learner", "replied_at"], name="idx_ai_coach_escalations_new", condition=models.Q(status="responded")),
        ]
        triggers = [
            pgtrigger.FSM(
                name="ai_coach_escalations_states",
                field="status",
                transitions=[
                    ("pending", "responded"),
                    ("pending", "archived"),
                    ("responded", "pending"),  # taken back at once, or the learner says that it did not help
                    ("responded", "resolved"),
                    ("responded", "archived"),
                    ("resolved", "archived"),
                ],
            ),
            pgtrigger.Trigger(
                name="ai_coach_escalations_opening", operation=pgtrigger.Insert, when=pgtrigger.Before, func=OPENING
            ),
            pgtrigger.Trigger(name="ai_coach_escalations_words", operation=pgtrigger.Insert, when=pgtrigger.Before, func=WORDS),
            pgtrigger.Trigger(name="ai_coach_escalations_hands", operation=pgtrigger.Update, when=pgtrigger.Before, func=HANDS),
        ]

    def __str__(self) -> str:
        return self.original_question[:80]

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def is_new_to_learner(self) -> bool:
        """Whether there is a reply that the learner has not seen."""
        return bool(self.replied_at and self.reply and (self.seen_at is None or self.seen_at < self.replied_at))

    def held_by_other(self, person_id: Any, now: datetime) -> bool:
        """Whether somebody else is answering it at the moment."""
        return bool(self.claimed_by_id and self.claimed_by_id != person_id and self.claimed_at and self.claimed_at > now - LEASE)

    def undo_seconds(self, now: datetime) -> int:
        """For how long the reply can still be taken back."""
        left = (self.replied_at + UNDO - now).total_seconds() if self.replied_at else 0
        return max(int(left), 0)

    def can_be_undone(self, person_id: Any, now: datetime) -> bool:
        replied_at = self.replied_at
        return (
            self.status == self.Status.RESPONDED
            and self.replied_by_id == person_id
            and bool(replied_at and replied_at > now - UNDO)
        )
