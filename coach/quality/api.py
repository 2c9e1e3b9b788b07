"""Sets of questions and runs over them through the API: the same deeds as the pages, for trainers of the course and admins."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_faults import Conflict
from accounts.api_fields import Text
from courses.running import course_to_run
from learning.api_raw import StaffEndpoint
from learning.evaluating.questions import Expected
from learning.models import QualityQuestion, QualityResult, QualityRun, QualitySet
from learning.quality import keeping
from learning.quality.comparing import compared, run_before
from learning.quality.keeping import MOST_PLACES, Refused
from learning.quality.leases import ask_for_run
from learning.quality_models import LONGEST_ANSWER, LONGEST_NAME, LONGEST_QUESTION


class SetSerializer(serializers.ModelSerializer[QualitySet]):
    """A set of questions of a course."""

    course = serializers.SlugField(source="course.slug", read_only=True)
    name = Text(max_length=LONGEST_NAME)
    questions = serializers.IntegerField(source="count", read_only=True)

    class Meta:
        model = QualitySet
        fields = ("id", "course", "name", "questions", "created_at")
        read_only_fields = ("id", "created_at")


class QualityQuestionSerializer(serializers.ModelSerializer[QualityQuestion]):
    """A question with the ids of the chapters or labs of which any is right, or words of the answer, or both."""

    question = Text(max_length=LONGEST_QUESTION)
    expected = serializers.ListField(child=Text(max_length=200), max_length=MOST_PLACES, required=False, default=list)
    answer = Text(source="expected_answer", max_length=LONGEST_ANSWER, required=False, allow_blank=True, default="")

    class Meta:
        model = QualityQuestion
        fields = ("id", "question", "expected", "answer", "source", "created_at")
        read_only_fields = ("id", "source", "created_at")

    def wanted(self) -> Expected:
        good = self.validated_data
        return Expected(good["question"], tuple(good["expected"]), good["expected_answer"])


class RunSerializer(serializers.ModelSerializer[QualityRun]):
    """A run over a set: how far it is, and its figures once it is completed."""

    set = serializers.UUIDField(source="set_id")
    figures = serializers.DictField(help_text="questions, right, hit@1, hit@5, mrr, fit, answered, confidence; empty until then.")
    error = serializers.CharField(source="error_message")

    class Meta:
        model = QualityRun
        fields: tuple[str, ...] = ("id", "set", "state", "done", "total", "content_version", "figures", "error", "created_at")
        read_only_fields: tuple[str, ...] = fields


class QualityResultSerializer(serializers.ModelSerializer[QualityResult]):
    """What a run found for one question. All text is untrusted."""

    question_id = serializers.UUIDField()
    expected = serializers.ListField(child=serializers.CharField())
    passages = serializers.ListField(child=serializers.DictField())
    verdict = serializers.SerializerMethodField()
    rank_before = serializers.SerializerMethodField()
    confidence_before = serializers.SerializerMethodField()

    class Meta:
        model = QualityResult
        fields = (
            *("question_id", "question", "expected", "expected_answer", "rank", "fit", "confidence", "is_answered", "answer"),
            *("passages", "verdict", "rank_before", "confidence_before"),
        )
        read_only_fields = fields

    def _row(self, result: QualityResult) -> Any:
        return self.context["rows"][result.pk]

    @extend_schema_field(serializers.ChoiceField(choices=["better", "worse", "same", "new"]))
    def get_verdict(self, result: QualityResult) -> str:
        return str(self._row(result).verdict.kind)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_rank_before(self, result: QualityResult) -> int | None:
        before = self._row(result).before
        return before.rank if before else None

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_confidence_before(self, result: QualityResult) -> float | None:
        before = self._row(result).before
        return before.confidence if before else None


class WholeRunSerializer(RunSerializer):
    """A run with its questions, compared with the run before."""

    results = serializers.SerializerMethodField()

    class Meta(RunSerializer.Meta):
        fields = (*RunSerializer.Meta.fields, "results")
        read_only_fields = fields

    @extend_schema_field(QualityResultSerializer(many=True))
    def get_results(self, run: QualityRun) -> Any:
        rows = compared(run, run_before(run)) if run.state == QualityRun.State.COMPLETED else []
        found = {row.now.pk: row for row in rows}
        return QualityResultSerializer([row.now for row in rows], many=True, context={"rows": found}).data


class Sets(StaffEndpoint):
    """The sets of a course."""

    serializer_class = SetSerializer
    filter_backends = ()

    @extend_schema(operation_id="quality_sets", responses=SetSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        course = course_to_run(slug, self.staff)
        return self.get_paginated_response(
            SetSerializer(self.paginate_queryset(_counted().filter(course=course)), many=True).data
        )

    @extend_schema(operation_id="quality_set_make", responses={201: SetSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, slug: str) -> Response:
        """Make a set; its name is unique in the course."""
        course = course_to_run(slug, self.staff)
        made = _conflicting(keeping.make_set, course, _named(request), self.staff)
        return Response(SetSerializer(_counted().get(pk=made.pk)).data, status=201)


class SetDetail(StaffEndpoint):
    """One set."""

    serializer_class = SetSerializer

    @extend_schema(operation_id="quality_set")
    def get(self, request: Request, set_id: UUID) -> Response:
        return Response(SetSerializer(self._open(set_id)).data)

    @extend_schema(operation_id="quality_set_rename", responses={200: SetSerializer, 409: OpenApiResponse()})
    def put(self, request: Request, set_id: UUID) -> Response:
        """Give it another name."""
        chosen = self._open(set_id)
        _conflicting(keeping.rename, chosen, _named(request))
        return Response(SetSerializer(chosen).data)

    @extend_schema(operation_id="quality_set_delete", responses={204: None})
    def delete(self, request: Request, set_id: UUID) -> Response:
        """Delete it; for a week it can be restored."""
        keeping.delete(self._open(set_id))
        return Response(status=204)

    def _open(self, set_id: UUID) -> QualitySet:
        self.staff  # noqa: B018 (learners get a 404)
        return get_object_or_404(_counted(), pk=set_id)


class SetRestore(StaffEndpoint):
    """Taking a deletion back."""

    serializer_class = SetSerializer

    @extend_schema(operation_id="quality_set_restore", request=None, responses={200: SetSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, set_id: UUID) -> Response:
        self.staff  # noqa: B018 (learners get a 404)
        found = keeping.deleted(QualitySet, set_id)
        _conflicting(keeping.restore, found)
        return Response(SetSerializer(_counted().get(pk=found.pk)).data)


class Questions(StaffEndpoint):
    """The questions of a set."""

    serializer_class = QualityQuestionSerializer
    filter_backends = ()

    @extend_schema(operation_id="quality_questions", responses=QualityQuestionSerializer(many=True))
    def get(self, request: Request, set_id: UUID) -> Response:
        rows = self.paginate_queryset(_set_of(self, set_id).questions.kept())
        return self.get_paginated_response(QualityQuestionSerializer(rows, many=True).data)

    @extend_schema(operation_id="quality_question_add", responses={201: QualityQuestionSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, set_id: UUID) -> Response:
        """Add a question; one that the set has word by word already is a conflict."""
        chosen = _set_of(self, set_id)
        added = _checked(keeping.add, chosen, [_wanted(request)], source=QualityQuestion.Source.HAND)
        if not added:
            raise Conflict
        return Response(QualityQuestionSerializer(added[0]).data, status=201)


class QuestionDetail(StaffEndpoint):
    """One question of a set."""

    serializer_class = QualityQuestionSerializer

    @extend_schema(operation_id="quality_question")
    def get(self, request: Request, question_id: UUID) -> Response:
        return Response(QualityQuestionSerializer(self._open(question_id)).data)

    @extend_schema(operation_id="quality_question_change")
    def put(self, request: Request, question_id: UUID) -> Response:
        """Change it; the next run does not compare it with what was before."""
        found = self._open(question_id)
        _checked(keeping.change, found, _wanted(request))
        return Response(QualityQuestionSerializer(found).data)

    @extend_schema(operation_id="quality_question_delete", responses={204: None})
    def delete(self, request: Request, question_id: UUID) -> Response:
        keeping.delete(self._open(question_id))
        return Response(status=204)

    def _open(self, question_id: UUID) -> QualityQuestion:
        self.staff  # noqa: B018 (learners get a 404)
        return keeping.open_question(question_id)


class Runs(StaffEndpoint):
    """The runs over a set, the newest first."""

    serializer_class = RunSerializer
    filter_backends = ()

    @extend_schema(operation_id="quality_runs", responses=RunSerializer(many=True))
    def get(self, request: Request, set_id: UUID) -> Response:
        rows = self.paginate_queryset(QualityRun.objects.filter(set=_set_of(self, set_id)))
        return self.get_paginated_response(RunSerializer(rows, many=True).data)

    @extend_schema(operation_id="quality_run_start", request=None, responses={202: RunSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, set_id: UUID) -> Response:
        """Ask for a run. Look at it again until its state is completed or failed; a set without questions is a conflict."""
        chosen = _set_of(self, set_id)
        if not chosen.questions.kept().exists():
            raise Conflict
        return Response(RunSerializer(ask_for_run(chosen)).data, status=202)


class RunDetail(StaffEndpoint):
    """One run with what it found, compared with the run before."""

    serializer_class = WholeRunSerializer

    @extend_schema(operation_id="quality_run")
    def get(self, request: Request, run_id: UUID) -> Response:
        self.staff  # noqa: B018 (learners get a 404)
        found = QualityRun.objects.filter(pk=run_id, set__deleted_at=None).first()
        if found is None:
            raise Http404(run_id)
        return Response(WholeRunSerializer(found).data)


def _counted() -> Any:
    kept = Count("questions", filter=Q(questions__deleted_at=None))
    return QualitySet.objects.kept().select_related("course").filter(course__closed_at=None).annotate(count=kept)


def _set_of(endpoint: StaffEndpoint, set_id: UUID) -> QualitySet:
    endpoint.staff  # noqa: B018 (learners get a 404)
    return keeping.open_set(set_id)


def _named(request: Request) -> str:
    given = SetSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    return str(given.validated_data["name"])


def _wanted(request: Request) -> Expected:
    given = QualityQuestionSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    return given.wanted()


def _conflicting(deed: Any, *args: Any) -> Any:
    try:
        return deed(*args)
    except Refused as refused:
        raise Conflict(refused.message) from refused


def _checked(deed: Any, *args: Any, **named: Any) -> Any:
    try:
        return deed(*args, **named)
    except Refused as refused:
        raise ValidationError(refused.message) from refused
