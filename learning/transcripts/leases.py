"""A transcript as a piece of work: claimed with a lease, kept alive while a service listens to it, finished or set aside.

Every function is one short transaction as the system. A claim is one conditional update that raises the delivery counter before
any work; every later write repeats the condition that the lease is still this worker's. Three deliveries are the limit.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from celery import current_app
from django.conf import settings
from django.db import DatabaseError
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from learning.models import VoiceTranscript
from learning.updates import LeaseLost, short_step

READ_TASK = "learning.read_transcript"
LEASE = timedelta(seconds=45)
BEAT = 15.0  # seconds between two renewals; two may be missed
MAX_DELIVERIES = 3
PAUSE = timedelta(seconds=5)  # before the next delivery, times the deliveries so far

State, Stage = VoiceTranscript.State, VoiceTranscript.Stage
EXPIRED = Q(state=State.WORKING, leased_until__lt=Now())

log = logging.getLogger("aicoach.transcripts")


@dataclass(frozen=True, slots=True)
class Held:
    """A transcript that this worker has."""

    pk: UUID
    worker: str
    deliveries: int

    @property
    def is_last(self) -> bool:
        return self.deliveries >= MAX_DELIVERIES


def claim(pk: UUID) -> Held | None:
    """Take the transcript; None when somebody has it, or there is nothing to do."""
    worker = uuid4().hex
    with short_step():
        set_aside_exhausted()
        waiting = VoiceTranscript.objects.filter(Q(state=State.RECEIVED) | EXPIRED, pk=pk)
        taken = waiting.update(
            state=State.WORKING, worker=worker, deliveries=F("deliveries") + 1, leased_until=Now() + LEASE, error_message=""
        )
        if not taken:
            return None
        return Held(pk, worker, VoiceTranscript.objects.values_list("deliveries", flat=True).get(pk=pk))


def save(held: Held, **changes: Any) -> None:
    """Save what was found and renew the lease, in the caller's transaction. Raises LeaseLost."""
    mine = VoiceTranscript.objects.filter(pk=held.pk, state=State.WORKING, worker=held.worker)
    if not mine.update(**{"leased_until": Now() + LEASE, **changes}):
        raise LeaseLost


def at_stage(held: Held, stage: str) -> None:
    """Say what is being done now. Raises LeaseLost."""
    with short_step():
        save(held, stage=stage)


def give_back(held: Held, message: str, *, is_final: bool) -> None:
    """This delivery failed: another one follows after a pause, or the transcript is set aside with what to say of it."""
    end = {"state": State.FAILED, "stage": Stage.NONE, "finished_at": Now(), "leased_until": None}
    again = {"leased_until": Now() + PAUSE * held.deliveries}
    with short_step():
        mine = VoiceTranscript.objects.filter(pk=held.pk, state=State.WORKING, worker=held.worker)
        mine.update(error_message=message, worker="", **(end if is_final or held.is_last else again))


@contextmanager
def kept_alive(held: Held) -> Iterator[None]:
    """Renew the lease from a thread of its own while this one waits for a service."""
    is_over = threading.Event()
    thread = threading.Thread(target=_beat, args=(held, is_over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def set_aside_exhausted() -> None:
    """Those whose last delivery ended without a word have failed; in the caller's transaction."""
    VoiceTranscript.objects.filter(EXPIRED, deliveries__gte=MAX_DELIVERIES).update(
        state=State.FAILED,
        stage=Stage.NONE,
        finished_at=Now(),
        leased_until=None,
        worker="",
        error_message=_("The worker stopped in the middle of its last try. Try again."),
    )


def waiting(*, limit: int = 20) -> list[UUID]:
    """Those that a worker should be told of, the oldest first."""
    with short_step():
        set_aside_exhausted()
        rows = VoiceTranscript.objects.filter(Q(state=State.RECEIVED) | EXPIRED)
        return list(rows.order_by("created_at").values_list("pk", flat=True)[:limit])


def forget_old_sound() -> int:
    """Erase recordings that failed and that nobody tried again in time; how many."""
    too_old = Now() - timedelta(days=settings.TRANSCRIPTION_KEEP_DAYS)
    gone = _("The recording could not be written down and was erased. Upload it again.")
    with short_step():
        old = VoiceTranscript.objects.filter(state=State.FAILED, recording__isnull=False, finished_at__lt=too_old)
        return old.update(recording=None, error_message=gone)


def wake_worker(pk: UUID) -> None:
    """Tell a worker, if Redis is there to pass it on. The row waits for the sweeper anyway."""
    try:
        current_app.send_task(READ_TASK, args=[str(pk)], ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("worker_not_woken transcript=%s error=%s", pk, type(error).__name__)


def _beat(held: Held, is_over: threading.Event) -> None:
    """A lease that is lost shows when the work is saved."""
    while not is_over.wait(BEAT):
        try:
            with short_step():
                save(held)
        except (LeaseLost, DatabaseError) as error:
            log.warning("lease_not_renewed transcript=%s error=%s", held.pk, type(error).__name__)
