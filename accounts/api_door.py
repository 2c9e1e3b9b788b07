"""What every view of the API stands on: authentication and limits first, then the handler inside the person's door.

An error rolls back what the handler did, and is put into shape outside. Input that can never name a row is a 404, not a fault.
"""

from typing import Any, cast

from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.generics import GenericAPIView
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.door import acting_as
from accounts.models import User


class Endpoint(GenericAPIView):
    """A view whose handlers run behind the door of whoever calls. `rate_kind` names a second limit by method.

    A handler that speaks over a network sets `opens_doors_itself`, so that no connection is held meanwhile.
    """

    rate_kind: dict[str, str] = {}
    opens_doors_itself = False
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """REST framework's own, with the door around the handler."""
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        self.request = self.initialize_request(request, *args, **kwargs)
        try:
            self.initial(self.request, *args, **kwargs)
            response = self._behind_door(self.request, *args, **kwargs)
        except Exception as error:
            response = self.handle_exception(error)
        self.response = self.finalize_response(self.request, response, *args, **kwargs)  # type: ignore[arg-type]
        if self.response.streaming:
            close_old_connections()  # else the request keeps its connection for as long as the stream is open
        return self.response

    def _behind_door(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        name = (request.method or "").lower()
        known = name in self.http_method_names
        handler = getattr(self, name, self.http_method_not_allowed) if known else self.http_method_not_allowed
        if self.opens_doors_itself or not request.user.is_authenticated:  # what strangers may call reads nothing
            return handler(request, *args, **kwargs)
        with acting_as(request.user):
            return handler(request, *args, **kwargs)

    @property
    def person(self) -> User:
        return cast(User, self.request.user)


class Anything(BaseRenderer):
    """Lets a caller ask for any media type; a raw endpoint makes its bytes itself."""

    media_type = "*/*"
    format = "raw"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return bytes(JSONRenderer().render(data))


class RawEndpoint(Endpoint):
    """A view that answers with something else than JSON. Its errors are JSON all the same."""

    renderer_classes = (Anything,)

    def handle_exception(self, exc: Exception) -> Response:
        self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().handle_exception(exc)
