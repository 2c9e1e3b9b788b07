"""Labs through the API: tries, steps, the offer of help, how present the coach is; and for trainers, who struggles where."""

import uuid
from typing import Any, NoReturn
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from accounts.models import User
from coach.desk import struggles
from coach.labs import helping, offering, refusing, trying, writing_to
from coach.labs.api_shapes import (
    LabAttemptSerializer,
    LabMessageSerializer,
    LabOfferAnswerSerializer,
    LabOfferSerializer,
    LabStepChangeSerializer,
    LabStepsSerializer,
    LabTrySerializer,
    PresenceSerializer,
    StruggleSerializer,
    steps_shown,
)
from coach.labs.trying import Try
from coach.models import LabOffer, LabStruggle
from coach.replying import ReplyRefused
from courses import access
from courses.models import LabAttempt


class Attempts(Endpoint):
    """One's own tries at a lab."""

    serializer_class = LabAttemptSerializer
    queryset = LabAttempt.objects.none()
    filter_backends = ()
    rate_kind = {"POST": "lab"}

    def throttled(self, request: Request, wait: float) -> NoReturn:
        """What comes too fast is refused and counted; it reaches a row with the next try that is taken."""
        refusing.count(self.person.pk)
        super().throttled(request, wait)

    @extend_schema(operation_id="lab_attempts", responses=LabAttemptSerializer(many=True))
    def get(self, request: Request, slug: str, lab_id: str) -> Response:
        """Newest first."""
        lab = helping.open_lab(slug, lab_id)
        rows = LabAttempt.objects.filter(learner=self.person, course=lab.course, lab_id=lab.lab_id)
        return self.get_paginated_response(LabAttemptSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(operation_id="lab_attempt_add", request=LabTrySerializer, responses={201: LabAttemptSerializer})
    def post(self, request: Request, slug: str, lab_id: str) -> Response:
        """Tell of a try. Sending the same key again notes it once. A lab that is not there is refused."""
        lab = helping.open_lab(slug, lab_id)
        data = _valid(LabTrySerializer(data=request.data))
        row = trying.note(self.person, lab.course, Try(lab_id=lab.lab_id, **data))
        refusing.write_down(self.person.pk, lab.course_id, lab.lab_id)
        row.refresh_from_db()
        return Response(LabAttemptSerializer(row).data, status=status.HTTP_201_CREATED)


class Steps(Endpoint):
    """The steps of a lab, and which of them work."""

    serializer_class = LabStepsSerializer
    rate_kind = {"PUT": "lab"}

    @extend_schema(operation_id="lab_steps")
    def get(self, request: Request, slug: str, lab_id: str) -> Response:
        return Response(steps_shown(self.person, helping.open_lab(slug, lab_id)))

    @extend_schema(operation_id="lab_step_set", request=LabStepChangeSerializer, responses=LabStepsSerializer)
    def put(self, request: Request, slug: str, lab_id: str) -> Response:
        """Say that a step works, that it does not, or that it is not done after all."""
        lab = helping.open_lab(slug, lab_id)
        data = _valid(LabStepChangeSerializer(data=request.data))
        deed = {"works": trying.tick, "fails": trying.fail, "undo": trying.untick}[data["said"]]
        deed(self.person, lab, data["step"])
        return Response(steps_shown(self.person, lab))


class Offer(Endpoint):
    """The offer of help with a lab."""

    serializer_class = LabOfferSerializer

    @extend_schema(operation_id="lab_offer")
    def get(self, request: Request, slug: str, lab_id: str) -> Response:
        """The one that is open or was taken; 404 when there is none."""
        lab = helping.open_lab(slug, lab_id)
        offer = offering.current(self.person, lab.course, lab.lab_id)
        if offer is None:
            raise NotFound
        return Response(LabOfferSerializer(offer).data)


class OfferHint(Endpoint):
    serializer_class = LabOfferSerializer
    opens_doors_itself = True

    @extend_schema(operation_id="lab_offer_hint", request=None, responses={200: LabOfferSerializer, 409: OpenApiResponse()})
    def post(self, request: Request, offer_id: UUID) -> Response:
        """Take the offer, or the next hint: a nudge, where to look, the likely mistake."""
        try:
            return Response(LabOfferSerializer(helping.climb(self.person, offer_id)).data)
        except offering.OfferRefused as refusal:
            raise Conflict(refusal.message) from refusal


class OfferAnswer(Endpoint):
    serializer_class = LabOfferSerializer

    @extend_schema(
        operation_id="lab_offer_answer",
        request=LabOfferAnswerSerializer,
        responses={200: LabOfferSerializer, 409: OpenApiResponse()},
    )
    def post(self, request: Request, offer_id: UUID) -> Response:
        """Refuse an open offer, or say of a taken one whether it helped."""
        offer, _lab = helping.offer_and_lab(self.person, offer_id)
        data = _valid(LabOfferAnswerSerializer(data=request.data))
        try:
            offering.answer(offer, data["said"], timezone.now())
        except offering.OfferRefused as refusal:
            raise Conflict(refusal.message) from refusal
        return Response(LabOfferSerializer(LabOffer.objects.get(pk=offer.pk)).data)


class PresenceOf(Endpoint):
    """How present one wants the coach to be in a course's labs."""

    serializer_class = PresenceSerializer

    @extend_schema(operation_id="presence")
    def get(self, request: Request, slug: str) -> Response:
        return Response({"wish": offering.wish_of(self.person, access.open_course(slug))})

    @extend_schema(operation_id="presence_set")
    def put(self, request: Request, slug: str) -> Response:
        course = access.open_course(slug)
        data = _valid(PresenceSerializer(data=request.data))
        offering.set_wish(self.person, course, data["wish"])
        return Response(data)


class Struggles(Endpoint):
    """Struggle in labs: one's own rows, and for trainers those of their learners."""

    serializer_class = StruggleSerializer
    queryset = LabStruggle.objects.none()
    filter_backends = ()
    sorts = {"score": "-struggle_score", "newest": "-pk"}

    def get_queryset(self) -> QuerySet[LabStruggle]:
        return LabStruggle.objects.select_related("course").filter(course__closed_at=None)

    @extend_schema(operation_id="struggles", responses=StruggleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The hardest first. A row without a lab is the course as a whole."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(StruggleSerializer(page, many=True).data)


class Acknowledged(Endpoint):
    serializer_class = StruggleSerializer

    @extend_schema(operation_id="struggle_acknowledge", request=None)
    def put(self, request: Request, struggle_id: UUID) -> Response:
        """For trainers: seen. It does not come back in this episode."""
        return self._set(struggle_id, struggles.acknowledge)

    @extend_schema(operation_id="struggle_unacknowledge", request=None, responses={200: StruggleSerializer})
    def delete(self, request: Request, struggle_id: UUID) -> Response:
        return self._set(struggle_id, lambda row, _person: struggles.take_back(row))

    def _set(self, struggle_id: UUID, deed: Any) -> Response:
        deed(_at_desk(self.person, struggle_id), self.person)
        row = LabStruggle.objects.select_related("course").get(pk=struggle_id)
        return Response(StruggleSerializer(row).data)


class StruggleMessage(Endpoint):
    serializer_class = LabMessageSerializer

    @extend_schema(operation_id="struggle_message", responses={204: None})
    def post(self, request: Request, struggle_id: UUID) -> Response:
        """For trainers: write to the learner. It lands in their conversation; the same key sends it once."""
        row = _at_desk(self.person, struggle_id)
        data = _valid(LabMessageSerializer(data=request.data))
        try:
            writing_to.write(row, struggles.lab_of(row), data["text"], self.person, data.get("key") or uuid.uuid4())
        except ReplyRefused as refusal:
            raise ValidationError({"text": [refusal.message]}) from refusal
        struggles.acknowledge(row, self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _at_desk(person: User, struggle_id: UUID) -> LabStruggle:
    if person.role not in {"trainer", "admin"}:
        raise NotFound
    return struggles.case(person, struggle_id)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
