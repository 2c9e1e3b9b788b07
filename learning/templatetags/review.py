"""Texts of people and models on the pages of review."""

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe

from courses.markdown import render_message
from learning.review.wording import marked, shortened

register = template.Library()


@register.filter
def message(text: object) -> SafeString:
    """The beginning of a text through the one renderer, with what cannot be seen in words."""
    begin, left_out = shortened(str(text or ""))
    return mark_safe(render_message(marked(f"{begin} …" if left_out else begin)))  # noqa: S308 (sanitised)


@register.filter
def visible(text: object) -> str:
    """The text, with what cannot be seen in words; a template escapes it."""
    return marked(str(text or ""))


@register.filter
def grouped(count: int) -> str:
    """1,000 instead of 1000, in the reader's way of writing."""
    return number_format(count, force_grouping=True)


@register.filter
def percent(share: object) -> str:
    """0.734 as 73 %."""
    return f"{round(100 * float(share))} %" if isinstance(share, int | float) else ""
