"""The words of the provider seam: what a request holds, what a provider says, how it fails.

Plain frozen values without Django, a vendor's SDK or the network. Nobody above this package sees anything else of a vendor.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Source:
    """A passage this person may read. `number` is what an answer cites as `[number]`; `text` is Markdown."""

    number: int
    title: str
    text: str
    heading_path: tuple[str, ...] = ()
    kind: Literal["course", "knowledge"] = "course"
    is_lab: bool = False


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One answer wanted.

    A model reads `messages`; the extractive provider reads `question` (standing alone, follow-ups already resolved)
    and `sources`. `so_far` is the text a failed provider has already shown: whoever gets it continues from there.
    """

    messages: tuple[Message, ...]
    sources: tuple[Source, ...]
    question: str
    max_tokens: int = 800
    feature: str = "coach"
    so_far: str = ""
    is_covered: bool = True  # whether the search says that the sources speak of the question
    course: str = ""  # the id of the course it is asked in; some providers serve some courses
    intent: str = ""  # what kind of help is asked for, in the words of the coach
    needs: frozenset[str] = frozenset()  # what a model must be able to do: images, json, tools


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0  # of the prompt, read from the vendor's cache at a lower price


Reason = Literal["stop", "length", "cut", "unanswered"]


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event, always sent.

    stop: complete. length: ended at our cap or the model's. cut: broke off and nobody could continue.
    unanswered: the text says that the course does not seem to answer. `provider` and `model` name who began the answer.
    """

    reason: Reason
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Switched:
    """Text follows from another provider, which continues what the one before left unfinished."""

    provider: str


Event = TextDelta | Usage | Finished | Switched


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one provider, as it is logged. Times in ms from the start of the try; `cost` in USD, None if unknown."""

    provider: str
    model: str
    success: bool
    error_class: str
    prompt_tokens: int
    completion_tokens: int
    cost: Decimal | None
    first_token_ms: int | None
    total_ms: int
    detail: str = ""


class Kind(StrEnum):
    """What went wrong, in the words of `ai_request_logs.error_class`."""

    UNREACHABLE = "unreachable"  # the connection was refused, or the name is unknown
    TIMEOUT = "timeout"  # no connection or no first token in time; trying again at once would only double the wait
    STALLED = "stalled"  # silence between two tokens, or the whole deadline passed
    RATE_LIMITED = "rate_limited"  # 429
    REFUSED_KEY = "refused_key"  # 401, 403
    UNPAID = "unpaid"  # 402
    BAD_REQUEST = "bad_request"  # any other 4xx: ours to mend, not the provider's
    SERVER_ERROR = "server_error"  # 5xx, or an error inside the stream
    BAD_RESPONSE = "bad_response"  # HTML, a redirect, garbage, a wrong shape
    EMPTY = "empty"  # a stream without text
    CUT = "cut"  # ended without a finish reason
    TOO_LONG = "too_long"  # over our byte or token cap
    DECLINED = "declined"  # the model refused to answer
    LEAKED = "leaked"  # it began to read its own instructions out
    UNANSWERED = "unanswered"  # the extractive provider has nothing to add


class ProviderError(Exception):
    """The one error a provider raises. `detail` never holds what people wrote, a key or a vendor's reply."""

    def __init__(self, kind: Kind, *, retry_after: float | None = None, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else str(kind))
        self.kind, self.retry_after, self.detail = kind, retry_after, detail


class Provider(Protocol):
    """Yields TextDelta, at most one Usage, then Finished; raises ProviderError. Closing the iterator closes the upstream.

    `identity` names it for the circuit breaker; empty for a provider that needs none.
    """

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def identity(self) -> str: ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[Event, None]: ...

    async def look(self) -> None:
        """Whether it is there, at no cost; raises ProviderError."""

    def cost(self, usage: Usage) -> Decimal | None: ...
