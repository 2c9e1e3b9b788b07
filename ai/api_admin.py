"""What the API has for admins alone; for everybody else there is nothing here, as with the pages of Django admin."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import ValidationError

from accounts.api_door import Endpoint
from accounts.models import User

NOT_FOR_YOU = {404: OpenApiResponse()}


class AdminEndpoint(Endpoint):
    """Handlers take `self.admin` first: it raises Http404 for everybody else."""

    @property
    def admin(self) -> User:
        person = self.person
        if person.role != User.Role.ADMIN or not person.is_staff:
            raise Http404
        return person

    def input(self, shape: Any, **more: Any) -> dict[str, Any]:
        """The validated body; raises ValidationError."""
        given = shape(data=self.request.data, **more)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


def at_field(field: str, message: str) -> ValidationError:
    """A refusal where it belongs."""
    return ValidationError({field or "non_field_errors": [message]})
