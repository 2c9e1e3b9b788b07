"""Saves the text so far of every answer that this process is writing: once a second, all of them in one statement.

A crash loses at most the last second. A stop that was asked of another process is seen here, by the same statement. Failing to
save is logged and tried again a second later; the answer itself goes on.
"""

import asyncio
import logging
from collections.abc import Sequence
from uuid import UUID

from accounts.door import SYSTEM, Statement, trip
from coach.live import LIVE, LiveTurn

log = logging.getLogger("aicoach.coach")

SAVE_EVERY = 1.0  # seconds
TEXT_SO_FAR = """
UPDATE ai_coach_responses r SET answer = coalesce(t.answer, r.answer), saved_at = now()
  FROM unnest(%s::uuid[], %s::text[]) AS t (query_id, answer)
  JOIN ai_coach_queries q ON q.id = t.query_id
 WHERE r.query_id = t.query_id AND r.state = 'streaming'
RETURNING r.query_id, q.stop_requested
"""
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
    lengths = {turn.query_id: len(turn.text) for turn in turns}
    (rows,) = await trip(SYSTEM, text_so_far(turns, saved))
    saved.update(lengths)
    for query_id, stop_requested in rows:
        if stop_requested and query_id in LIVE:
            LIVE[query_id].stop()


def text_so_far(turns: Sequence[LiveTurn], saved: dict[UUID, int]) -> Statement:
    """The statement that saves what is new; a row whose text is not new only shows that somebody is still at it."""
    texts = [turn.text if len(turn.text) != saved.get(turn.query_id) else None for turn in turns]
    return TEXT_SO_FAR, ([turn.query_id for turn in turns], texts)
