"""What a learner asks the mentor and what it answers; each row one question with its answer."""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_MY_COURSES, RowSecurity, own, trained
from ai.asking import QUESTION_LIMIT
from ai.models import Conversation, PromptVariant
from courses.models import Course, ModuleTopic
from mentor.functions import HANDS
from mentor.memory_models import Memory

__all__ = ["Chat", "Memory"]

# A mentor's thread is its learner's alone; what they flag or pass on, their trainer in that course may read.
SHOWN_TO_TRAINER = f"((flagged_for_review OR escalated_to_trainer) AND {trained('user_id')})"


class ChatQuerySet(models.QuerySet["Chat"]):
    def for_pages(self) -> "ChatQuerySet":
        """With all that a page shows of a chat; without what was found and sent, which is heavy and seldom read."""
        return self.select_related("course").defer("conversation_context", "evidence")

    def containing(self, words: str) -> "ChatQuerySet":
        return self.filter(models.Q(question__icontains=words) | models.Q(response__icontains=words))


class Chat(models.Model):
    """A question to the mentor and its answer. Personal data: what somebody asked and thought of it; erased with the account."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        ANSWERING = "answering", _("Being answered")
        ANSWERED = "answered", _("Answered")
        INTERRUPTED = "interrupted", _("Cut short")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentor_chats", db_index=False)
    topic = models.ForeignKey(ModuleTopic, models.SET_NULL, null=True, related_name="+", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="+", db_index=False)
    question = models.TextField(validators=[MaxLengthValidator(QUESTION_LIMIT)])
    response = models.TextField()
    conversation_context = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), null=True)
    tokens_used = models.IntegerField(default=0, db_default=0)
    response_time_ms = models.IntegerField(default=0, db_default=0)
    model = models.TextField(db_default="gpt-4o-mini")
    # US dollars; null when the price is unknown
    cost_usd = models.DecimalField(max_digits=12, decimal_places=8, null=True, db_default=0)
    student_rating = models.IntegerField(null=True)  # 1 not at all helpful to 5 very
    student_feedback = models.TextField(null=True)
    flagged_for_review = models.BooleanField(null=True, default=False, db_default=False)
    escalated_to_trainer = models.BooleanField(null=True, default=False, db_default=False)
    escalation_reason = models.TextField(null=True)
    created_at = models.DateTimeField(null=True, db_default=Now(), editable=False)
    rated_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    prompt_variant = models.ForeignKey(PromptVariant, models.SET_NULL, null=True, related_name="+", db_index=False)
    question_hash = models.TextField(null=True)

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="chats", db_index=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    client_key = models.UUIDField()  # made by the asking browser: sending twice asks once
    stop_requested = models.BooleanField(db_default=False)
    label = models.CharField(max_length=20, default="", db_default="")  # where the answer comes from
    provider = models.CharField(max_length=100, default="", db_default="")
    prompt_version = models.CharField(max_length=100, default="", db_default="")
    confidence = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    reference_locations = models.JSONField(default=list)  # the passages that are cited, with their words
    evidence = models.JSONField(default=list)  # the passages as they were found, with their scores
    context_used = models.JSONField(default=dict)  # what else was sent along: the summary, what was remembered
    timings = models.JSONField(default=dict)  # ms per stage
    notes = models.JSONField(default=dict)  # {"switched": [provider, ...], "limited": scope, "tries": n at models}
    claimed_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(db_default=Now())  # moves each second while the answer is being written
    finished_at = models.DateTimeField(null=True)
    remembered_at = models.DateTimeField(null=True)  # when the worker made a line of it, or saw that none is needed

    objects = ChatQuerySet.as_manager()

    class Meta:
        db_table = "ai_mentor_chats"
        verbose_name = _("mentor chat")
        verbose_name_plural = _("mentor chats")
        constraints = [
            models.UniqueConstraint(fields=["user", "client_key"], name="ai_mentor_chats_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "answering", "answered", "interrupted", "failed"]),
                name="ai_mentor_chats_status_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(student_rating=None) | models.Q(student_rating__gte=1, student_rating__lte=5),
                name="ai_mentor_chats_rating_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(label__in=["", "course_text", "verified", "ai_draft", "not_found"]),
                name="ai_mentor_chats_label_valid",
            ),
            RowSecurity(
                name="ai_mentor_chats_rows",
                select=f"({own('user_id')}) OR {SHOWN_TO_TRAINER}",
                insert=f"({own('user_id')}) AND (course_id IS NULL OR {IN_MY_COURSES})",
                update=own("user_id"),
                delete=own("user_id"),
            ),
        ]
        indexes = [
            Index(fields=["user"], name="idx_ai_mentor_chats_user_id"),
            Index(fields=["topic"], name="idx_ai_mentor_chats_topic_id"),
            Index(fields=["course"], name="idx_ai_mentor_chats_course_id"),
            Index(fields=["-created_at"], name="idx_ai_mentor_chats_created_at"),
            Index(
                fields=["flagged_for_review"],
                name="idx_ai_mentor_chats_flagged",
                condition=models.Q(flagged_for_review=True),
            ),
            Index(
                fields=["escalated_to_trainer"],
                name="idx_ai_mentor_chats_escalated",
                condition=models.Q(escalated_to_trainer=True),
            ),
            Index(fields=["prompt_variant"], name="idx_mentor_chats_prompt_variant"),
            Index(fields=["question_hash"], name="idx_mentor_chats_question_hash"),
            # A thread, page by page from its newest end.
            Index(fields=["conversation", "-id"], name="idx_ai_mentor_chats_thread"),
            # What is not remembered yet.
            Index(
                fields=["id"],
                name="idx_ai_mentor_chats_to_remember",
                condition=models.Q(status="answered", remembered_at=None),
            ),
            # What the sweeper looks for.
            Index(fields=["status"], name="idx_ai_mentor_chats_open", condition=models.Q(status__in=["pending", "answering"])),
        ]
        triggers = [
            pgtrigger.FSM(
                name="ai_mentor_chats_states",
                field="status",
                transitions=[
                    ("pending", "answering"),
                    ("pending", "failed"),
                    ("answering", "answered"),
                    ("answering", "interrupted"),
                    ("answering", "failed"),
                    ("interrupted", "pending"),
                    ("failed", "pending"),
                ],
            ),
            pgtrigger.Trigger(name="ai_mentor_chats_hands", operation=pgtrigger.Update, when=pgtrigger.Before, func=HANDS),
        ]

    def __str__(self) -> str:
        return self.question[:80]

    @property
    def is_open(self) -> bool:
        return self.status in {self.Status.PENDING, self.Status.ANSWERING}
