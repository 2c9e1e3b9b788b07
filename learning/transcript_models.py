"""What was said aloud, as text: the row that an upload becomes, from its arrival to what was learnt of it."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import ADMINS, IN_COURSES_I_RUN, IN_MY_COURSES, RowSecurity, own, own_or_trained
from courses.models import Course
from learning.memory_models import ConversationMemory, learner_key, own_conversation

OF_NOBODY = f"(learner_id IS NULL AND {IN_COURSES_I_RUN})"
MINE_OR_OF_MY_COURSE = (
    f"(learner_id IS NOT NULL AND {own()} AND {IN_MY_COURSES})"
    f" OR ({IN_COURSES_I_RUN} AND (learner_id IS NULL OR trains(learner_id, course_id)))"
)
SENT_BY_MYSELF = f"(uploaded_by_id IS NULL OR uploaded_by_id = (SELECT app_user_id()) OR {ADMINS})"
HEAVY = ("recording", "transcript", "cues", "embedding")  # columns that no list needs


class TranscriptQuerySet(models.QuerySet["VoiceTranscript"]):
    def light(self) -> "TranscriptQuerySet":
        """Without what only the page of one transcript reads, and without the sound."""
        return self.defer(*HEAVY)

    def written(self) -> "TranscriptQuerySet":
        """Without the sound."""
        return self.defer("recording", "embedding")


class VoiceTranscript(models.Model):
    """Something that was spoken, as text. Personal data: what people said, and until it is written down how it sounded.

    Kept so that a course learns from what was asked aloud. `learner` is whose words they are; without one they belong to the
    course. It is erased with the learner's account, by whoever may erase it (the learner, an admin, for a course's own also its
    trainers), and with the course. The sound in `recording` goes in the transaction that saves the words: a constraint
    keeps a transcript from being ready while it has one. What could not be transcribed is forgotten after some days
    (`TRANSCRIPTION_KEEP_DAYS`). An item that waits in the learning queue goes with its transcript; what was approved stays.
    """

    class Sentiment(models.TextChoices):
        POSITIVE = "positive", _("Positive")
        NEUTRAL = "neutral", _("Neutral")
        NEGATIVE = "negative", _("Negative")
        MIXED = "mixed", _("Mixed")

    class State(models.TextChoices):
        RECEIVED = "received", _("Waiting")
        WORKING = "working", _("Working")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    class Stage(models.TextChoices):
        NONE = "", _("Waiting for its turn")
        TRANSCRIBING = "transcribing", _("Writing down what is said")
        READING = "reading", _("Reading it")
        ASKING = "asking", _("Looking up its questions in the course")

    class Format(models.TextChoices):
        PLAIN = "plain", _("Text")
        VTT = "vtt", _("WebVTT")
        SRT = "srt", _("SubRip")
        AUDIO = "audio", _("Recording")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    conversation = models.ForeignKey(ConversationMemory, models.CASCADE, null=True, related_name="transcripts", db_index=False)
    learner = learner_key(null=True)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    title = models.CharField(max_length=200, default="", blank=True)
    source_format = models.CharField(max_length=10, choices=Format, default=Format.PLAIN)
    language = models.CharField(max_length=20, default="", blank=True)  # ISO 639-1 where it is known
    duration_ms = models.BigIntegerField(null=True)
    transcript = models.TextField()
    cues = models.JSONField(default=list)  # [[start ms or null, end ms or null, speaker or "", text]], in the order of time
    processed_summary = models.TextField(null=True)
    embedding = VectorField(null=True)
    embedding_model = models.CharField(max_length=200, default="")
    sentiment = models.CharField(max_length=20, choices=Sentiment, null=True)  # null also where no one can tell
    entities = models.JSONField(default=dict)  # {"people": [...], "places": [{...}], "terms": [...]}
    learning_insights = models.JSONField(default=dict)  # {"questions": [...], "quotes": [...], "proposal": {...}}
    metadata = models.JSONField(default=dict)  # which versions made what, and the figures behind the sentiment
    recording = models.BinaryField(null=True)
    media_type = models.CharField(max_length=50, default="", blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.NONE, blank=True)
    deliveries = models.IntegerField(default=0)  # raised before work starts; three are the limit
    leased_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, default="")
    error_message = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = TranscriptQuerySet.as_manager()

    class Meta:
        db_table = "voice_transcripts"
        verbose_name = _("transcript")
        verbose_name_plural = _("transcripts")
        constraints = [
            models.CheckConstraint(
                condition=Q(sentiment=None) | Q(sentiment__in=["positive", "neutral", "negative", "mixed"]),
                name="voice_transcripts_sentiment_valid",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "working", "ready", "failed"]), name="voice_transcripts_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(source_format__in=["plain", "vtt", "srt", "audio"]), name="voice_transcripts_format_valid"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(recording=None, transcript__regex=r"\S"), name="voice_transcripts_ready_written"
            ),
            RowSecurity(
                name="voice_transcripts_rows",
                select=f"{own_or_trained()} OR {OF_NOBODY}",
                insert=f"({MINE_OR_OF_MY_COURSE}) AND {SENT_BY_MYSELF}"
                f" AND (conversation_id IS NULL OR {own_conversation('voice_transcripts')})",
                update=ADMINS,
                delete=f"{own()} OR {ADMINS} OR {OF_NOBODY}",
            ),
        ]
        indexes = [
            Index(fields=["conversation"], name="idx_transcripts_conversation"),
            Index(fields=["sentiment"], name="idx_transcripts_sentiment"),
            Index(fields=["created_at"], name="idx_transcripts_created_at"),
            GinIndex(fields=["entities"], name="idx_transcripts_entities"),
            Index(fields=["conversation", "created_at"], name="idx_transcripts_negative", condition=Q(sentiment="negative")),
            Index(fields=["learner"], name="idx_transcripts_learner"),  # row security
            Index(fields=["course", "created_at"], name="idx_transcripts_course"),  # the list of a course
            # The sweeper looks for what waits, and for sound that is kept.
            Index(fields=["created_at"], name="idx_transcripts_open", condition=Q(state__in=["received", "working"])),
            Index(fields=["created_at"], name="idx_transcripts_sound", condition=Q(recording__isnull=False)),
        ]
        triggers = [
            pgtrigger.Protect(
                name="voice_transcripts_start", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="received")
            ),
            pgtrigger.FSM(
                name="voice_transcripts_states",
                field="state",
                transitions=[
                    ("received", "working"),
                    ("working", "ready"),
                    ("working", "failed"),
                    ("failed", "received"),
                    ("ready", "received"),  # read once more
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.RECEIVED, self.State.WORKING}

    @property
    def can_be_retried(self) -> bool:
        """A failed one with nothing left to read must be uploaded again; the sound of it is not asked for here."""
        return self.state in {self.State.FAILED, self.State.READY}
