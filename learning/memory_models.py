"""What was said, what people thought of it, and how it went: the raw material that the system learns from."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.fields import KeyMadeHere, TimeMadeHere
from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import WORKERS, RowSecurity, own, own_or_trained
from courses.models import Course

RATINGS = Q(rating=None) | Q(rating__gte=1, rating__lte=5)
A_WORKER = "app_role() = 'system'"  # of one row: without the sub-select that is for many
ENGAGEMENT = Q(user_engagement_score=None) | Q(user_engagement_score__gte=0, user_engagement_score__lte=100)


def own_conversation(table: str) -> str:
    """The row hangs on a conversation of the same learner in the same course."""
    return f"turn_belongs({table}.conversation_id, {table}.learner_id, {table}.course_id)"


def learner_key(**options: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False, **options)


class ConversationMemory(models.Model):
    """One settled turn of a conversation. Personal data: what was asked and answered; erased with the account.

    `source_id` is the question it was made from, so that making it again makes nothing twice. The vector is that of the
    question; null until a worker has made it, or when no model could be reached.
    """

    class Channel(models.TextChoices):
        COACH = "coach", _("Coach")
        MENTOR = "mentor", _("Mentor")
        VOICE = "voice", _("Voice")
        DESK = "desk", _("Trainer's desk")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memories", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=50, choices=Channel)
    source_id = models.UUIDField()
    transcript = models.TextField()
    summary = models.TextField(default="")
    embedding = VectorField(null=True)
    embedding_model = models.CharField(max_length=200, default="")
    embedding_tries = models.IntegerField(default=0)
    metadata = models.JSONField(default=dict)  # question, answer, confidence, label, sources: ids and figures of the turn
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "conversation_memory"
        verbose_name = _("remembered turn")
        verbose_name_plural = _("remembered turns")
        constraints = [
            models.UniqueConstraint(fields=["channel", "source_id"], name="conversation_memory_once"),
            models.CheckConstraint(
                condition=Q(channel__in=["coach", "mentor", "voice", "desk"]), name="conversation_memory_channel_valid"
            ),
            RowSecurity(
                name="conversation_memory_rows",
                select=own_or_trained("user_id"),
                insert=WORKERS,
                update=WORKERS,
                delete=own("user_id"),
            ),
        ]
        indexes = [
            Index(fields=["user", "course", "created_at"], name="idx_memory_user"),
            Index(fields=["course", "created_at"], name="idx_memory_course"),
            # The sweeper looks for turns without a vector.
            Index(fields=["created_at"], name="idx_memory_unembedded", condition=Q(embedding=None, embedding_tries__lt=3)),
        ]

    def __str__(self) -> str:
        return self.summary[:80]


class ConversationFeedback(models.Model):
    """What somebody thought of an answer. Personal data: an opinion; erased with the account."""

    class Type(models.TextChoices):
        THUMBS_UP = "thumbs_up", _("Helpful")
        THUMBS_DOWN = "thumbs_down", _("Not quite")
        STAR_RATING = "star_rating", _("Stars")
        EMOJI = "emoji", _("Sign")

    id = KeyMadeHere()
    conversation = models.ForeignKey(ConversationMemory, models.CASCADE, related_name="feedback", db_index=False)
    learner = learner_key()
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    feedback_type = models.CharField(max_length=20, choices=Type)
    rating = models.IntegerField(null=True)
    reason = models.TextField(null=True)
    metadata = models.JSONField(default=dict)
    created_at = TimeMadeHere()

    class Meta:
        db_table = "conversation_feedback"
        verbose_name = _("feedback on a turn")
        verbose_name_plural = _("feedback on turns")
        constraints = [
            models.CheckConstraint(
                condition=Q(feedback_type__in=["thumbs_up", "thumbs_down", "star_rating", "emoji"]),
                name="conversation_feedback_type_valid",
            ),
            models.CheckConstraint(condition=RATINGS, name="conversation_feedback_rating_valid"),
            models.CheckConstraint(
                condition=~Q(feedback_type="star_rating") | Q(rating__isnull=False), name="conversation_feedback_stars_counted"
            ),
            RowSecurity(
                name="conversation_feedback_rows",
                select=own_or_trained(),
                insert="may_rate(conversation_id, learner_id, course_id)",
                update=f"({own()}) AND {own_conversation('conversation_feedback')}",
                delete=own(),
            ),
        ]
        indexes = [
            Index(fields=["conversation"], name="idx_feedback_conversation"),
            Index(fields=["feedback_type"], name="idx_feedback_type"),
            Index(fields=["created_at"], name="idx_feedback_created_at"),
            Index(fields=["feedback_type", "created_at"], name="idx_feedback_type_created"),
            Index(fields=["learner"], name="idx_feedback_learner"),  # row security
        ]

    def __str__(self) -> str:
        return self.feedback_type


class ResponseAnalytics(models.Model):
    """How one answer did. Personal data through its conversation; erased with it."""

    id = KeyMadeHere()
    conversation = models.ForeignKey(ConversationMemory, models.CASCADE, related_name="analytics", db_index=False)
    learner = learner_key()
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    response_text = models.TextField()
    response_type = models.CharField(max_length=50)  # the answer's label: course_text, verified, ai_draft, not_found
    user_engagement_score = models.IntegerField(null=True)
    led_to_conversion = models.BooleanField(db_default=False)  # the learner said that it settled the question
    response_time_ms = models.IntegerField(null=True)
    ab_test_variant = models.CharField(max_length=50, null=True)
    metrics = models.JSONField(default=dict)
    created_at = TimeMadeHere()

    class Meta:
        db_table = "response_analytics"
        verbose_name = _("answer's figures")
        verbose_name_plural = _("answers' figures")
        constraints = [
            models.CheckConstraint(condition=ENGAGEMENT, name="response_analytics_engagement_valid"),
            models.CheckConstraint(
                condition=Q(response_time_ms=None) | Q(response_time_ms__gte=0), name="response_analytics_time_valid"
            ),
            RowSecurity(name="response_analytics_rows", select=own_or_trained(), insert=A_WORKER, update=WORKERS, delete=own()),
        ]
        indexes = [
            Index(fields=["conversation"], name="idx_analytics_conversation"),
            Index(fields=["response_type"], name="idx_analytics_response_type"),
            Index(fields=["created_at"], name="idx_analytics_created_at"),
            Index(fields=["ab_test_variant"], name="idx_analytics_ab_variant"),
            Index(fields=["response_type", "created_at"], name="idx_analytics_type_created"),
            Index(fields=["led_to_conversion"], name="idx_analytics_conversion"),
            Index(fields=["learner"], name="idx_analytics_learner"),  # row security
        ]

    def __str__(self) -> str:
        return self.response_type
