"""Transcripts through the API: the same deeds as the pages, and the same rights."""

from typing import Any, cast
from uuid import UUID

import django_filters
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict, TooLarge
from accounts.api_filters import MomentFilter
from accounts.door import acting_as
from accounts.throttling import allow
from courses.access import open_course
from learning.models import VoiceTranscript
from learning.transcript_models import TranscriptQuerySet
from learning.transcripts import seeing
from learning.transcripts.files import UploadRefused
from learning.transcripts.receiving import LONGEST_TITLE, TOO_LARGE, arrive, check_size, erase, receive, try_again

FORM_AROUND = 64 * 1024  # bytes that a multipart body may have beside its file
LISTED = (
    "id",
    "course",
    "title",
    "state",
    "stage",
    "error",
    "format",
    "language",
    "duration_ms",
    "sentiment",
    "summary",
    "learner",
    "created_at",
    "finished_at",
)


class TranscriptSerializer(serializers.ModelSerializer[VoiceTranscript]):
    """A transcript without its words. All text is untrusted."""

    course = serializers.SlugField(source="course.slug")
    error = serializers.CharField(source="error_message")
    format = serializers.ChoiceField(source="source_format", choices=VoiceTranscript.Format.choices)
    summary = serializers.CharField(source="processed_summary", allow_null=True)
    learner = serializers.UUIDField(source="learner_id", allow_null=True)

    class Meta:
        model = VoiceTranscript
        fields: tuple[str, ...] = LISTED
        read_only_fields: tuple[str, ...] = LISTED


class CueSerializer(serializers.Serializer[Any]):
    """Times in ms from the beginning; null in a text without times."""

    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)
    speaker = serializers.CharField(allow_blank=True)
    text = serializers.CharField()


class WholeTranscriptSerializer(TranscriptSerializer):
    """A transcript with its words and what was found in it."""

    cues = serializers.SerializerMethodField()
    entities = serializers.DictField()
    insights = serializers.DictField(source="learning_insights")
    made_by = serializers.DictField(source="metadata")

    class Meta(TranscriptSerializer.Meta):
        fields = (*LISTED, "transcript", "cues", "entities", "insights", "made_by")
        read_only_fields = fields

    @extend_schema_field(CueSerializer(many=True))
    def get_cues(self, row: VoiceTranscript) -> list[dict[str, Any]]:
        return [dict(zip(("start", "end", "speaker", "text"), cue, strict=True)) for cue in row.cues]


class UploadSerializer(serializers.Serializer[Any]):
    """A file: text, WebVTT, SRT, or a recording where transcription is set up."""

    course = serializers.SlugField(max_length=100)
    title = serializers.CharField(max_length=LONGEST_TITLE, required=False, default="", allow_blank=True)
    file = serializers.FileField(max_length=1000)


class TranscriptFilter(django_filters.FilterSet):
    course = django_filters.CharFilter(field_name="course__slug", max_length=100, label="Slug of a course.")
    sentiment = django_filters.ChoiceFilter(choices=VoiceTranscript.Sentiment.choices)
    state = django_filters.ChoiceFilter(choices=VoiceTranscript.State.choices)
    q = django_filters.CharFilter(method="containing", max_length=seeing.LONGEST_SEARCH, label="Words of the title or the text.")
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = VoiceTranscript
        fields = ("course", "sentiment", "state", "q", "created_after", "created_before")

    def containing(self, rows: QuerySet[VoiceTranscript], name: str, words: str) -> QuerySet[VoiceTranscript]:
        return seeing.containing(cast(TranscriptQuerySet, rows), words)


class Transcripts(Endpoint):
    """What was said, newest first."""

    serializer_class = TranscriptSerializer
    filterset_class = TranscriptFilter
    queryset = VoiceTranscript.objects.none()  # for the schema; the rows depend on who calls
    parser_classes = (MultiPartParser,)
    opens_doors_itself = True

    @extend_schema(operation_id="transcripts", responses=TranscriptSerializer(many=True))
    def get(self, request: Request) -> Response:
        with acting_as(self.person):
            rows = self.filter_queryset(seeing.listed(seeing.Wanted()))
            page = self.paginate_queryset(rows)
            return self.get_paginated_response(TranscriptSerializer(page, many=True).data)

    @extend_schema(
        operation_id="transcript_upload",
        request={"multipart/form-data": UploadSerializer},
        responses={201: TranscriptSerializer, 404: OpenApiResponse()},
    )
    def post(self, request: Request) -> Response:
        """Send a transcript or a recording. It is read in the background: look again until `state` is ready or failed."""
        _check_length(request)
        asked = UploadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        good = asked.validated_data
        if not (verdict := allow("transcript", self.person.pk)):
            raise Throttled(wait=verdict.retry_after)
        with acting_as(self.person):
            course = open_course(good["course"])
        arrived = _arrived(good["file"], good["title"])
        with acting_as(self.person):
            made = receive(person=self.person, course=course, arrived=arrived)
            made = VoiceTranscript.objects.light().select_related("course").get(pk=made.pk)
            return Response(TranscriptSerializer(made).data, status=201)


class TranscriptDetail(Endpoint):
    """One transcript with its words and what was found in it."""

    serializer_class = WholeTranscriptSerializer

    @extend_schema(operation_id="transcript")
    def get(self, request: Request, transcript_id: UUID) -> Response:
        return Response(WholeTranscriptSerializer(seeing.open_transcript(transcript_id)).data)

    @extend_schema(operation_id="transcript_erase", responses={204: None})
    def delete(self, request: Request, transcript_id: UUID) -> Response:
        """Erase it for good, with what waits in the learning queue because of it. What was approved stays."""
        found = seeing.open_transcript(transcript_id)
        if not seeing.may_erase(found, self.person):
            raise Http404(transcript_id)
        erase(found.pk)
        return Response(status=204)


class TranscriptAgain(Endpoint):
    """Reading it again."""

    serializer_class = TranscriptSerializer

    @extend_schema(operation_id="transcript_again", request=None, responses={200: TranscriptSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, transcript_id: UUID) -> Response:
        """Try a failed one again, or read a ready one once more."""
        found = seeing.open_transcript(transcript_id)
        if not seeing.may_retry(found, self.person) and not found.is_open:
            raise Http404(transcript_id)
        if not try_again(found):
            raise Conflict
        return Response(TranscriptSerializer(seeing.open_transcript(transcript_id)).data)


def _check_length(request: Request) -> None:
    """Before the body is read. Raises TooLarge."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    try:
        check_size(int(length) - FORM_AROUND if length.isascii() and length.isdecimal() else 0)
    except UploadRefused as refusal:
        raise TooLarge(refusal.message) from refusal


def _arrived(file: UploadedFile, title: str) -> Any:
    try:
        check_size(file.size or 0)
        return arrive(name=file.name or "", data=file.read(), title=title)
    except UploadRefused as refusal:
        if refusal.code == TOO_LARGE:
            raise TooLarge(refusal.message) from refusal
        raise ValidationError({"file": [refusal.message]}, refusal.code) from refusal
