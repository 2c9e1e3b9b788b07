"""Whatever a vendor's SDK raises becomes one ProviderError; a vendor's message may quote the prompt, so none is kept."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import openai

from ai.providers.addresses import RefusedAddress
from ai.providers.capping import TooManyBytes
from ai.providers.events import Kind, ProviderError

LONGEST_WAIT = 3600.0  # seconds of a Retry-After that we believe
BY_STATUS = {401: Kind.REFUSED_KEY, 403: Kind.REFUSED_KEY, 402: Kind.UNPAID, 429: Kind.RATE_LIMITED, 408: Kind.TIMEOUT}
NOT_CONNECTED = (httpx2.ConnectError, RefusedAddress)


def translate(error: Exception, *, started: bool) -> ProviderError:
    """The ProviderError for any exception of a call; `started` tells whether text had arrived before it."""
    if isinstance(error, ProviderError):
        return error
    if isinstance(error, openai.APIStatusError):
        return _status(error)
    return ProviderError(_kind(error, started=started), detail=type(error.__cause__ or error).__name__)


def _kind(error: Exception, *, started: bool) -> Kind:
    cause = error.__cause__ or error
    if isinstance(cause, TooManyBytes):
        return Kind.TOO_LONG
    if isinstance(cause, NOT_CONNECTED) or (isinstance(error, OSError) and not started):
        return Kind.UNREACHABLE
    if isinstance(cause, httpx2.TimeoutException):
        return Kind.STALLED if started else Kind.TIMEOUT
    if isinstance(cause, httpx2.TransportError):
        return Kind.CUT
    if type(error) is openai.APIError:  # the SDK's word for an error event inside a stream
        return Kind.SERVER_ERROR
    return Kind.CUT if isinstance(error, openai.APIConnectionError) else Kind.BAD_RESPONSE


def _status(error: openai.APIStatusError) -> ProviderError:
    status = error.status_code
    kind = BY_STATUS.get(status)
    if kind is None:
        kind = Kind.SERVER_ERROR if status >= 500 else Kind.BAD_REQUEST if status >= 400 else Kind.BAD_RESPONSE
    return ProviderError(kind, retry_after=retry_after(error.response.headers), detail=f"status {status}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3: a number or a date), or None when absent or unreadable."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value) if value[:1].isdigit() else _until(value)
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _until(date: str) -> float:
    return (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
