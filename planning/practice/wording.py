"""Texts of questions as they are shown: what authors and importers wrote, only ever through the one sanitiser."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe

from courses.markdown import render_exact, render_message


def rendered(text: str, text_format: str) -> SafeString:
    """HTML of a question, a choice or a model answer."""
    html = render_exact(text) if text_format == "plain" else render_message(text)
    return mark_safe(html)  # noqa: S308  (both escape or sanitise)


def marks_in_words(marks: Decimal | int) -> str:
    """2, 2.5: without zeros that say nothing, with the reader's decimal sign."""
    return number_format(f"{Decimal(marks).normalize():f}", use_l10n=True) if marks else "0"
