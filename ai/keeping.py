"""Saves the text so far of every answer that this process is writing: once a second, one statement for each conversation.

A crash loses at most the last second. A stop that was asked of another process is seen here, by the same statement. Failing to
save is logged and tried again a second later; the answer itself goes on.
"""

import asyncio
import logging
from collections.abc import Sequence
from uuid import UUID

from accounts.door import SYSTEM, Statement, trip
from ai.live import LIVE, LiveTurn

log = logging.getLogger("aicoach.answers")

SAVE_EVERY = 1.0  # seconds
_keeper: "asyncio.Task[None] | None" = None


def keep() -> None:
    """Make sure that somebody saves; called when an answer begins."""
    global _keeper  # noqa: PLW0603 (one for each process is the point)
    loop = asyncio.get_running_loop()
    if _keeper is None or _keeper.done() or _keeper.get_loop() is not loop:
        _keeper = loop.create_task(_save_while_living(), name="keep-answers")


async def _save_while_living() -> None:
    saved: dict[UUID, int] = {}
    while LIVE:
        await asyncio.sleep(SAVE_EVERY)
        turns = [turn for turn in LIVE.values() if turn.stage == "writing"]
        try:
            await _save(turns, saved)
        except Exception as error:
            log.warning("texts_not_saved count=%s error=%s", len(turns), type(error).__name__)


async def _save(turns: Sequence[LiveTurn], saved: dict[UUID, int]) -> None:
    if not turns:
        return
    lengths = {turn.id: len(turn.text) for turn in turns}
    results = await trip(SYSTEM, *texts_so_far(turns, saved))
    saved.update(lengths)
    for turn_id, stop_requested in (row for rows in results for row in rows):
        if stop_requested and turn_id in LIVE:
            LIVE[turn_id].stop()


def texts_so_far(turns: Sequence[LiveTurn], saved: dict[UUID, int]) -> list[Statement]:
    """The statements that save what is new; a row whose text is not new only shows that somebody is still at it."""
    statements: list[Statement] = []
    for keeps in dict.fromkeys(turn.keeps for turn in turns):
        alike = [turn for turn in turns if turn.keeps == keeps]
        texts = [turn.text if len(turn.text) != saved.get(turn.id) else None for turn in alike]
        statements.append((keeps, ([turn.id for turn in alike], texts)))
    return statements
