"""The API's rate limits: one for every call, and a narrower one where a view names its kind."""

from typing import ClassVar

from django.views import View
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.throttling import Verdict, address_of, allow


class RateLimit(BaseThrottle):
    """Counts by person, or by address for strangers. A view says `rate_kind = {"POST": "ask"}` for a second limit."""

    verdict: ClassVar[Verdict] = Verdict(True)

    def allow_request(self, request: Request, view: APIView | View) -> bool:
        who = request.user.pk if request.user.is_authenticated else address_of(request)
        kind = getattr(view, "rate_kind", {}).get(request.method)
        self.verdict = allow("api", who)  # type: ignore[misc]
        if self.verdict and kind:
            self.verdict = allow(kind, who)  # type: ignore[misc]
        return self.verdict.allowed

    def wait(self) -> float | None:
        return float(self.verdict.retry_after)
