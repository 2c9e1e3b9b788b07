"""What the worker does for the providers of models, and for the prompts that are tried."""

from celery import shared_task

from ai import connecting
from ai.variants import guarding, telling


@shared_task(name="ai.look_at_providers", ignore_result=True, soft_time_limit=150, time_limit=180)
def look_at_providers() -> None:
    """Ask each provider that is due whether it is there."""
    connecting.look_at_due()


@shared_task(name="ai.watch_variants", ignore_result=True, soft_time_limit=100, time_limit=120)
def watch_variants() -> None:
    """Stop prompts that do harm, and tell admins."""
    guarding.stop_harmful()
    telling.tell_admins()
