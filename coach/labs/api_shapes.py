"""The shapes in which the API takes and gives what concerns labs."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api_fields import Flag, Key, Text
from accounts.models import User
from coach.labs.showing import steps_context
from coach.models import LabOffer, LabStruggle, Presence
from coach.replying import REPLY_LIMIT
from courses.models import Lab, LabAttempt

MOST_DETAILS = 4_000  # characters of JSON


class Moment(serializers.DateTimeField):
    """In UTC, within what PostgreSQL can take."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return super().to_internal_value(value).astimezone(UTC)
        except OverflowError:
            self.fail("overflow")
        raise AssertionError


class Share(serializers.DecimalField):
    """0 to 1, to three places; a number and no text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=4, decimal_places=3, min_value=0, max_value=1, coerce_to_string=False, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(round(data, 3) if 0 <= data <= 1 else data)


class LabTrySerializer(serializers.Serializer[Any]):
    started_at = Moment(required=False)
    finished_at = Moment(required=False, help_text="Left out with neither score nor outcome: the try has only begun.")
    score = Share(required=False, allow_null=True)
    passed = Flag(required=False, allow_null=True)
    step = Text(max_length=200, required=False, allow_blank=True, default="", help_text="Id of the step where it ended.")
    key = Key(required=False, help_text="Made by the caller: sending the same key again notes it once.")
    details = serializers.DictField(required=False, help_text="Whatever the caller wants to keep with it.")

    def validate_details(self, value: dict[str, Any]) -> dict[str, Any]:
        try:
            text = json.dumps(value, allow_nan=False)
        except ValueError:
            raise serializers.ValidationError(_("A number is too large.")) from None
        if len(text) > MOST_DETAILS or "\\u0000" in text or "\\ud" in text.lower():
            raise serializers.ValidationError(_("Up to 4,000 characters of JSON, none of them null."))
        return value


class LabAttemptSerializer(serializers.ModelSerializer[LabAttempt]):
    lab = serializers.CharField(source="lab_id")
    score = serializers.FloatField(allow_null=True)

    class Meta:
        model = LabAttempt
        fields = ("id", "lab", "started_at", "finished_at", "score", "passed", "step", "source", "details")
        read_only_fields = fields


class LabStepSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    works = serializers.BooleanField()


class LabStepsSerializer(serializers.Serializer[Any]):
    steps = LabStepSerializer(many=True)
    minutes = serializers.IntegerField(help_text="How long one was at the lab's page, as far as it was in view.")


class LabStepChangeSerializer(serializers.Serializer[Any]):
    step = Text(max_length=200)
    said = serializers.ChoiceField(choices=["works", "fails", "undo"])


class LabHintSerializer(serializers.Serializer[Any]):
    words = serializers.CharField()
    place = serializers.CharField()
    url = serializers.CharField()
    passage = serializers.CharField(help_text="Words of the course, as Markdown.")


class LabOfferSerializer(serializers.ModelSerializer[LabOffer]):
    lab = serializers.CharField(source="lab_id")
    hints = serializers.SerializerMethodField()

    class Meta:
        model = LabOffer
        fields = ("id", "lab", "step", "step_title", "state", "level", "hints", "offered_at", "answered_at", "settled_at")
        read_only_fields = fields

    @extend_schema_field(LabHintSerializer(many=True))
    def get_hints(self, offer: LabOffer) -> list[dict[str, str]]:
        return list(offer.hints)


class LabOfferAnswerSerializer(serializers.Serializer[Any]):
    said = serializers.ChoiceField(choices=["dismissed", "helped", "unhelpful"])


class PresenceSerializer(serializers.Serializer[Any]):
    wish = serializers.ChoiceField(choices=Presence.Wish.choices)


class StruggleSignsSerializer(serializers.Serializer[Any]):
    """What the score is made of. Empty until the worker has come by."""

    attempts = serializers.IntegerField(required=False)
    average_score = serializers.FloatField(required=False, allow_null=True)
    recent_failures = serializers.IntegerField(required=False)
    repeated_questions = serializers.IntegerField(required=False)
    time_spent = serializers.IntegerField(required=False, help_text="Minutes.")
    refused = serializers.IntegerField(required=False, help_text="Events that came faster than they may.")


class StruggleSerializer(serializers.ModelSerializer[LabStruggle]):
    course = serializers.SlugField(source="course.slug")
    lab = serializers.CharField(source="lab_id", allow_null=True)
    learner = serializers.UUIDField(source="learner_id")
    struggle_score = serializers.FloatField()
    indicators = serializers.SerializerMethodField()
    open = serializers.BooleanField(source="is_open")

    class Meta:
        model = LabStruggle
        fields = (
            "id", "learner", "course", "lab", "step", "struggle_score", "indicators", "detected_at", "open", "acknowledged",
            "acknowledged_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(StruggleSignsSerializer)
    def get_indicators(self, row: LabStruggle) -> dict[str, Any]:
        return dict(row.indicators)


class LabMessageSerializer(serializers.Serializer[Any]):
    text = Text(max_length=REPLY_LIMIT)
    key = Key(required=False, help_text="Made by the caller: sending the same key again sends it once.")


def steps_shown(person: User, lab: Lab) -> dict[str, Any]:
    context = steps_context(person, lab)
    steps = [
        {"id": each.step.id, "number": each.step.number, "title": each.step.title, "works": each.is_done}
        for each in context["steps"]
    ]
    return {"steps": steps, "minutes": context["minutes"]}
