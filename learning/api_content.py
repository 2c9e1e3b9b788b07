"""The text of a course and its index through the API, for those who run it: change a page, re-index, see what was done."""

from typing import Any
from uuid import UUID

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from accounts.api_fields import Flag, Text
from courses import access
from courses.api import PlaceDetail, PlaceSerializer
from courses.editing import LONGEST_BODY, PlaceHasMoved
from courses.editing import Text as Wanted
from courses.models import Chapter, Lab
from courses.running import course_to_run
from learning.editing import save_text
from learning.indexing import request_update, retry_update
from learning.models import ContentUpdate

LONGEST_TITLE, LONGEST_SECTION, LAST_DAY = 300, 200, 10_000


class UpdateSerializer(serializers.ModelSerializer[ContentUpdate]):
    """One rebuilding of a course's index. `chunks_embedded` is how many passages a model had to read."""

    course = serializers.SlugField(source="course.slug")
    error = serializers.CharField(source="error_message", allow_null=True)

    class Meta:
        model = ContentUpdate
        fields = (
            *("id", "course", "update_type", "status", "triggered_by", "chunks_updated", "chunks_total", "chunks_embedded"),
            *("error", "created_at", "started_at", "finished_at"),
        )
        read_only_fields = fields


class ReindexSerializer(serializers.Serializer[Any]):
    full = Flag(default=False, help_text="Everything anew, and not only what changed.")


class PageSerializer(serializers.Serializer[Any]):
    """A chapter or lab to be saved. What PATCH leaves out stays."""

    title = Text(max_length=LONGEST_TITLE)
    markdown = Text(max_length=LONGEST_BODY, allow_blank=True, trim_whitespace=False)
    day = serializers.IntegerField(min_value=0, max_value=LAST_DAY, required=False)
    section = Text(max_length=LONGEST_SECTION, allow_blank=True, required=False)
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="The version that was edited; another one is a conflict."
    )


class UpdateFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=ContentUpdate.Status.choices)
    triggered_by = django_filters.ChoiceFilter(choices=ContentUpdate.Trigger.choices)

    class Meta:
        model = ContentUpdate
        fields = ("status", "triggered_by")


class Page(PlaceDetail):
    """One chapter, or one lab."""

    @extend_schema(operation_id="place_save", request=PageSerializer, responses={200: PlaceSerializer, 409: OpenApiResponse()})
    def put(self, request: Request, slug: str, place_id: str) -> Response:
        """Save the text of a page; its course is re-indexed by itself."""
        return self._save(request, slug, place_id, is_partial=False)

    @extend_schema(operation_id="place_change", request=PageSerializer, responses={200: PlaceSerializer, 409: OpenApiResponse()})
    def patch(self, request: Request, slug: str, place_id: str) -> Response:
        """Save a part of it."""
        return self._save(request, slug, place_id, is_partial=True)

    def _save(self, request: Request, slug: str, place_id: str, *, is_partial: bool) -> Response:
        course = course_to_run(slug, self.person)
        place = access.open_place(course, place_id)
        given = PageSerializer(data=request.data, partial=is_partial)
        given.is_valid(raise_exception=True)
        good = given.validated_data
        try:
            save_text(place, _wanted(place, good), seen=good.get("version"))
        except PlaceHasMoved as moved:
            raise Conflict from moved
        return Response(PlaceSerializer(access.open_place(course, place_id)).data)


class Updates(Endpoint):
    """How the course's index came to be, the newest first."""

    serializer_class = UpdateSerializer
    filterset_class = UpdateFilter
    queryset = ContentUpdate.objects.none()  # for the schema; the rows depend on who calls

    @extend_schema(operation_id="updates", responses={200: UpdateSerializer(many=True), 404: OpenApiResponse()})
    def get(self, request: Request, slug: str) -> Response:
        rows = ContentUpdate.objects.filter(course=course_to_run(slug, self.person)).select_related("course")
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(UpdateSerializer(page, many=True).data)

    @extend_schema(operation_id="reindex", request=ReindexSerializer, responses={202: UpdateSerializer, 404: OpenApiResponse()})
    def post(self, request: Request, slug: str) -> Response:
        """Ask for a re-index; it folds into one that waits already."""
        course = course_to_run(slug, self.person)
        given = ReindexSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        kind = ContentUpdate.Type.FULL if given.validated_data["full"] else ContentUpdate.Type.INCREMENTAL
        update = request_update(course, update_type=kind, triggered_by=asked_by(self.person.role))
        return Response(UpdateSerializer(ContentUpdate.objects.select_related("course").get(pk=update.pk)).data, status=202)


class UpdateDetail(Endpoint):
    """One rebuilding."""

    serializer_class = UpdateSerializer

    @extend_schema(operation_id="update")
    def get(self, request: Request, update_id: UUID) -> Response:
        return Response(UpdateSerializer(_open(update_id)).data)


class UpdateRetry(Endpoint):
    """Another try."""

    serializer_class = UpdateSerializer

    @extend_schema(operation_id="update_retry", request=None, responses={202: UpdateSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, update_id: UUID) -> Response:
        """Try a failed one again, from where it stopped."""
        found = _open(update_id)
        if found.status != ContentUpdate.Status.FAILED:
            raise Conflict
        return Response(UpdateSerializer(_open(retry_update(found).pk)).data, status=202)


def asked_by(role: str) -> str:
    """Who asked by hand, in the words of the record."""
    return ContentUpdate.Trigger.ADMIN if role == "admin" else ContentUpdate.Trigger.MANUAL


def _open(update_id: UUID) -> ContentUpdate:
    """Row security shows them to those who run the course alone. Raises Http404."""
    return get_object_or_404(ContentUpdate.objects.select_related("course").filter(course__closed_at=None), pk=update_id)


def _wanted(place: Chapter | Lab, good: dict[str, Any]) -> Wanted:
    return Wanted(
        title=good.get("title", place.title),
        body=good.get("markdown", place.body),
        day=good.get("day", place.day),
        section=good.get("section", place.section),
    )
