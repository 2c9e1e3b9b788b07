"""Exams through the API: subjects and questions to read, one's own attempts to write, with the deeds of the pages."""

import uuid
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from planning.api_shapes import (
    AttemptSerializer,
    NewAttemptSerializer,
    QuestionSerializer,
    ResultSerializer,
    SaveAnswerSerializer,
    SavedSerializer,
    SittingSerializer,
    SubjectSerializer,
    SyllabusPointSerializer,
)
from planning.exam_models import Question, Subject, SyllabusPoint
from planning.practice import finding, saving, submitting
from planning.practice.refusing import Closed, PracticeRefused
from planning.practice.results import report
from planning.practice.starting import Wish, start, with_parts
from planning.practice_models import Attempt, AttemptedQuestion

POINT = OpenApiParameter("point", str, description="Code of a syllabus point; its parts count as well.")
AttemptStatus = Attempt.Status


class Subjects(Endpoint):
    serializer_class = SubjectSerializer
    queryset = Subject.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="subjects", responses=SubjectSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What one can be examined in."""
        page = self.paginate_queryset(Subject.objects.open().select_related("course"))
        return self.get_paginated_response(SubjectSerializer(page, many=True).data)


class SubjectDetail(Endpoint):
    serializer_class = SubjectSerializer

    @extend_schema(operation_id="subject")
    def get(self, request: Request, code: str) -> Response:
        return Response(SubjectSerializer(finding.subject(code)).data)


class SyllabusPoints(Endpoint):
    serializer_class = SyllabusPointSerializer
    queryset = SyllabusPoint.objects.none()
    filter_backends = ()
    sorts = {"position": "position"}

    @extend_schema(operation_id="subject_points", responses=SyllabusPointSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        """The syllabus of a subject, a tree by `part_of`."""
        page = self.paginate_queryset(finding.subject(code).points.select_related("parent", "chapter"))
        return self.get_paginated_response(SyllabusPointSerializer(page, many=True).data)


class Questions(Endpoint):
    serializer_class = QuestionSerializer
    queryset = Question.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="subject_questions", parameters=[POINT], responses=QuestionSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        """Questions that can be practised, without what answers them."""
        subject = finding.subject(code)
        rows = _questions().filter(subject=subject)
        if point := request.query_params.get("point", "").replace("\x00", ""):
            rows = rows.filter(pk__in=_asking(subject, point))
        return self.get_paginated_response(QuestionSerializer(self.paginate_queryset(rows), many=True).data)


class QuestionDetail(Endpoint):
    serializer_class = QuestionSerializer

    @extend_schema(operation_id="question")
    def get(self, request: Request, question_id: UUID) -> Response:
        found = _questions().filter(pk=question_id).first()
        if found is None:
            raise Http404
        return Response(QuestionSerializer(found).data)


class Attempts(Endpoint):
    """One's own attempts."""

    serializer_class = AttemptSerializer
    queryset = Attempt.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="attempts", responses=AttemptSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        rows = Attempt.objects.filter(student=self.person).select_related("subject")
        return self.get_paginated_response(AttemptSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(operation_id="attempt_begin", request=NewAttemptSerializer, responses={201: SittingSerializer})
    def post(self, request: Request) -> Response:
        """Begin an attempt. A timed one is handed in by the server when its time is up."""
        said = _valid(NewAttemptSerializer(data=request.data))
        subject = Subject.objects.open().filter(code=said["subject"].replace("\x00", "")).first()
        if subject is None:
            raise ValidationError({"subject": [_("There is no such subject, or it is not for you.")]})
        points = tuple(code.replace("\x00", "") for code in said["points"])
        wish = Wish(count=said["count"], points=points, timed=said["timed"], minutes=said.get("minutes"))
        key, now = said.get("key") or uuid.uuid4(), timezone.now()
        try:
            attempt = start(learner=self.person, subject=subject, wish=wish, key=key, now=now)
        except PracticeRefused as refusal:
            raise ValidationError({"points": [refusal.message]}) from refusal
        return Response(_sitting(self, attempt.pk), status=status.HTTP_201_CREATED)


class AttemptDetail(Endpoint):
    serializer_class = SittingSerializer

    @extend_schema(operation_id="attempt")
    def get(self, request: Request, attempt_id: UUID) -> Response:
        """An attempt with its questions and what is written so far."""
        return Response(_sitting(self, attempt_id))


class Answer(Endpoint):
    serializer_class = SaveAnswerSerializer

    @extend_schema(operation_id="attempt_answer", responses={200: SavedSerializer, 409: OpenApiResponse()})
    def put(self, request: Request, attempt_id: UUID, position: int) -> Response:
        """Save an answer. 409 when somebody saved another since `revision`, or the attempt is over: read it again then."""
        attempt = finding.own_attempt(self.person, attempt_id)
        said = _valid(SaveAnswerSerializer(data=request.data))
        chosen = said["pairs"] or said["chosen"]
        try:
            saved = saving.save(
                attempt=attempt,
                position=position,
                answer=said["answer"],
                chosen=chosen,
                seen=said["revision"],
                now=timezone.now(),
            )
        except AttemptedQuestion.DoesNotExist:
            raise Http404 from None
        except Closed as closed:
            raise Conflict(closed.message) from closed
        except PracticeRefused as refusal:
            raise ValidationError({"answer": [refusal.message]}) from refusal
        if not saved.kept:
            raise Conflict(_("This answer was changed since you read it. Its revision is %d now.") % saved.revision)
        return Response({"revision": saved.revision, "answer": saved.answer})


class Submit(Endpoint):
    serializer_class = ResultSerializer

    @extend_schema(operation_id="attempt_submit", request=None, responses={200: ResultSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Hand in. What a key can mark is marked at once; read the result again until nothing is `waiting`."""
        attempt = finding.own_attempt(self.person, attempt_id)
        try:
            submitting.submit(attempt)
        except Closed as closed:
            raise Conflict(closed.message) from closed
        return Response(_result(attempt))


class Abandon(Endpoint):
    serializer_class = AttemptSerializer

    @extend_schema(operation_id="attempt_abandon", request=None, responses={200: AttemptSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Give up: nothing of it is marked, and it cannot be taken up again."""
        attempt = finding.own_attempt(self.person, attempt_id)
        try:
            submitting.abandon(attempt)
        except Closed as closed:
            raise Conflict(closed.message) from closed
        return Response(AttemptSerializer(attempt).data)


class Result(Endpoint):
    serializer_class = ResultSerializer

    @extend_schema(operation_id="attempt_result", responses={200: ResultSerializer, 409: OpenApiResponse()})
    def get(self, request: Request, attempt_id: UUID) -> Response:
        """Marks, reasons and mark schemes of what was handed in: one's own, or as a trainer those of one's learners."""
        attempt = finding.visible_attempt(attempt_id)
        submitting.close_if_overdue(attempt, timezone.now())
        if attempt.status not in {AttemptStatus.SUBMITTED, AttemptStatus.MARKED}:
            raise Conflict(_("This attempt was not handed in."))
        return Response(_result(attempt))


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _questions() -> Any:
    rows = Question.objects.filter(active=True, current__isnull=False, subject__in=Subject.objects.open())
    return rows.select_related("subject", "current").prefetch_related("points")


def _asking(subject: Subject, code: str) -> Any:
    found = with_parts([code], subject.points.all())
    return Question.objects.filter(points__in=found).values("pk")


def _sitting(view: Endpoint, attempt_id: UUID) -> Any:
    attempt = finding.own_attempt(view.person, attempt_id)
    submitting.close_if_overdue(attempt, timezone.now())
    rows = Attempt.objects.prefetch_related("answers__version").select_related("subject")
    return SittingSerializer(rows.get(pk=attempt.pk)).data


def _result(attempt: Attempt) -> Any:
    rows = Attempt.objects.prefetch_related("answers__version__answer_key", "answers__version__scheme_points")
    found = rows.select_related("subject").get(pk=attempt.pk)
    return ResultSerializer(found, context={"report": report(attempt)}).data
