"""The shapes in which the API takes questions and gives answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api_fields import Flag, Key, Text
from ai.models import Conversation
from coach.models import QUESTION_LIMIT, Escalation, Feedback, Query, Response
from learning.showing import place_url, place_words


class AskSerializer(serializers.Serializer[Any]):
    question = Text(max_length=QUESTION_LIMIT)
    place = Text(max_length=200, required=False, allow_blank=True, default="", help_text="Id of the chapter or lab one is at.")
    key = Key(required=False, help_text="Made by the caller: sending the same key again asks once and answers the same.")


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    class Meta:
        model = Conversation
        fields = ("id", "created_at")
        read_only_fields = fields


class CitationSerializer(serializers.Serializer[Any]):
    """A place in the course that the answer stands on; `[number]` in the text points here."""

    number = serializers.IntegerField()
    place = serializers.CharField(help_text="In words, for people.")
    chapter_id = serializers.CharField(allow_null=True)
    lab_id = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    url = serializers.CharField(help_text="Opens the exact passage.")
    score = serializers.FloatField(allow_null=True)


class AnswerSerializer(serializers.ModelSerializer[Response]):
    """`text` is Markdown, and untrusted: a model may have written it."""

    text = serializers.CharField(source="answer")
    citations = serializers.SerializerMethodField()
    confidence = serializers.FloatField(source="confidence_score", allow_null=True)
    cost = serializers.DecimalField(
        max_digits=12, decimal_places=8, allow_null=True, help_text="US dollars; null when the price is not known."
    )
    model = serializers.CharField(source="model_used")

    class Meta:
        model = Response
        fields = (
            "text",
            "state",
            "label",
            "confidence",
            "citations",
            "provider",
            "model",
            "tokens_used",
            "cost",
            "word_count",
            "timings",
            "content_version",
            "finished_at",
        )
        read_only_fields = fields

    @extend_schema_field(CitationSerializer(many=True))
    def get_citations(self, response: Response) -> list[dict[str, Any]]:
        slug = self.context["slug"]
        return [_citation(item, index, slug) for index, item in enumerate(response.reference_locations, start=1)]


def _citation(item: dict[str, Any], index: int, slug: str) -> dict[str, Any]:
    return {
        "number": item.get("number", index),
        "place": place_words(item),
        "chapter_id": item.get("chapter_id") or None,
        "lab_id": item.get("lab_id") or None,
        "title": item.get("title", ""),
        "url": place_url(slug, item),
        "score": item.get("score"),
    }


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    text = Text(source="feedback_text", max_length=QUESTION_LIMIT, required=False, allow_blank=True)

    class Meta:
        model = Feedback
        fields = ("rating", "text", "updated_at")
        read_only_fields = ("updated_at",)


class EscalationSerializer(serializers.ModelSerializer[Escalation]):
    note = Text(source="learner_note", max_length=QUESTION_LIMIT, required=False, allow_blank=True)

    class Meta:
        model = Escalation
        fields = ("status", "reason", "note", "asked_times", "reply", "signed", "replied_at", "settled", "created_at")
        read_only_fields = ("status", "reason", "asked_times", "reply", "signed", "replied_at", "settled", "created_at")


class SettledSerializer(serializers.Serializer[Any]):
    settled = Flag()
    note = Text(max_length=QUESTION_LIMIT, required=False, allow_blank=True, help_text="What is still open.")


class QuerySerializer(serializers.ModelSerializer[Query]):
    """A question with what became of it. `answer` is null until there are words; `status` says whether more will come."""

    course = serializers.SlugField(source="course.slug")
    place = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()
    feedback = serializers.SerializerMethodField()
    escalation = serializers.SerializerMethodField()

    class Meta:
        model = Query
        fields = (
            "id",
            "course",
            "conversation",
            "question",
            "place",
            "status",
            "intent",
            "answer",
            "feedback",
            "escalation",
            "created_at",
        )
        read_only_fields = fields

    def get_place(self, query: Query) -> str | None:
        return query.context.get("place") or None

    @extend_schema_field(AnswerSerializer(allow_null=True))
    def get_answer(self, query: Query) -> dict[str, Any] | None:
        response: Response | None = getattr(query, "response", None)
        return AnswerSerializer(response, context={"slug": query.course.slug}).data if response else None

    @extend_schema_field(FeedbackSerializer(allow_null=True))
    def get_feedback(self, query: Query) -> dict[str, Any] | None:
        response: Response | None = getattr(query, "response", None)
        feedback = next(iter(response.feedback.all()), None) if response else None
        return FeedbackSerializer(feedback).data if feedback else None

    @extend_schema_field(EscalationSerializer(allow_null=True))
    def get_escalation(self, query: Query) -> dict[str, Any] | None:
        escalation: Escalation | None = getattr(query, "escalation", None)
        return EscalationSerializer(escalation).data if escalation else None
