"""Courses, their chapters and labs, and one's own progress, through the API. All 404 to strangers."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint, RawEndpoint
from accounts.api_fields import Flag
from courses import access, reading
from courses.models import Chapter, Course, Lab, PlaceProgress

PLACE_KINDS = ("chapter", "lab")
FILE_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": "attachment"}


class CourseSerializer(serializers.ModelSerializer[Course]):
    chapter_count = serializers.IntegerField(read_only=True)
    lab_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Course
        fields = ("id", "slug", "title", "description", "language", "chapter_count", "lab_count", "created_at")
        read_only_fields = fields


class HeadingSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    level = serializers.IntegerField()
    text = serializers.CharField()


class StepSerializer(serializers.Serializer[Any]):
    """A chapter or lab in the order of the course, with one's own progress."""

    id = serializers.CharField(source="place_id")
    kind = serializers.SerializerMethodField()
    title = serializers.CharField()
    day = serializers.IntegerField()
    section = serializers.CharField()
    position = serializers.IntegerField()
    url = serializers.CharField()
    opened = serializers.BooleanField(source="is_opened")
    done = serializers.BooleanField(source="is_done")

    def get_kind(self, step: reading.Step) -> str:
        return PLACE_KINDS[step.is_lab]


class PlaceSerializer(serializers.Serializer[Any]):
    """A chapter or lab with its text: Markdown as it was written, and HTML as the pages show it."""

    id = serializers.CharField(source="place_id")
    title = serializers.CharField()
    day = serializers.IntegerField()
    section = serializers.CharField()
    position = serializers.IntegerField()
    version = serializers.IntegerField()
    url = serializers.CharField(source="get_absolute_url")
    markdown = serializers.CharField(source="body")
    html = serializers.CharField()
    outline = HeadingSerializer(many=True)
    updated_at = serializers.DateTimeField()


class ProgressSerializer(serializers.ModelSerializer[PlaceProgress]):
    done = serializers.SerializerMethodField()

    class Meta:
        model = PlaceProgress
        fields = ("place_id", "done", "done_at", "opened_at", "last_opened_at")
        read_only_fields = fields

    def get_done(self, row: PlaceProgress) -> bool:
        return row.done_at is not None


class ProgressChangeSerializer(serializers.Serializer[Any]):
    done = Flag()


class CourseList(Endpoint):
    """The open courses one learns or trains in."""

    serializer_class = CourseSerializer

    def get_queryset(self) -> QuerySet[Course]:
        return Course.objects.with_place_counts().filter(closed_at=None)

    @extend_schema(operation_id="courses", responses=CourseSerializer(many=True))
    def get(self, request: Request) -> Response:
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(CourseSerializer(rows, many=True).data)


class CourseDetail(Endpoint):
    """One course."""

    serializer_class = CourseSerializer

    @extend_schema(operation_id="course")
    def get(self, request: Request, slug: str) -> Response:
        access.open_course(slug)
        return Response(CourseSerializer(Course.objects.with_place_counts().get(slug=slug)).data)


class StepList(Endpoint):
    """The whole outline: chapters and labs in their order, with one's own progress."""

    serializer_class = StepSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="places", responses=StepSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        outline = reading.outline_of(access.open_course(slug), self.person)
        return Response(StepSerializer(list(outline.steps), many=True).data)


class PlaceDetail(Endpoint):
    """One chapter, or one lab."""

    serializer_class = PlaceSerializer

    @extend_schema(operation_id="place")
    def get(self, request: Request, slug: str, place_id: str) -> Response:
        place: Chapter | Lab = access.open_place(access.open_course(slug), place_id)
        return Response(PlaceSerializer(place).data)


class File(RawEndpoint):
    """A picture or another file that the text of a course points at."""

    @extend_schema(operation_id="file", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str, path: str) -> HttpResponse:
        found = access.asset(access.open_course(slug), path)
        return HttpResponse(bytes(found.content), content_type=found.content_type, headers=FILE_HEADERS)


class ProgressList(Endpoint):
    """How far one is with each chapter and lab that one has opened."""

    serializer_class = ProgressSerializer
    filter_backends = ()

    @extend_schema(operation_id="progress", responses=ProgressSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        course = access.open_course(slug)
        rows = self.paginate_queryset(PlaceProgress.objects.filter(learner=self.person, course=course))
        return self.get_paginated_response(ProgressSerializer(rows, many=True).data)


class Progress(Endpoint):
    """Be done with a chapter or lab, or not after all."""

    serializer_class = ProgressChangeSerializer

    @extend_schema(operation_id="progress_set", responses=OpenApiResponse(ProgressSerializer))
    def put(self, request: Request, slug: str, place_id: str) -> Response:
        course = access.open_course(slug)
        access.open_place(course, place_id)
        serializer = ProgressChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        reading.set_done(course, place_id, self.person, done=serializer.validated_data["done"])
        row = PlaceProgress.objects.get(learner=self.person, course=course, place_id=place_id)
        return Response(ProgressSerializer(row).data)
