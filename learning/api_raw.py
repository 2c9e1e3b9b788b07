"""What the system learns from, through the API: opinions and corrections, each to whoever may see the conversation."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_filters import MomentFilter
from accounts.models import User
from learning.api_shapes import EXCERPT, CorrectionSerializer, ListedCorrectionSerializer, OpinionSerializer
from learning.models import ConversationFeedback, LearningItem, OwnerCorrection

STAFF = frozenset({"trainer", "admin"})


class StaffEndpoint(Endpoint):
    """For trainers and admins; for everybody else there is nothing here."""

    @property
    def staff(self) -> User:
        if self.person.role not in STAFF:
            raise Http404
        return self.person


class OpinionFilter(django_filters.FilterSet):
    course = django_filters.CharFilter(field_name="course__slug", max_length=100, label="Slug of a course.")
    feedback_type = django_filters.ChoiceFilter(choices=ConversationFeedback.Type.choices)
    given_after = MomentFilter(field_name="created_at", lookup_expr="gt")
    given_before = MomentFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = ConversationFeedback
        fields = ("course", "feedback_type", "given_after", "given_before")


class Opinions(Endpoint):
    """What people think of answers: one's own, and for trainers and admins those of their learners."""

    serializer_class = OpinionSerializer
    filterset_class = OpinionFilter
    queryset = ConversationFeedback.objects.none()  # for the schema; the rows depend on who calls

    @extend_schema(operation_id="opinions", responses=OpinionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Opinions on answers, newest first: one's own, and for trainers and admins those of their learners."""
        rows = ConversationFeedback.objects.select_related("course", "conversation")
        rows = rows.defer("conversation__embedding", "conversation__transcript", "conversation__metadata")
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(OpinionSerializer(page, many=True).data)


class CorrectionFilter(django_filters.FilterSet):
    course = django_filters.CharFilter(field_name="course__slug", max_length=100, label="Slug of a course.")
    priority = django_filters.ChoiceFilter(choices=OwnerCorrection.Priority.choices)
    applied = django_filters.BooleanFilter(
        field_name="applied_at", lookup_expr="isnull", exclude=True, label="Whether it is part of what the coach knows."
    )
    mine = django_filters.BooleanFilter(method="whose", label="Said by oneself.")
    created_after = MomentFilter(field_name="created_at", lookup_expr="gt")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = OwnerCorrection
        fields = ("course", "priority", "applied", "mine", "created_after", "created_before")

    def whose(self, rows: QuerySet[OwnerCorrection], name: str, wanted: bool) -> QuerySet[OwnerCorrection]:
        person: Any = getattr(self.request, "user", None)
        return rows.filter(trainer=person) if wanted else rows.exclude(trainer=person)


def corrections() -> QuerySet[OwnerCorrection]:
    """Corrections with the item that each became, as far as the acting person may see them."""
    item = LearningItem.objects.filter(source_type=LearningItem.SourceType.CORRECTION, source_id=OuterRef("pk"))
    rows = OwnerCorrection.objects.select_related("course", "conversation").defer(
        "conversation__embedding", "conversation__transcript", "conversation__metadata"
    )
    return rows.annotate(
        item=Subquery(item.values("pk")[:1]),
        state=Subquery(item.values("status")[:1]),
        excerpt=Left("corrected_answer", EXCERPT),
    )


class Corrections(StaffEndpoint):
    """What trainers said instead of the coach, newest first."""

    serializer_class = ListedCorrectionSerializer
    filterset_class = CorrectionFilter
    queryset = OwnerCorrection.objects.none()  # for the schema; the rows depend on who calls

    @extend_schema(operation_id="corrections", responses={200: ListedCorrectionSerializer(many=True), 404: OpenApiResponse()})
    def get(self, request: Request) -> Response:
        rows = corrections().exclude(learner=self.staff).defer("corrected_answer", "original_response", "correction_context")
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(ListedCorrectionSerializer(page, many=True).data)


class CorrectionDetail(StaffEndpoint):
    """One correction, whole."""

    serializer_class = CorrectionSerializer

    @extend_schema(operation_id="correction")
    def get(self, request: Request, correction_id: UUID) -> Response:
        rows = corrections().exclude(learner=self.staff)
        return Response(CorrectionSerializer(get_object_or_404(rows, pk=correction_id)).data)
