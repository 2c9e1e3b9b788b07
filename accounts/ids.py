"""Ids as people and programs send them."""

from uuid import UUID


def uuid_or_none(text: str) -> UUID | None:
    """The id in a query string or a form; nonsense counts as none."""
    try:
        return UUID(text)
    except ValueError:
        return None
