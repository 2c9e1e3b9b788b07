"""One try at one provider, measured: whatever its end, exactly one Attempt is recorded."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from ai.pricing import count_tokens
from ai.providers.events import Attempt, ChatRequest, Event, Finished, Kind, Provider, ProviderError, TextDelta, Usage
from ai.providers.keeping_back import KeptBack

STOPPED = "stopped"  # the error class of a try that the reader ended
OUTRUN = "outrun"  # of a try that another one, asked at the same time, was faster than
BILL_UNKNOWN = {Kind.TIMEOUT, Kind.STALLED, STOPPED, OUTRUN}  # the vendor may have worked, and has not said for how much


@dataclass(slots=True)
class Fate:
    """What a try is called when it is ended from outside; whoever ends it may say."""

    word: str = STOPPED


@dataclass(slots=True)
class Record:
    provider: Provider
    request: ChatRequest
    attempts: list[Attempt]
    began: float = field(default_factory=time.monotonic)
    first_token_ms: int | None = None
    text: list[str] = field(default_factory=list)
    usage: Usage | None = None
    is_settled: bool = False

    def note(self, event: Event) -> None:
        if isinstance(event, TextDelta):
            self.first_token_ms = self._ms() if self.first_token_ms is None else self.first_token_ms
            self.text.append(event.text)
        elif isinstance(event, Usage):
            self.usage = event
        elif isinstance(event, Finished):
            self.settle("")

    def settle(self, error_class: str, detail: str = "") -> None:
        """Appends the attempt, once."""
        if self.is_settled:
            return
        self.is_settled = True
        usage = self._usage()
        cost = None if self._is_bill_unknown(error_class) else self.provider.cost(usage)
        self.attempts.append(
            Attempt(
                provider=self.provider.name,
                model=self.provider.model,
                success=not error_class,
                error_class=error_class,
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
                cost=cost,
                first_token_ms=self.first_token_ms,
                total_ms=self._ms(),
                detail=detail,
            )
        )

    def _usage(self) -> Usage:
        """As reported, else counted; a try without any text was not billed as far as we know."""
        if self.usage or not self.text:
            return self.usage or Usage(0, 0)
        prompt = sum(count_tokens(message.content) for message in self.request.messages)
        return Usage(prompt, count_tokens("".join(self.text)))

    def _is_bill_unknown(self, error_class: str) -> bool:
        """An unknown price is unknown, never zero; only what costs nothing at all is known to have cost nothing."""
        is_silent = self.usage is None and not self.text
        return is_silent and error_class in BILL_UNKNOWN and self.provider.cost(Usage(1, 1)) != 0

    def _ms(self) -> int:
        return round((time.monotonic() - self.began) * 1000)


async def _kept(provider: Provider, request: ChatRequest) -> AsyncGenerator[Event, None]:
    """The provider's events, without what only the model may read."""
    kept = KeptBack.of(request)
    async with aclosing(provider.stream(request)) as events:
        async for event in events:
            text = kept.feed(event.text) if isinstance(event, TextDelta) else kept.flush()
            if text:
                yield TextDelta(text)
            if not isinstance(event, TextDelta):
                yield event


async def attempt(
    provider: Provider, request: ChatRequest, attempts: list[Attempt], fate: Fate | None = None
) -> AsyncGenerator[Event, None]:
    """The provider's events; raises ProviderError alone, whatever the provider raised."""
    record = Record(provider, request, attempts)
    try:
        said = _kept(provider, request) if provider.identity else provider.stream(request)  # who is no model has read nothing
        async with aclosing(said) as events:
            async for event in events:
                record.note(event)
                yield event
    except ProviderError as error:
        record.settle(error.kind, error.detail)
        raise
    except Exception as error:
        record.settle(Kind.BAD_RESPONSE, type(error).__name__)
        raise ProviderError(Kind.BAD_RESPONSE, detail=type(error).__name__) from None
    finally:
        record.settle(fate.word if fate else STOPPED)
