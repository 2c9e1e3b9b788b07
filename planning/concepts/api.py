"""Concepts through the API: the same deeds as the pages. One's own; trainers read those of their learners."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.door import acting_as
from accounts.ids import uuid_or_none
from courses.models import ConceptEvidence, Course, LearningConcept
from planning.concepts import adding, evidencing, hearing, seeing, timing
from planning.concepts.adding import Wanted
from planning.concepts.api_shapes import (
    ConceptActiveSerializer,
    ConceptChangeSerializer,
    ConceptCorrectionSerializer,
    ConceptEvidenceSerializer,
    ConceptSerializer,
    ConceptWordsSerializer,
    MinuteCountedSerializer,
    NewConceptSerializer,
)
from planning.concepts.refusing import Refused

LEARNER = OpenApiParameter("learner", UUID, description="For trainers and admins: the concepts of this learner.")
NAMES = {"objectives": "learning_objectives", "prompts": "custom_prompts"}  # as in the shape


def valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def invalid(refusal: Refused) -> ValidationError:
    return ValidationError({NAMES.get(refusal.field, refusal.field): [refusal.message]})


class Concepts(Endpoint):
    """What one pursues."""

    serializer_class = ConceptSerializer
    queryset = LearningConcept.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="concepts", parameters=[LEARNER], responses=ConceptSerializer(many=True))
    def get(self, request: Request) -> Response:
        """One's own concepts, newest first; of a learner, those that one may know of."""
        page = self.paginate_queryset(self._rows(request.query_params.get("learner")))
        return self.get_paginated_response(ConceptSerializer(seeing.seen_all(page or []), many=True).data)

    def _rows(self, learner: str | None) -> QuerySet[LearningConcept]:
        if learner is None:
            return seeing.own_concepts(self.person)
        learner_id = uuid_or_none(learner)
        if learner_id is None:
            raise ValidationError({"learner": [_("The id of a learner.")]})
        return LearningConcept.objects.there().filter(user_id=learner_id).select_related("course", "topic")

    @extend_schema(operation_id="concept_add", request=NewConceptSerializer, responses={201: ConceptSerializer})
    def post(self, request: Request) -> Response:
        """Pursue something new, of a course or of one's own."""
        data = valid(NewConceptSerializer(data=request.data))
        try:
            made = adding.add(learner=self.person, wanted=wanted_of(data, None))
        except Refused as refusal:
            raise invalid(refusal) from refusal
        return Response(ConceptSerializer(seeing.seen(made)).data, status=status.HTTP_201_CREATED)


def wanted_of(data: dict[str, Any], concept: LearningConcept | None) -> Wanted:
    """What a caller sent; for a change, the rest stays as it is. Raises ValidationError for an unknown course."""
    return Wanted(
        name=data.get("name", concept.name if concept else ""),
        description=data.get("description", (concept.description if concept else "") or ""),
        category=data.get("category", concept.category if concept else ""),
        difficulty=data.get("difficulty", concept.difficulty if concept else LearningConcept.Difficulty.BEGINNER),
        estimated_hours=data.get("estimated_hours", concept.estimated_hours if concept else None),
        prerequisites=data.get("prerequisites", [UUID(each) for each in concept.prerequisites] if concept else ()),
        objectives=data.get("learning_objectives", concept.learning_objectives if concept else ()),
        prompts=data.get("custom_prompts", concept.custom_prompts if concept else ()),
        course=_course(data["course"]) if "course" in data else concept.course if concept else None,
        topic=concept.topic if concept and "course" not in data else None,
        places=data.get("places", concept.place_ids if concept and "course" not in data else ()),
    )


def _course(slug: str | None) -> Course | None:
    if not slug:
        return None
    course = Course.objects.filter(slug=slug.replace("\x00", ""), closed_at=None).first()
    if course is None:
        raise ValidationError({"course": [_("There is no such course, or it is not for you.")]})
    return course


