"""A second request when the first token is late (Dean and Barroso, The Tail at Scale, 2013): whoever speaks first is heard.

The slower one is cancelled, its connection closed and its try logged as outrun. Off unless a time is given. A token bucket keeps
the extra calls below a share of all calls, so that a vendor who is slow for everybody is not asked twice by everybody.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

from django.conf import settings

from ai.providers.events import Event, Provider, ProviderError
from ai.providers.trying import OUTRUN, Fate

MOST_SAVED = 10.0  # second requests that quiet times may save up


@dataclass
class Bucket:
    """Each call puts in a share of a second request; a second request takes a whole one. One for each process."""

    tokens: float = 1.0

    def earn(self) -> None:
        self.tokens = min(self.tokens + settings.HEDGE_SHARE, MOST_SAVED)

    def spend(self) -> bool:
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


bucket = Bucket()

Try = Callable[[Provider, Fate], AsyncGenerator[Event, None]]
Question = Callable[[], Awaitable[bool]]


@dataclass(eq=False)
class Runner:
    """One of the two: its events, and the wait for the first of them."""

    provider: Provider
    events: AsyncGenerator[Event, None]
    fate: Fate
    first: "asyncio.Task[Event]"

    @classmethod
    def start(cls, provider: Provider, ask: Try) -> "Runner":
        fate = Fate()
        events = ask(provider, fate)
        return cls(provider, events, fate, asyncio.ensure_future(anext(events)))

    async def stop(self, word: str) -> None:
        """End it now: the connection is closed when this returns."""
        self.fate.word = word
        self.first.cancel()
        with suppress(asyncio.CancelledError, ProviderError, StopAsyncIteration):
            await self.first
        await self.events.aclose()


async def race(
    first: Provider, second: Provider, ask: Try, after: float, may_ask: Question
) -> AsyncGenerator[tuple[Provider, Event], None]:
    """The events of whoever speaks first, with who it is. `after` seconds of silence bring in the second, if it may be asked (a
    question that is put only then) and the bucket allows.

    Raises the ProviderError of the last one that was left.
    """
    runners = [Runner.start(first, ask)]
    try:
        await asyncio.wait([runners[0].first], timeout=after)
        if not runners[0].first.done() and await may_ask() and bucket.spend():
            runners.append(Runner.start(second, ask))
        winner = await _fastest(runners)
        for runner in runners:
            if runner is not winner:
                await runner.stop(OUTRUN)
        yield winner.provider, winner.first.result()
        async with aclosing(winner.events) as events:
            async for event in events:
                yield winner.provider, event
    finally:
        for runner in runners:
            await runner.stop(runner.fate.word)


async def _fastest(runners: list[Runner]) -> Runner:
    """The first runner with an event; one that fails leaves the race to the other."""
    left = list(runners)
    while True:
        await asyncio.wait([runner.first for runner in left], return_when=asyncio.FIRST_COMPLETED)
        done = [runner for runner in left if runner.first.done()]
        for runner in done:
            if runner.first.exception() is None or len(left) == 1:
                runner.first.result()  # the last one's failure is the race's
                return runner
            left.remove(runner)
