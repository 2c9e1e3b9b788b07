"""What the mentor remembers, through the API: to look at, to put right, to forget."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_fields import Text
from mentor import remembering
from mentor.memory_models import MEMORY_LIMIT, Memory
from mentor.memory_views import own_memories
from mentor.opinions import OpinionRefused


class MemorySerializer(serializers.ModelSerializer[Memory]):
    thread = serializers.UUIDField(source="conversation_id", allow_null=True, read_only=True)
    content = Text(max_length=MEMORY_LIMIT)
    corrected = serializers.SerializerMethodField()

    class Meta:
        model = Memory
        fields = ("id", "thread", "content", "corrected", "relevance_score", "created_at")
        read_only_fields = ("id", "relevance_score", "created_at")

    def get_corrected(self, memory: Memory) -> bool:
        return bool(memory.metadata.get("corrected"))


class Memories(Endpoint):
    """Lines of one's own threads that come back when a question is near to them."""

    serializer_class = MemorySerializer
    queryset = Memory.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="mentor_memories", responses=MemorySerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        page = self.paginate_queryset(own_memories(self.person))
        return self.get_paginated_response(MemorySerializer(page, many=True).data)


class MemoryDetail(Endpoint):
    serializer_class = MemorySerializer

    @extend_schema(operation_id="mentor_memory_correct", request=MemorySerializer)
    def patch(self, request: Request, memory_id: UUID) -> Response:
        """Put a line right; it counts from the next question on."""
        line = get_object_or_404(own_memories(self.person), pk=memory_id)
        given = MemorySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data: dict[str, Any] = given.validated_data
        try:
            remembering.correct(line, data["content"])
        except OpinionRefused as refusal:
            raise ValidationError({"content": [refusal.message]}) from refusal
        return Response(MemorySerializer(line).data)

    @extend_schema(operation_id="mentor_memory_forget", responses={204: None})
    def delete(self, request: Request, memory_id: UUID) -> Response:
        """Forget a line; the thread stays."""
        get_object_or_404(own_memories(self.person), pk=memory_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
