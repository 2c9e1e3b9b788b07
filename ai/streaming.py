"""An answer as server-sent events: what is told of it, in the format of the HTML standard, section 9.2.

Tokens leave as escaped text; the finished turn is rendered once, behind the reader's door.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID

from django.http import HttpRequest
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.door import AWAY, Actor, in_door
from ai.following import Beat, Piece, Settled, Stage, Told

HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
STILL_HERE = ": still here\n\n"
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between tries
MOST_OFFSET = 1_000_000  # characters; more than any answer has


def offset_of(request: HttpRequest) -> int:
    """How many characters the reader has; nonsense counts as none."""
    text = request.headers.get("Last-Event-ID") or request.GET.get("from", "0")
    return min(int(text), MOST_OFFSET) if text.isascii() and text.isdigit() else 0


async def lines(told: AsyncIterator[Told], turn_id: UUID, actor: Actor, finished: Callable[[UUID], str]) -> AsyncIterator[str]:
    """The events of a page; `finished` renders the settled turn, behind the door."""
    async for event in told:
        if isinstance(event, Settled):
            yield sse("done", await _patiently(actor, finished, turn_id))
        else:
            yield _line(event)


async def _patiently(actor: Actor, finished: Callable[[UUID], str], turn_id: UUID) -> str:
    """A database that is away for a moment is waited for, because the reader has waited longer."""
    for pause in PAUSES:
        try:
            return await in_door(actor, finished, turn_id)
        except AWAY:
            await asyncio.sleep(pause)
    return await in_door(actor, finished, turn_id)


def _line(event: Stage | Piece | Beat) -> str:
    if isinstance(event, Stage):
        return sse("stage", escape(_stages()[event.name]))
    return sse("text", escape(event.text), event_id=str(event.end)) if isinstance(event, Piece) else STILL_HERE


def sse(name: str, data: str, *, event_id: str = "") -> str:
    """One event."""
    identity = f"id: {event_id}\n" if event_id else ""
    text = "".join(f"data: {line}\n" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return f"event: {name}\n{identity}{text}\n"


def _stages() -> dict[str, str]:
    return {
        "reading": _("Reading your question…"),
        "searching": _("Searching the course…"),
        "writing": _("Writing the answer…"),
    }
