"""The content index of the courses, and the record of how it came to be."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_COURSES_I_RUN, IN_MY_COURSES, WORKERS, RowSecurity
from courses.models import Course
from learning.insight_models import CorrectionEffect, CourseFigures, InsightNote, PlaceFigures, VariantFigures
from learning.lexical_models import LexicalImpact, LexicalIndex
from learning.memory_models import ConversationFeedback, ConversationMemory, ResponseAnalytics
from learning.metric_models import DailyLearningMetrics, MetricChange, ResponsePerformanceMetrics
from learning.quality_models import QualityQuestion, QualityResult, QualityRun, QualitySet
from learning.queue_models import AuditEntry, Knowledge, LearningItem, OwnerCorrection
from learning.transcript_models import VoiceTranscript

__all__ = [
    "AuditEntry",
    "ContentChunk",
    "ContentUpdate",
    "ConversationFeedback",
    "ConversationMemory",
    "CorrectionEffect",
    "CourseFigures",
    "DailyLearningMetrics",
    "InsightNote",
    "Knowledge",
    "LearningItem",
    "LexicalImpact",
    "LexicalIndex",
    "MetricChange",
    "OwnerCorrection",
    "PlaceFigures",
    "QualityQuestion",
    "QualityResult",
    "QualityRun",
    "QualitySet",
    "ResponseAnalytics",
    "ResponsePerformanceMetrics",
    "VariantFigures",
    "VoiceTranscript",
]


class ContentChunk(models.Model):
    """A piece of a course as it is searched. Readers use the generation that `courses.index_generation` points at.

    The vector has no fixed dimension: while the model changes, generations of both stand side by side. It is null when no
    model could be reached; `embedding_model` says who made it, so that vectors of two models never meet.
    """

    class ContentType(models.TextChoices):
        CHAPTER = "chapter", _("Chapter")
        LAB = "lab", _("Lab")
        OVERVIEW = "overview", _("Overview")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="chunks", db_index=False)
    day = models.IntegerField(default=0)
    chapter_id = models.CharField(max_length=200)
    chapter_title = models.CharField(max_length=300)
    lab_id = models.CharField(max_length=200, null=True)
    title = models.CharField(max_length=300, default="")  # of the page it was cut from: the chapter, the lab, the course
    content = models.TextField()
    content_type = models.CharField(max_length=20, choices=ContentType)
    token_count = models.IntegerField()
    embedding = VectorField(null=True)
    content_hash = models.CharField(max_length=64)  # SHA-256 of the embedded text
    content_version = models.IntegerField(default=1)  # of the page it was cut from
    chunker_version = models.IntegerField(default=1)
    indexed_at = models.DateTimeField(db_default=Now())
    generation = models.IntegerField()
    position = models.IntegerField()
    heading_path = models.JSONField(default=list)
    anchor = models.TextField(default="")
    embedding_model = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "ai_coach_content_chunks"
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(content_type__in=["chapter", "lab", "overview"]), name="ai_coach_chunks_type_valid"
            ),
            models.CheckConstraint(
                condition=models.Q(embedding=None) | ~models.Q(embedding_model=""), name="ai_coach_chunks_model_known"
            ),
            # A build that is repeated after a crash makes nothing twice.
            models.UniqueConstraint(
                fields=["course", "generation", "content_type", "chapter_id", "lab_id", "position"],
                name="ai_coach_chunks_once",
                nulls_distinct=False,
            ),
            RowSecurity(
                name="ai_coach_content_chunks_rows", select=IN_MY_COURSES, insert=WORKERS, update=WORKERS, delete=WORKERS
            ),
        ]
        indexes = [
            Index(fields=["course"], name="idx_ai_coach_chunks_course"),
            Index(fields=["course", "chapter_id"], name="idx_ai_coach_chunks_chapter"),
            Index(fields=["content_type"], name="idx_ai_coach_chunks_type"),
            Index(fields=["course", "content_hash"], name="idx_ai_coach_chunks_hash"),
            # Retrieval reads one generation of one course.
            Index(fields=["course", "generation"], name="idx_ai_coach_chunks_generation"),
        ]

    def __str__(self) -> str:
        return f"{self.chapter_title} {self.position}"


class ContentUpdate(models.Model):
    """One rebuilding of a course's index: asked for, worked on with a lease, done or set aside with its reason."""

    class Type(models.TextChoices):
        FULL = "full", _("Everything")
        INCREMENTAL = "incremental", _("What changed")
        MANUAL = "manual", _("By hand")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        PROCESSING = "processing", _("Working")
        COMPLETED = "completed", _("Done")
        FAILED = "failed", _("Failed")

    class Trigger(models.TextChoices):
        AUTOMATIC = "automatic", _("By itself")
        MANUAL = "manual", _("By hand")
        ADMIN = "admin", _("By an admin")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="content_updates", db_index=False)
    update_type = models.CharField(max_length=20, choices=Type)
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    chunks_updated = models.IntegerField(default=0)
    chunks_total = models.IntegerField(default=0)
    triggered_by = models.CharField(max_length=20, choices=Trigger)
    chunks_embedded = models.IntegerField(default=0)  # of chunks_updated, those the model was asked for
    generation = models.IntegerField(null=True)
    deliveries = models.IntegerField(default=0)  # raised before work starts; three are the limit
    leased_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, default="")
    error_message = models.TextField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)  # also the worker's heartbeat

    class Meta:
        db_table = "ai_coach_content_updates"
        verbose_name = _("content update")
        verbose_name_plural = _("content updates")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(update_type__in=["full", "incremental", "manual"]), name="ai_coach_updates_type_valid"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "processing", "completed", "failed"]),
                name="ai_coach_updates_status_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(triggered_by__in=["automatic", "manual", "admin"]), name="ai_coach_updates_trigger_valid"
            ),
            # A request made while another waits is the same request.
            models.UniqueConstraint(fields=["course"], condition=models.Q(status="pending"), name="ai_coach_updates_one_waiting"),
            # Two builders of one course would tread on each other.
            models.UniqueConstraint(
                fields=["course"], condition=models.Q(status="processing"), name="ai_coach_updates_one_working"
            ),
            RowSecurity(
                name="ai_coach_content_updates_rows",
                select=IN_COURSES_I_RUN,
                insert=IN_COURSES_I_RUN,
                update=WORKERS,
                delete=WORKERS,
            ),
        ]
        indexes = [
            Index(fields=["course", "status"], name="idx_ai_coach_updates_course"),
            Index(fields=["status"], name="idx_ai_coach_updates_status"),
            Index(fields=["triggered_by"], name="idx_ai_coach_updates_triggered"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="ai_coach_updates_start", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__status="pending")
            ),
            pgtrigger.FSM(
                name="ai_coach_updates_states",
                field="status",
                transitions=[
                    ("pending", "processing"),
                    ("processing", "completed"),
                    ("processing", "failed"),
                    ("failed", "pending"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.update_type} {self.status}"

    @property
    def is_open(self) -> bool:
        return self.status in {self.Status.PENDING, self.Status.PROCESSING}
