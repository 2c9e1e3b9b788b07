"""Marks through the API: disputes by learners, the queue and rulings by reviewers, with the deeds of the pages."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from accounts.api_fields import Text
from planning.marking import disputing, reviewing, showing
from planning.marking.disputing import DisputeRefused
from planning.marking.reviewing import LONGEST_NOTE, ReviewRefused
from planning.practice_models import AttemptedQuestion
from planning.ruling_models import LONGEST_REASON, MarkDispute, MarkRuling

BUSY = ("held", "changed", "again", "undecided")  # refusals that another moment would have turned out otherwise


class DisputeSerializer(serializers.ModelSerializer[MarkDispute]):
    reason = Text(max_length=LONGEST_REASON)

    class Meta:
        model = MarkDispute
        fields = ("id", "answer", "reason", "state", "marks_before", "created_at", "settled_at")
        read_only_fields = ("id", "answer", "state", "marks_before", "created_at", "settled_at")


class RulingSerializer(serializers.ModelSerializer[MarkRuling]):
    ruled_by = serializers.CharField(source="ruled_by.name", allow_null=True, read_only=True)

    class Meta:
        model = MarkRuling
        fields = (
            *("id", "answer", "maximum_marks", "proposed_marks", "marks_before", "ruled_marks", "origin", "note"),
            *("ruled_by", "created_at", "seen_at"),
        )
        read_only_fields = fields


class ToReviewSerializer(serializers.ModelSerializer[AttemptedQuestion]):
    """An answer that waits for a person, with the marks that are proposed and why. What learners wrote is untrusted."""

    question = serializers.CharField(source="version.text", read_only=True)
    learner = serializers.CharField(source="student.name", read_only=True)
    is_disputed = serializers.BooleanField(read_only=True, default=False)

    class Meta:
        model = AttemptedQuestion
        fields = (
            *("id", "attempt", "version", "question", "learner", "answer", "maximum_marks", "marks_awarded"),
            *("marking_feedback", "confidence_score", "needs_review", "is_disputed", "reviewed_at"),
        )
        read_only_fields = fields


class RuleSerializer(serializers.Serializer[Any]):
    marks = serializers.IntegerField(min_value=0, max_value=100)
    note = Text(required=False, default="", allow_blank=True, max_length=LONGEST_NOTE, help_text="To the learner.")
    seen = serializers.DecimalField(
        max_digits=6, decimal_places=2, required=False, help_text="The marks you saw: 409 when they have changed since."
    )


class AlikeSerializer(serializers.Serializer[Any]):
    answers = serializers.ListField(child=serializers.UUIDField(), max_length=100)


class CountSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField()


class Disputes(Endpoint):
    """A dispute about the marks of one's own answer."""

    serializer_class = DisputeSerializer

    @extend_schema(operation_id="answer_dispute", responses={201: DisputeSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, answer_id: UUID) -> Response:
        """Once for an answer, with a reason; a person decides."""
        answer = disputing.own_answer(self.person, answer_id)
        try:
            made = disputing.dispute(answer, _valid(DisputeSerializer(data=request.data))["reason"])
        except DisputeRefused as refusal:
            raise _refused(refusal.code, refusal.message, "reason") from refusal
        made.refresh_from_db()
        return Response(DisputeSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="answer_dispute_read")
    def get(self, request: Request, answer_id: UUID) -> Response:
        row = MarkDispute.objects.filter(answer_id=answer_id).first()
        if row is None:
            raise Http404
        return Response(DisputeSerializer(row).data)


class Rulings(Endpoint):
    """What people decided about an answer's marks."""

    serializer_class = RulingSerializer
    queryset = MarkRuling.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="answer_rulings", responses=RulingSerializer(many=True))
    def get(self, request: Request, answer_id: UUID) -> Response:
        """Newest first."""
        page = self.paginate_queryset(MarkRuling.objects.filter(answer_id=answer_id).select_related("ruled_by"))
        return self.get_paginated_response(RulingSerializer(page, many=True).data)

    @extend_schema(
        operation_id="answer_rule", request=RuleSerializer, responses={201: ToReviewSerializer, 409: OpenApiResponse()}
    )
    def post(self, request: Request, answer_id: UUID) -> Response:
        """Decide the marks. For trainers and admins."""
        answer, data = _answer(self, answer_id), _valid(RuleSerializer(data=request.data))
        try:
            reviewing.rule(answer, Decimal(data["marks"]), self.person, note=data["note"], seen=data.get("seen"))
        except ReviewRefused as refusal:
            raise _refused(refusal.code, refusal.message, "marks") from refusal
        return Response(ToReviewSerializer(answer).data, status=status.HTTP_201_CREATED)


class MarkingQueue(Endpoint):
    """Answers that wait for a person."""

    serializer_class = ToReviewSerializer
    queryset = AttemptedQuestion.objects.none()
    filter_backends = ()
    sorts = {"id": "id"}

    @extend_schema(operation_id="marking_queue", responses={200: ToReviewSerializer(many=True), 404: OpenApiResponse()})
    def get(self, request: Request) -> Response:
        """Doubtful and disputed marks of one's learners. For trainers and admins."""
        _reviewer(self)
        page = self.paginate_queryset(reviewing.queue(self.person).select_related("version", "student"))
        return self.get_paginated_response(ToReviewSerializer(page, many=True).data)


class Claim(Endpoint):
    serializer_class = ToReviewSerializer

    @extend_schema(operation_id="answer_claim", request=None, responses={204: None, 409: OpenApiResponse()})
    def post(self, request: Request, answer_id: UUID) -> Response:
        """Hold an answer for a quarter of an hour while one looks at it."""
        if not reviewing.claim(_answer(self, answer_id), self.person):
            raise Conflict
        return Response(status=status.HTTP_204_NO_CONTENT)


class Alike(Endpoint):
    """Earlier answers like a decided one."""

    serializer_class = ToReviewSerializer
    queryset = AttemptedQuestion.objects.none()
    filter_backends = ()
    pagination_class = None

    @extend_schema(operation_id="answer_alike", responses=ToReviewSerializer(many=True))
    def get(self, request: Request, answer_id: UUID) -> Response:
        """The nearest first, at most twenty."""
        rows = reviewing.alike(_answer(self, answer_id))
        return Response(ToReviewSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="answer_alike_rule", request=AlikeSerializer, responses={200: CountSerializer, 409: OpenApiResponse()}
    )
    def post(self, request: Request, answer_id: UUID) -> Response:
        """Give those the marks of the decided one."""
        answer, chosen = _answer(self, answer_id), _valid(AlikeSerializer(data=request.data))["answers"]
        try:
            return Response({"changed": reviewing.rule_alike(answer, chosen, self.person)})
        except ReviewRefused as refusal:
            raise _refused(refusal.code, refusal.message, "answers") from refusal


def _answer(endpoint: Endpoint, answer_id: UUID) -> AttemptedQuestion:
    _reviewer(endpoint)
    return showing.reviewable(endpoint.person, answer_id)


def _reviewer(endpoint: Endpoint) -> None:
    if endpoint.person.role not in reviewing.REVIEWERS:
        raise Http404


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


def _refused(code: str, message: str, field: str) -> Exception:
    return Conflict(message) if code in BUSY else ValidationError({field: [message]})
