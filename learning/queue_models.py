"""From a correction to knowledge: what a trainer said instead, the queue that judges it, what became of it, and the record."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.fields import KeyMadeHere, TimeMadeHere
from accounts.indexes import Constant, Index
from accounts.models import Uuid7
from accounts.policies import ADMINS, IN_MY_COURSES, WORKERS, RowSecurity, own, own_or_trained
from courses.models import Course
from learning.item_functions import item_holds
from learning.memory_models import ConversationMemory, learner_key
from learning.valuing import RANK_CALL

OF_NOBODY_IN_COURSES_I_RUN = "(learner_id IS NULL AND course_id = ANY ((SELECT run_courses())::uuid[]))"
BY_AN_ADMIN = Q(actor_role="admin") | Q(actor_role="system", actor_id__isnull=False)  # or for one, by a worker
RECHECK = Q(status="pending", metadata__has_key="recheck")
DECIDED = "NEW.status IN ('approved', 'applied') AND OLD.status IS DISTINCT FROM NEW.status AND NEW.reviewed_by IS NULL"


class OwnerCorrection(models.Model):
    """What a trainer said instead of the coach. Personal data: a trainer's words in a learner's conversation."""

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    id = KeyMadeHere()
    conversation = models.ForeignKey(ConversationMemory, models.CASCADE, related_name="corrections", db_index=False)
    learner = learner_key()
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    trainer_name = models.CharField(max_length=150, default="")  # as it is shown to learners, who may not see the account
    original_response = models.TextField()
    corrected_answer = models.TextField()
    priority = models.CharField(max_length=20, choices=Priority, default=Priority.NORMAL)
    correction_context = models.TextField(null=True)
    metadata = models.JSONField(default=dict)
    client_key = models.UUIDField(null=True)  # made by a program, so that sending twice saves once
    created_at = TimeMadeHere()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "owner_corrections"
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.CheckConstraint(
                condition=Q(priority__in=["low", "normal", "high", "urgent"]), name="owner_corrections_priority_valid"
            ),
            models.UniqueConstraint(
                fields=["trainer", "client_key"], condition=Q(client_key__isnull=False), name="owner_corrections_once"
            ),
            RowSecurity(
                name="owner_corrections_rows",
                select=own_or_trained(),
                insert="may_correct(conversation_id, learner_id, course_id, trainer_id)",
                update=ADMINS,
                delete=own(),
            ),
        ]
        indexes = [
            Index(fields=["conversation"], name="idx_corrections_conversation"),
            Index(fields=["priority"], name="idx_corrections_priority"),
            Index(fields=["applied_at"], name="idx_corrections_applied_at"),
            Index(fields=["created_at"], name="idx_corrections_pending", condition=Q(applied_at=None)),
            Index(fields=["priority", "created_at"], name="idx_corrections_priority_created"),
            Index(fields=["learner"], name="idx_corrections_learner"),  # row security
        ]

    def __str__(self) -> str:
        return self.corrected_answer[:80]


class LearningItemQuerySet(models.QuerySet["LearningItem"]):
    def pending(self) -> "LearningItemQuerySet":
        return self.filter(status=Constant(LearningItem.Status.PENDING.value))

    def ready(self) -> "LearningItemQuerySet":
        """Approved and not held back by an earlier batch that did harm."""
        return self.filter(status=LearningItem.Status.APPROVED, held_reason="")

    def receipt_due(self) -> "LearningItemQuerySet":
        """Applied, and nobody has asked yet what that changed."""
        return self.filter(status=LearningItem.Status.APPLIED, receipt={})

    def unembedded(self) -> "LearningItemQuerySet":
        return self.filter(
            embedding=None, embedding_tries__lt=3, status__in=[LearningItem.Status.PENDING, LearningItem.Status.APPROVED]
        )


class LearningItem(models.Model):
    """One thing that the system might learn, from its making to its end. Personal data: a learner's question; the learner's id
    is forgotten with the account.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("To review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        APPLIED = "applied", _("Applied")

    class SourceType(models.TextChoices):
        FEEDBACK = "feedback", _("Feedback")
        CORRECTION = "correction", _("Correction")
        TRANSCRIPT = "transcript", _("Transcript")
        MANUAL = "manual", _("By hand")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    source_type = models.CharField(max_length=20, choices=SourceType)
    source_id = models.UUIDField(null=True)
    course = models.ForeignKey(Course, models.CASCADE, related_name="learning_items", db_index=False)
    proposed_content = models.TextField(blank=True)
    category = models.TextField(default="")
    embedding = VectorField(null=True)  # of question and content together, for duplicates
    confidence_score = models.IntegerField(default=50)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    reviewed_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(db_default=Now())
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_column="reviewed_by", db_index=False
    )
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    conversation_id = models.UUIDField(null=True)  # the turn it came from; it may be erased before the item
    question = models.TextField(default="", blank=True)
    original_answer = models.TextField(default="", blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    verified_by_name = models.CharField(max_length=150, default="")
    question_embedding = VectorField(null=True)
    embedding_model = models.CharField(max_length=200, default="")
    embedding_tries = models.IntegerField(default=0)
    place = models.JSONField(default=dict)  # of the corrected passage: chapter_id, lab_id, anchor, title, day, heading_path
    chunk_hash = models.CharField(max_length=64, default="", blank=True)  # of the corrected passage, when there was one
    entry_id = models.UUIDField(null=True)  # the knowledge it renews; null makes a new entry
    knowledge_id = models.UUIDField(null=True)  # the version it became
    duplicate_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="duplicates", db_index=False)
    near = models.JSONField(default=list)  # [{"origin", "id", "similarity", "relation"}], the nearest first
    reason = models.TextField(default="", blank=True)  # why it was rejected, or came back
    held_reason = models.TextField(default="", blank=True)  # why a batch was not applied
    receipt = models.JSONField(default=dict)  # {"questions": [{"question", "before", "after"}], "guard": {...}}
    asked_count = models.IntegerField(default=1)  # how many turns ask for this
    value_rank = models.GeneratedField(  # the order of review; what it says stands in learning/valuing.py
        expression=RawSQL(RANK_CALL, ()),  # noqa: S611 (constants of ours)
        output_field=models.FloatField(),
        db_persist=True,
    )

    objects = LearningItemQuerySet.as_manager()

    class Meta:
        db_table = "learning_queue"
        verbose_name = _("learning item")
        verbose_name_plural = _("learning items")
        permissions = [
            ("approve_learningitem", "Can approve learning items"),
            ("reject_learningitem", "Can reject learning items"),
            ("merge_learningitem", "Can merge learning items"),
            ("apply_learningitem", "Can apply learning items"),
            ("undo_learningitem", "Can undo applied learning items"),
        ]
        constraints = [
            models.CheckConstraint(condition=item_holds(), name="learning_queue_holds"),  # all of them: item_functions
            models.UniqueConstraint(fields=["source_type", "source_id"], name="learning_queue_once"),  # a trigger twice, one item
            RowSecurity(
                name="learning_queue_rows",
                select=f"{ADMINS} OR {own_or_trained()} OR {OF_NOBODY_IN_COURSES_I_RUN}",
                insert=ADMINS,
                update=ADMINS,
                delete=WORKERS,
            ),
        ]
        indexes = [
            Index(fields=["status"], name="idx_learning_status"),
            Index(fields=["course"], name="idx_learning_shop"),
            Index(fields=["source_type"], name="idx_learning_source_type"),
            Index(fields=["created_at"], name="idx_learning_created_at"),
            Index(fields=["status", "created_at"], name="idx_learning_status_created"),
            Index(fields=["confidence_score"], name="idx_learning_confidence"),
            Index(fields=["course", "created_at"], name="idx_learning_pending", condition=Q(status="pending")),
            Index(fields=["learner"], name="idx_learning_learner"),  # row security
            # The worker's two questions: what to apply, what to embed.
            Index(fields=["created_at"], name="idx_learning_ready", condition=Q(status="approved")),
            Index(
                fields=["created_at"],
                name="idx_learning_unembedded",
                condition=Q(embedding=None, embedding_tries__lt=3, status__in=["pending", "approved"]),
            ),
            Index(fields=["applied_at"], name="idx_learning_receipt_due", condition=Q(status="applied", receipt={})),
            Index(fields=["course", "chunk_hash"], name="idx_learning_chunk", condition=Q(status="applied") & ~Q(chunk_hash="")),
            # Review: the most valuable first, in all courses or in one; what was held back, and what a lesson made doubtful.
            Index(fields=["value_rank", "id"], name="idx_learning_value", condition=Q(status="pending")),
            Index(fields=["course", "value_rank", "id"], name="idx_learning_value_course", condition=Q(status="pending")),
            Index(fields=["created_at", "id"], name="idx_learning_held", condition=Q(status="approved") & ~Q(held_reason="")),
            Index(fields=["value_rank", "id"], name="idx_learning_recheck", condition=RECHECK),
            # Those that are grouped under an item: its page, and the questions that a receipt asks.
            Index(fields=["duplicate_of"], name="idx_learning_duplicates", condition=Q(duplicate_of__isnull=False)),
        ]
        triggers = [  # the two states that an item may start in are asked where a new item is recorded: record_functions
            pgtrigger.FSM(
                name="learning_queue_states",
                field="status",
                transitions=[
                    ("pending", "approved"),
                    ("pending", "rejected"),
                    ("approved", "applied"),
                    ("approved", "rejected"),
                    ("approved", "pending"),  # looked at again before it was applied
                    ("applied", "approved"),  # undone, to be applied again
                    ("applied", "pending"),  # undone, or its lesson has changed: somebody must look
                    ("rejected", "pending"),  # taken out of the archive
                ],
            ),
            pgtrigger.Protect(name="learning_queue_reviewer", operation=pgtrigger.Update, condition=pgtrigger.Condition(DECIDED)),
        ]

    def __str__(self) -> str:
        return (self.question or self.proposed_content)[:80]

    @property
    def is_receipt_due(self) -> bool:
        return self.status == self.Status.APPLIED and not self.receipt


