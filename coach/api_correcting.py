"""Correcting an answer through the API: a trainer says of a learner's turn what the coach should have said."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_faults import Conflict
from coach.models import Query
from coach.remembering import remember
from learning.api_raw import StaffEndpoint, corrections
from learning.api_shapes import CorrectionSerializer, CorrectSerializer
from learning.correcting import CorrectionRefused, correct
from learning.models import ConversationMemory, OwnerCorrection

FIELDS = {"empty": "corrected_answer", "too_long": "corrected_answer", "unreadable": "corrected_answer"}


class QueryCorrections(StaffEndpoint):
    """Correcting the answer to a learner's question."""

    serializer_class = CorrectionSerializer

    @extend_schema(
        operation_id="correct", request=CorrectSerializer, responses={201: CorrectionSerializer, 409: OpenApiResponse()}
    )
    def post(self, request: Request, query_id: UUID) -> Response:
        """Say what the coach should have answered. Only for turns of learners whom one trains."""
        memory = self._turn(query_id)
        asked = CorrectSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = self._correct(memory, **asked.validated_data)
        shown = corrections().get(pk=made.pk)
        return Response(CorrectionSerializer(shown).data, status=status.HTTP_201_CREATED)

    def _turn(self, query_id: UUID) -> ConversationMemory:
        rows = Query.objects.filter(course__closed_at=None)
        query = get_object_or_404(rows if self.staff.role == "admin" else rows.exclude(learner=self.staff), pk=query_id)
        memory = remember(query.pk)
        if memory is None:
            raise Conflict(_("There is no answer to correct yet."))
        return memory

    def _correct(self, memory: ConversationMemory, *, correction_context: str, **said: object) -> OwnerCorrection:
        try:
            return correct(conversation=memory, trainer=self.person, context=correction_context, **said)  # type: ignore[arg-type]
        except CorrectionRefused as refusal:
            if refusal.code == "key":
                raise Conflict(refusal.message) from refusal
            raise ValidationError({FIELDS.get(refusal.code, refusal.code): [refusal.message]}) from refusal
