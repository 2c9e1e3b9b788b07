"""Following one answer from where the reader left it. Has it begun when nobody has; never asks a provider twice.

An answer written by this process is followed in memory, one written elsewhere through its row. No database connection is held
between two looks. The last event is always `Settled`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from accounts.door import Actor, trip
from ai.live import LIVE, LiveTurn

FLUSH = 0.04  # seconds between two pieces of text for the reader
HEARTBEAT = 15.0  # seconds of silence after which the line is shown to be alive
LOOK_EVERY = 0.5  # seconds between two looks at the row of an answer that another process writes
GIVE_UP = 120.0  # seconds; then the page is told to look again by itself

OPEN = ("pending", "answering")


@dataclass(frozen=True, slots=True)
class Stage:
    """What is being done: reading, searching or writing."""

    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to append; `end` is the offset after it, from which a reader can come back."""

    text: str
    end: int


@dataclass(frozen=True, slots=True)
class Beat:
    """Nothing new; the line is alive."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The row says how it ended."""


Told = Stage | Piece | Beat | Settled


@dataclass(frozen=True, slots=True)
class Source:
    """Where the answers of one conversation come from: `start` claims one and begins it, None when somebody else has it; `row` is
    the SQL that tells an id's status and text so far.
    """

    start: Callable[[UUID, Actor], Awaitable[LiveTurn | None]]
    row: str


async def attach(source: Source, turn_id: UUID, actor: Actor, *, offset: int = 0) -> AsyncIterator[Told] | None:
    """Everything about an answer from `offset` characters on; None when `actor` may not know of the question."""
    turn = LIVE.get(turn_id)
    if turn is None or turn.learner_id != actor.user_id:
        turn = await source.start(turn_id, actor)
    if turn is None and not await _look(source, turn_id, actor):
        return None
    return _told(_in_memory(turn, offset) if turn else _through_row(source, turn_id, actor, offset))


async def _told(events: AsyncIterator[Told]) -> AsyncIterator[Told]:
    async for event in events:
        yield event
    yield Settled()


async def _look(source: Source, turn_id: UUID, actor: Actor) -> tuple[str, str] | None:
    (rows,) = await trip(actor, (source.row, [turn_id]))
    return rows[0] if rows else None


async def _in_memory(turn: LiveTurn, offset: int) -> AsyncIterator[Told]:
    stage, flushed = "", 0.0
    while True:
        if turn.stage != stage and not turn.text:
            stage = turn.stage
            yield Stage(stage)
        if len(turn.text) > offset:
            wait = flushed + FLUSH - time.monotonic()
            if wait > 0 and not turn.is_done:
                await _pause(turn, wait)
            piece, offset, flushed = turn.text[offset:], len(turn.text), time.monotonic()
            yield Piece(piece, offset)
        elif turn.is_done:
            return
        elif not await turn.changed(within=HEARTBEAT):
            yield Beat()


async def _pause(turn: LiveTurn, seconds: float) -> None:
    """Gather text for a moment; an answer that ends is not kept waiting."""
    until = time.monotonic() + seconds
    while not turn.is_done and (left := until - time.monotonic()) > 0:
        await turn.changed(within=left)


async def _through_row(source: Source, turn_id: UUID, actor: Actor, offset: int) -> AsyncIterator[Told]:
    begun = spoken = time.monotonic()
    while time.monotonic() - begun < GIVE_UP:
        status, text = await _look(source, turn_id, actor) or ("failed", "")
        if len(text) > offset:
            piece, offset, spoken = text[offset:], len(text), time.monotonic()
            yield Piece(piece, offset)
        if status not in OPEN:
            return
        if time.monotonic() - spoken > HEARTBEAT:
            spoken = time.monotonic()
            yield Beat()
        await asyncio.sleep(LOOK_EVERY)
