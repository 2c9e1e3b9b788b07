"""Refusals of the API that REST framework has no name for."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("The request is too large.")


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
    default_detail = _("This cannot be done in the present state.")


class Decided(Conflict):
    """Somebody was faster; the answer says who, when, and how it stands since."""

    default_code = "decided"

    def __init__(self, message: str, *, by: str, at: datetime | None, state: str) -> None:
        super().__init__(message)
        self.decided = {"by": by, "at": at.isoformat() if at else None, "state": state}


class Away(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = _("The database is away. Try again in a few seconds.")
    wait = 5  # seconds
