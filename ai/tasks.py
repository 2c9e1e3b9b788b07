"""What the worker does for the providers of models."""

from celery import shared_task

from ai import connecting


@shared_task(name="ai.look_at_providers", ignore_result=True, soft_time_limit=150, time_limit=180)
def look_at_providers() -> None:
    """Ask each provider that is due whether it is there."""
    connecting.look_at_due()
