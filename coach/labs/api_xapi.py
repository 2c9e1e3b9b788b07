"""The statements' address of a learning record store (xAPI): what a learning record client needs to send what happened in labs,
and to read it back. Attachments, documents (`state`, `activity_profile`) and `agents` are not kept here.

A statement goes to a lab when its object's id is the address of the lab's page, on whatever host: `.../courses/<course>/<lab>/`,
with `#<step>` for a step.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, PermissionDenied, Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_auth import BasicTokenAuthentication, SessionAuthentication, TokenAuthentication
from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from accounts.door import acting_as
from accounts.ids import uuid_or_none
from accounts.throttling import allow
from coach.labs import recording, refusing, xapi
from coach.labs.api_shapes import Moment
from coach.labs.xapi import Statement
from coach.models import XapiStatement

MOST_AT_ONCE = 100  # statements of one request
PAGE = 50
VERSION_HEADER = "X-Experience-API-Version"
THROUGH_HEADER = "X-Experience-API-Consistent-Through"
VERSION = OpenApiParameter(VERSION_HEADER, str, OpenApiParameter.HEADER, required=True, enum=["1.0.3", "2.0.0"])
KNOWN = {"statementId", "voidedStatementId", "verb", "activity", "since", "until", "limit", "ascending", "after"}
KNOWN |= {"agent", "registration", "related_activities", "related_agents", "format", "attachments"}
KEPT_IDS = {"type": "array", "items": {"type": "string", "format": "uuid"}}  # what a list of statements is answered with
UNSUPPORTED = {"agent", "registration", "related_activities", "related_agents"}


class StatementsWantedSerializer(serializers.Serializer[Any]):
    """What a list of statements is narrowed by."""

    verb = serializers.CharField(required=False, max_length=300)
    activity = serializers.CharField(required=False, max_length=xapi.LONGEST_IRI)
    since = Moment(required=False)
    until = Moment(required=False)
    limit = serializers.IntegerField(required=False, min_value=0, max_value=10_000, help_text="0 for as many as a page has.")
    ascending = serializers.BooleanField(required=False)
    after = serializers.UUIDField(required=False, help_text="Part of `more`: the last statement of the page before.")


class _Xapi(Endpoint):
    authentication_classes = (TokenAuthentication, BasicTokenAuthentication, SessionAuthentication)
    serializer_class = StatementsWantedSerializer
    filter_backends = ()
    spoken = "1.0.3"

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers[VERSION_HEADER] = self.spoken
        response.headers[THROUGH_HEADER] = timezone.now().isoformat()
        return response

    def speak(self, request: Request) -> None:
        found = xapi.version_of(request.headers.get(VERSION_HEADER, ""))
        if found is None:
            raise ValidationError({VERSION_HEADER: [_("Say which version you speak: 1.0.3 or 2.0.0.")]})
        self.spoken = found


class About(_Xapi):
    """Which versions are spoken."""

    @extend_schema(operation_id="xapi_about", responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        return Response({"version": sorted(xapi.VERSIONS.values())})


class Statements(_Xapi):
    """Learning records: sent by a client, read back by those who may."""

    queryset = XapiStatement.objects.none()
    pagination_class = None
    opens_doors_itself = True

    @extend_schema(
        operation_id="xapi_statements",
        parameters=[
            VERSION,
            StatementsWantedSerializer,
            OpenApiParameter("statementId", UUID, description="One statement by its id."),
            OpenApiParameter("voidedStatementId", UUID, description="One that was voided."),
        ],
        responses={200: OpenApiTypes.OBJECT, 404: OpenApiResponse()},
    )
    def get(self, request: Request) -> Response:
        """One statement by its id, or `{"statements": [...], "more": "..."}`, the newest first."""
        self.speak(request)
        self._check_names(request)
        with acting_as(self.person):
            for name, is_voided in (("statementId", False), ("voidedStatementId", True)):
                if name in request.query_params:
                    return self._one(request, name, is_voided=is_voided)
            return self._many(request)

    @extend_schema(
        operation_id="xapi_statements_add",
        parameters=[VERSION],
        request=OpenApiTypes.ANY,
        responses={200: KEPT_IDS, 409: OpenApiResponse()},
    )
    def post(self, request: Request) -> Response:
        """Keep one statement, or a list of up to 100: all of them or none. The same again changes nothing."""
        self.speak(request)
        given = request.data if isinstance(request.data, list) else [request.data]
        if len(given) > MOST_AT_ONCE:
            raise ValidationError({"statements": [_("At most %(n)d at once.") % {"n": MOST_AT_ONCE}]})
        kept = self._keep([self._read(raw) for raw in given])
        return Response([str(key) for key in kept.ids])

    @extend_schema(
        operation_id="xapi_statement_set",
        parameters=[VERSION, OpenApiParameter("statementId", UUID, required=True)],
        request=OpenApiTypes.OBJECT,
        responses={204: None, 409: OpenApiResponse()},
    )
    def put(self, request: Request) -> Response:
        """Keep one statement under the id in the address."""
        self.speak(request)
        key = request.query_params.get("statementId")
        if uuid_or_none(key or "") is None:
            raise ValidationError({"statementId": [_("The id of a statement is a UUID.")]})
        self._keep([self._read(request.data, key)])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _read(self, raw: Any, key: str | None = None) -> Statement:
        try:
            return xapi.read(raw, timezone.now(), key)
        except xapi.StatementRefused as refusal:
            raise ValidationError({"statement": [refusal.message]}) from refusal

    def _keep(self, statements: list[Statement]) -> recording.Kept:
        verdict = allow("lab", self.person.pk, max(len(statements), 1))
        if not verdict:
            refusing.count(self.person.pk, len(statements))
            raise Throttled(verdict.retry_after)
        try:
            with acting_as(self.person):
                return recording.keep(self.person, statements)
        except xapi.StatementRefused as refusal:
            raise ValidationError({"statement": [refusal.message]}) from refusal
        except recording.StatementConflict as conflict:
            raise Conflict(_("Another statement has this id.")) from conflict
        except recording.NotYours as refusal:
            raise PermissionDenied(_("You may not speak for this person here.")) from refusal

    def _check_names(self, request: Request) -> None:
        names = set(request.query_params)
        if unknown := names - KNOWN:
            raise ValidationError({name[:100]: [_("This parameter is not known.")] for name in unknown})
        if unsupported := names & UNSUPPORTED:
            raise ValidationError({name: [_("Not supported here.")] for name in unsupported})
        if {"statementId", "voidedStatementId"} <= names or (names & {"statementId", "voidedStatementId"} and "verb" in names):
            raise ValidationError({"statementId": [_("Ask for one statement, or for a list.")]})

    def _one(self, request: Request, name: str, *, is_voided: bool) -> Response:
        key = uuid_or_none(request.query_params[name])
        if key is None:
            raise ValidationError({name: [_("The id of a statement is a UUID.")]})
        found = recording.statements(voided=is_voided).filter(pk=key).first()
        if found is None:
            raise NotFound
        return Response(found.statement)

    def _many(self, request: Request) -> Response:
        given = StatementsWantedSerializer(data=request.query_params)
        given.is_valid(raise_exception=True)
        wanted: dict[str, Any] = given.validated_data
        size = min(wanted.get("limit") or PAGE, PAGE)
        rows = recording.narrowed(recording.statements(), wanted)
        last = recording.statements().filter(pk=wanted["after"]).first() if "after" in wanted else None
        found = list(recording.after(rows, last, ascending=wanted.get("ascending", False))[: size + 1])
        more = ""
        if len(found) > size:
            kept = {name: value for name, value in request.query_params.items() if name != "after"}
            more = f"{request.path}?{urlencode({**kept, 'after': str(found[size - 1].pk)})}"
        return Response({"statements": [row.statement for row in found[:size]], "more": more})
