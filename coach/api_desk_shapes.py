"""The shapes in which the API shows the desk's questions and takes replies."""

from typing import Any

from rest_framework import serializers

from accounts.api_fields import Flag, Key, Text
from coach.models import Escalation
from coach.replying import REPLY_LIMIT

LISTED = (
    "id",
    "course",
    "query",
    "learner",
    "question",
    "status",
    "reason",
    "confidence",
    "note",
    "asked_times",
    "trainer",
    "claimed_by",
    "claimed_at",
    "created_at",
    "updated_at",
)


class DeskEscalationSerializer(serializers.ModelSerializer[Escalation]):
    """A question that went to a person. People are given by their ids."""

    course = serializers.SlugField(source="course.slug")
    query = serializers.UUIDField(source="query_id")
    learner = serializers.UUIDField(source="learner_id")
    trainer = serializers.UUIDField(source="trainer_id", allow_null=True)
    claimed_by = serializers.UUIDField(source="claimed_by_id", allow_null=True)
    question = serializers.CharField(source="original_question")
    note = serializers.CharField(source="learner_note")
    confidence = serializers.FloatField(source="ai_confidence", allow_null=True)

    class Meta:
        model = Escalation
        fields: tuple[str, ...] = LISTED
        read_only_fields: tuple[str, ...] = LISTED


class TurnSerializer(serializers.Serializer[Any]):
    """What was asked and answered. Markdown, and untrusted."""

    question = serializers.CharField()
    answer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name of the field


class EarlierReplySerializer(serializers.Serializer[Any]):
    """A reply that did not settle the question, and what the learner said to it."""

    reply = serializers.CharField()
    signed = serializers.CharField()
    at = serializers.CharField()
    note = serializers.CharField()


class DeskCaseSerializer(DeskEscalationSerializer):
    """The same with the conversation so far, the passages as the coach found them, and the replies."""

    conversation = TurnSerializer(many=True)
    passages = serializers.ListField(source="ai_context", child=serializers.DictField())
    earlier_replies = EarlierReplySerializer(many=True)

    class Meta(DeskEscalationSerializer.Meta):
        fields = (
            *LISTED,
            "conversation",
            "passages",
            "reply",
            "signed",
            "replied_at",
            "earlier_replies",
            "teach",
            "priority",
            "settled",
            "settled_note",
            "resolved_at",
        )
        read_only_fields = fields


class ReplySerializer(serializers.Serializer[Any]):
    text = Text(max_length=REPLY_LIMIT, help_text="Markdown.")
    teach = Flag(default=True, help_text="Hand the reply to the coach.")
    priority = serializers.ChoiceField(choices=Escalation.Priority.choices, default=Escalation.Priority.NORMAL)
    anyway = Flag(default=False, help_text="Send it although a colleague holds the question.")


class AssignSerializer(serializers.Serializer[Any]):
    trainer = Key(allow_null=True, help_text="Id of a trainer of the course; null for all of them.")
