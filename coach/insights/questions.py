"""Charts of what was asked and how it was answered."""

from decimal import Decimal

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.charts.drawing import Piece, Plot, Row, Tick, bars, line, parts, ticks, top_of
from ai.charts.shapes import Chart, Column, Table
from ai.variants.intervals import wilson
from coach.insights.figures import Insights, PlaceGaps
from coach.insights.shapes import ENOUGH, day_of, percent, share_versus, tenths, versus
from coach.models import Response

TENTHS = (Tick("0%", "0 %", "start"), Tick("50%", "50 %", "middle"), Tick("100%", "100 %", "end"))


def questions(found: Insights) -> Chart:
    """How many were asked, by what the answer stood on."""
    labels = [(value, str(name)) for value, name in Response.Label.choices]
    order = ("verified", "course_text", "ai_draft", "not_found")
    names = dict(labels)
    now, before = found.now, found.before
    stacks = [
        [Piece(label, count, f"{day_of(day)}: {names[label]} {count}") for label in order if (count := getattr(point, label))]
        for day, point in zip(found.period.dates, found.points, strict=True)
    ]
    columns = (_first(found), Column("asked", _("Questions")), *(Column(label, names[label]) for label in order))
    rows = tuple(
        (day, point.asked, *(getattr(point, label) for label in order))
        for day, point in zip(found.period.dates, found.points, strict=True)
    )
    reading = ngettext("%(n)d question was asked", "%(n)d questions were asked", now.asked) % {"n": now.asked}
    return Chart(
        "questions",
        _("Questions over time"),
        _("Questions per day") if found.period.span == "day" else _("Questions per week"),
        f"{reading}, {versus(now.asked, before.asked, found.period.before_name)}.",
        Table(columns, rows),
        (_timeline(found, stacks),) if now.asked else (),
        legend=tuple((label, names[label]) for label in order),
        is_wide=True,
    )


def confidence(found: Insights) -> Chart:
    """How sure the coach was: now in tenths, and on average over time."""
    now, counts = found.now, found.now.confidences or [0] * 10
    limit = found.courses[0].escalation_threshold if len(found.courses) == 1 else None
    tenth = [f"{10 * n}–{10 * n + 10} %" for n in range(10)]
    stacks = [
        [Piece("unsure" if limit is not None and (n + 1) / 10 <= limit else "plain", count, f"{tenth[n]}: {count}")]
        for n, count in enumerate(counts)
    ]
    top = top_of(counts)
    spread = Plot(
        _("Answers by confidence"), number_format(top, 0), number_format(top / 2, 0),
        TENTHS,
        bars(stacks, top), rule=f"{limit * 100:.1f}" if limit is not None else "",
        rule_label=_limit_words(limit),
    )  # fmt: skip
    trend = Plot(
        _("Average confidence"), "100 %", "50 %", ticks([day_of(day) for day in found.period.dates]),
        lines=(line([None if point.confidence is None else point.confidence * 100 for point in found.points], 100, "plain"),),
    )  # fmt: skip
    return Chart(
        "confidence",
        _("Confidence"),
        _("Answers; the average in per cent"),
        _confidence_reading(found),
        _confidence_table(found),
        (spread, trend) if now.asked else (),
        is_wide=True,
    )


def _limit_words(limit: Decimal | None) -> str:
    return "" if limit is None else _("Under %(limit)s a question goes to the trainer.") % {"limit": percent(float(limit))}


def escalations(found: Insights) -> Chart:
    """Which share of the questions went to a trainer."""
    now, period = found.now, found.period
    stacks = [
        [
            Piece("escalated", point.escalated, f"{day_of(day)}: {point.escalated}"),
            Piece("rest", max(point.asked - point.escalated, 0), f"{day_of(day)}: {point.asked}"),
        ]
        for day, point in zip(period.dates, found.points, strict=True)
    ]
    rows = tuple(
        (day, point.asked, point.escalated, tenths(point.escalation_rate))
        for day, point in zip(period.dates, found.points, strict=True)
    )
    columns = (
        _first(found),
        Column("asked", _("Questions")),
        Column("escalated", _("To a trainer")),
        Column("share", _("Share, %")),
    )
    return Chart(
        "escalations",
        _("Questions that went to a trainer"),
        _("Questions per day") if period.span == "day" else _("Questions per week"),
        _escalation_reading(found),
        Table(columns, rows),
        (_timeline(found, stacks),) if now.asked else (),
        legend=(("escalated", _("To a trainer")), ("rest", _("Answered by the coach alone"))),
    )


def ratings(found: Insights) -> Chart:
    """What learners thought of the answers."""
    now, period = found.now, found.period
    stacks = [
        [
            Piece("verified", point.helpful, f"{day_of(day)}: {point.helpful}"),
            Piece("ai_draft", point.not_helpful, f"{day_of(day)}: {point.not_helpful}"),
        ]
        for day, point in zip(period.dates, found.points, strict=True)
    ]
    rows = tuple(
        (day, point.helpful, point.not_helpful, tenths(point.helpful_share))
        for day, point in zip(period.dates, found.points, strict=True)
    )
    helpful, not_quite = _("Helpful"), _("Not quite")
    columns = (_first(found), Column("helpful", helpful), Column("not_helpful", not_quite), Column("share", _("Helpful, %")))
    return Chart(
        "ratings",
        _("What learners thought of the answers"),
        _("Ratings, at the day of the question"),
        _rating_reading(found),
        Table(columns, rows),
        (_timeline(found, stacks),) if now.rated else (),
        legend=(("verified", helpful), ("ai_draft", not_quite)),
    )