class KnowledgeQuerySet(models.QuerySet["Knowledge"]):
    def live(self) -> "KnowledgeQuerySet":
        return self.filter(is_live=True)


class Knowledge(models.Model):
    """A verified answer, in one of its versions; at most one version of an entry is live, and only that one is searched."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="knowledge", db_index=False)
    category = models.CharField(max_length=100, default="")
    content = models.TextField()
    embedding = VectorField(null=True)  # of question and content together
    source = models.CharField(max_length=50)  # the kind of item it came from
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    entry_id = models.UUIDField()
    version = models.IntegerField(default=1)
    is_live = models.BooleanField(db_default=True)
    item = models.ForeignKey(LearningItem, models.SET_NULL, null=True, related_name="versions", db_index=False)
    question = models.TextField(default="")
    question_embedding = VectorField(null=True)
    question_words = ArrayField(models.TextField(), default=list)  # lexemes of the question, in the course's language
    embedding_model = models.CharField(max_length=200, default="")
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    verified_by_name = models.CharField(max_length=150, default="")
    verified_at = models.DateTimeField(db_default=Now())
    place = models.JSONField(default=dict)
    chunk_hash = models.CharField(max_length=64, default="")
    retired_at = models.DateTimeField(null=True)

    objects = KnowledgeQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_base_rag"
        verbose_name = _("verified answer")
        verbose_name_plural = _("verified answers")
        constraints = [
            models.UniqueConstraint(fields=["entry_id", "version"], name="knowledge_base_rag_versions"),
            models.UniqueConstraint(fields=["entry_id"], condition=Q(is_live=True), name="knowledge_base_rag_one_live"),
            RowSecurity(name="knowledge_base_rag_rows", select=IN_MY_COURSES, insert=WORKERS, update=WORKERS, delete=WORKERS),
        ]
        indexes = [
            # Retrieval reads what is live in one course.
            Index(fields=["course"], name="idx_knowledge_live", condition=Q(is_live=True)),
            Index(fields=["item"], name="idx_knowledge_item"),
            Index(fields=["course", "category"], name="idx_knowledge_category"),
            Index(fields=["id"], name="idx_knowledge_retired", condition=Q(is_live=False)),  # the admin's list of them
        ]

    def __str__(self) -> str:
        return (self.question or self.content)[:80]


class AuditEntry(models.Model):
    """Who did what to the queue and the knowledge, with the state before and after. Ids, figures and hashes, never text.

    The database writes it, whatever code acted; nobody changes or deletes it.
    """

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    actor_id = models.UUIDField(null=True)  # no key: the record outlives the account
    actor_role = models.CharField(max_length=20, default="")
    action = models.CharField(max_length=50)
    table_name = models.CharField(max_length=63)
    row_id = models.UUIDField()
    course_id = models.UUIDField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "learning_audit_log"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        constraints = [RowSecurity(name="learning_audit_log_rows", select=ADMINS, insert=ADMINS)]
        indexes = [
            Index(fields=["row_id", "created_at"], name="idx_audit_row"),
            # What an admin did; what learners and trainers set off is most of the record and stays out.
            Index(fields=["actor_id", "id"], name="idx_audit_admins", condition=BY_AN_ADMIN),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.table_name}"
