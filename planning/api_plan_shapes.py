"""The shapes in which the API takes wishes for plans and gives plans."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api_fields import Flag, Text
from planning.models import CalendarFeed, ImprovementPlan, StudyPlan
from planning.study.days import DaysOff
from planning.study.wishing import MOST_DATES_OFF, WEEK, Wanted
from planning.study_models import MOST_HOURS, TOPIC_LENGTH

MOST_KNOWN = 2000  # codes of one request


class PlanWishSerializer(serializers.Serializer[Any]):
    subject = Text(max_length=50, help_text="Code of a subject.")
    exam_date = serializers.DateField(help_text="After today, at most two years ahead.")
    hours_per_day = serializers.FloatField(help_text=f"More than 0, at most {MOST_HOURS}.")
    weekdays_off = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=WEEK - 1), required=False, default=list, max_length=WEEK,
        help_text="0 is Monday.",
    )  # fmt: skip
    dates_off = serializers.ListField(child=serializers.DateField(), required=False, default=list, max_length=MOST_DATES_OFF)
    known = serializers.ListField(
        child=Text(max_length=TOPIC_LENGTH), required=False, default=list, max_length=MOST_KNOWN,
        help_text="Codes of syllabus points to leave out.",
    )  # fmt: skip
    method = serializers.ChoiceField(choices=StudyPlan.Method.choices, required=False, default=StudyPlan.Method.SM2)
    starts_at = serializers.TimeField(required=False, allow_null=True, default=None, help_text="Time of day in the calendar.")


class DaySerializer(serializers.Serializer[Any]):
    day = serializers.IntegerField(help_text="Counts from the first day of the plan, 1.")
    date = serializers.DateField()
    topics = serializers.ListField(child=serializers.CharField(), help_text="Codes of syllabus points, at most three.")
    interval = serializers.IntegerField(help_text="Days since the reviews before, the shortest of the day.")
    activities = serializers.ListField(
        child=serializers.CharField(), help_text="study, practice, review, mixed_review, practice_exam"
    )
    hours_allocated = serializers.FloatField()
    ef = serializers.FloatField(help_text="Easiness factor, 1.3 to 2.5, mean of the day.")
    completed = serializers.BooleanField()


class PlanSerializer(serializers.ModelSerializer[StudyPlan]):
    subject = serializers.CharField(source="subject.code")

    class Meta:
        model = StudyPlan
        fields: tuple[str, ...] = (
            "id", "subject", "exam_date", "total_days", "hours_per_day", "status", "method", "created_at", "updated_at"
        )  # fmt: skip
        read_only_fields = fields


class PlanDetailSerializer(PlanSerializer):
    schedule = DaySerializer(many=True)
    easiness_factors = serializers.DictField(child=serializers.FloatField())
    days_off = serializers.DictField()
    known = serializers.ListField(child=serializers.CharField())
    lack = serializers.DictField(help_text="What could not be fitted in; empty when everything was.")
    changes = serializers.DictField(help_text="What the last replanning after missed days moved.")

    class Meta(PlanSerializer.Meta):
        fields = (
            *PlanSerializer.Meta.fields,
            "schedule", "easiness_factors", "days_off", "known", "lack", "changes", "starts_at", "time_zone",
        )  # fmt: skip
        read_only_fields = fields


class GradeSerializer(serializers.Serializer[Any]):
    topic = Text(max_length=TOPIC_LENGTH, help_text="Code of a syllabus point.")
    grade = serializers.IntegerField(min_value=0, max_value=5, help_text="0 nothing came to 5 right at once.")


class WeaknessSerializer(serializers.Serializer[Any]):
    category = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())
    severity = serializers.CharField(help_text="low, medium or high")
    syllabus_points = serializers.ListField(child=serializers.CharField())


class ActionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    action = serializers.CharField()
    target_weakness = serializers.CharField()
    due_date = serializers.DateField()
    completed = serializers.BooleanField()
    resources = serializers.ListField(child=serializers.CharField())
    syllabus_points = serializers.ListField(child=serializers.CharField(), required=False)


class ImprovementSerializer(serializers.ModelSerializer[ImprovementPlan]):
    """`weaknesses` has the keys AO1, AO2 and AO3."""

    subject = serializers.CharField(source="subject.code")
    attempt = serializers.UUIDField(source="attempt_id")
    weaknesses = serializers.SerializerMethodField()
    action_items = ActionSerializer(many=True)
    progress = serializers.DictField()

    class Meta:
        model = ImprovementPlan
        fields = ("id", "subject", "attempt", "weaknesses", "action_items", "progress", "created_at")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=WeaknessSerializer(many=True)))
    def get_weaknesses(self, plan: ImprovementPlan) -> dict[str, Any]:
        return dict(plan.weaknesses)


class TickSerializer(serializers.Serializer[Any]):
    completed = Flag()
    notes = Text(max_length=500, required=False, allow_blank=True, default="")


class CalendarSerializer(serializers.ModelSerializer[CalendarFeed]):
    class Meta:
        model = CalendarFeed
        fields = ("created_at", "last_used_at")
        read_only_fields = fields


class CalendarAddressSerializer(serializers.Serializer[Any]):
    address = serializers.CharField(read_only=True)


def wanted_of(data: dict[str, Any]) -> Wanted:
    """A wish whose shape was checked."""
    return Wanted(
        exam_date=data["exam_date"],
        hours_per_day=data["hours_per_day"],
        off=DaysOff(frozenset(data["weekdays_off"]), frozenset(data["dates_off"])),
        known=frozenset(data["known"]),
        method=data["method"],
        starts_at=data["starts_at"],
    )
