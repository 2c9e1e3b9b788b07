"""The trainer's coach through the API: what a learner sees of it, and for trainers their settings."""

import base64
import binascii
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint, RawEndpoint
from accounts.api_fields import Flag, Text
from coach.models import Personalization
from coach.persona import extracting, keeping, reading, sharing
from coach.persona.extracting import ABOUT, HEADLINE, ITEM, MOST_ITEMS, MOST_TEXT, Profile
from coach.persona.forms import checked_linkedin
from coach.persona.keeping import Wanted
from coach.persona.picturing import CONTENT_TYPE, HEADERS, PictureRefused
from coach.persona_models import ADDRESS_LIMIT, GREETING_LIMIT, NAME_LIMIT
from courses import access
from courses.models import Course
from courses.running import course_to_run

MOST_PICTURE = 1_500_000  # characters of Base64; the body has a limit of its own


def _list(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=ITEM), max_length=MOST_ITEMS, required=False, **options)


class TrainerInfoSerializer(serializers.Serializer[Any]):
    headline = Text(max_length=HEADLINE, required=False, allow_blank=True)
    about = Text(max_length=ABOUT, required=False, allow_blank=True)
    expertise = _list()
    experience = _list()
    education = _list()
    languages = _list()


class PersonaSerializer(serializers.Serializer[Any]):
    """The coach as a learner may see it; what is not shared is empty. All of it is a person's text: show it as text."""

    name = serializers.CharField()
    greeting = serializers.CharField()
    tone = serializers.CharField()
    picture = serializers.CharField(help_text="Empty, or the hash of the picture, which is at `/picture`.")
    expertise = serializers.ListField(child=serializers.CharField())
    headline = serializers.CharField()
    about = serializers.CharField()
    experience = serializers.ListField(child=serializers.CharField())
    education = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    linkedin = serializers.CharField()


class PersonalizationSerializer(serializers.Serializer[Any]):
    personalization_enabled = Flag(required=False, default=True)
    coach_name = Text(max_length=NAME_LIMIT, required=False, allow_blank=True, default="")
    tone = serializers.ChoiceField(choices=Personalization.Tone.choices, required=False, default="plain")
    greeting = Text(max_length=GREETING_LIMIT, required=False, allow_blank=True, default="")
    share_level = serializers.ChoiceField(choices=Personalization.ShareLevel.choices, required=False, default="name_only")
    linkedin_profile_url = Text(max_length=ADDRESS_LIMIT, required=False, allow_blank=True, allow_null=True, default=None)
    trainer_info = TrainerInfoSerializer(required=False)
    picture = Text(
        max_length=MOST_PICTURE,
        required=False,
        allow_blank=True,
        write_only=True,
        help_text="JPEG, PNG or WebP in Base64. Empty takes it away, left out leaves it as it is.",
    )
    picture_hash = serializers.CharField(read_only=True)

    def validate_linkedin_profile_url(self, value: str | None) -> str:
        try:
            return checked_linkedin(value or "")
        except forms.ValidationError as error:
            raise serializers.ValidationError(error.messages) from None

    def validate_picture(self, value: str) -> bytes:
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise serializers.ValidationError(_("This is not Base64.")) from None


class TrainerProfileSerializer(serializers.Serializer[Any]):
    text = Text(max_length=MOST_TEXT)


class PersonaOf(Endpoint):
    """The coach's name and manner in a course, as one may see it oneself."""

    serializer_class = PersonaSerializer

    @extend_schema(operation_id="persona")
    def get(self, request: Request, slug: str) -> Response:
        """404 for the plain coach."""
        found = sharing.persona_for(access.open_course(slug).pk, self.person.pk)
        if found is None:
            raise NotFound
        return Response(PersonaSerializer(found).data)


