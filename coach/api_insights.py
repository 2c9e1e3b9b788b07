"""The dashboard through the API: the same figures and the same rights as its page."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from ai.charts.shapes import Chart
from coach.insights.page import CHARTS, Dashboard, dashboard
from coach.insights.periods import DEFAULT, PERIODS
from coach.insights.shapes import Tile

WHICH = [
    OpenApiParameter("course", str, description="Slug of a course; all courses that one runs without it."),
    OpenApiParameter(
        "period", str, enum=list(PERIODS), default=DEFAULT, description="Days, or weeks that begin on Monday (UTC)."
    ),
]
SHORT = 100  # characters of a slug


class ColumnSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField(help_text="For people; says the unit.")


class FiguresSerializer(serializers.Serializer[Any]):
    """One chart as its table. Values are numbers, texts, dates (ISO 8601) or null, by the key of their column."""

    key = serializers.ChoiceField(choices=list(CHARTS))
    title = serializers.CharField()
    unit = serializers.CharField()
    reading = serializers.CharField(help_text="What the chart says, in one sentence.")
    columns = ColumnSerializer(source="table.columns", many=True)
    rows = serializers.ListField(source="table.records", child=serializers.DictField())


class TileSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    figure = serializers.CharField()
    note = serializers.CharField()
    chart = serializers.CharField(help_text="Key of the chart that the figure comes from.")


class InsightsSerializer(serializers.Serializer[Any]):
    """Everything that the dashboard shows of one time."""

    course = serializers.CharField(allow_null=True, help_text="Null for all courses together.")
    period = serializers.ChoiceField(choices=list(PERIODS))
    span = serializers.ChoiceField(choices=["day", "week"])
    start = serializers.DateField()
    end = serializers.DateField(help_text="Today, included so far.")
    tiles = TileSerializer(many=True)
    charts = FiguresSerializer(many=True)


class InsightsEndpoint(Endpoint):
    serializer_class: Any = InsightsSerializer
    pagination_class = None
    filter_backends = ()

    def shown(self, request: Request) -> Dashboard:
        period, course = request.query_params.get("period", DEFAULT), request.query_params.get("course", "")
        if "\x00" in course or len(course) > SHORT:
            raise Http404
        found = dashboard(self.person, course=course, period=period, now=timezone.now())
        if period not in PERIODS:
            raise ValidationError({"period": ["One of: " + ", ".join(PERIODS)]})
        return found


class Insights(InsightsEndpoint):
    """Questions, confidence, escalations, times, corrections, ratings, variants and gaps, at most a minute old."""

    @extend_schema(operation_id="insights", parameters=WHICH, responses={200: InsightsSerializer, 404: OpenApiResponse()})
    def get(self, request: Request) -> Response:
        shown = self.shown(request)
        return Response(InsightsSerializer(_whole(shown, shown.tiles(), shown.charts())).data)


class InsightsChart(InsightsEndpoint):
    """One of the charts."""

    serializer_class = FiguresSerializer

    @extend_schema(
        operation_id="insights_chart",
        parameters=[OpenApiParameter("key", OpenApiTypes.STR, "path"), *WHICH],
        responses={200: FiguresSerializer, 404: OpenApiResponse()},
    )
    def get(self, request: Request, key: str) -> Response:
        return Response(FiguresSerializer(self.shown(request).chart(key)).data)


def _whole(shown: Dashboard, tiles: list[Tile], charts: list[Chart]) -> dict[str, Any]:
    period = shown.period
    return {
        "course": shown.chosen.slug if shown.chosen else None,
        "period": period.key,
        "span": period.span,
        "start": period.start,
        "end": period.today,
        "tiles": tiles,
        "charts": charts,
    }
