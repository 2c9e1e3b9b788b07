"""Asking the coach through the API: the same deeds as the pages, one's own questions only."""

import uuid
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from accounts.api_filters import MomentFilter
from accounts.models import User
from coach import asking, escalating, interrupting, rating, settling
from coach.api_shapes import (
    AskSerializer,
    ConversationSerializer,
    EscalationSerializer,
    FeedbackSerializer,
    QuerySerializer,
    SettledSerializer,
)
from coach.models import Escalation, Feedback, Query
from coach.waking import wake_worker
from courses import access

SEARCH_LIMIT = 200  # characters
STREAM_FIRST = 1.5  # seconds in which a caller may open the stream before a worker answers


def own_queries(person: User) -> QuerySet[Query]:
    """This person's questions in courses that are open to them, with all that the serializer shows."""
    rows = Query.objects.with_answer().select_related("course").prefetch_related("response__feedback")
    return rows.filter(learner=person, course__closed_at=None)


def own_query(person: User, query_id: UUID) -> Query:
    """Raises Http404."""
    return get_object_or_404(own_queries(person), pk=query_id)


class QueryFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="containing", max_length=SEARCH_LIMIT, label="Words that the question or the answer contains."
    )
    status = django_filters.ChoiceFilter(choices=Query.Status.choices)
    intent = django_filters.ChoiceFilter(choices=Query.Intent.choices)
    asked_after = MomentFilter(field_name="created_at", lookup_expr="gt")
    asked_before = MomentFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Query
        fields = ("q", "status", "intent", "asked_after", "asked_before")

    def containing(self, rows: QuerySet[Query], name: str, words: str) -> QuerySet[Query]:
        return rows.containing(words)  # type: ignore[attr-defined]


