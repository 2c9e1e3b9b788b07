"""Searching a course through the API: the same retrieval that feeds the coach."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.door import acting_as
from accounts.models import User
from courses import access
from courses.models import Course
from learning.api_searching import PARAMETERS, SearchEndpoint
from learning.retrieval import Passage
from learning.searching import search_as
from learning.showing import place_url


class PassageSerializer(serializers.Serializer[Any]):
    """A passage of the course; `score` is comparable within one search only."""

    chapter_id = serializers.CharField(allow_null=True)
    lab_id = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    day = serializers.IntegerField(allow_null=True)
    heading_path = serializers.ListField(child=serializers.CharField())
    content = serializers.CharField(help_text="Markdown.")
    score = serializers.FloatField()
    url = serializers.CharField(help_text="Opens the exact passage.")


class Search(SearchEndpoint):
    """The passages of a course that fit the words best."""

    serializer_class = PassageSerializer

    @extend_schema(operation_id="search", responses=PassageSerializer(many=True), parameters=PARAMETERS)
    def get(self, request: Request, slug: str) -> Response:
        asked = self.asked()
        with acting_as(self.person):
            course = access.open_course(slug)
        return Response(PassageSerializer(_found(self.person, course, **asked), many=True).data)


def _found(person: User, course: Course, *, q: str, limit: int) -> list[dict[str, Any]]:
    passages = search_as(person, course_id=course.pk, question=q, limit=limit)
    return [_shown(course, passage) for passage in passages]


def _shown(course: Course, passage: Passage) -> dict[str, Any]:
    place = {
        "chapter_id": passage.chapter_id or None,
        "lab_id": passage.lab_id or None,
        "title": passage.title,
        "heading_path": list(passage.heading_path),
    }
    exact = {"chunk_id": passage.chunk_id, "anchor": passage.anchor, "content_type": passage.content_type}
    address = place_url(course.slug, {**place, **exact})
    return {**place, "day": passage.day, "content": passage.content, "score": passage.score, "url": address}
