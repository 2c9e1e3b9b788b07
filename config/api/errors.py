"""One shape for whatever goes wrong: `{"error": {"code", "message", "fields"?}}`, and never a stack trace."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.api_faults import Away, Decided, TooLarge
from config.errors import AWAY

log = logging.getLogger("aicoach.api")

REFUSALS = (exceptions.NotAuthenticated, exceptions.AuthenticationFailed, exceptions.PermissionDenied)


def one_shape(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler; None for a fault of ours, which the site's handler500 tells and logs."""
    known = _translated(error)
    response = exception_handler(known, context)
    if response is None or not isinstance(known, exceptions.APIException):
        return response
    _log_refusal(known, context)
    response.data = {"error": _body(known)}
    if isinstance(known, Away):
        response["Retry-After"] = str(known.wait)
    return response


def _translated(error: Exception) -> Exception:
    """The API's exception for one of Django's or the database's."""
    if isinstance(error, AWAY):
        log.error("database_away error=%s", type(error).__name__)
        return Away()
    if isinstance(error, Http404):
        return exceptions.NotFound(_("There is nothing here, or not for you."))
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    return exceptions.ParseError() if isinstance(error, SuspiciousOperation) else error


def _body(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        fields = {name: list(messages) for name, messages in _flat(error.detail)}
        return {"code": "invalid", "message": _("Some of the input cannot be used."), "fields": fields}
    detail = error.detail
    code = detail.code if isinstance(detail, exceptions.ErrorDetail) else error.default_code
    body = {"code": code, "message": str(detail)}
    return {**body, "decided": error.decided} if isinstance(error, Decided) else body


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """`{"a": {"b": ["x"]}}` -> `("a.b", ["x"])`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        for position, inner in enumerate(detail):
            yield from _flat(inner, f"{path}.{position}")
    else:
        yield path or "non_field_errors", [str(item) for item in (detail if isinstance(detail, list) else [detail])]


def _log_refusal(error: exceptions.APIException, context: dict[str, Any]) -> None:
    """Who was refused what, by id and route: never what they sent."""
    request: Request | None = context.get("request")
    if request is None or not isinstance(error, REFUSALS):
        return
    match = request.resolver_match
    route = match.route if match else "?"
    user = getattr(request, "_user", None)
    log.warning("api_refused code=%s route=%s user=%s", error.get_codes(), route, getattr(user, "pk", None))
