"""Answers that this process is writing at the moment, and who listens to them.

Text is kept once and listeners keep an offset, so a hundred readers of one answer cost one copy. Nothing here outlives the
process: what counts stands in the row, saved each second by the statement that the turn brings along.
"""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(eq=False)
class LiveTurn:
    """One answer in the making. `stage` is what is being done, in a word that the page puts into the reader's language.

    `keeps` is the SQL that saves texts so far: it takes an array of ids and one of texts (null for nothing new), and returns
    each id with whether its reader wants it stopped.
    """

    id: UUID
    learner_id: UUID
    keeps: str
    stage: str = "reading"
    text: str = ""
    is_done: bool = False
    is_stopped: bool = False  # its reader has read enough
    task: "asyncio.Task[None] | None" = None
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, text: str) -> None:
        self.text += text
        self._wake()

    def enter(self, stage: str) -> None:
        self.stage = stage
        self._wake()

    def finish(self) -> None:
        self.is_done = True
        self._wake()

    def stop(self) -> None:
        """End the answer here; from any thread."""
        if self.task:
            self.loop.call_soon_threadsafe(self.task.cancel)

    async def changed(self, within: float) -> bool:
        """Wait until something is new, `within` seconds at most; whether something was."""
        event = self._changed
        try:
            async with asyncio.timeout(within):
                await event.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        event, self._changed = self._changed, asyncio.Event()
        event.set()


LIVE: dict[UUID, LiveTurn] = {}
home: asyncio.AbstractEventLoop | None = None  # of the process that serves pages; set when it starts