class PersonaPicture(RawEndpoint):
    """The coach's picture, when it has one that is shared."""

    @extend_schema(operation_id="persona_picture", responses={(200, CONTENT_TYPE): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str) -> HttpResponse:
        content = sharing.picture_for(access.open_course(slug).pk, self.person.pk)
        if content is None:
            raise NotFound
        return HttpResponse(content, content_type=CONTENT_TYPE, headers=HEADERS)


class _Settings(Endpoint):
    serializer_class = PersonalizationSerializer

    def _course(self, slug: str) -> Course | None:
        raise NotImplementedError

    def _get(self, slug: str) -> Response:
        row = keeping.settings_of(self.person, self._course(slug))
        if row is None:
            raise NotFound
        return Response(PersonalizationSerializer(row).data)

    def _put(self, request: Request, slug: str) -> Response:
        course = self._course(slug)
        given = PersonalizationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            row = keeping.keep(self.person, course, _wanted(given.validated_data))
        except PictureRefused as refusal:
            raise ValidationError({"picture": [refusal.message]}) from refusal
        return Response(PersonalizationSerializer(row).data)

    def _delete(self, slug: str) -> Response:
        if not keeping.give_up(self.person, self._course(slug)):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)


class CourseSettings(_Settings):
    """A trainer's settings of the coach in one course; they go before those for all courses."""

    def _course(self, slug: str) -> Course | None:
        return course_to_run(slug, self.person)

    @extend_schema(operation_id="personalization_course")
    def get(self, request: Request, slug: str) -> Response:
        return self._get(slug)

    @extend_schema(operation_id="personalization_course_set")
    def put(self, request: Request, slug: str) -> Response:
        return self._put(request, slug)

    @extend_schema(operation_id="personalization_course_delete", responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        return self._delete(slug)


class GlobalSettings(_Settings):
    """A trainer's settings of the coach for all their courses."""

    def _course(self, slug: str) -> Course | None:
        if self.person.role not in {"trainer", "admin"}:
            raise NotFound
        return None

    @extend_schema(operation_id="personalization", responses={200: PersonalizationSerializer, 404: OpenApiResponse()})
    def get(self, request: Request) -> Response:
        return self._get("")

    @extend_schema(operation_id="personalization_set", responses={200: PersonalizationSerializer, 404: OpenApiResponse()})
    def put(self, request: Request) -> Response:
        return self._put(request, "")

    @extend_schema(operation_id="personalization_delete", responses={204: None, 404: OpenApiResponse()})
    def delete(self, request: Request) -> Response:
        return self._delete("")


class ProfileReading(Endpoint):
    """A profile or CV, read by a model where there is one, else by rule."""

    serializer_class = TrainerInfoSerializer
    rate_kind = {"POST": "ask"}
    opens_doors_itself = True

    @extend_schema(
        operation_id="personalization_extract",
        request=TrainerProfileSerializer,
        responses={200: TrainerInfoSerializer, 404: OpenApiResponse()},
    )
    def post(self, request: Request) -> Response:
        """For trainers: what is found in a text. Nothing is kept: correct it, and put it into the settings."""
        if self.person.role not in {"trainer", "admin"}:
            raise NotFound
        given = TrainerProfileSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            found = reading.read(self.person, given.validated_data["text"])
        except extracting.ProfileRefused as refusal:
            raise ValidationError({"text": [refusal.message]}) from refusal
        return Response(TrainerInfoSerializer(found.as_info()).data)


def _wanted(data: dict[str, Any]) -> Wanted:
    info = data.get("trainer_info") or {}
    lists = {name: tuple(info.get(name) or ()) for name in ("expertise", "experience", "education", "languages")}
    return Wanted(
        enabled=data["personalization_enabled"],
        coach_name=data["coach_name"],
        tone=data["tone"],
        greeting=data["greeting"],
        share_level=data["share_level"],
        linkedin=data["linkedin_profile_url"] or "",
        info=Profile(headline=info.get("headline", ""), about=info.get("about", ""), **lists),
        picture=data.get("picture"),
    )
