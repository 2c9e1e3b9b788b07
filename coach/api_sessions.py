"""Coaching sessions through the API: the same deeds as the pages, one's own sessions only."""

import uuid
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from accounts.api_fields import Key, Text
from accounts.door import acting_as
from coach.session_models import SAID_LIMIT, TOPIC_LIMIT, CoachingSession
from coach.sessions import holding
from coach.sessions.holding import SessionRefused, Wish
from courses.models import Course
from planning.models import SyllabusPoint

ABOUT_THE_WORDS = {"empty": "words", "too_long": "words", "unreadable": "words"}


class SaidSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=["student", "coach"])
    content = serializers.CharField(help_text="Of the coach: Markdown; `[2]` names a source.")
    timestamp = serializers.DateTimeField()


class SessionSerializer(serializers.ModelSerializer[CoachingSession]):
    course = serializers.SlugField(source="course.slug", read_only=True)
    point = serializers.UUIDField(source="point_id", allow_null=True, read_only=True)
    session_transcript = SaidSerializer(many=True, read_only=True)
    is_waiting = serializers.BooleanField(read_only=True, help_text="Whether the coach has the next word: post to `answer`.")

    class Meta:
        model = CoachingSession
        fields = (
            *("id", "course", "point", "topic", "struggle_description", "session_transcript", "outcome", "summary"),
            *("is_waiting", "created_at", "updated_at"),
        )
        read_only_fields = fields


class NewSessionSerializer(serializers.Serializer[Any]):
    course = Text(max_length=200, help_text="Slug of a course.")
    topic = Text(max_length=TOPIC_LIMIT)
    struggle_description = Text(max_length=SAID_LIMIT, required=False, allow_blank=True, default="")
    point = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Id of a syllabus point.")
    key = Key(required=False, help_text="Made by the caller: sending the same key again begins once and answers the same.")


class WordsSerializer(serializers.Serializer[Any]):
    words = Text(max_length=SAID_LIMIT)
    after = serializers.IntegerField(
        required=False, min_value=0, help_text="How many turns the caller has read; else 409 when the session went on meanwhile."
    )


class LeadSerializer(serializers.Serializer[Any]):
    to = serializers.ChoiceField(choices=["check", "again", "leave", "refer"])
    note = Text(max_length=SAID_LIMIT, required=False, allow_blank=True, default="", help_text="For the trainer, with `refer`.")


class Sessions(Endpoint):
    """One's own coaching sessions."""

    serializer_class = SessionSerializer
    queryset = CoachingSession.objects.none()  # for the schema; the rows depend on who calls
    filter_backends = ()
    rate_kind = {"POST": "ask"}
    opens_doors_itself = True

    @extend_schema(operation_id="sessions", responses=SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        with acting_as(self.person):
            rows = CoachingSession.objects.filter(student=self.person).select_related("course").order_by("-created_at")
            return self.get_paginated_response(SessionSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(operation_id="session_begin", request=NewSessionSerializer, responses={201: SessionSerializer})
    def post(self, request: Request) -> Response:
        """Begin one; the coach's first question is in the transcript."""
        data = _valid(NewSessionSerializer(data=request.data))
        with acting_as(self.person):
            course = Course.objects.filter(slug=data["course"].replace("\x00", ""), closed_at=None).first()
            point = SyllabusPoint.objects.select_related("chapter").filter(pk=data["point"]).first() if data["point"] else None
        if course is None:
            raise ValidationError({"course": [_("There is no such course, or it is not for you.")]})
        wish = Wish(course, data["topic"], data["struggle_description"], point)
        try:
            begun = holding.begin(self.person, wish, key=data.get("key") or uuid.uuid4())
        except SessionRefused as refusal:
            raise ValidationError({"topic": [refusal.message]}) from refusal
        return _shown(self, begun.pk, status.HTTP_201_CREATED)


class Session(Endpoint):
    serializer_class = SessionSerializer
    opens_doors_itself = True

    @extend_schema(operation_id="session")
    def get(self, request: Request, session_id: UUID) -> Response:
        return _shown(self, session_id)


class SessionTurns(Endpoint):
    """What is said in a session."""

    serializer_class = SessionSerializer
    rate_kind = {"POST": "ask"}
    opens_doors_itself = True

    @extend_schema(operation_id="session_say", request=WordsSerializer, responses=SessionSerializer)
    def post(self, request: Request, session_id: UUID) -> Response:
        """Say something; the coach's next words are in the transcript. With a model this takes some seconds."""
        data = _valid(WordsSerializer(data=request.data))
        _done(lambda: holding.say(self.person, session_id, data["words"], after=data.get("after")))
        holding.answer(self.person, session_id)
        return _shown(self, session_id)


class SessionAnswer(Endpoint):
    serializer_class = SessionSerializer
    opens_doors_itself = True

    @extend_schema(operation_id="session_answer", request=None, responses=SessionSerializer)
    def post(self, request: Request, session_id: UUID) -> Response:
        """Have the coach answer, if the last answer was lost."""
        _shown(self, session_id)
        holding.answer(self.person, session_id)
        return _shown(self, session_id)


class SessionLead(Endpoint):
    serializer_class = SessionSerializer
    opens_doors_itself = True

    @extend_schema(operation_id="session_lead", request=LeadSerializer, responses=SessionSerializer)
    def post(self, request: Request, session_id: UUID) -> Response:
        """To the check at once, once more after it, leave it for now, or hand it to the trainer."""
        data = _valid(LeadSerializer(data=request.data))
        deeds = {
            "check": lambda: holding.check_now(self.person, session_id),
            "again": lambda: holding.go_on(self.person, session_id),
            "leave": lambda: holding.leave(self.person, session_id),
            "refer": lambda: holding.refer(self.person, session_id, data["note"]),
        }
        _done(deeds[data["to"]])
        return _shown(self, session_id)


def _done(deed: Any) -> None:
    try:
        deed()
    except CoachingSession.DoesNotExist as missing:
        raise Http404 from missing
    except SessionRefused as refusal:
        field = ABOUT_THE_WORDS.get(refusal.code)
        raise ValidationError({field: [refusal.message]}) if field else Conflict(refusal.message) from refusal


def _shown(view: Endpoint, session_id: UUID, code: int = status.HTTP_200_OK) -> Response:
    with acting_as(view.person):
        row = CoachingSession.objects.select_related("course").filter(pk=session_id, student=view.person).first()
        if row is None:
            raise Http404
        return Response(SessionSerializer(row).data, status=code)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
