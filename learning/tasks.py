"""What wakes the worker for the index: run one update, and look after those that lost their worker."""

from uuid import UUID

from celery import shared_task

from learning.generations import forget_old_generations
from learning.indexing import run_update
from learning.updates import RUN_TASK, request_missing_vectors, waiting_updates, wake_worker


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
