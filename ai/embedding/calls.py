"""Calls to a remote embedding service on their way to the request log.

An embedding happens where no connection to the database may be held, often with a learner waiting, so a call is only noted; a
thread writes it a moment later. What cannot be written is tried again with the next; a crash loses at most the last moment.
"""

import atexit
import logging
import os
import threading
import time
from collections import deque

from django.db import connections

from accounts.door import SYSTEM, acting_as
from ai import request_log
from ai.providers.events import Attempt

log = logging.getLogger("aicoach.embedding")

GATHER = 2.0  # seconds between two writings
MOST = 5_000  # calls kept while the database is away; the oldest are lost first
FEATURE = "embedding"


class Notes:
    """What is still to be written, and the thread that does it; one for each process."""

    def __init__(self) -> None:
        self.waiting: deque[Attempt] = deque(maxlen=MOST)
        self.news = threading.Event()
        self.writer: threading.Thread | None = None
        self.lock = threading.Lock()

    def add(self, attempt: Attempt) -> None:
        self.waiting.append(attempt)
        with self.lock:
            if self.writer is None:
                self.writer = threading.Thread(target=self._write_for_ever, name="embedding-calls", daemon=True)
                self.writer.start()
        self.news.set()

    def flush(self) -> int:
        """Write everything now; how many. Outside any door."""
        taken = [self.waiting.popleft() for _ in range(len(self.waiting))]
        if not taken:
            return 0
        try:
            with acting_as(SYSTEM):
                request_log.save(taken, user_id=None, feature=FEATURE)
        except Exception as error:  # whatever it is, nobody waits for this
            self.waiting.extendleft(reversed(taken))
            log.warning("embedding_calls_not_written count=%d error=%s", len(taken), type(error).__name__)
            return 0
        return len(taken)

    def _write_for_ever(self) -> None:
        while self.news.wait():
            time.sleep(GATHER)
            self.news.clear()
            self.flush()
            connections.close_all()


def note(attempt: Attempt) -> None:
    """Keep a call for the log; never waits and never raises."""
    _notes.add(attempt)


def flush() -> int:
    """Write what was noted so far."""
    return _notes.flush()


def _forget() -> None:
    """A forked process has neither the parent's thread nor its calls."""
    global _notes  # noqa: PLW0603  one per process is the point
    _notes = Notes()


_notes = Notes()
os.register_at_fork(after_in_child=_forget)
atexit.register(flush)
