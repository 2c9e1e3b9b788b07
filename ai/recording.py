"""Who changed what of the providers, in the log of Django admin, whichever door it was done through."""

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType

from accounts.models import User
from ai.models import AIProvider

__all__ = ["ADDITION", "CHANGE", "DELETION", "note"]


def note(person: User, row: AIProvider, flag: int, message: str) -> None:
    """One line; behind the admin's door. `message` says which parts, never what they hold."""
    LogEntry.objects.create(
        user_id=person.pk,
        content_type=ContentType.objects.get_for_model(AIProvider),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=flag,
        change_message=message,
    )
