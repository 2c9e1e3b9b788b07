"""The coach's questions, answers, escalations, feedback and the order in which they were said."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_MY_COURSES, WORKERS, RowSecurity, own, own_or_trained
from ai.asking import QUESTION_LIMIT
from ai.models import Conversation, PromptVariant
from coach.confidence_models import ConfidenceMap  # noqa: F401 (a model of this app)
from coach.escalation_models import Escalation
from coach.explanation_models import PointExplanation  # noqa: F401 (a model of this app)
from coach.lab_models import LabOffer, LabStruggle, LabWork, Presence, StruggleWeights, XapiStatement  # noqa: F401 (models of this app)
from coach.likeness_models import EscalationLink, EscalationMeaning  # noqa: F401 (models of this app)
from coach.persona_models import Personalization  # noqa: F401 (models of this app)
from coach.session_models import CoachingSession  # noqa: F401 (a model of this app)
from courses.models import Course

OWN_IN_MY_COURSES = f"({own()}) AND {IN_MY_COURSES}"
OWN_RESPONSE = (
    "EXISTS (SELECT 1 FROM ai_coach_responses r WHERE r.id = response_id AND r.learner_id = ai_coach_feedback.learner_id"
    " AND r.course_id = ai_coach_feedback.course_id)"
)
PROBABILITY: dict[str, Any] = {"max_digits": 4, "decimal_places": 3}


class QueryQuerySet(models.QuerySet["Query"]):
    def with_answer(self) -> "QueryQuerySet":
        return self.select_related("response", "escalation")

    def open(self) -> "QueryQuerySet":
        return self.filter(status__in=[Query.Status.PENDING, Query.Status.ANSWERING])

    def containing(self, words: str) -> "QueryQuerySet":
        """Turns whose question or answer contains the words, for a learner's own history."""
        return self.filter(models.Q(question__icontains=words) | models.Q(response__answer__icontains=words))


