"""Oneself, through the API."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.api_door import Endpoint
from accounts.api_fields import Text
from accounts.forms import time_zones
from accounts.models import PersonalToken, User


class MeSerializer(serializers.ModelSerializer[User]):
    name = Text(max_length=150)
    time_zone = Text(max_length=64)

    class Meta:
        model = User
        fields = ("id", "email", "name", "role", "time_zone")
        read_only_fields = ("id", "email", "role")

    def validate_time_zone(self, value: str) -> str:
        if value not in dict(time_zones()):
            raise serializers.ValidationError(_("Unknown time zone. Use a name such as Europe/London."))
        return value


class Me(Endpoint):
    """Who the token or the session belongs to."""

    serializer_class = MeSerializer

    @extend_schema(operation_id="me")
    def get(self, request: Request) -> Response:
        """Who the token or the session belongs to."""
        return Response(MeSerializer(self.person).data)

    @extend_schema(operation_id="me_change")
    def patch(self, request: Request) -> Response:
        """Change one's name or time zone."""
        serializer = MeSerializer(User.objects.get(pk=self.person.pk), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changed: dict[str, Any] = serializer.validated_data
        for name, value in changed.items():
            setattr(serializer.instance, name, value)
        if serializer.instance and changed:
            serializer.instance.save(update_fields=list(changed))
        return Response(serializer.data)


class TokenSerializer(serializers.ModelSerializer[PersonalToken]):
    """What can be known of a token after it was made; `prefix` is how it begins."""

    class Meta:
        model = PersonalToken
        fields = ("id", "name", "prefix", "created_at", "last_used_at", "expires_at")
        read_only_fields = fields


class Tokens(Endpoint):
    """One's own tokens. New ones are made on the account page only: a token that leaks must not make others."""

    serializer_class = TokenSerializer
    filter_backends = ()

    @extend_schema(operation_id="tokens", responses=TokenSerializer(many=True))
    def get(self, request: Request) -> Response:
        """One's own usable tokens. New ones are made on the account page only."""
        rows = self.paginate_queryset(PersonalToken.objects.usable().filter(user=self.person))
        return self.get_paginated_response(TokenSerializer(rows, many=True).data)


class Token(Endpoint):
    serializer_class = TokenSerializer

    @extend_schema(operation_id="token_revoke", responses={204: None})
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revoke a token for good; also the one that is used for this."""
        if not tokens.revoke(person=self.person, token_id=token_id):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)
