"""One implementation for every vendor that speaks the OpenAI protocol, on the vendor's own SDK.

It sends one request and reads one stream: no retries, no redirects, nothing that the vendor says is trusted. Shape, size,
silence and completeness are checked here, and whatever goes wrong leaves as one ProviderError without private text.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Awaitable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import httpx2
from openai import AsyncOpenAI, AsyncStream

from ai import pricing
from ai.prompts.continuing import continued
from ai.providers.addresses import check_resolved, check_url
from ai.providers.capping import CappedTransport
from ai.providers.events import ChatRequest, Event, Finished, Kind, ProviderError, Reason, TextDelta, Usage
from ai.providers.profiles import Profile
from ai.providers.reading import Piece, read
from ai.providers.translating import translate

Result = TypeVar("Result")

CONNECTIONS = httpx2.Limits(max_connections=1000, max_keepalive_connections=50)
AFTER_THE_END = 1.0  # seconds a vendor may take to report its usage once the answer is complete
LENGTH_REASONS = {"length", "model_length", "max_tokens"}
RUNAWAY = 8  # characters per allowed token: twice what ordinary text has


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, and bytes on the wire (a token takes about 300 of them)."""

    connect: float = 3.0
    first_token: float = 15.0
    between_tokens: float = 15.0
    total: float = 90.0
    max_bytes: int = 2_000_000


class Deadline:
    """Bounds each wait of one call: until the first token, then between tokens, and always by the whole."""

    def __init__(self, limits: Limits) -> None:
        self._clock = asyncio.get_running_loop().time
        self._between, self.started = limits.between_tokens, False
        self._next, self._end = self._clock() + limits.first_token, self._clock() + limits.total

    def token(self) -> None:
        self.started, self._next = True, self._clock() + self._between

    def finish_within(self, seconds: float) -> None:
        self._next = self._clock() + seconds

    async def wait(self, awaitable: Awaitable[Result]) -> Result:
        try:
            async with asyncio.timeout_at(min(self._next, self._end)):
                return await awaitable
        except TimeoutError:
            raise ProviderError(Kind.STALLED if self.started else Kind.TIMEOUT) from None


@dataclass(slots=True)
class Heard:
    """What one stream has said so far."""

    characters: int = 0
    finish: str | None = None
    refused: bool = False
    usage: Usage | None = None

    def add(self, piece: Piece) -> None:
        self.characters += len(piece.text)
        self.finish = self.finish or piece.finish
        self.refused = self.refused or piece.refusal or piece.finish == "content_filter"
        self.usage = piece.usage or self.usage


def check_stream(content_type: str) -> None:
    """ProviderError for a page or a plain JSON body, which the SDK would read as a stream without events."""
    if "html" in content_type or "json" in content_type:
        raise ProviderError(Kind.BAD_RESPONSE, detail="not an event stream")


@dataclass(frozen=True)
class OpenAICompatible:
    """One model at one address."""

    name: str
    model: str
    base_url: str
    api_key: str = field(repr=False)
    profile: Profile
    limits: Limits = Limits()
    _clients: WeakKeyDictionary[Any, AsyncOpenAI] = field(default_factory=WeakKeyDictionary, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_url(self.base_url)

    @property
    def identity(self) -> str:
        """Changes with the address, the key or the model, so that a mended provider starts with a clean record."""
        secret = f"{self.base_url} {self.model} {self.api_key}".encode()
        return f"{self.name}-{hashlib.sha256(secret).hexdigest()[:12]}"

    def cost(self, usage: Usage) -> Decimal | None:
        if self.profile.is_free:
            return Decimal(0)
        tokens = usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens
        return pricing.cost(self.model, *tokens, vendor=self.profile.vendor, base_url=self.base_url)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        deadline, heard = Deadline(self.limits), Heard()
        try:
            chunks = await deadline.wait(self._open(request))
            try:
                check_stream(chunks.response.headers.get("content-type", ""))
                async for text in self._texts(chunks, heard, deadline, request.max_tokens * RUNAWAY):
                    yield TextDelta(text)
            finally:
                await chunks.close()
            reason = self._reason(heard)
        except Exception as error:
            raise translate(error, started=deadline.started) from None
        if heard.usage:
            yield heard.usage
        yield Finished(reason, self.name, self.model)

    async def look(self) -> None:
        """Ask for the list of models, which costs nothing and needs address and key. Raises ProviderError."""
        try:
            async with asyncio.timeout(self.limits.first_token):
                client = await self._client()
                answer = await client.models.with_raw_response.list()
                document = json.loads(answer.content)
        except Exception as error:
            raise translate(error, started=False) from None
        if not isinstance(document, dict) or not isinstance(document.get("data", document.get("models")), list):
            raise ProviderError(Kind.BAD_RESPONSE, detail="not a list of models")

    async def _open(self, request: ChatRequest) -> AsyncStream[object]:
        """The stream as plain JSON: building the SDK's objects takes longer than all that we do with a piece."""
        client = await self._client()
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in continued(request)],
            "stream": True,
            self.profile.tokens_field: request.max_tokens,
        }
        if self.profile.asks_for_usage:
            body["stream_options"] = {"include_usage": True}
        return await client.post("/chat/completions", body=body, cast_to=object, stream=True, stream_cls=AsyncStream[object])

    async def _client(self) -> AsyncOpenAI:
        """One client, with its open connections, for each event loop; connections cannot move between loops."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            await check_resolved(self.base_url)
            timeout = httpx2.Timeout(self.limits.total, connect=self.limits.connect)
            transport = CappedTransport(max_bytes=self.limits.max_bytes, limits=CONNECTIONS)
            http = httpx2.AsyncClient(transport=transport, timeout=timeout, follow_redirects=False)
            key = self.api_key or "none"  # the SDK insists on one; servers of one's own ignore it
            self._clients[loop] = AsyncOpenAI(
                api_key=key, base_url=self.base_url, max_retries=0, timeout=timeout, http_client=http
            )
        return self._clients[loop]

    async def _texts(self, chunks: AsyncStream[object], heard: Heard, deadline: Deadline, most: int) -> AsyncGenerator[str, None]:
        """The text as it comes; what else is said goes into `heard`."""
        end = object()
        while True:
            try:
                chunk = await deadline.wait(anext(chunks, end))
                piece = read(chunk) if chunk is not end else None
            except Exception:
                if heard.finish:  # the answer is whole; only its usage report failed
                    return
                raise
            if piece is None:
                return
            room = most - heard.characters
            heard.add(piece)
            if piece.text:
                deadline.token()
                yield piece.text[:room]
            if heard.characters > most:
                raise ProviderError(Kind.TOO_LONG)
            if heard.finish:
                deadline.finish_within(AFTER_THE_END)

    def _reason(self, heard: Heard) -> Reason:
        """Why the stream ended; ProviderError when that is not a whole answer."""
        if not heard.characters:
            raise ProviderError(Kind.DECLINED if heard.refused else Kind.EMPTY)
        if heard.finish in LENGTH_REASONS:
            return "length"
        if heard.finish in self.profile.complete or (heard.finish is None and self.profile.null_is_complete):
            return "stop"
        raise ProviderError(Kind.CUT)