def gaps(found: Insights) -> Chart:
    """Where in the course the coach had no good answer."""
    places = found.places
    most = max((place.asked for place in places), default=0)
    columns = (
        Column("course", _("Course")), Column("place", _("Chapter or lab")), Column("asked", _("Questions")),
        Column("gaps", _("Without a good answer")), Column("not_found", _("Not in the course")),
        Column("unsure", _("Unsure")), Column("escalated", _("To a trainer")),
    )  # fmt: skip
    rows = tuple(
        (one.course.title, place_name(one), one.asked, one.gaps, one.not_found, one.unsure, one.escalated) for one in places
    )
    several = len(found.courses) > 1
    return Chart(
        "gaps",
        _("Where the course leaves questions open"),
        _("Questions by chapter or lab, the most open ones first"),
        _gap_reading(places),
        Table(columns, rows),
        rows=tuple(_gap_row(one, most, several=several) for one in places),
        legend=(("not_found", _("Unanswered, unsure or passed on")), ("rest", _("Answered"))),
        note=_("A question counts at the page where it was asked, otherwise at the page that its answer cites first."),
    )


def place_name(place: PlaceGaps) -> str:
    return place.title or place.place_id or _("Not at a page")


def _gap_row(place: PlaceGaps, most: int, *, several: bool) -> Row:
    open_, rest = min(place.gaps, place.asked), max(place.asked - place.gaps, 0)
    pieces = [Piece("not_found", max(open_, place.gaps), str(place.gaps)), Piece("rest", rest, str(rest))]
    text = _("%(gaps)d of %(asked)d") % {"gaps": place.gaps, "asked": max(place.asked, place.gaps)}
    url = reverse("place", args=[place.course.slug, place.place_id]) if place.is_there else ""
    return Row(place_name(place), url, text, (parts(pieces, max(most, place.gaps)),), note=place.course.title if several else "")


def _gap_reading(places: tuple[PlaceGaps, ...]) -> str:
    if not places:
        return _("No question was left open in this time.")
    first = places[0]
    words = {"place": place_name(first), "gaps": first.gaps, "asked": max(first.asked, first.gaps)}
    return _("Most are left open at “%(place)s”: %(gaps)d of %(asked)d questions.") % words


def _confidence_reading(found: Insights) -> str:
    now, before = found.now, found.before
    if now.confidence is None:
        return _("Nothing was asked in this time.")
    said = _("The coach was %(share)s sure on average") % {"share": percent(now.confidence)}
    then = share_versus(now.confidence, before.confidence, found.period.before_name, is_enough=before.asked >= ENOUGH)
    return f"{said} ({then})." if then else f"{said}."


def _confidence_table(found: Insights) -> Table:
    columns = (_first(found), Column("asked", _("Questions")), Column("average", _("Average, %")))
    slots = tuple(Column(f"from_{10 * n}", f"{10 * n}–{10 * n + 10} %") for n in range(10))
    rows = tuple(
        (day, point.asked, tenths(point.confidence), *(point.confidences or [0] * 10))
        for day, point in zip(found.period.dates, found.points, strict=True)
    )
    return Table(columns + slots, rows)


def _escalation_reading(found: Insights) -> str:
    now, before = found.now, found.before
    if not now.asked:
        return _("Nothing was asked in this time.")
    said = ngettext(
        "%(n)d of %(asked)d questions went to a trainer", "%(n)d of %(asked)d questions went to a trainer", now.escalated
    ) % {"n": now.escalated, "asked": max(now.asked, now.escalated)}
    then = share_versus(now.escalation_rate, before.escalation_rate, found.period.before_name, is_enough=before.asked >= ENOUGH)
    share = percent(now.escalation_rate)
    return f"{said}: {share}, {then}." if then else f"{said}: {share}."


def _rating_reading(found: Insights) -> str:
    now = found.now
    if not now.rated:
        return _("Nobody has rated an answer in this time.")
    words = {"n": now.helpful, "rated": now.rated}
    said = ngettext("%(n)d of %(rated)d ratings says helpful", "%(n)d of %(rated)d ratings say helpful", now.helpful) % words
    if now.rated < ENOUGH:
        return _("%(said)s. Too few to tell a share.") % {"said": said}
    low, high = wilson(now.helpful, now.rated)
    return _("%(said)s: between %(low)s and %(high)s, allowing for chance.") % {
        "said": said, "low": percent(low), "high": percent(high),
    }  # fmt: skip


def _first(found: Insights) -> Column:
    return Column("day", _("Day")) if found.period.span == "day" else Column("week", _("Week from"))


def _timeline(found: Insights, stacks: list[list[Piece]]) -> Plot:
    top = top_of([sum(piece.value for piece in stack) for stack in stacks])
    labels = ticks([day_of(day) for day in found.period.dates])
    return Plot("", number_format(top, 0), number_format(top / 2, 0), labels, bars(stacks, top))