class Queries(Endpoint):
    """One's own questions in a course, newest first."""

    serializer_class = QuerySerializer
    filterset_class = QueryFilter
    queryset = Query.objects.none()  # for the schema; the rows depend on who calls
    rate_kind = {"POST": "ask"}

    @extend_schema(operation_id="queries", responses=QuerySerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """One's own questions in a course, newest first."""
        course = access.open_course(slug)
        rows = self.filter_queryset(own_queries(self.person).filter(course=course))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(QuerySerializer(page, many=True).data)

    @extend_schema(operation_id="ask", request=AskSerializer, responses={201: QuerySerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Ask. The answer is made in the background; follow it on `/queries/{id}/stream`, or read `/queries/{id}` until
        `status` is neither `pending` nor `answering`."""
        course = access.open_course(slug)
        data = _valid(AskSerializer(data=request.data))
        try:
            query = asking.ask(
                learner=self.person,
                course=course,
                question=data["question"],
                key=data.get("key") or uuid.uuid4(),
                now=timezone.now(),
                place_id=data["place"],
            )
        except asking.QuestionRefused as refusal:
            raise ValidationError({"question": [refusal.message]}) from refusal
        if query.is_open:
            wake_worker(query.pk, after=STREAM_FIRST)
        return Response(_shown(self.person, query.pk), status=status.HTTP_201_CREATED)


class Conversations(Endpoint):
    """Starting afresh: what was said before no longer colours the next question."""

    serializer_class = ConversationSerializer

    @extend_schema(operation_id="conversation_start", request=None, responses={201: ConversationSerializer})
    def post(self, request: Request, slug: str) -> Response:
        made = asking.new_conversation(self.person, access.open_course(slug))
        made.refresh_from_db()
        return Response(ConversationSerializer(made).data, status=status.HTTP_201_CREATED)


class QueryDetail(Endpoint):
    """A question with its answer and citations."""

    serializer_class = QuerySerializer

    @extend_schema(operation_id="query")
    def get(self, request: Request, query_id: UUID) -> Response:
        return Response(_shown(self.person, query_id))


class Stop(Endpoint):
    """Ending an answer early."""

    serializer_class = QuerySerializer

    @extend_schema(operation_id="stop", request=None)
    def post(self, request: Request, query_id: UUID) -> Response:
        """Stop an answer that is being written; what is there is kept."""
        interrupting.request_stop(own_query(self.person, query_id))
        return Response(_shown(self.person, query_id))


class Retry(Endpoint):
    """Asking once more what went wrong."""

    serializer_class = QuerySerializer
    rate_kind = {"POST": "ask"}

    @extend_schema(operation_id="retry", request=None, responses={200: QuerySerializer, 409: OpenApiResponse()})
    def post(self, request: Request, query_id: UUID) -> Response:
        """Ask again what failed or was interrupted."""
        if not interrupting.try_again(own_query(self.person, query_id)):
            raise Conflict(_("There is nothing to try again: the question is open, or was answered."))
        wake_worker(query_id, after=STREAM_FIRST)
        return Response(_shown(self.person, query_id))


class QueryFeedback(Endpoint):
    """What one thinks of an answer: one opinion, which can be changed and taken back."""

    serializer_class = FeedbackSerializer

    @extend_schema(operation_id="feedback")
    def get(self, request: Request, query_id: UUID) -> Response:
        """What one said of this answer."""
        given = Feedback.objects.filter(response__query=own_query(self.person, query_id), learner=self.person)
        return Response(FeedbackSerializer(get_object_or_404(given)).data)

    @extend_schema(operation_id="feedback_set", responses={200: FeedbackSerializer, 409: OpenApiResponse()})
    def put(self, request: Request, query_id: UUID) -> Response:
        """Say whether the answer helped, and why; saying it again changes it."""
        query = own_query(self.person, query_id)
        data = _valid(FeedbackSerializer(data=request.data))
        if query.is_open or getattr(query, "response", None) is None:
            raise Conflict(_("There is no answer yet."))
        try:
            feedback = rating.rate(
                response=query.response,
                learner=self.person,
                rating=data["rating"],
                feedback_text=data.get("feedback_text", ""),
            )
        except rating.RatingRefused as refusal:
            raise ValidationError({"rating": [refusal.message]}) from refusal
        return Response(FeedbackSerializer(feedback).data)

    @extend_schema(operation_id="feedback_withdraw", responses={204: None})
    def delete(self, request: Request, query_id: UUID) -> Response:
        """Take one's opinion back."""
        query = own_query(self.person, query_id)
        if getattr(query, "response", None) is not None:
            rating.withdraw(query.response, self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


class QueryEscalation(Endpoint):
    """Passing a question on to one's trainer."""

    serializer_class = EscalationSerializer

    @extend_schema(operation_id="escalate", responses={201: EscalationSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, query_id: UUID) -> Response:
        """Ask one's trainer. Asking again adds the note and counts up."""
        query = own_query(self.person, query_id)
        data = _valid(EscalationSerializer(data=request.data))
        try:
            escalation = escalating.ask_trainer(query=query, note=data.get("learner_note", ""))
        except escalating.EscalationRefused as refusal:
            raise Conflict(refusal.message) from refusal
        escalation.refresh_from_db()
        return Response(EscalationSerializer(escalation).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="escalation_withdraw", request=None, responses={200: EscalationSerializer, 409: OpenApiResponse()}
    )
    def delete(self, request: Request, query_id: UUID) -> Response:
        """Take the question back."""
        try:
            escalation = escalating.withdraw(query=own_query(self.person, query_id))
        except escalating.EscalationRefused as refusal:
            raise Conflict(refusal.message) from refusal
        return Response(EscalationSerializer(escalation).data)


class Settled(Endpoint):
    """Whether the trainer's reply settled the question."""

    serializer_class = SettledSerializer

    @extend_schema(operation_id="settled_set", responses={200: EscalationSerializer, 409: OpenApiResponse()})
    def put(self, request: Request, query_id: UUID) -> Response:
        """Yes settles it; no sends it back to the desk, with a note."""
        query = own_query(self.person, query_id)
        data = _valid(SettledSerializer(data=request.data))
        try:
            if data["settled"]:
                settling.say_settled(query=query)
            else:
                settling.say_unsettled(query=query, note=data.get("note", ""))
        except escalating.EscalationRefused as refusal:
            raise Conflict(refusal.message) from refusal
        return Response(EscalationSerializer(Escalation.objects.get(query=query)).data)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _shown(person: User, query_id: UUID) -> Any:
    return QuerySerializer(own_query(person, query_id)).data
