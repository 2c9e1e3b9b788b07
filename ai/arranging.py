"""The order in which providers are asked: moving one up or down, and switching it on or off. Behind an admin's door."""

from uuid import UUID

from django.utils import timezone

from ai.models import AIProvider

STEP = 10  # between two places, so that a row made elsewhere can be put in between


def move(provider_id: UUID, places: int) -> bool:
    """Move one up (-1) or down (1) in the line; False when it is at the end of it, the last resort, or unknown."""
    line = [row for row in AIProvider.objects.in_order().select_for_update() if not row.is_last_resort]
    at = next((n for n, row in enumerate(line) if row.pk == provider_id), None)
    if at is None or not 0 <= at + places < len(line):
        return False
    line.insert(at + places, line.pop(at))
    for n, row in enumerate(line, start=1):
        if row.priority != n * STEP:
            AIProvider.objects.filter(pk=row.pk).update(priority=n * STEP, updated_at=timezone.now())
    return True


def switch(provider_id: UUID) -> AIProvider | None:
    """On becomes off and off on; None for the last resort, which stays on, and for what is unknown."""
    row = AIProvider.objects.select_for_update().filter(pk=provider_id).exclude(type=AIProvider.Type.EXTRACTIVE).first()
    if row:
        row.enabled = not row.enabled
        row.save(update_fields=["enabled", "updated_at"])
    return row
