"""Writing an answer in a task of its own, which outlives whoever asked for it.

Whatever happens to the writing, it is settled: a short outage of the database is waited for. Logs say what failed and where,
never what people wrote.
"""

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import TypeVar
from uuid import UUID

from django.conf import settings

from accounts.door import AWAY
from ai import keeping, live, providers
from ai.budgets import EXTRACTIVE
from ai.live import LIVE, LiveTurn
from ai.providers import configured
from ai.variants.assigning import Prompt

log = logging.getLogger("aicoach.answers")

Claim = TypeVar("Claim")
SETTLE_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between tries; shorter together than the sweeper's patience


@dataclass(kw_only=True)
class Spoken:
    """What is known of an answer while it is being made. Times are in ms."""

    prompt: Prompt
    attempts: list[providers.Attempt] = field(default_factory=list)
    asides: list[providers.Attempt] = field(default_factory=list)  # what models were asked beside the answer itself
    finished: providers.Finished | None = None
    switched: list[str] = field(default_factory=list)
    is_stopped: bool = False
    timings: dict[str, int] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)

    def took(self, stage: str, since: float) -> None:
        self.timings[stage] = round((perf_counter() - since) * 1000)

    @property
    def tries(self) -> int:
        """How often a model was asked; 0 when the course's own sentences answered without one."""
        return sum(attempt.provider != EXTRACTIVE for attempt in self.attempts)

    @property
    def version_used(self) -> str:
        """The prompt file that a model was given; empty when none was asked."""
        return self.prompt.version if self.tries else ""

    @property
    def prompt_tokens(self) -> int:
        return sum(attempt.prompt_tokens or 0 for attempt in (*self.attempts, *self.asides))

    @property
    def completion_tokens(self) -> int:
        return sum(attempt.completion_tokens or 0 for attempt in (*self.attempts, *self.asides))

    @property
    def cost(self) -> Decimal | None:
        """US dollars of all tries; None as soon as one price is unknown, because a part would look like the whole."""
        costs = [attempt.cost for attempt in (*self.attempts, *self.asides)]
        return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def home() -> asyncio.AbstractEventLoop | None:
    """The loop on which pages may begin answers: None unless their readers come back to this very process."""
    return live.home if settings.ANSWER_AT_ASK else None


def early(claim: Callable[[], Claim | None], begin: Callable[[Claim, float], object]) -> Callable[[], None]:
    """For a page that saves a question: claim its answer in the same transaction, when pages of this process may begin answers.

    Call what comes back after the commit; it begins the answer on the loop, without waiting, while the page is still on its
    way. Whoever asks for the stream next finds the answer under way. `begin` takes the perf_counter of when the claim began.
    """
    loop, begun = home(), perf_counter()
    claimed = claim() if loop else None
    if loop is None or claimed is None:
        return lambda: None
    return lambda: _hand_over(loop, begin, claimed, begun)


def _hand_over(loop: asyncio.AbstractEventLoop, begin: Callable[[Claim, float], object], claimed: Claim, begun: float) -> None:
    loop.call_soon_threadsafe(begin, claimed, begun)


def begin(turn: LiveTurn, *, write: Callable[[], Awaitable[None]], settle: Callable[[], Awaitable[None]]) -> LiveTurn:
    """Write the answer in a task. `settle` closes its row, and may be called again when the outcome is unknown."""
    LIVE[turn.id] = turn
    turn.task = asyncio.create_task(_write(turn, write, settle), name=f"answer-{turn.id}")
    configured.freshen()  # beside the search, so that nobody waits for it
    keeping.keep()
    return turn


async def _write(turn: LiveTurn, write: Callable[[], Awaitable[None]], settle: Callable[[], Awaitable[None]]) -> None:
    """The whole answer; never raises, always settles."""
    try:
        await write()
    except asyncio.CancelledError:
        turn.is_stopped = True
    except Exception as error:
        log.error("answer_failed turn=%s %s", turn.id, without_words(error))
    finally:
        await _settle(turn, settle)


async def _settle(turn: LiveTurn, settle: Callable[[], Awaitable[None]]) -> None:
    """When the database stays away the sweeper closes the row from the text saved last."""
    try:
        await _settle_patiently(settle)
    except Exception as error:
        log.error("answer_not_settled turn=%s %s", turn.id, without_words(error))
    finally:
        LIVE.pop(turn.id, None)
        turn.finish()


async def _settle_patiently(settle: Callable[[], Awaitable[None]]) -> None:
    for pause in SETTLE_PAUSES:
        try:
            return await settle()
        except AWAY:
            await asyncio.sleep(pause)
    return await settle()


async def speak(events: AsyncGenerator[providers.Event, None], turn: LiveTurn, spoken: Spoken, evidence: Awaitable[None]) -> None:
    """Pass the providers' text on as it comes, once the evidence is saved; no word is shown before."""
    since = perf_counter()
    async with aclosing(events):
        async for event in events:
            if isinstance(event, providers.TextDelta):
                if not turn.text:
                    spoken.took("provider", since)
                    await evidence
                    spoken.took("first_token", spoken.started)
                turn.say(event.text)
            elif isinstance(event, providers.Switched):
                spoken.switched.append(event.provider)
            elif isinstance(event, providers.Finished):
                spoken.finished = event


def stop(turn_id: UUID) -> None:
    """End an answer that this process writes; one that it does not write is left alone."""
    if turn_id in LIVE:
        LIVE[turn_id].stop()


def without_words(error: Exception) -> str:
    """What and where, for the log. A database's message may quote a row, so messages stay out of it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next((frame for frame in reversed(frames) if "site-packages" not in frame.filename), frames[-1])
    return f"error={type(error).__name__} at={Path(own.filename).name}:{own.lineno}"
