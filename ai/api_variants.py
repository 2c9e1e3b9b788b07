"""Prompts that are tried, through the API, for admins: the same deeds, figures and record as in Django admin."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_faults import Conflict
from accounts.api_fields import Text
from ai.api_admin import NOT_FOR_YOU, AdminEndpoint, at_field
from ai.models import PromptVariant
from ai.prompts.files import present
from ai.variant_models import MOST_WEIGHT
from ai.variants import changing, wording
from ai.variants.changing import VariantRefused
from ai.variants.intervals import Range
from ai.variants.results import ENOUGH_ANSWERS, ENOUGH_LEARNERS, MEASURES, Experiment, Figure, experiment

FEATURE = OpenApiParameter("feature", str, enum=PromptVariant.Feature.values, description="Only of this feature.")


class VariantSerializer(serializers.ModelSerializer[PromptVariant]):
    stopped_by = serializers.CharField(
        read_only=True,
        help_text="Empty while it is tried; `person`, `promotion`, or what stopped it: `escalated`, `helpful`, `failed`.",
    )

    class Meta:
        model = PromptVariant
        fields = (
            "id", "feature", "name", "version", "weight", "is_active", "is_control", "started_at", "stopped_at", "stopped_by",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields


class NewVariantSerializer(serializers.Serializer[Any]):
    feature = serializers.ChoiceField(choices=PromptVariant.Feature.choices)
    version = serializers.ChoiceField(choices=[(name, name) for name in present()], help_text="A prompt file of this feature.")
    name = Text(max_length=100)
    weight = serializers.IntegerField(min_value=0, max_value=MOST_WEIGHT, default=1)


class WeightSerializer(serializers.Serializer[Any]):
    weight = serializers.IntegerField(min_value=0, max_value=MOST_WEIGHT)


class RangeSerializer(serializers.Serializer[Range]):
    """A value with the ends of its 95 % interval; shares from 0 to 1, costs in US dollars, times in ms."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class MeasuredSerializer(serializers.Serializer[Figure]):
    """One measure of one variant; `seen` is null while there is not enough, `difference` is to the control."""

    measure = serializers.ChoiceField(choices=[measure.key for measure in MEASURES], source="measure.key")
    answers = serializers.IntegerField()
    learners = serializers.IntegerField()
    seen = RangeSerializer(allow_null=True)
    difference = RangeSerializer(allow_null=True)
    verdict = serializers.CharField(help_text="`better` or `worse` than the control, `even`; empty while there is not enough.")
    words = serializers.SerializerMethodField()

    def get_words(self, figure: Figure) -> str:
        return wording.seen(figure)


class OutcomeSerializer(serializers.Serializer[Any]):
    variant = VariantSerializer()
    share = serializers.FloatField(help_text="Of the learners, from 0 to 1.")
    answers = serializers.IntegerField(help_text="Since it was started; only those that a model was asked for.")
    learners = serializers.IntegerField()
    figures = MeasuredSerializer(many=True)


class ResultsSerializer(serializers.Serializer[Experiment]):
    """How the prompts of one feature do. Below the minimum nothing is said but how many there are."""

    feature = serializers.ChoiceField(choices=PromptVariant.Feature.choices)
    minimum_answers = serializers.SerializerMethodField()
    minimum_learners = serializers.SerializerMethodField()
    outcomes = OutcomeSerializer(many=True)

    @extend_schema_field(int)
    def get_minimum_answers(self, found: Experiment) -> int:
        return ENOUGH_ANSWERS

    @extend_schema_field(int)
    def get_minimum_learners(self, found: Experiment) -> int:
        return ENOUGH_LEARNERS


