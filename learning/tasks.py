"""What wakes the worker for the index and the learning loop: run one update, look after what lost its worker, learn."""

from collections.abc import Sequence
from uuid import UUID

from celery import shared_task

from learning.applying import apply_learning
from learning.digesting import digest, embed_memory
from learning.generations import forget_old_generations
from learning.indexing import run_update
from learning.insights import fold_insights
from learning.metrics import fold
from learning.quality import leases as quality
from learning.quality.running import forget_deleted, run_set
from learning.repeats import look_back
from learning.transcripts import leases
from learning.transcripts.working import read_transcript
from learning.updates import RUN_TASK, request_missing_vectors, waiting_updates, wake_worker
from learning.waking import APPLY_TASK


@shared_task(name=RUN_TASK, ignore_result=True)
def run_content_update(update_id: str) -> None:
    """Run one update; does nothing when somebody has it."""
    run_update(UUID(update_id))


@shared_task(name="learning.sweep_content_updates", ignore_result=True)
def sweep_content_updates() -> None:
    """Tell workers again of what waits, ask again for vectors that could not be had, and delete old generations."""
    request_missing_vectors()
    for update_id in waiting_updates():
        wake_worker(update_id)
    forget_old_generations()


@shared_task(name="learning.sweep_learning", ignore_result=True)
def sweep_learning() -> None:
    """Complete new items and remembered turns, and fold what happened into its day."""
    fold()
    fold_insights()
    embed_memory()
    digest()
    look_back()


@shared_task(name=APPLY_TASK, ignore_result=True)
def apply_approved(chosen: Sequence[str] | None = None, asked_by: str | None = None) -> None:
    """Apply what was approved; with `chosen`, these alone, for the person who asked for it."""
    ids = None if chosen is None else [UUID(each) for each in chosen]
    apply_learning(chosen=ids, asked_by=UUID(asked_by) if asked_by else None)


@shared_task(name=leases.READ_TASK, ignore_result=True)
def read_one(transcript_id: str) -> None:
    """Read one transcript; does nothing when somebody has it."""
    read_transcript(UUID(transcript_id))


@shared_task(name="learning.sweep_transcripts", ignore_result=True)
def sweep_transcripts() -> None:
    """Tell workers again of transcripts that wait, and forget recordings that nobody tried again."""
    for transcript_id in leases.waiting():
        leases.wake_worker(transcript_id)
    leases.forget_old_sound()


@shared_task(name=quality.RUN_TASK, ignore_result=True)
def run_quality(run_id: str) -> None:
    """Run one set of questions; does nothing when somebody has it."""
    run_set(UUID(run_id))


@shared_task(name="learning.sweep_quality", ignore_result=True)
def sweep_quality() -> None:
    """Tell workers again of runs that wait, and forget what was deleted some days ago."""
    for run_id in quality.waiting():
        quality.wake_worker(run_id)
    forget_deleted()
