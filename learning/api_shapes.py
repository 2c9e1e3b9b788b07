"""The shapes in which the API shows what the system learns from, what waits for judgement, and what it knows.

Lists carry the beginning of long texts as `excerpt` fields; the row alone carries all of it. Every text is untrusted.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api_fields import Flag, Key, Text
from learning.applying import LIMIT as BATCH
from learning.correcting import LIMIT as LONGEST
from learning.models import AuditEntry, ConversationFeedback, Knowledge, LearningItem, OwnerCorrection

EXCERPT = 400  # characters of a text in a list
CONTEXT_LIMIT = 4_000  # characters


class OpinionSerializer(serializers.ModelSerializer[ConversationFeedback]):
    """What somebody thought of an answer."""

    query = serializers.UUIDField(source="conversation.source_id")
    course = serializers.SlugField(source="course.slug")
    learner = serializers.UUIDField(source="learner_id")
    stars = serializers.IntegerField(source="rating", allow_null=True)
    text = serializers.CharField(source="reason", allow_null=True)

    class Meta:
        model = ConversationFeedback
        fields = ("id", "query", "course", "learner", "feedback_type", "stars", "text", "created_at")
        read_only_fields = fields


CORRECTION = ("id", "query", "course", "learner", "trainer", "signed", "priority", "item", "state", "created_at", "applied_at")


class ListedCorrectionSerializer(serializers.ModelSerializer[OwnerCorrection]):
    """What a trainer said instead of the coach. `item` and `state` are those of the learning item that it became."""

    query = serializers.UUIDField(source="conversation.source_id")
    course = serializers.SlugField(source="course.slug")
    learner = serializers.UUIDField(source="learner_id")
    trainer = serializers.UUIDField(source="trainer_id", allow_null=True)
    signed = serializers.CharField(source="trainer_name")
    item = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=LearningItem.Status.choices, allow_null=True)
    excerpt = serializers.CharField()

    class Meta:
        model = OwnerCorrection
        fields: tuple[str, ...] = (*CORRECTION, "excerpt")
        read_only_fields: tuple[str, ...] = fields


class CorrectionSerializer(ListedCorrectionSerializer):
    """The same with its texts as they were said."""

    class Meta(ListedCorrectionSerializer.Meta):
        fields = (*CORRECTION, "excerpt", "original_response", "corrected_answer", "correction_context")
        read_only_fields = fields


class CorrectSerializer(serializers.Serializer[Any]):
    corrected_answer = Text(max_length=LONGEST, trim_whitespace=False, help_text="Markdown: what the coach should have said.")
    priority = serializers.ChoiceField(
        choices=OwnerCorrection.Priority.choices,
        default=OwnerCorrection.Priority.NORMAL,
        help_text="High and urgent ones are approved by rule and live within seconds; the others wait for a reviewer.",
    )
    correction_context = Text(
        max_length=CONTEXT_LIMIT, required=False, allow_blank=True, default="", help_text="When the correction holds."
    )
    key = Key(required=False, help_text="Made by the caller: sending the same key again saves once and answers the same.")


ITEM = (
    "id",
    "course",
    "status",
    "source_type",
    "source_id",
    "category",
    "confidence_score",
    "question_excerpt",
    "content_excerpt",
    "asked_count",
    "duplicate_of",
    "learner",
    "reason",
    "held_reason",
    "receipt_due",
    "reviewed_by",
    "reviewed_at",
    "created_at",
    "applied_at",
    "updated_at",
)


class ListedItemSerializer(serializers.ModelSerializer[LearningItem]):
    """Something that the system might learn. People are given by their ids."""

    course = serializers.SlugField(source="course.slug")
    learner = serializers.UUIDField(source="learner_id", allow_null=True)
    reviewed_by = serializers.UUIDField(source="reviewed_by_id", allow_null=True)
    duplicate_of = serializers.UUIDField(
        source="duplicate_of_id", allow_null=True, help_text="The item that it is grouped under."
    )
    question_excerpt = serializers.CharField()
    content_excerpt = serializers.CharField()
    receipt_due = serializers.BooleanField(help_text="It is applied, and what that changed is still being asked.")

    class Meta:
        model = LearningItem
        fields: tuple[str, ...] = ITEM
        read_only_fields: tuple[str, ...] = ITEM


class NearSerializer(serializers.Serializer[Any]):
    """Something that is known or waits already, with its likeness as a cosine."""

    origin = serializers.ChoiceField(choices=[("queue", "queue"), ("knowledge", "knowledge")])
    id = serializers.UUIDField()
    similarity = serializers.FloatField()
    relation = serializers.ChoiceField(choices=[("duplicate", "duplicate"), ("near", "near")])


class GroupedSerializer(serializers.Serializer[Any]):
    """An item grouped under this one."""

    id = serializers.UUIDField()
    question_excerpt = serializers.CharField()
    status = serializers.ChoiceField(choices=LearningItem.Status.choices)


class HistorySerializer(serializers.ModelSerializer[AuditEntry]):
    """A line of the record: ids, figures and hashes of texts."""

    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)

    class Meta:
        model = AuditEntry
        fields = ("id", "actor_id", "actor_role", "action", "table_name", "before", "after", "created_at")
        read_only_fields = fields


class AnswerThenSerializer(serializers.Serializer[Any]):
    answer = serializers.CharField()
    is_answered = serializers.BooleanField()
    confidence = serializers.FloatField()
    citation = serializers.DictField(allow_null=True)


class AskedAgainSerializer(serializers.Serializer[Any]):
    question = serializers.CharField()
    before = AnswerThenSerializer()
    after = AnswerThenSerializer()


class ReceiptSerializer(serializers.Serializer[Any]):
    """The questions that the item came from, asked before and after it was applied, and the guard set."""

    questions = AskedAgainSerializer(many=True)
    guard = serializers.DictField()


class ItemSerializer(ListedItemSerializer):
    """The same with its texts, what is near, its receipt, and for admins its history."""

    near = NearSerializer(many=True)
    grouped = GroupedSerializer(many=True)
    history = HistorySerializer(many=True, help_text="The newest first; empty for trainers.")
    receipt = serializers.SerializerMethodField()
    place = serializers.DictField()
    verified_by = serializers.CharField(source="verified_by_name")

    class Meta(ListedItemSerializer.Meta):
        fields = (
            *ITEM,
            "question",
            "original_answer",
            "proposed_content",
            "place",
            "verified_by",
            "entry_id",
            "knowledge_id",
            "near",
            "grouped",
            "receipt",
            "history",
        )
        read_only_fields = fields

    @extend_schema_field(ReceiptSerializer(allow_null=True))
    def get_receipt(self, item: LearningItem) -> dict[str, Any] | None:
        return item.receipt or None


class ApproveSerializer(serializers.Serializer[Any]):
    content = Text(
        max_length=LONGEST, trim_whitespace=False, required=False, help_text="Markdown, instead of the proposed content."
    )
    category = Text(max_length=100, required=False)


class RejectSerializer(serializers.Serializer[Any]):
    reason = Text(max_length=CONTEXT_LIMIT)


class MergeSerializer(serializers.Serializer[Any]):
    into = Key(help_text="Id of the item that takes this one in.")


class UndoSerializer(serializers.Serializer[Any]):
    reason = Text(max_length=CONTEXT_LIMIT, required=False, allow_blank=True, default="")


class ApplySerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=BATCH, default=25)
    dry_run = Flag(default=False, help_text="Say what would be applied, and apply nothing.")

    def to_internal_value(self, data: Any) -> Any:
        limit = data.get("limit") if isinstance(data, dict) else None
        if limit is not None and type(limit) is not int:
            raise serializers.ValidationError({"limit": [self.fields["limit"].error_messages["invalid"]]})
        return super().to_internal_value(data)


class HeldSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    reason = serializers.CharField()


class AppliedSerializer(serializers.Serializer[Any]):
    """What came of it: ids of items; `waiting` is what a dry run would apply."""

    applied = serializers.ListField(child=serializers.UUIDField())
    held = HeldSerializer(many=True)
    waiting = serializers.ListField(child=serializers.UUIDField())


KNOWLEDGE = (
    "id",
    "entry_id",
    "version",
    "is_live",
    "course",
    "category",
    "source",
    "item",
    "question",
    "content_excerpt",
    "verified_by",
    "verified_at",
    "place",
    "created_at",
    "retired_at",
)


class ListedKnowledgeSerializer(serializers.ModelSerializer[Knowledge]):
    """A verified answer in one of its versions."""

    course = serializers.SlugField(source="course.slug")
    item = serializers.UUIDField(source="item_id", allow_null=True)
    verified_by = serializers.CharField(source="verified_by_name")
    place = serializers.DictField()
    content_excerpt = serializers.SerializerMethodField()

    class Meta:
        model = Knowledge
        fields: tuple[str, ...] = KNOWLEDGE
        read_only_fields: tuple[str, ...] = KNOWLEDGE

    def get_content_excerpt(self, entry: Knowledge) -> str:
        return entry.content[:EXCERPT]


class KnowledgeSerializer(ListedKnowledgeSerializer):
    """The same with the whole answer, as Markdown."""

    class Meta(ListedKnowledgeSerializer.Meta):
        fields = (*KNOWLEDGE, "content")
        read_only_fields = fields


class KnownSerializer(serializers.Serializer[Any]):
    """A verified answer and how near it is to what was asked."""

    similarity = serializers.FloatField(allow_null=True, help_text="A cosine; null when only words could be compared.")
    entry = ListedKnowledgeSerializer()
