"""The shapes in which the API takes concepts and gives them back."""

from typing import Any

from rest_framework import serializers

from accounts.api_fields import Flag, Key, Text
from courses.models import ConceptEvidence, LearningConcept
from planning.concepts.adding import LONGEST_LINE, MOST_OBJECTIVES, MOST_PROMPTS
from planning.concepts.agreeing import Verdict
from planning.concepts.evidencing import FEWEST_WORDS, LONGEST


class ConceptPartSerializer(serializers.Serializer[Any]):
    """A chapter, a lab or an objective of a concept."""

    kind = serializers.ChoiceField(choices=["chapter", "lab", "self_check"])
    title = serializers.CharField()
    place = serializers.CharField(source="place_id", help_text="Id of the chapter or lab; empty for an objective.")
    url = serializers.CharField(help_text="Opens it.")
    minutes = serializers.IntegerField(help_text="How long it usually takes.")
    percent = serializers.IntegerField()
    done = serializers.BooleanField(source="is_done")


class ConceptSerializer(serializers.Serializer[Any]):
    """A concept. Progress, time and the last day of study are reckoned from evidence and minutes."""

    id = serializers.UUIDField(source="concept.pk")
    name = serializers.CharField(source="concept.name")
    description = serializers.CharField(source="concept.description", allow_null=True)
    category = serializers.CharField(source="concept.category")
    difficulty = serializers.ChoiceField(source="concept.difficulty", choices=LearningConcept.Difficulty.choices)
    estimated_hours = serializers.IntegerField(source="concept.estimated_hours", allow_null=True)
    hours = serializers.FloatField(help_text="Altogether: as estimated, else reckoned from the parts.")
    prerequisites = serializers.ListField(source="concept.prerequisites", child=serializers.UUIDField())
    learning_objectives = serializers.ListField(source="concept.learning_objectives", child=serializers.CharField())
    custom_prompts = serializers.ListField(source="concept.custom_prompts", child=serializers.CharField())
    course = serializers.CharField(source="concept.course.slug", allow_null=True, default=None)
    topic = serializers.CharField(source="concept.topic.name", allow_null=True, default=None)
    parts = ConceptPartSerializer(many=True)
    next_part = ConceptPartSerializer(allow_null=True)
    is_active = serializers.BooleanField(source="concept.is_active")
    completion_percentage = serializers.FloatField(source="concept.completion_percentage")
    time_spent = serializers.FloatField(source="concept.time_spent", help_text="Hours.")
    last_studied = serializers.DateTimeField(source="concept.last_studied", allow_null=True)
    created_at = serializers.DateTimeField(source="concept.created_at")
    updated_at = serializers.DateTimeField(source="concept.updated_at")


class ConceptChangeSerializer(serializers.Serializer[Any]):
    name = Text(max_length=200, required=False)
    description = Text(max_length=2000, required=False, allow_blank=True)
    category = Text(max_length=100, required=False)
    difficulty = serializers.ChoiceField(choices=LearningConcept.Difficulty.choices, required=False)
    estimated_hours = serializers.IntegerField(min_value=1, max_value=1000, required=False, allow_null=True)
    prerequisites = serializers.ListField(child=Key(), required=False, max_length=100)
    learning_objectives = serializers.ListField(child=Text(max_length=LONGEST_LINE), required=False, max_length=MOST_OBJECTIVES)
    custom_prompts = serializers.ListField(child=Text(max_length=LONGEST_LINE), required=False, max_length=MOST_PROMPTS)
    course = Text(max_length=100, required=False, allow_null=True, help_text="Slug of a course; null for a concept of one's own.")
    places = serializers.ListField(
        child=Text(max_length=200), required=False, max_length=500, help_text="Ids of chapters and labs of the course."
    )


class NewConceptSerializer(ConceptChangeSerializer):
    name = Text(max_length=200)


class ConceptActiveSerializer(serializers.Serializer[Any]):
    active = Flag()


class ConceptWordsSerializer(serializers.Serializer[Any]):
    words = Text(max_length=LONGEST, help_text=f"At least {FEWEST_WORDS} words of one's own.")


class ConceptCorrectionSerializer(serializers.Serializer[Any]):
    percent = serializers.IntegerField(min_value=0, max_value=100)
    why = Text(max_length=500, required=False, allow_blank=True, default="")


class MinuteCountedSerializer(serializers.Serializer[Any]):
    counted = serializers.BooleanField()


class ConceptEvidenceSerializer(serializers.ModelSerializer[ConceptEvidence]):
    """`value` is the share of the part (by hand: of the whole), `moved` and `percentage` are per cent of the concept."""

    place = serializers.CharField(source="place_id")
    verdict = serializers.ChoiceField(
        source="detail.verdict",
        choices=[*Verdict],
        default="",
        allow_blank=True,
        help_text="Of an objective in own words: how far it agrees with the course.",
    )
    value = serializers.FloatField()
    moved = serializers.FloatField(allow_null=True)
    percentage = serializers.FloatField(allow_null=True)

    class Meta:
        model = ConceptEvidence
        fields = ("id", "kind", "place", "value", "verdict", "said", "moved", "percentage", "noted_at", "withdrawn_at")
        read_only_fields = fields