class Concept(Endpoint):
    """One concept of one's own."""

    serializer_class = ConceptSerializer

    @extend_schema(operation_id="concept")
    def get(self, request: Request, concept_id: UUID) -> Response:
        return _concept(self, concept_id)

    @extend_schema(operation_id="concept_change", request=ConceptChangeSerializer)
    def patch(self, request: Request, concept_id: UUID) -> Response:
        """Change what is sent; the rest stays. Progress and time are reckoned and cannot be sent."""
        found = seeing.own_concept(self.person, concept_id)
        data = valid(ConceptChangeSerializer(data=request.data))
        try:
            adding.change(concept=found, wanted=wanted_of(data, found))
        except Refused as refusal:
            raise invalid(refusal) from refusal
        return _concept(self, concept_id)

    @extend_schema(operation_id="concept_delete", responses={204: None})
    def delete(self, request: Request, concept_id: UUID) -> Response:
        """Out of sight at once, gone for good a day later; until then `restore` brings it back."""
        adding.delete(seeing.own_concept(self.person, concept_id), timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class RestoreConcept(Endpoint):
    serializer_class = ConceptSerializer

    @extend_schema(operation_id="concept_restore", request=None)
    def post(self, request: Request, concept_id: UUID) -> Response:
        """Undo a deletion."""
        try:
            adding.restore(self.person, concept_id)
        except Refused as refusal:
            raise invalid(refusal) from refusal
        return _concept(self, concept_id)


class ConceptActive(Endpoint):
    serializer_class = ConceptActiveSerializer

    @extend_schema(operation_id="concept_active_set", responses={200: ConceptSerializer})
    def put(self, request: Request, concept_id: UUID) -> Response:
        """Set a concept aside, or pursue it again."""
        found = seeing.own_concept(self.person, concept_id)
        adding.set_active(found, is_active=valid(ConceptActiveSerializer(data=request.data))["active"])
        return _concept(self, concept_id)


class Evidence(Endpoint):
    """Why a concept moved."""

    serializer_class = ConceptEvidenceSerializer
    queryset = ConceptEvidence.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="concept_evidence", responses=ConceptEvidenceSerializer(many=True))
    def get(self, request: Request, concept_id: UUID) -> Response:
        """Newest first, with what was taken back."""
        found = seeing.own_concept(self.person, concept_id)
        page = self.paginate_queryset(ConceptEvidence.objects.filter(concept=found))
        return self.get_paginated_response(ConceptEvidenceSerializer(page, many=True).data)


class Objective(Endpoint):
    """An objective, counted from 1, in one's own words."""

    serializer_class = ConceptWordsSerializer
    opens_doors_itself = True

    @extend_schema(operation_id="concept_say", responses={200: ConceptSerializer})
    def put(self, request: Request, concept_id: UUID, number: int) -> Response:
        """Say it; saying it again replaces it. It counts as far as it agrees with the course: see `verdict` in the evidence."""
        with acting_as(self.person):
            seeing.own_concept(self.person, concept_id)
        words = valid(ConceptWordsSerializer(data=request.data))["words"]
        try:
            hearing.hear(learner=self.person, concept_id=concept_id, objective=number, words=words, now=timezone.now())
        except Refused as refusal:
            raise invalid(refusal) from refusal
        with acting_as(self.person):
            return _concept(self, concept_id)

    @extend_schema(operation_id="concept_say_withdraw", responses={204: None})
    def delete(self, request: Request, concept_id: UUID, number: int) -> Response:
        """Take it back."""
        with acting_as(self.person):
            found = seeing.own_concept(self.person, concept_id)
            evidencing.take_back(concept=found, objective=number, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ByHand(Endpoint):
    """The progress as its learner corrects it."""

    serializer_class = ConceptCorrectionSerializer

    @extend_schema(operation_id="concept_progress_set", responses={200: ConceptSerializer})
    def put(self, request: Request, concept_id: UUID) -> Response:
        """It will say that it was corrected by hand; evidence moves it on from there."""
        found = seeing.own_concept(self.person, concept_id)
        data = valid(ConceptCorrectionSerializer(data=request.data))
        evidencing.correct(concept=found, percent=data["percent"], why=data["why"], now=timezone.now())
        return _concept(self, concept_id)

    @extend_schema(operation_id="concept_progress_reset", responses={204: None})
    def delete(self, request: Request, concept_id: UUID) -> Response:
        """Let evidence alone speak again."""
        evidencing.uncorrect(seeing.own_concept(self.person, concept_id), timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Minute(Endpoint):
    """The present minute of study."""

    serializer_class = MinuteCountedSerializer

    @extend_schema(operation_id="concept_minute", request=None, responses={200: OpenApiResponse(MinuteCountedSerializer)})
    def post(self, request: Request, concept_id: UUID) -> Response:
        """Count the present minute, once whoever says so; false when the concept is set aside."""
        found = seeing.own_concept(self.person, concept_id)
        counted = timing.beat(self.person, timing.Open(concept_id=found.pk), timezone.now())
        return Response({"counted": counted})


def _concept(view: Endpoint, concept_id: UUID) -> Response:
    return Response(ConceptSerializer(seeing.seen(seeing.own_concept(view.person, concept_id))).data)
