"""Conversations, their messages, and a log line for every call to a model."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import ADMINS, IN_MY_COURSES, WORKERS, RowSecurity, own, own_or_trained
from ai.budget_models import Budget, BudgetDay
from ai.handover_models import Handover
from ai.provider_models import AIProvider, add_up_tries
from ai.variant_models import PromptVariant, VariantEvent
from courses.models import Course, LearningConcept, ModuleTopic

__all__ = [
    "AIProvider",
    "AIRequestLog",
    "Budget",
    "BudgetDay",
    "Conversation",
    "Handover",
    "Message",
    "PromptVariant",
    "VariantEvent",
]


class Conversation(models.Model):
    """A thread of questions and answers. Personal data: what somebody wanted to know; erased with the account.

    A trainer may know of the coach's conversations, where questions are answered by people too; a mentor's thread is its
    learner's alone.
    """

    class Kind(models.TextChoices):
        COACH = "coach", _("Coach")
        MENTOR = "mentor", _("Mentor")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="conversations")
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="conversations")
    concept = models.ForeignKey(LearningConcept, models.SET_NULL, null=True, db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.COACH, db_default="coach")
    topic = models.ForeignKey(ModuleTopic, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    ai_provider = models.CharField(max_length=100, null=True)
    context_summary = models.TextField(null=True)
    total_cost = models.DecimalField(max_digits=12, decimal_places=8, default=0)  # US dollars
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)  # by its learner, who can undo it until it is cleared away
    model_notes = models.TextField(null=True)  # the older part in a model's words, which `context_summary` begins with
    model_notes_to = models.UUIDField(null=True)  # the newest turn that they hold
    notes_due_at = models.DateTimeField(null=True)  # since when there is enough for new ones

    class Meta:
        db_table = "conversations"
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["coach", "mentor"]), name="conversations_kind_valid"),
            RowSecurity(
                name="conversations_rows",
                select=f"({own('user_id')}) OR (kind = 'coach' AND ({own_or_trained('user_id')}))",
                insert=f"({own('user_id')}) AND (course_id IS NULL OR {IN_MY_COURSES})",
                update=own("user_id"),
                delete=own("user_id"),
            ),
        ]
        indexes = [
            Index(fields=["concept"], name="idx_conversations_concept_id"),
            Index(fields=["ai_provider"], name="idx_conversations_ai_provider"),
            # The current conversation of a learner in a course: every question.
            Index(fields=["user", "course", "-created_at"], name="idx_conversations_user_course"),
            # A learner's threads with the mentor, by when they last spoke.
            Index(fields=["user", "-updated_at", "-id"], name="idx_conversations_threads", condition=models.Q(kind="mentor")),
            # What the worker clears away.
            Index(fields=["deleted_at"], name="idx_conversations_deleted", condition=models.Q(deleted_at__isnull=False)),
            # What the worker has a model sum up.
            Index(fields=["notes_due_at"], name="idx_conversations_notes_due", condition=models.Q(notes_due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class Message(models.Model):
    """One message of a conversation. Personal data: what somebody wrote; erased with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages")
    concept = models.ForeignKey(LearningConcept, models.SET_NULL, null=True, db_index=False)
    role = models.CharField(max_length=20)
    content = models.TextField()
    context_used = models.JSONField(default=dict)
    cost = models.DecimalField(max_digits=12, decimal_places=8, null=True)  # US dollars; null when the price is unknown
    processing_time = models.IntegerField(null=True)  # ms
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "messages"
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=["user", "assistant", "system"]), name="messages_role_valid"),
            RowSecurity(
                name="messages_rows",
                select=own("user_id"),
                insert=own("user_id"),
                update=WORKERS,
                delete=own("user_id"),
            ),
        ]
        indexes = [
            Index(fields=["concept"], name="idx_messages_concept_id"),
            Index(fields=["cost"], name="idx_messages_cost"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"


class AIRequestLog(models.Model):
    """One call to a model, or one failed try. Personal data: whose question caused it; no text. Erased with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="+", db_index=False)
    concept = models.ForeignKey(LearningConcept, models.CASCADE, null=True, related_name="+", db_index=False)
    course = models.ForeignKey(Course, models.SET_NULL, null=True, related_name="+", db_index=False)
    query_id = models.UUIDField(null=True)  # the coach's question; no key, because the coach is above this app
    feature = models.CharField(max_length=50)
    provider = models.CharField(max_length=100)
    model = models.CharField(max_length=200)
    prompt_tokens = models.IntegerField(null=True)
    completion_tokens = models.IntegerField(null=True)
    total_tokens = models.IntegerField(null=True)
    cost = models.DecimalField(max_digits=12, decimal_places=8, null=True)  # US dollars; null when the price is unknown
    response_time = models.IntegerField(null=True)  # ms
    first_token_ms = models.IntegerField(null=True)
    success = models.BooleanField(db_default=True)
    error_class = models.CharField(max_length=50, blank=True, default="")
    error_message = models.TextField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "ai_request_logs"
        verbose_name = _("model request")
        verbose_name_plural = _("model requests")
        constraints = [
            RowSecurity(
                name="ai_request_logs_rows",
                select=f"({own('user_id')}) OR (user_id IS NULL AND {ADMINS})",  # an indexing, or a test, is nobody's
                insert=WORKERS,
                delete=ADMINS,
            ),
        ]
        indexes = [
            Index(fields=["user"], name="idx_ai_request_logs_user_id"),
            Index(fields=["conversation"], name="idx_ai_request_logs_conversation_id"),
            Index(fields=["concept"], name="idx_ai_request_logs_concept_id"),
            Index(fields=["provider"], name="idx_ai_request_logs_provider"),
            Index(fields=["created_at"], name="idx_ai_request_logs_created_at"),
            Index(fields=["success"], name="idx_ai_request_logs_success"),
            # The page of costs: one course, newest days.
            Index(fields=["course", "created_at"], name="idx_ai_request_logs_course"),
        ]
        triggers = [add_up_tries()]

    def __str__(self) -> str:
        return f"{self.provider} {self.model}"
