"""Providers of models through the API, for admins: the same rows, rules and test of the connection as in Django admin."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_faults import Conflict
from accounts.api_fields import Flag, Text
from accounts.door import acting_as
from ai import connecting, recording
from ai.api_admin import NOT_FOR_YOU, AdminEndpoint, at_field
from ai.models import AIProvider
from ai.providers import configured
from ai.providers.breaker import Word, states
from ai.providers.described import WrongConfig, describe
from ai.providers.reasons import in_words

KINDS = [kind for kind in AIProvider.Type.values if kind != AIProvider.Type.EXTRACTIVE]
LARGEST = 2_147_483_647


class Config(serializers.JSONField):
    """An object; what it may hold is `describe`'s to say."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or "\\u0000" in str(data) or "\x00" in str(data):
            self.fail("invalid")
        return dict(data)


extend_schema_field({"type": "object", "additionalProperties": True})(Config)


class BreakerSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=[(word, word) for word in Word.__args__])  # type: ignore[attr-defined]
    seconds = serializers.IntegerField(help_text="Until it is tried again; 0 when it is asked as usual.")


class ProviderSerializer(serializers.ModelSerializer[AIProvider]):
    """A provider. Keys are environment variables of the server: `config.key` names one, and nothing ever shows what it holds."""

    config = Config()
    health_words = serializers.SerializerMethodField()
    breaker = serializers.SerializerMethodField(help_text="Null when it is never left alone, or nobody knows just now.")

    class Meta:
        model = AIProvider
        fields = (
            "id", "name", "type", "enabled", "priority", "config", "health_status", "health_detail", "health_words", "health_ms",
            "last_health_check", "breaker", "total_requests", "unpriced_requests", "total_cost", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_health_words(self, row: AIProvider) -> str:
        return in_words(row.health_detail) if row.health_detail else str(row.get_health_status_display())

    @extend_schema_field(BreakerSerializer(allow_null=True))
    def get_breaker(self, row: AIProvider) -> dict[str, Any] | None:
        found = self.context["breakers"].get(row.pk)
        return {"state": found.word, "seconds": found.seconds} if found else None


class ChangeProviderSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is; `config` replaces the whole of it."""

    name = Text(required=False, max_length=100)
    enabled = Flag(required=False)
    priority = serializers.IntegerField(required=False, min_value=-LARGEST, max_value=LARGEST)
    config = Config(required=False)


class NewProviderSerializer(ChangeProviderSerializer):
    name = Text(max_length=100)
    type = serializers.ChoiceField(choices=KINDS)
    config = Config()


class SeenSerializer(serializers.Serializer[Any]):
    """How a test of the connection went."""

    answers = serializers.BooleanField()
    kind = serializers.CharField(help_text="Why it failed, for programs; empty when it answered.")
    words = serializers.CharField(help_text="Why it failed, for people.")
    model = serializers.CharField()
    first_token_ms = serializers.IntegerField(allow_null=True)
    total_ms = serializers.IntegerField(allow_null=True)
    cost = serializers.DecimalField(max_digits=12, decimal_places=8, allow_null=True, help_text="US dollars; null when unknown.")


class Providers(AdminEndpoint):
    """Every provider, in the order in which they are asked."""

    serializer_class = ProviderSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="providers", responses={200: ProviderSerializer(many=True), **NOT_FOR_YOU})
    def get(self, request: Request) -> Response:
        """Every provider, in the order in which they are asked; for admins."""
        self.admin  # noqa: B018 (raises for everybody else)
        rows = list(AIProvider.objects.in_order())
        return Response(ProviderSerializer(rows, many=True, context=_context(rows)).data)

    @extend_schema(operation_id="provider_add", request=NewProviderSerializer, responses={201: ProviderSerializer, **NOT_FOR_YOU})
    def post(self, request: Request) -> Response:
        """Connect another one; for admins."""
        person, data = self.admin, self.input(NewProviderSerializer)
        row = _saved(AIProvider(type=data["type"]), data)
        recording.note(person, row, recording.ADDITION, "API")
        return Response(_shown(row.pk), status=status.HTTP_201_CREATED)


class ProviderDetail(AdminEndpoint):
    serializer_class: Any = ProviderSerializer

    @extend_schema(operation_id="provider")
    def get(self, request: Request, provider_id: UUID) -> Response:
        """One provider, how it does, and what it has cost so far; for admins."""
        self.admin  # noqa: B018
        return Response(_shown(provider_id))

    @extend_schema(operation_id="provider_change", request=ChangeProviderSerializer)
    def patch(self, request: Request, provider_id: UUID) -> Response:
        """Change it; for admins. The last resort, which needs no model, stays as it is."""
        person, row = self.admin, get_object_or_404(AIProvider.objects.select_for_update(), pk=provider_id)
        data = self.input(ChangeProviderSerializer)
        if row.is_last_resort:
            raise Conflict(_("The last resort stays as it is."))
        if data:
            _saved(row, data)
            recording.note(person, row, recording.CHANGE, ", ".join(sorted(data)))
        return Response(_shown(provider_id))

    @extend_schema(operation_id="provider_remove", responses={204: None})
    def delete(self, request: Request, provider_id: UUID) -> Response:
        """Remove it; what it has cost stays in the log. For admins."""
        person, row = self.admin, get_object_or_404(AIProvider, pk=provider_id)
        if row.is_last_resort:
            raise Conflict(_("The last resort stays as it is."))
        recording.note(person, row, recording.DELETION, "API")
        row.delete()
        transaction.on_commit(configured.forget)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProviderTest(AdminEndpoint):
    """A test of the connection, with nothing held open meanwhile."""

    serializer_class = SeenSerializer
    opens_doors_itself = True

    @extend_schema(operation_id="provider_test", request=None, responses={200: SeenSerializer})
    def post(self, request: Request, provider_id: UUID) -> Response:
        """Stream one word from it: how fast, at what cost, or why not. At most 12 seconds; for admins."""
        person = self.admin
        with acting_as(person):
            get_object_or_404(AIProvider, pk=provider_id)
        seen = connecting.test_connection(provider_id, asked_by=person.pk)
        told = {name: getattr(seen, name) for name in ("kind", "model", "first_token_ms", "total_ms", "cost")}
        return Response(
            SeenSerializer({**told, "answers": not seen.kind, "words": in_words(seen.kind) if seen.kind else ""}).data
        )


def _saved(row: AIProvider, data: dict[str, Any]) -> AIProvider:
    """Raises ValidationError where `describe` refuses, and for a name that is taken."""
    try:
        describe(row.type, data.get("config", row.config))
    except WrongConfig as wrong:
        raise at_field("config", wrong.message) from wrong
    for name in ("name", "enabled", "priority", "config"):
        setattr(row, name, data.get(name, getattr(row, name)))
    row.health_status, row.health_detail, row.health_ms = AIProvider.Health.UNKNOWN, "", None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        raise at_field("name", _("There is a provider of this name already.")) from fault
    transaction.on_commit(configured.forget)
    return row


def _shown(provider_id: UUID) -> Any:
    row = get_object_or_404(AIProvider, pk=provider_id)
    return ProviderSerializer(row, context=_context([row])).data


def _context(rows: list[AIProvider]) -> dict[str, Any]:
    return {"breakers": states(configured.identities(rows))}
