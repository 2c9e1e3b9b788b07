"""Sends one request along the line of providers until one answers; the extractive provider stands last.

Before the first token another try costs the learner nothing, so it happens silently. After it nothing is silent: the next
provider continues the text behind a `Switched`, or the answer ends as `cut`. Nothing that a vendor does raises out of here.
Once the reader goes away (`aclose` or cancellation) the upstream connection is closed and the try is recorded as stopped.
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.utils.translation import gettext as _

from ai.citations import Citations
from ai.providers import breaker, hedging
from ai.providers.choosing import Candidate, line_for
from ai.providers.configured import candidates
from ai.providers.events import (
    Attempt,
    ChatRequest,
    Event,
    Finished,
    Kind,
    Provider,
    ProviderError,
    Reason,
    Switched,
    TextDelta,
)
from ai.providers.extractive import Extractive
from ai.providers.trying import Fate, attempt

logger = logging.getLogger("aicoach.providers")

AGAIN = {Kind.UNREACHABLE, Kind.SERVER_ERROR, Kind.EMPTY, Kind.CUT, Kind.BAD_RESPONSE}  # may pass by itself at once
PAUSE = 0.2  # seconds before the second try; up to twice that, so that many readers do not return together


@dataclass
class Answer:
    """What the reader has been given so far, by whichever providers."""

    citations: Citations
    heard: str = ""  # as spoken; a little more than is shown while a marker is incomplete
    first: Provider | None = None  # an answer bears the name of the provider that began it
    speaker: Provider | None = None
    end: Finished | None = None
    tired: list[Provider] = field(default_factory=list)  # those that failed in this answer

    def take(self, event: Event, provider: Provider) -> Iterator[Event]:
        """The events for the reader that follow from one of a provider's."""
        if isinstance(event, Finished):
            self.end = self._ended(event.reason, provider)
            return
        if isinstance(event, TextDelta):
            if self.heard and provider is not self.speaker:
                yield Switched(provider.name)
            self.first, self.speaker = self.first or provider, provider
            self.heard += event.text
            event = TextDelta(self.citations.feed(event.text))
        if event != TextDelta(""):
            yield event

    def close(self) -> Iterator[Event]:
        """The last events: the held text, and how it ended."""
        if not self.heard:
            yield TextDelta(_("The coach cannot answer just now. Please try again, or ask your trainer."))
        if rest := self.citations.flush():
            yield TextDelta(rest)
        yield self.end or self._ended("cut", None)

    def give_up(self, reason: Reason) -> None:
        self.end = self._ended(reason, None)

    def _ended(self, reason: Reason, provider: Provider | None) -> Finished:
        named = self.first or provider
        return Finished(reason, named.name, named.model) if named else Finished(reason, "", "")


async def stream(
    request: ChatRequest,
    *,
    attempts: list[Attempt],
    providers: Sequence[Provider] | None = None,
    hedge_after: float | None = None,
) -> AsyncGenerator[Event, None]:
    """The answer's events; the last is always Finished. Every try is appended to `attempts`.

    `providers` are the models in order of preference, by default those that the installation has for this request; with none
    (`()`) the extractive provider answers alone. `hedge_after` is in seconds, by default what row or setting says. Read it
    inside `aclosing`, so that leaving early closes the upstream at once.
    """
    answer = Answer(Citations([source.number for source in request.sources]))
    line = [*(await _line(request) if providers is None else map(Candidate, providers)), Candidate(Extractive())]
    for place, candidate in enumerate(line):
        if candidate.provider in answer.tired:
            continue
        after = candidate.hedge_after or settings.HEDGE_AFTER_MS / 1000 if hedge_after is None else hedge_after
        part = Part(request, answer, attempts, _second(line[place:]), after)
        async with aclosing(_ask(candidate.provider, part)) as events:
            async for event in events:
                yield event
        if answer.end:
            break
    for event in answer.close():
        yield event


@dataclass(frozen=True, slots=True)
class Part:
    """What one provider's part of an answer needs: the answer so far, and whom to ask beside it after how many seconds."""

    request: ChatRequest
    answer: Answer
    attempts: list[Attempt]
    second: Provider
    hedge_after: float


async def _ask(provider: Provider, part: Part) -> AsyncGenerator[Event, None]:
    """One provider's part of the answer: at most two tries, the second only if the first brought no text."""
    answer = part.answer
    if provider.identity and not await breaker.shared().allows(provider.identity):
        return
    for is_last in (False, True):
        before = answer.heard
        try:
            async with aclosing(_spoken(provider, part)) as spoken:
                async for speaker, event in spoken:
                    for shown in answer.take(event, speaker):
                        yield shown
            return
        except ProviderError as error:
            answer.tired.append(answer.speaker if answer.speaker and answer.heard != before else provider)
            if error.kind is Kind.TOO_LONG and answer.heard != before:
                answer.give_up("length")
            if is_last or error.kind not in AGAIN or answer.heard != before:
                return
        await asyncio.sleep(PAUSE * (1 + random.random()))  # noqa: S311 (jitter, not a secret)


async def _spoken(provider: Provider, part: Part) -> AsyncGenerator[tuple[Provider, Event], None]:
    """The events of this provider, or of the second one when it was asked too and spoke first."""
    request = replace(part.request, so_far=part.answer.heard)

    def ask(one: Provider, fate: Fate) -> AsyncGenerator[Event, None]:
        return _told(one, request, part.attempts, fate)

    if provider.identity:
        hedging.bucket.earn()

    async def may_ask() -> bool:
        return part.second is provider or await breaker.shared().allows(part.second.identity)

    if part.hedge_after and provider.identity and not part.answer.heard:
        async with aclosing(hedging.race(provider, part.second, ask, part.hedge_after, may_ask)) as spoken:
            async for pair in spoken:
                yield pair
        return
    async with aclosing(ask(provider, Fate())) as events:
        async for event in events:
            yield provider, event


async def _told(provider: Provider, request: ChatRequest, attempts: list[Attempt], fate: Fate) -> AsyncGenerator[Event, None]:
    """One try, of which the breaker is told."""
    try:
        async with aclosing(attempt(provider, request, attempts, fate)) as events:
            async for event in events:
                yield event
    except ProviderError as error:
        await _failed(provider, error)
        raise
    await breaker.shared().succeeded(provider.identity)


async def _failed(provider: Provider, error: ProviderError) -> None:
    logger.warning("provider.failed provider=%s kind=%s detail=%s", provider.name, error.kind, error.detail)
    if provider.identity:
        await breaker.shared().failed(provider.identity, error)


def _second(line: Sequence[Candidate]) -> Provider:
    """Whom to ask beside the first of the line: the next model, or the same one again."""
    return next((other.provider for other in line[1:] if other.provider.identity), line[0].provider)


async def _line(request: ChatRequest) -> tuple[Candidate, ...]:
    return line_for(request, await candidates())
