"""Figures at the head of the dashboard, and shares and times in words."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

ENOUGH = 10  # of anything, before a share of it is worth a word
MINUTE, HOUR, DAY = 60, 3600, 86400  # seconds


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure at the head of the page, beside what it was before."""

    title: str
    figure: str
    note: str
    chart: str  # where it comes from


def percent(share: float | None) -> str:
    return "–" if share is None else _("%(number)s %%") % {"number": number_format(round(share * 100))}


def tenths(share: float | None) -> float | None:
    """A share as a number of per cent with one digit, for tables."""
    return None if share is None else round(share * 100, 1)


def duration(seconds: float | None) -> str:
    """About how long, in the unit that a person would choose."""
    if seconds is None:
        return "–"
    if seconds < 1.5 * MINUTE:
        return _("about a minute") if seconds >= MINUTE / 2 else _("seconds")
    if seconds < 90 * MINUTE:
        return ngettext("%(n)d minute", "%(n)d minutes", round(seconds / MINUTE)) % {"n": round(seconds / MINUTE)}
    if seconds < 36 * HOUR:
        return _("%(n)s hours") % {"n": number_format(seconds / HOUR, 1)}
    return _("%(n)s days") % {"n": number_format(seconds / DAY, 1)}


def hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / HOUR, 2)


def day_of(day: date) -> str:
    return date_format(day, "j M")


def versus(now: int, before: int, before_name: str) -> str:
    """`12 more than in the 7 days before`."""
    number = abs(now - before)
    words = {"n": number, "before": before_name}
    if now and not before:
        return _("none in %(before)s") % words
    if now == before:
        return _("as many as in %(before)s") % words
    if now > before:
        return ngettext("%(n)d more than in %(before)s", "%(n)d more than in %(before)s", number) % words
    return ngettext("%(n)d fewer than in %(before)s", "%(n)d fewer than in %(before)s", number) % words


def share_versus(now: float | None, before: float | None, before_name: str, *, is_enough: bool) -> str:
    """What a share was before; nothing when one of both stands on too little."""
    if now is None or before is None or not is_enough:
        return ""
    return _("%(share)s in %(before)s") % {"share": percent(before), "before": before_name}
