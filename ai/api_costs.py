"""What models cost, through the API, for admins: the same figures as the page, as JSON and as its spreadsheet."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import RawEndpoint
from ai import costs
from ai.api_admin import AdminEndpoint, at_field
from ai.cost_pages import PERIODS, spreadsheet
from ai.costs import Line

BY = OpenApiParameter("by", str, "path", enum=list(costs.KEYS))
DAYS = OpenApiParameter("days", int, enum=list(PERIODS), default=30, description="Up to now.")


class LineSerializer(serializers.Serializer[Line]):
    """Costs in US dollars, times in ms; null where nobody was answered."""

    name = serializers.CharField(help_text="The day (UTC), the course, the feature, or provider and model.")
    requests = serializers.IntegerField()
    failed = serializers.IntegerField()
    cost_usd = serializers.DecimalField(
        max_digits=16, decimal_places=8, source="known_cost", allow_null=True, help_text="Of the known prices; null without any."
    )
    requests_of_unknown_price = serializers.IntegerField(source="unpriced", help_text="Not in the sum, and not taken for zero.")
    tokens = serializers.IntegerField()
    first_p50_ms = serializers.FloatField(source="first_p50", allow_null=True)
    first_p95_ms = serializers.FloatField(source="first_p95", allow_null=True)
    whole_p95_ms = serializers.FloatField(source="whole_p95", allow_null=True)


class CostsSerializer(serializers.Serializer[Any]):
    by = serializers.ChoiceField(choices=list(costs.KEYS))
    days = serializers.ChoiceField(choices=list(PERIODS))
    lines = LineSerializer(many=True)


class Costs(AdminEndpoint):
    serializer_class: Any = CostsSerializer

    def asked(self, request: Request, by: str) -> tuple[int, list[Line]]:
        """Days and lines; raises Http404 and ValidationError."""
        self.admin  # noqa: B018 (raises for everybody else)
        if by not in costs.KEYS:
            raise Http404
        days = request.query_params.get("days", "30")
        if days not in {str(period) for period in PERIODS}:
            raise at_field("days", "One of: " + ", ".join(map(str, PERIODS)))
        return int(days), costs.lines(by, timezone.now() - timedelta(days=int(days)))

    @extend_schema(operation_id="costs", parameters=[BY, DAYS], responses={200: CostsSerializer})
    def get(self, request: Request, by: str) -> Any:
        """By day, course, feature or model; for admins."""
        days, lines = self.asked(request, by)
        return Response(CostsSerializer({"by": by, "days": days, "lines": lines}).data)


class CostsSpreadsheet(RawEndpoint, Costs):
    @extend_schema(operation_id="costs_csv", parameters=[BY, DAYS], responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, by: str) -> HttpResponse:
        """The same as CSV, as the page gives it; for admins."""
        days, lines = self.asked(request, by)
        return spreadsheet(by, days, lines)