class Query(models.Model):
    """A learner's question. Personal data: what somebody asked and where they were; erased with the account."""

    class Intent(models.TextChoices):
        COURSE_CONTENT = "course_content", _("About the course")
        NAVIGATION = "navigation", _("Where is it")
        LAB_GUIDANCE = "lab_guidance", _("Help with a lab")
        LAB_STRUGGLE = "lab_struggle", _("Stuck in a lab")
        OUT_OF_SCOPE = "out_of_scope", _("Not about the course")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        ANSWERING = "answering", _("Being answered")
        ANSWERED = "answered", _("Answered")
        ESCALATED = "escalated", _("With the trainer")
        RESOLVED = "resolved", _("Settled")
        FAILED = "failed", _("Interrupted")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="queries", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="queries", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="queries")
    question = models.TextField(validators=[MaxLengthValidator(QUESTION_LIMIT)])
    intent = models.CharField(max_length=20, choices=Intent, null=True)
    context = models.JSONField(default=dict)  # {"place": chapter or lab id, "title", "day", "done": n, "of": n}
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    client_key = models.UUIDField()  # made by the asking browser: sending twice asks once
    # Under which its answer may serve others, "" for a question that is its asker's alone: see learning/same_question.py.
    question_key = models.CharField(max_length=64, default="", db_default="", editable=False)
    wording_key = models.CharField(max_length=64, default="", db_default="", editable=False)
    stop_requested = models.BooleanField(db_default=False)
    claimed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = QueryQuerySet.as_manager()

    class Meta:
        db_table = "ai_coach_queries"
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(fields=["learner", "client_key"], name="ai_coach_queries_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "answering", "answered", "escalated", "resolved", "failed"]),
                name="ai_coach_queries_status_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(intent=None)
                | models.Q(intent__in=["course_content", "navigation", "lab_guidance", "lab_struggle", "out_of_scope"]),
                name="ai_coach_queries_intent_valid",
            ),
            RowSecurity(
                name="ai_coach_queries_rows",
                select=own_or_trained(),
                insert=OWN_IN_MY_COURSES,
                update=own(),
                delete=own(),
            ),
        ]
        indexes = [
            Index(fields=["learner", "course", "created_at"], name="idx_ai_coach_queries_learner"),
            Index(fields=["course", "created_at"], name="idx_ai_coach_queries_course"),
            Index(fields=["status"], name="idx_ai_coach_queries_status"),
            Index(fields=["intent"], name="idx_ai_coach_queries_intent"),
            # The same question asked before in the course: each question that is put.
            Index(fields=["course", "question_key"], name="idx_ai_coach_queries_same", condition=~models.Q(question_key="")),
            Index(fields=["course", "wording_key"], name="idx_ai_coach_queries_wording", condition=~models.Q(wording_key="")),
        ]
        triggers = [
            pgtrigger.FSM(
                name="ai_coach_queries_states",
                field="status",
                transitions=[
                    ("pending", "answering"),
                    ("pending", "failed"),
                    ("answering", "answered"),
                    ("answering", "escalated"),
                    ("answering", "failed"),
                    ("answered", "pending"),  # an answer that broke off is asked for again
                    ("answered", "escalated"),
                    ("answered", "resolved"),
                    ("escalated", "resolved"),
                    ("escalated", "answered"),
                    ("failed", "pending"),
                    ("failed", "escalated"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.question[:80]

    @property
    def is_open(self) -> bool:
        return self.status in {self.Status.PENDING, self.Status.ANSWERING}


class Response(models.Model):
    """The coach's answer to one question. Personal data through its question; erased with it."""

    class State(models.TextChoices):
        STREAMING = "streaming", _("Being written")
        COMPLETE = "complete", _("Complete")
        INTERRUPTED = "interrupted", _("Cut short")
        FAILED = "failed", _("Failed")

    class Label(models.TextChoices):
        COURSE_TEXT = "course_text", _("From the course")
        VERIFIED = "verified", _("Verified")
        AI_DRAFT = "ai_draft", _("AI draft")
        NOT_FOUND = "not_found", _("Not in the course")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    query = models.OneToOneField(Query, models.CASCADE, related_name="response", db_index=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    answer = models.TextField(default="")
    reference_locations = models.JSONField(default=list)
    confidence_score = models.DecimalField(**PROBABILITY, null=True)
    raw_confidence = models.DecimalField(**PROBABILITY, null=True)  # before what the course's verdicts taught was put to it
    tokens_used = models.IntegerField(default=0)
    model_used = models.CharField(max_length=200, default="")
    word_count = models.IntegerField(default=0)
    is_lab_guidance = models.BooleanField(db_default=False)
    state = models.CharField(max_length=20, choices=State, default=State.STREAMING)
    label = models.CharField(max_length=20, choices=Label, default=Label.COURSE_TEXT)
    provider = models.CharField(max_length=100, default="")
    prompt_version = models.CharField(max_length=50, default="")
    prompt_variant = models.ForeignKey(PromptVariant, models.SET_NULL, null=True, related_name="+", db_index=False)
    evidence = models.JSONField(default=list)  # the passages as they were found, with their scores
    content_version = models.IntegerField(default=0)
    prompt_tokens = models.IntegerField(null=True)
    completion_tokens = models.IntegerField(null=True)
    cost = models.DecimalField(max_digits=12, decimal_places=8, null=True)  # US dollars; null when the price is unknown
    timings = models.JSONField(default=dict)  # ms per stage
    notes = models.JSONField(default=dict)  # {"switched": [provider, ...], "limited": scope, "tries": n at models}
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    saved_at = models.DateTimeField(db_default=Now())  # moves each second while the answer is being written
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ai_coach_responses"
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confidence_score=None) | models.Q(confidence_score__gte=0, confidence_score__lte=1),
                name="ai_coach_responses_confidence_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["streaming", "complete", "interrupted", "failed"]),
                name="ai_coach_responses_state_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(label__in=["course_text", "verified", "ai_draft", "not_found"]),
                name="ai_coach_responses_label_valid",
            ),
            RowSecurity(name="ai_coach_responses_rows", select=own_or_trained(), insert=WORKERS, update=WORKERS, delete=own()),
        ]
        indexes = [
            Index(fields=["query"], name="idx_ai_coach_responses_query"),
            Index(fields=["confidence_score"], name="idx_ai_coach_responses_confidence"),
            Index(fields=["is_lab_guidance"], name="idx_ai_coach_responses_lab_guidance"),
            # How a variant of the prompt does, from its start on.
            Index(
                fields=["prompt_variant", "created_at"],
                name="idx_ai_coach_responses_variant",
                condition=models.Q(prompt_variant__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="ai_coach_responses_states",
                field="state",
                transitions=[
                    ("streaming", "complete"),
                    ("streaming", "interrupted"),
                    ("streaming", "failed"),
                    ("interrupted", "streaming"),
                    ("failed", "streaming"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.answer[:80]


class Feedback(models.Model):
    """What a learner thought of an answer. Personal data: an opinion; erased with the account."""

    class Rating(models.TextChoices):
        HELPFUL = "helpful", _("Helpful")
        NOT_HELPFUL = "not_helpful", _("Not quite")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    response = models.ForeignKey(Response, models.CASCADE, related_name="feedback", db_index=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="coach_feedback", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    rating = models.CharField(max_length=20, choices=Rating)
    feedback_text = models.TextField(blank=True, default="", validators=[MaxLengthValidator(QUESTION_LIMIT)])
    is_lab_guidance_feedback = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "ai_coach_feedback"
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.UniqueConstraint(fields=["response", "learner"], name="ai_coach_feedback_once"),
            models.CheckConstraint(
                condition=models.Q(rating__in=["helpful", "not_helpful"]), name="ai_coach_feedback_rating_valid"
            ),
            RowSecurity(
                name="ai_coach_feedback_rows",
                select=own_or_trained(),
                insert=f"{OWN_IN_MY_COURSES} AND {OWN_RESPONSE}",
                update=f"({own()}) AND {OWN_RESPONSE}",
                delete=own(),
            ),
        ]
        indexes = [
            Index(fields=["response"], name="idx_ai_coach_feedback_response"),
            Index(fields=["learner"], name="idx_ai_coach_feedback_learner"),
            Index(fields=["rating"], name="idx_ai_coach_feedback_rating"),
        ]

    def __str__(self) -> str:
        return self.rating


class ConversationHistory(models.Model):
    """The order of what was said between a learner and the coach. Personal data through its rows; erased with them."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    query = models.ForeignKey(Query, models.CASCADE, null=True, related_name="history", db_index=False)
    response = models.ForeignKey(Response, models.CASCADE, null=True, related_name="history")
    escalation = models.ForeignKey(Escalation, models.SET_NULL, null=True, related_name="history")
    sequence_number = models.IntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "ai_coach_conversation_history"
        constraints = [
            models.UniqueConstraint(fields=["learner", "course", "sequence_number"], name="ai_coach_history_sequence"),
            RowSecurity(
                name="ai_coach_conversation_history_rows",
                select=own_or_trained(),
                insert=OWN_IN_MY_COURSES,
                update=own(),
                delete=own(),
            ),
        ]
        indexes = [
            Index(fields=["learner", "course", "created_at"], name="idx_ai_coach_history_learner"),
            Index(fields=["query"], name="idx_ai_coach_history_query"),
            Index(fields=["course", "created_at"], name="idx_ai_coach_history_course"),
        ]
        triggers = [
            # Numbers without gaps or doubles, also when two tabs ask at once: one lock per learner and course.
            pgtrigger.Trigger(
                name="ai_coach_history_number",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__sequence_number=0),
                func="""
                    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.learner_id::text || NEW.course_id::text, 0));
                    SELECT coalesce(max(sequence_number), 0) + 1 INTO NEW.sequence_number
                      FROM ai_coach_conversation_history
                     WHERE learner_id = NEW.learner_id AND course_id = NEW.course_id;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.sequence_number)
