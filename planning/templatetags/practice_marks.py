"""Marks in templates."""

from decimal import Decimal

from django import template

from planning.practice.wording import marks_in_words

register = template.Library()


@register.filter
def marks(value: Decimal | int | None) -> str:
    """2.50 -> 2.5; nothing for no marks yet."""
    return "" if value is None else marks_in_words(value)
