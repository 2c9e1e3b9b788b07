"""How the cells of a chart's table are shown."""

from datetime import date

from django import template
from django.utils.formats import date_format, number_format

from ai.charts.shapes import Cell

register = template.Library()


@register.filter
def cell(value: Cell) -> str:
    if value is None:
        return "–"
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, float):
        return number_format(value, 1 if abs(value) >= 1 or not value else 2)
    return number_format(value) if isinstance(value, int) else value


@register.filter
def is_number(value: Cell) -> bool:
    return isinstance(value, int | float)
