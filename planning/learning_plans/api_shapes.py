"""The shapes in which the API takes learning plans and gives them back."""

import zoneinfo
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api_fields import Flag, Key, Text
from planning.learning_plan_models import LearningPlan, LearningPlanStep
from planning.learning_plans import days
from planning.learning_plans.making import MOST_CONCEPTS


class PlannedConceptSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class UnfitSerializer(serializers.Serializer[Any]):
    """What found no place before the end of the plan."""

    concept = serializers.UUIDField()
    title = serializers.CharField()
    minutes = serializers.IntegerField()


class LearningPlanSerializer(serializers.ModelSerializer[LearningPlan]):
    """`weekly`: minutes of each weekday, Monday first. `pace`: how long things take this learner, against what is usual."""

    course = serializers.CharField(source="course.slug", allow_null=True, default=None)
    concepts = PlannedConceptSerializer(many=True)
    weekly = serializers.SerializerMethodField()
    start = serializers.DateField(source="schedule.start")
    deadline = serializers.DateField(source="schedule.deadline", allow_null=True)
    zone = serializers.CharField(source="schedule.zone")
    unfit = UnfitSerializer(source="schedule.unfit", many=True)
    adapts = serializers.BooleanField(source="adaptive_settings.adapts")
    side_by_side = serializers.BooleanField(source="adaptive_settings.side_by_side")
    pace = serializers.FloatField(source="adaptive_settings.pace")
    state = serializers.ChoiceField(choices=LearningPlan.State.choices)

    class Meta:
        model = LearningPlan
        fields = (
            "id", "name", "description", "course", "concepts", "weekly", "start", "deadline", "zone", "unfit", "adapts",
            "side_by_side", "pace", "state", "is_active", "closed_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_weekly(self, plan: LearningPlan) -> list[int]:
        return list(days.weekly_of(plan))


class LearningPlanChangeSerializer(serializers.Serializer[Any]):
    name = Text(max_length=200, required=False)
    description = Text(max_length=2000, required=False, allow_blank=True)
    concepts = serializers.ListField(
        source="concept_ids", child=Key(), min_length=1, max_length=MOST_CONCEPTS, required=False, help_text="Ids of concepts."
    )
    weekly = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=days.MOST_MINUTES),
        min_length=7,
        max_length=7,
        required=False,
        help_text="Minutes of each weekday, Monday first.",
    )
    start = serializers.DateField(required=False, allow_null=True, help_text="Else today.")
    deadline = serializers.DateField(required=False, allow_null=True)
    zone = Text(max_length=64, required=False, help_text="Name of a time zone; else the account's.")
    adapts = Flag(required=False)
    side_by_side = Flag(required=False)

    def validate_zone(self, name: str) -> str:
        try:
            return zoneinfo.ZoneInfo(name).key
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise serializers.ValidationError(_("There is no such time zone.")) from None


class NewLearningPlanSerializer(LearningPlanChangeSerializer):
    name = Text(max_length=200)
    concepts = serializers.ListField(
        source="concept_ids", child=Key(), min_length=1, max_length=MOST_CONCEPTS, help_text="Ids of concepts."
    )
    weekly = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=days.MOST_MINUTES),
        min_length=7,
        max_length=7,
        help_text="Minutes of each weekday, Monday first.",
    )


class LearningPlanStateSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=["active", "paused", "abandoned"])


class LearningPlanStepSerializer(serializers.ModelSerializer[LearningPlanStep]):
    concept = serializers.UUIDField(source="concept_id")
    place = serializers.CharField(source="place_id", help_text="Id of the chapter or lab; empty for the rest.")
    kind = serializers.ChoiceField(choices=LearningPlanStep.Kind.choices)
    moved = serializers.BooleanField(source="is_pinned", help_text="By hand: a new plan keeps its day.")
    done = serializers.SerializerMethodField()

    class Meta:
        model = LearningPlanStep
        fields = (
            "id", "concept", "kind", "place", "title", "day", "minutes", "part", "parts", "moved", "done", "done_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_done(self, step: LearningPlanStep) -> bool:
        return step.done_at is not None


class LearningPlanStepChangeSerializer(serializers.Serializer[Any]):
    NOTHING = _("Say whether it is done, or on which day it is to be done.")

    done = Flag(required=False)
    day = serializers.DateField(required=False)
