"""What trainers have verified, through the API, for those who run the course. Learners meet it in their answers."""

from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_filters import MomentFilter
from accounts.door import acting_as
from courses.running import course_to_run, may_run
from learning.api_searching import LONGEST, PARAMETERS, SearchEndpoint
from learning.api_shapes import KnowledgeSerializer, KnownSerializer, ListedKnowledgeSerializer
from learning.knowing import containing, light, nearest
from learning.models import Knowledge
from learning.searching import vector_of


class KnowledgeFilter(django_filters.FilterSet):
    live = django_filters.BooleanFilter(
        field_name="is_live", label="Whether it is searched; without this, all versions are listed."
    )
    category = django_filters.CharFilter(max_length=100)
    verified_after = MomentFilter(field_name="verified_at", lookup_expr="gt")
    verified_before = MomentFilter(field_name="verified_at", lookup_expr="lt")
    q = django_filters.CharFilter(method="with_words", max_length=LONGEST, label="Words of the question or the answer.")

    class Meta:
        model = Knowledge
        fields = ("live", "category", "verified_after", "verified_before", "q")

    def with_words(self, rows: QuerySet[Knowledge], name: str, words: str) -> QuerySet[Knowledge]:
        return containing(rows, words)


class KnowledgeList(Endpoint):
    """The verified answers of a course, newest first."""

    serializer_class = ListedKnowledgeSerializer
    filterset_class = KnowledgeFilter
    queryset = Knowledge.objects.none()  # for the schema; the rows depend on who calls

    @extend_schema(operation_id="knowledge_list", responses=ListedKnowledgeSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """The verified answers of a course that one runs, newest first."""
        rows = light().filter(course=course_to_run(slug, self.person))
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(ListedKnowledgeSerializer(page, many=True).data)


class KnowledgeSearch(SearchEndpoint):
    """Verified answers by meaning."""

    serializer_class = KnownSerializer

    @extend_schema(operation_id="knowledge_search", responses=KnownSerializer(many=True), parameters=PARAMETERS)
    def get(self, request: Request, slug: str) -> Response:
        """What is verified and near the words, the nearest first."""
        asked = self.asked()
        with acting_as(self.person):
            course = course_to_run(slug, self.person)
        vector = vector_of(asked["q"])
        with acting_as(self.person):
            found = nearest(course, asked["q"], vector, limit=asked["limit"])
        return Response(KnownSerializer(found, many=True).data)


class KnowledgeEndpoint(Endpoint):
    def entry(self, knowledge_id: UUID) -> Knowledge:
        """Raises Http404."""
        found = get_object_or_404(light(), pk=knowledge_id)
        if not may_run(found.course, self.person):
            raise Http404
        return found


class KnowledgeDetail(KnowledgeEndpoint):
    """One version of a verified answer, whole."""

    serializer_class = KnowledgeSerializer

    @extend_schema(operation_id="knowledge")
    def get(self, request: Request, knowledge_id: UUID) -> Response:
        return Response(KnowledgeSerializer(self.entry(knowledge_id)).data)


class KnowledgeVersions(KnowledgeEndpoint):
    """All versions of the same answer, newest first."""

    serializer_class = ListedKnowledgeSerializer
    filter_backends = ()

    @extend_schema(
        operation_id="knowledge_versions", responses={200: ListedKnowledgeSerializer(many=True), 404: OpenApiResponse()}
    )
    def get(self, request: Request, knowledge_id: UUID) -> Response:
        page = self.paginate_queryset(light().filter(entry_id=self.entry(knowledge_id).entry_id))
        return self.get_paginated_response(ListedKnowledgeSerializer(page, many=True).data)
