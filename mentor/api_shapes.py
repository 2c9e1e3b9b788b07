"""The shapes in which the API takes threads and questions and gives answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api_fields import Flag, Key, Text
from ai.asking import QUESTION_LIMIT
from ai.models import Conversation, Handover
from learning.showing import place_url, place_words
from mentor.asking import TITLE_LENGTH
from mentor.models import Chat
from mentor.opinions import LEAST, MOST


class ThreadSerializer(serializers.ModelSerializer[Conversation]):
    course = serializers.SlugField(source="course.slug", allow_null=True, read_only=True)
    topic = serializers.CharField(source="topic.name", allow_null=True, read_only=True)
    concept = serializers.UUIDField(source="concept_id", allow_null=True, read_only=True)
    title = Text(max_length=TITLE_LENGTH)
    cost = serializers.DecimalField(source="total_cost", max_digits=12, decimal_places=8, read_only=True, help_text="US dollars.")
    summary = serializers.CharField(
        source="context_summary", allow_null=True, read_only=True, help_text="Of the turns that no longer go along word for word."
    )

    class Meta:
        model = Conversation
        fields = ("id", "title", "course", "topic", "concept", "summary", "cost", "created_at", "updated_at")
        read_only_fields = ("id", "created_at", "updated_at")


class ThreadChangeSerializer(serializers.Serializer[Any]):
    title = Text(max_length=TITLE_LENGTH, required=False)
    concept = Key(required=False, allow_null=True, help_text="What it is about from now on; null for none.")


class NewThreadSerializer(serializers.Serializer[Any]):
    course = Text(max_length=200, required=False, help_text="Slug of a course; else that of the concept.")
    concept = Key(required=False, help_text="A concept that one pursues.")
    topic = Text(max_length=200, required=False, allow_blank=True, default="", help_text="Name of a topic of the course.")
    title = Text(max_length=TITLE_LENGTH, required=False, allow_blank=True, default="", help_text="Else the first question.")


class AskMentorSerializer(serializers.Serializer[Any]):
    question = Text(max_length=QUESTION_LIMIT)
    key = Key(required=False, help_text="Made by the caller: sending the same key again asks once and answers the same.")


class MentorRatingSerializer(serializers.Serializer[Any]):
    rating = serializers.IntegerField(min_value=LEAST, max_value=MOST, help_text="1 not at all helpful, 5 very.")
    text = Text(max_length=QUESTION_LIMIT, required=False, allow_blank=True)


class MentorFlagSerializer(serializers.Serializer[Any]):
    flagged = Flag()


class PassOnSerializer(serializers.Serializer[Any]):
    reason = Text(max_length=QUESTION_LIMIT, required=False, allow_blank=True, default="")


class MentorCitationSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    place = serializers.CharField(help_text="In words, for people.")
    url = serializers.CharField(help_text="Opens the exact passage.")


class HandoverSerializer(serializers.ModelSerializer[Handover]):
    """What became of a question at the trainers' desk; `status` is empty until the desk has picked it up."""

    class Meta:
        model = Handover
        fields = ("status", "note", "reply", "signed", "replied_at", "created_at")
        read_only_fields = fields


class ChatSerializer(serializers.ModelSerializer[Chat]):
    """A question with its answer. `response` is Markdown, and untrusted: a model may have written it."""

    thread = serializers.UUIDField(source="conversation_id")
    citations = serializers.SerializerMethodField()
    rating = serializers.IntegerField(source="student_rating", allow_null=True)
    feedback = serializers.CharField(source="student_feedback", allow_null=True)
    flagged = serializers.BooleanField(source="flagged_for_review")
    escalated = serializers.BooleanField(source="escalated_to_trainer")
    confidence = serializers.FloatField(allow_null=True)
    context_used = serializers.DictField()

    class Meta:
        model = Chat
        fields = (
            "id",
            "thread",
            "question",
            "response",
            "status",
            "label",
            "confidence",
            "citations",
            "provider",
            "model",
            "tokens_used",
            "cost_usd",
            "response_time_ms",
            "context_used",
            "rating",
            "feedback",
            "flagged",
            "escalated",
            "created_at",
            "finished_at",
        )
        read_only_fields = fields

    @extend_schema_field(MentorCitationSerializer(many=True))
    def get_citations(self, chat: Chat) -> list[dict[str, Any]]:
        slug = chat.course.slug if chat.course else ""
        return [
            {"number": item.get("number", index), "place": place_words(item), "url": place_url(slug, item)}
            for index, item in enumerate(chat.reference_locations, start=1)
        ]
