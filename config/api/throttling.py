"""The API's rate limits: one for every call, and a narrower one where a view names its kind."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.throttling import Verdict, address_of, allow

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time it imports this module through the settings


class RateLimit(BaseThrottle):
    """Counts by person, or by address for strangers. A view says `rate_kind = {"POST": "ask"}` for a second limit."""

    verdict = Verdict(True)

    def allow_request(self, request: Request, view: "APIView") -> bool:
        who = request.user.pk if request.user.is_authenticated else address_of(request)
        kind = getattr(view, "rate_kind", {}).get(request.method)
        self.verdict = allow("api", who)
        if self.verdict and kind:
            self.verdict = allow(kind, who)
        return self.verdict.allowed

    def wait(self) -> float | None:
        return float(self.verdict.retry_after)