class Variants(AdminEndpoint):
    """Prompts that are, or were, tried."""

    serializer_class = VariantSerializer
    queryset = PromptVariant.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="variants", parameters=[FEATURE], responses={200: VariantSerializer(many=True), **NOT_FOR_YOU})
    def get(self, request: Request) -> Response:
        """Newest first; for admins."""
        self.admin  # noqa: B018 (raises for everybody else)
        rows, feature = PromptVariant.objects.all(), request.query_params.get("feature", "")
        if feature:
            if feature not in PromptVariant.Feature.values:
                raise at_field("feature", "One of: " + ", ".join(PromptVariant.Feature.values))
            rows = rows.filter(feature=feature)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(VariantSerializer(page, many=True).data)

    @extend_schema(operation_id="variant_add", request=NewVariantSerializer, responses={201: VariantSerializer, **NOT_FOR_YOU})
    def post(self, request: Request) -> Response:
        """Try a prompt file; the first of a feature gets a control beside it. For admins."""
        person, data = self.admin, self.input(NewVariantSerializer)
        try:
            made = changing.add(**data, actor=person)
        except VariantRefused as refusal:
            raise at_field(refusal.field, refusal.message) from refusal
        return Response(VariantSerializer(made).data, status=status.HTTP_201_CREATED)


class VariantEndpoint(AdminEndpoint):
    serializer_class = VariantSerializer

    def done(self, variant_id: UUID, deed: Callable[..., PromptVariant], **how: Any) -> Response:
        person = self.admin
        get_object_or_404(PromptVariant, pk=variant_id)
        try:
            return Response(VariantSerializer(deed(variant_id=variant_id, actor=person, **how)).data)
        except VariantRefused as refusal:
            raise Conflict(refusal.message) from refusal


def deed(operation_id: str) -> Any:
    return extend_schema(operation_id=operation_id, request=None, responses={200: VariantSerializer, 409: OpenApiResponse()})


class VariantDetail(VariantEndpoint):
    @extend_schema(operation_id="variant")
    def get(self, request: Request, variant_id: UUID) -> Response:
        """One of them; for admins."""
        self.admin  # noqa: B018
        return Response(VariantSerializer(get_object_or_404(PromptVariant, pk=variant_id)).data)

    @extend_schema(operation_id="variant_weigh", request=WeightSerializer)
    def patch(self, request: Request, variant_id: UUID) -> Response:
        """Give it another share of the learners; for admins."""
        self.admin  # noqa: B018
        return self.done(variant_id, changing.weigh, **self.input(WeightSerializer))


class StopVariant(VariantEndpoint):
    @deed("variant_stop")
    def post(self, request: Request, variant_id: UUID) -> Response:
        """Give it no learners any more; for admins."""
        return self.done(variant_id, changing.stop)


class StartVariant(VariantEndpoint):
    @deed("variant_start")
    def post(self, request: Request, variant_id: UUID) -> Response:
        """Try a stopped one again; for admins."""
        return self.done(variant_id, changing.start)


class PromoteVariant(VariantEndpoint):
    @deed("variant_promote")
    def post(self, request: Request, variant_id: UUID) -> Response:
        """Let it answer everybody; the others stop. For admins."""
        return self.done(variant_id, changing.promote)


class ResultsEndpoint(AdminEndpoint):
    serializer_class = ResultsSerializer

    def found(self, feature: str) -> Experiment:
        """Raises Http404."""
        self.admin  # noqa: B018
        if feature not in PromptVariant.Feature.values:
            raise Http404
        return experiment(feature)


class Results(ResultsEndpoint):
    @extend_schema(
        operation_id="variant_results",
        parameters=[OpenApiParameter("feature", str, "path", enum=PromptVariant.Feature.values)],
    )
    def get(self, request: Request, feature: str) -> Response:
        """Rating, helpful share, escalations, failures, cost and time of each, with their intervals; for admins."""
        return Response(ResultsSerializer(self.found(feature)).data)


class UndoPromotion(ResultsEndpoint):
    @extend_schema(
        operation_id="variant_undo",
        parameters=[OpenApiParameter("feature", str, "path", enum=PromptVariant.Feature.values)],
        request=None,
        responses={200: ResultsSerializer, 409: OpenApiResponse()},
    )
    def post(self, request: Request, feature: str) -> Response:
        """Take the last promotion back, unless something was changed since; for admins."""
        self.found(feature)
        try:
            changing.undo(feature=feature, actor=self.admin)
        except VariantRefused as refusal:
            raise Conflict(refusal.message) from refusal
        return Response(ResultsSerializer(self.found(feature)).data)
