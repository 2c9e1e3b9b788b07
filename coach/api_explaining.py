"""Explanations of syllabus points through the API."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from accounts.api_fields import Text
from accounts.door import acting_as
from coach.explaining import keeping, showing
from coach.explaining.checking import TryRefused, check
from coach.explaining.keeping import About, about_point
from coach.explaining.levels import level_for
from coach.explanation_models import Level
from coach.session_models import SAID_LIMIT
from planning.models import SyllabusPoint


class ExplainedPassageSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    place = serializers.CharField()
    url = serializers.CharField()
    passage = serializers.CharField()


class ExplanationSerializer(serializers.Serializer[Any]):
    point = serializers.UUIDField()
    code = serializers.CharField()
    title = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices)
    text = serializers.CharField(help_text="Markdown; `[2]` names a source. Empty when the course says too little.")
    label = serializers.ChoiceField(  # type: ignore[assignment]  # a field of that name, not its caption
        choices=["course_text", "ai_draft", "not_found"]
    )
    model = serializers.CharField()
    sources = ExplainedPassageSerializer(many=True)
    question = serializers.CharField()
    token = serializers.CharField(help_text="Names the question; send it with the try.")


class TrySerializer(serializers.Serializer[Any]):
    words = Text(max_length=SAID_LIMIT)
    level = serializers.ChoiceField(choices=Level.choices, required=False)
    token = Text(max_length=32, required=False, allow_blank=True, default="")


class CheckedSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=["understood", "partly", "not_yet", "no_try", "wants_answer"])
    words = serializers.CharField()
    shows = serializers.CharField(help_text="What the course says, for somebody who has tried.")
    passage = ExplainedPassageSerializer(allow_null=True)


class LevelSerializer(serializers.Serializer[Any]):
    level = serializers.ChoiceField(choices=Level.choices, required=False)


LEVEL = OpenApiParameter("level", str, enum=Level.values, description="Left out, it follows your own marks at this point.")


class PointEndpoint(Endpoint):
    opens_doors_itself = True

    def wanted(self, point_id: UUID, asked: str) -> tuple[SyllabusPoint, Level, About | None]:
        with acting_as(self.person):
            point = SyllabusPoint.objects.select_related("subject__course", "chapter").filter(pk=point_id).first()
            if point is None:
                raise Http404
            level = Level(asked) if asked else level_for(self.person, point)
        return point, level, about_point(point, level)


class PointExplained(PointEndpoint):
    """A point of the syllabus, explained from the course."""

    serializer_class = ExplanationSerializer
    rate_kind = {"GET": "ask"}

    @extend_schema(operation_id="point_explanation", parameters=[LEVEL], responses=ExplanationSerializer)
    def get(self, request: Request, point_id: UUID) -> Response:
        """The first reader of a level may wait some seconds for a model; everybody after does not."""
        asked = _valid(LevelSerializer(data=request.query_params)).get("level", "")
        point, level, about = self.wanted(point_id, asked)
        found = keeping.explained(self.person, about) if about else None
        row = {"point": point.pk, "code": point.code, "title": point.title, "level": level}
        if about is None or found is None:
            nothing = {"text": "", "label": "not_found", "model": "", "sources": [], "question": "", "token": ""}
            return Response(ExplanationSerializer(row | nothing).data)
        sources = showing.cited_sources(about, found)
        said = {"text": found.text, "label": found.label, "model": found.model, "sources": sources}
        return Response(ExplanationSerializer(row | said | {"question": found.step.ask, "token": found.token}).data)


class PointCheck(PointEndpoint):
    """The question that checks whether an explanation was understood."""

    serializer_class = CheckedSerializer
    rate_kind = {"POST": "ask"}

    @extend_schema(operation_id="point_explanation_check", request=TrySerializer, responses=CheckedSerializer)
    def post(self, request: Request, point_id: UUID) -> Response:
        """A try at it, judged at once; nothing of it is kept."""
        data = _valid(TrySerializer(data=request.data))
        _point, _level, about = self.wanted(point_id, data.get("level", ""))
        if about is None:
            raise Http404
        try:
            checked, explanation = check(self.person, about, data["words"], token=data["token"])
        except TryRefused as refusal:
            raise (
                Conflict(refusal.message) if refusal.code == "moved" else ValidationError({"words": [refusal.message]})
            ) from refusal
        passage = showing.shown_check(about, explanation, checked).source
        said = {"verdict": checked.verdict, "words": checked.words, "shows": checked.shows, "passage": passage}
        return Response(CheckedSerializer(said).data)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
