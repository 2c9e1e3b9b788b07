"""The shapes in which the API gives subjects, questions, attempts and results, and takes answers."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api_fields import Flag, Key, Text
from planning.exam_models import AnswerKey, Question, QuestionVersion, SchemePoint, Subject, SyllabusPoint
from planning.practice.saving import LONGEST
from planning.practice.starting import MOST_MINUTES, MOST_QUESTIONS, USUAL_QUESTIONS
from planning.practice_models import Attempt, AttemptedQuestion

LONGEST_CODE = 50
LARGEST_REVISION = 2**31 - 2


class SubjectSerializer(serializers.ModelSerializer[Subject]):
    course = serializers.SlugField(source="course.slug", allow_null=True, read_only=True)

    class Meta:
        model = Subject
        fields = ("code", "title", "description", "course", "active", "created_at")
        read_only_fields = fields


class SyllabusPointSerializer(serializers.ModelSerializer[SyllabusPoint]):
    part_of = serializers.CharField(source="parent.code", allow_null=True, read_only=True, help_text="Code of a point.")
    chapter = serializers.CharField(
        source="chapter.chapter_id", allow_null=True, read_only=True, help_text="The place of the course that teaches it."
    )

    class Meta:
        model = SyllabusPoint
        fields = ("id", "code", "title", "description", "part_of", "chapter", "position")
        read_only_fields = fields


class OptionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField(allow_blank=True, help_text="Empty for true and false: the id says it.")


class OfferedSerializer(serializers.ModelSerializer[QuestionVersion]):
    """A version as it is put to learners; texts are Markdown or plain, as `text_format` says, and untrusted."""

    version = serializers.IntegerField(source="number", read_only=True)
    choices = serializers.SerializerMethodField(help_text="Of a multiple choice and of true or false.")
    left = serializers.SerializerMethodField(help_text="Of a matching.")
    right = serializers.SerializerMethodField(help_text="Of a matching: what the left can be paired with.")

    class Meta:
        model = QuestionVersion
        fields = (
            *("version", "kind", "title", "text", "text_format", "maximum_marks"),
            *("choices", "several", "left", "right"),
        )
        read_only_fields = fields

    @extend_schema_field(OptionSerializer(many=True))
    def get_choices(self, version: QuestionVersion) -> list[dict[str, str]]:
        return version.choices if isinstance(version.choices, list) else []

    @extend_schema_field(OptionSerializer(many=True))
    def get_left(self, version: QuestionVersion) -> list[dict[str, str]]:
        return _side(version, "left")

    @extend_schema_field(OptionSerializer(many=True))
    def get_right(self, version: QuestionVersion) -> list[dict[str, str]]:
        return _side(version, "right")


class QuestionSerializer(serializers.ModelSerializer[Question]):
    """A question without what answers it."""

    subject = serializers.CharField(source="subject.code", read_only=True)
    points = serializers.SlugRelatedField[SyllabusPoint](slug_field="code", many=True, read_only=True)
    current = OfferedSerializer(read_only=True)

    class Meta:
        model = Question
        fields = ("id", "code", "subject", "points", "current")
        read_only_fields = fields


class NewAttemptSerializer(serializers.Serializer[Any]):
    subject = Text(max_length=LONGEST_CODE, help_text="Code of a subject.")
    points = serializers.ListField(
        child=Text(max_length=LONGEST_CODE), required=False, default=list, max_length=300, help_text="Codes; none means all."
    )
    count = serializers.IntegerField(min_value=1, max_value=MOST_QUESTIONS, required=False, default=USUAL_QUESTIONS)
    timed = Flag(required=False, default=False)
    minutes = serializers.IntegerField(
        min_value=1, max_value=MOST_MINUTES, required=False, help_text="When timed; else by the marks."
    )
    key = Key(required=False, help_text="Made by the caller: sending the same key again begins one attempt.")


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    subject = serializers.CharField(source="subject.code", read_only=True)

    class Meta:
        model = Attempt
        fields = ("id", "subject", "mode", "status", "started_at", "deadline", "submitted_at", "marked_at")
        read_only_fields = fields


class AttemptAnswerSerializer(serializers.ModelSerializer[AttemptedQuestion]):
    question = OfferedSerializer(source="version", read_only=True)
    chosen = serializers.SerializerMethodField()
    pairs = serializers.SerializerMethodField()

    class Meta:
        model = AttemptedQuestion
        fields = ("id", "position", "question", "answer", "chosen", "pairs", "revision", "set_aside", "saved_at")
        read_only_fields = fields

    def get_chosen(self, row: AttemptedQuestion) -> list[str]:
        return row.chosen if isinstance(row.chosen, list) else []

    def get_pairs(self, row: AttemptedQuestion) -> dict[str, str]:
        return row.chosen if isinstance(row.chosen, dict) else {}


class SittingSerializer(AttemptSerializer):
    """An attempt with its questions and what is written so far."""

    answers = AttemptAnswerSerializer(many=True, read_only=True)

    class Meta(AttemptSerializer.Meta):
        fields = (*AttemptSerializer.Meta.fields, "answers")  # type: ignore[assignment]


class SaveAnswerSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(
        min_value=0,
        max_value=LARGEST_REVISION,
        help_text="The one that was read last: another one means that somebody saved since.",
    )
    answer = Text(max_length=LONGEST, required=False, allow_blank=True, default="", trim_whitespace=False)
    chosen = serializers.ListField(child=Text(max_length=20), required=False, default=list, max_length=100, help_text="Ids.")
    pairs = serializers.DictField(child=Text(max_length=20), required=False, default=dict, help_text="Left id to right id.")


class SavedSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField()
    answer = serializers.CharField()


class SchemePointSerializer(serializers.ModelSerializer[SchemePoint]):
    class Meta:
        model = SchemePoint
        fields = ("id", "objective", "marks", "text")
        read_only_fields = fields


class MarkedAnswerSerializer(AttemptAnswerSerializer):
    """An answer that was handed in: marks as far as they are there, and what would have been right."""

    marking_feedback = serializers.DictField(allow_null=True, read_only=True)
    model_answer = serializers.SerializerMethodField()
    key = serializers.SerializerMethodField()
    scheme = SchemePointSerializer(source="version.scheme_points", many=True, read_only=True)

    class Meta(AttemptAnswerSerializer.Meta):
        fields = (
            *AttemptAnswerSerializer.Meta.fields,
            *("state", "marks_awarded", "maximum_marks", "confidence_score", "needs_review", "reviewed_at"),
            *("marking_feedback", "model_answer", "key", "scheme"),
        )  # type: ignore[assignment]

    def get_model_answer(self, row: AttemptedQuestion) -> str:
        key = _answer_key(row)
        return key.model_answer if key else ""

    def get_key(self, row: AttemptedQuestion) -> dict[str, Any]:
        key = _answer_key(row)
        return dict(key.key) if key else {}


class ShareSerializer(serializers.Serializer[Any]):
    objective = serializers.CharField()
    name = serializers.CharField()
    awarded = serializers.DecimalField(max_digits=8, decimal_places=2)
    maximum = serializers.DecimalField(max_digits=8, decimal_places=2)


class ResultSerializer(AttemptSerializer):
    """`waiting` answers are not marked yet."""

    awarded = serializers.SerializerMethodField()
    maximum = serializers.SerializerMethodField()
    waiting = serializers.SerializerMethodField()
    objectives = serializers.SerializerMethodField()
    answers = MarkedAnswerSerializer(many=True, read_only=True)

    class Meta(AttemptSerializer.Meta):
        fields = (*AttemptSerializer.Meta.fields, "awarded", "maximum", "waiting", "objectives", "answers")  # type: ignore[assignment]

    @extend_schema_field(serializers.DecimalField(max_digits=8, decimal_places=2))
    def get_awarded(self, attempt: Attempt) -> str:
        return f"{self.context['report'].awarded:.2f}"

    def get_maximum(self, attempt: Attempt) -> int:
        return int(self.context["report"].maximum)

    def get_waiting(self, attempt: Attempt) -> int:
        return int(self.context["report"].waiting)

    @extend_schema_field(ShareSerializer(many=True))
    def get_objectives(self, attempt: Attempt) -> Any:
        return ShareSerializer(self.context["report"].shares, many=True).data


def _side(version: QuestionVersion, side: str) -> list[dict[str, str]]:
    return version.choices.get(side, []) if isinstance(version.choices, Mapping) else []


def _answer_key(row: AttemptedQuestion) -> AnswerKey | None:
    return getattr(row.version, "answer_key", None)
