"""The desk through the API: the same deeds as its pages, for trainers and admins; for everybody else there is nothing here."""

from typing import Any, cast
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from accounts.api_filters import MomentFilter
from accounts.models import User
from coach import holding, replying, settling
from coach.api_desk_shapes import AssignSerializer, DeskCaseSerializer, DeskEscalationSerializer, ReplySerializer
from coach.desk.showing import open_case
from coach.models import Escalation

SEARCH_LIMIT = 200  # characters
STAFF = frozenset({"trainer", "admin"})
CONFLICTS = frozenset({"held", "answered", "late", "closed"})


class EscalationFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Escalation.Status.choices)
    course = django_filters.CharFilter(field_name="course__slug", max_length=100, label="Slug of a course.")
    mine = django_filters.BooleanFilter(method="whose", label="Assigned to, held or answered by oneself.")
    unassigned = django_filters.BooleanFilter(field_name="trainer", lookup_expr="isnull")
    q = django_filters.CharFilter(method="containing", max_length=SEARCH_LIMIT, label="Words of the question or the reply.")
    asked_before = MomentFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Escalation
        fields = ("status", "course", "mine", "unassigned", "q", "asked_before")

    def whose(self, rows: QuerySet[Escalation], name: str, wanted: bool) -> QuerySet[Escalation]:
        person = cast(Any, self.request).user
        mine = Q(trainer=person) | Q(claimed_by=person) | Q(replied_by=person)
        return rows.filter(mine) if wanted else rows.exclude(mine)

    def containing(self, rows: QuerySet[Escalation], name: str, words: str) -> QuerySet[Escalation]:
        return rows.filter(Q(original_question__icontains=words) | Q(reply__icontains=words))


class DeskEndpoint(Endpoint):
    """What all of the desk shares: a 404 for learners."""

    serializer_class: Any = DeskCaseSerializer

    @property
    def trainer(self) -> User:
        if self.person.role not in STAFF:
            raise Http404
        return self.person

    def case(self, escalation_id: UUID) -> Escalation:
        return open_case(self.trainer, escalation_id)

    def shown(self, escalation_id: UUID) -> Response:
        return Response(DeskCaseSerializer(self.case(escalation_id)).data)


class Escalations(DeskEndpoint):
    """Questions that went to a person, newest first."""

    serializer_class = DeskEscalationSerializer
    filterset_class = EscalationFilter
    queryset = Escalation.objects.none()  # for the schema; the rows depend on who calls

    @extend_schema(operation_id="escalations", responses={200: DeskEscalationSerializer(many=True), 404: OpenApiResponse()})
    def get(self, request: Request) -> Response:
        rows = self.filter_queryset(Escalation.objects.for_desk(self.trainer).select_related("course"))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(DeskEscalationSerializer(page, many=True).data)


class EscalationDetail(DeskEndpoint):
    """A question with the conversation, what the coach read, and the replies."""

    @extend_schema(operation_id="escalation")
    def get(self, request: Request, escalation_id: UUID) -> Response:
        return self.shown(escalation_id)


class Claim(DeskEndpoint):
    """Holding a question while one writes; the hold ends by itself after ten minutes."""

    @extend_schema(operation_id="escalation_claim", request=None, responses={200: DeskCaseSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Hold the question, or hold it longer."""
        if not holding.claim(self.case(escalation_id), self.trainer):
            raise Conflict(_("Somebody else is answering this question, or has answered it."))
        return self.shown(escalation_id)

    @extend_schema(operation_id="escalation_release", request=None, responses={200: DeskCaseSerializer})
    def delete(self, request: Request, escalation_id: UUID) -> Response:
        """Let go of it."""
        holding.release(self.case(escalation_id), self.trainer)
        return self.shown(escalation_id)


class ReplyTo(DeskEndpoint):
    """The reply to a question."""

    @extend_schema(
        operation_id="escalation_reply", request=ReplySerializer, responses={200: DeskCaseSerializer, 409: OpenApiResponse()}
    )
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Send a reply. `teach` hands it to the coach."""
        return self._do(replying.reply, request, escalation_id)

    @extend_schema(
        operation_id="escalation_reply_change",
        request=ReplySerializer,
        responses={200: DeskCaseSerializer, 409: OpenApiResponse()},
    )
    def put(self, request: Request, escalation_id: UUID) -> Response:
        """Change a reply that was sent."""
        return self._do(replying.edit, request, escalation_id)

    @extend_schema(
        operation_id="escalation_reply_undo", request=None, responses={200: DeskCaseSerializer, 409: OpenApiResponse()}
    )
    def delete(self, request: Request, escalation_id: UUID) -> Response:
        """Take a reply back within a minute."""
        try:
            replying.undo(self.case(escalation_id), self.trainer)
        except replying.ReplyRefused as refusal:
            raise Conflict(refusal.message) from refusal
        return self.shown(escalation_id)

    def _do(self, deed: Any, request: Request, escalation_id: UUID) -> Response:
        escalation = self.case(escalation_id)
        asked = ReplySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            deed(escalation, replying.Reply(**asked.validated_data), self.trainer)
        except replying.ReplyRefused as refusal:
            if refusal.code in CONFLICTS:
                raise Conflict(refusal.message) from refusal
            raise ValidationError({"text": [refusal.message]}) from refusal
        return self.shown(escalation_id)


class Resolve(DeskEndpoint):
    """Closing a question."""

    @extend_schema(operation_id="escalation_resolve", request=None, responses={200: DeskCaseSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """An answered question is settled; a waiting one is archived without a reply."""
        if not settling.settle(self.trainer, [self.case(escalation_id).pk]):
            raise Conflict(_("This question is closed already."))
        return self.shown(escalation_id)


class Assign(DeskEndpoint):
    """Handing a question on."""

    @extend_schema(operation_id="escalation_assign", request=AssignSerializer, responses={204: None, 409: OpenApiResponse()})
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """To a trainer of the course, or with null to all of them. Whoever hands it on may not see it afterwards."""
        escalation = self.case(escalation_id)
        asked = AssignSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            holding.hand_on(escalation, asked.validated_data["trainer"], self.trainer)
        except holding.HoldRefused as refusal:
            if refusal.code == "person":
                raise ValidationError({"trainer": [refusal.message]}) from refusal
            raise Conflict(refusal.message) from refusal
        return Response(status=204)
