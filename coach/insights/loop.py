"""Charts of the loop: how long people wait, what the coach learns, and whether it helps."""

from collections.abc import Sequence

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ai.charts.drawing import Interval, Piece, Plot, Row, bars, fixed, line, parts, ticks, top_of
from ai.charts.shapes import Chart, Column, Table
from ai.variants.intervals import wilson
from coach.insights.effects import Effect, effects
from coach.insights.figures import Insights, Variant
from coach.insights.measures import quantile, slot_start
from coach.insights.shapes import DAY, ENOUGH, HOUR, MINUTE, day_of, duration, hours, percent, tenths

WITHIN = (
    (15 * MINUTE, gettext_lazy("15 min")),
    (HOUR, gettext_lazy("1 h")),
    (4 * HOUR, gettext_lazy("4 h")),
    (DAY, gettext_lazy("1 day")),
    (3 * DAY, gettext_lazy("3 days")),
    (7 * DAY, gettext_lazy("1 week")),
    (float("inf"), gettext_lazy("longer")),
)


def reply_times(found: Insights) -> Chart:
    """From the question's arrival at the desk to the first reply."""
    return _times(
        found,
        key="reply-times",
        title=_("Time to a trainer's reply"),
        unit=_("First replies, by the time since the question came to the desk"),
        counts=found.now.reply_times,
        before=found.before.reply_times,
        series="plain",
        none=_("No trainer has replied in this time."),
        said=_("Half of the %(n)d first replies came within %(median)s, nine of ten within %(most)s."),
    )


def live_times(found: Insights) -> Chart:
    """From the question to the verified answer that others get."""
    return _times(
        found,
        key="live-times",
        title=_("Time to knowledge"),
        unit=_("Answers that went live, by the time since their question was asked"),
        counts=found.now.live_times,
        before=found.before.live_times,
        series="verified",
        none=_("No trainer's answer has gone live in this time."),
        said=_("Half of the %(n)d answers were live within %(median)s of the question, nine of ten within %(most)s."),
    )


def corrections(found: Insights) -> Chart:
    """How often the same was asked before a correction and after it."""
    judged = effects(found.corrections, found.period.today)
    most = max((rate for one in judged for rate in (one.rate_before, one.rate_after) if rate), default=0.0)
    columns = (
        Column("question", _("Question")), Column("course", _("Course")), Column("live_since", _("Live since")),
        Column("before", _("Asked before")), Column("weeks_before", _("Weeks before")),
        Column("before_not_found", _("Of these without an answer")), Column("after", _("Asked after")),
        Column("weeks_after", _("Weeks after")), Column("after_not_found", _("Of these without an answer")),
        Column("after_verified", _("Of these answered from a verified answer")), Column("verdict", _("What it says")),
    )  # fmt: skip
    rows = tuple(
        (
            one.of.question, one.of.course.title, one.of.live_at.date(),
            one.of.before_asked, one.weeks_before, one.of.before_not_found,
            one.of.after_asked, one.weeks_after, one.of.after_not_found, one.of.after_verified, one.verdict,
        )
        for one in judged
    )  # fmt: skip
    return Chart(
        "corrections",
        _("The same question, before and after a correction"),
        _("Questions near in meaning, per week"),
        _correction_reading(judged),
        Table(columns, rows),
        rows=tuple(_effect_row(one, most) for one in judged),
        legend=(("rest", _("Before")), ("verified", _("After"))),
        note=_(
            "Up to eight weeks on each side. Near in meaning is a measure of the search's model; it is the same on both sides."
        ),
        is_wide=True,
    )


def variants(found: Insights) -> Chart:
    """Versions of the prompt beside each other."""
    columns = (
        Column("variant", _("Version of the prompt")), Column("asked", _("Questions")), Column("rated", _("Ratings")),
        Column("helpful", _("Helpful, %")), Column("helpful_low", _("from, %")), Column("helpful_high", _("to, %")),
        Column("escalated", _("To a trainer, %")), Column("escalated_low", _("from, %")), Column("escalated_high", _("to, %")),
    )  # fmt: skip
    rows = tuple(
        (_variant_name(one), one.asked, one.rated, *_with_range(one.helpful, one.rated), *_with_range(one.escalated, one.asked))
        for one in found.variants
    )
    known = [one for one in found.variants if one.asked]
    drawn = (
        (_("Rated helpful"), tuple(_interval(one, one.helpful, one.rated) for one in known)),
        (_("Went to a trainer"), tuple(_interval(one, one.escalated, one.asked) for one in known)),
    )
    return Chart(
        "variants",
        _("Versions of the prompt, compared"),
        _("Share in per cent, with the range that chance allows (95 %, Wilson)"),
        _variant_reading(found.variants),
        Table(columns, rows),
        intervals=drawn if known else (),
        is_wide=True,
    )


def queue(found: Insights) -> Chart:
    """What came into the learning queue, and what became of it."""
    series = (("made", _("Came in"), "rest"), ("approved", _("Approved"), "plain"), ("applied", _("Live"), "verified"))
    dates, points, now = found.period.dates, found.points, found.now
    top = top_of([getattr(point, name) for point in points for name, _title, _series in series])
    drawn = tuple(line([getattr(point, name) for point in points], top, look) for name, _title, look in series)
    plot = Plot("", number_format(top, 0), number_format(top / 2, 0), ticks([day_of(day) for day in dates]), lines=drawn)
    names = (*(Column(name, title) for name, title, _look in series), Column("rejected", _("Rejected")))
    first = Column("day", _("Day")) if found.period.span == "day" else Column("week", _("Week from"))
    rows = tuple(
        (day, point.made, point.approved, point.applied, point.rejected) for day, point in zip(dates, points, strict=True)
    )
    words = {"made": now.made, "approved": now.approved, "applied": now.applied, "rejected": now.rejected}
    is_drawn = any(words.values())
    said = _("%(made)d came in, %(approved)d were approved, %(applied)d went live, %(rejected)d were rejected.") % words
    return Chart(
        "queue",
        _("The learning queue"),
        _("Items per day") if found.period.span == "day" else _("Items per week"),
        said if is_drawn else _("Nothing has come in, and nothing was decided in this time."),
        Table((first, *names), rows),
        (plot,) if is_drawn else (),
        legend=tuple((look, title) for _name, title, look in series),
        note=_("What was taken back no longer counts."),
    )


def _times(
    found: Insights, *, key: str, title: str, unit: str, counts: list[int], before: list[int], series: str, none: str, said: str
) -> Chart:
    classes = _classes(counts)
    earlier: list[int] | list[None] = _classes(before) if before else [None] * len(WITHIN)
    names = [str(name) for _limit, name in WITHIN]
    top = top_of(classes)
    stacks = [[Piece(series, count, f"{name}: {count}")] for name, count in zip(names, classes, strict=True)]
    plot = Plot(
        _("done within"), number_format(top, 0), number_format(top / 2, 0), ticks(names, most=len(names)), bars(stacks, top)
    )
    total, median, most = sum(counts), quantile(counts, 0.5), quantile(counts, 0.9)
    words = {"n": total, "median": duration(median), "most": duration(most)}
    reading = none if not total else _few(words) if total < 3 else said % words
    columns = (
        Column("within", _("Within")),
        Column("count", _("Number")),
        Column("before", found.period.before_name.capitalize()),
    )
    rows = [*zip(names, classes, earlier, strict=True)]
    medians: tuple[tuple[str, float | None, float | None], ...] = (
        (_("Median, hours"), hours(median), hours(quantile(before, 0.5))),
        (_("Nine of ten, hours"), hours(most), hours(quantile(before, 0.9))),
    )
    return Chart(key, title, unit, reading, Table(columns, (*rows, *medians)), (plot,) if total else ())


def _few(words: dict[str, object]) -> str:
    return (
        ngettext("There is only %(n)d so far: within %(median)s.", "There are only %(n)d so far.", int(str(words["n"]))) % words
    )


def _classes(counts: Sequence[int]) -> list[int]:
    """The counted times in the classes of WITHIN; a slot belongs to the class of its middle."""
    found = [0] * len(WITHIN)
    for slot, count in enumerate(counts):
        middle = (slot_start(slot) + slot_start(slot + 1)) / 2
        found[next(n for n, (limit, _name) in enumerate(WITHIN) if middle < limit)] += count
    return found


def _effect_row(one: Effect, most: float) -> Row:
    before = parts([Piece("rest", one.rate_before or 0.0, one.before_words)], most)
    after = parts([Piece("verified", one.rate_after or 0.0, one.after_words)], most)
    live = date_format(one.of.live_at.date(), "j M Y")
    note = _("%(verdict)s · live since %(date)s") % {"verdict": one.verdict, "date": live}
    text = f"{one.before_words} → {one.after_words}"
    return Row(one.of.question, "", text, (before, after), note=note)


def _correction_reading(judged: Sequence[Effect]) -> str:
    if not judged:
        return _("No trainer's answer is live yet.")
    told = [one for one in judged if one.is_told]
    fewer = sum(one.is_fewer for one in told)
    after = {"asked": sum(one.of.after_asked for one in judged), "verified": sum(one.of.after_verified for one in judged)}
    found = _("Asked %(asked)d times since; %(verified)d of these were answered from a verified answer.") % after
    if not told:
        return _("Too early to say of any of the %(n)d corrections.") % {"n": len(judged)} + " " + found
    words = {"fewer": fewer, "told": len(told)}
    said = ngettext(
        "Of %(told)d correction with enough to go by, %(fewer)d is asked less since.",
        "Of %(told)d corrections with enough to go by, %(fewer)d are asked less since.",
        len(told),
    )
    return said % words + " " + found


def _variant_name(one: Variant) -> str:
    return one.name or _("no prompt")


def _with_range(hits: int, of: int) -> tuple[float | None, float | None, float | None]:
    if not of:
        return None, None, None
    low, high = wilson(min(hits, of), of)
    return tenths(min(hits, of) / of), tenths(low), tenths(high)


def _interval(one: Variant, hits: int, of: int) -> Interval:
    low, high = wilson(min(hits, of), of)
    share = min(hits, of) / of if of else None
    text = _("%(share)s of %(of)d") % {"share": percent(share), "of": of} if of >= ENOUGH else _few_words(hits, of)
    at = fixed(100 * (share or 0.0))
    return Interval(_variant_name(one), text, fixed(100 * low), fixed(100 * high), at, of > 0)


def _few_words(hits: int, of: int) -> str:
    return _("%(hits)d of %(of)d: not enough data yet") % {"hits": hits, "of": of}


def _variant_reading(found: tuple[Variant, ...]) -> str:
    if len(found) < 2:
        return _("There is one version of the prompt in this time: nothing to compare.") if found else _("Nothing was asked.")
    enough = [one for one in found if one.rated >= ENOUGH]
    if len(enough) < 2:
        return _("Not enough data yet: a comparison takes %(n)d ratings of each version.") % {"n": ENOUGH}
    ranked = sorted(enough, key=lambda one: -one.helpful / one.rated)
    best, next_ = ranked[0], ranked[1]
    if wilson(best.helpful, best.rated)[0] > wilson(next_.helpful, next_.rated)[1]:
        return _("“%(name)s” is rated better than the others, beyond chance.") % {"name": _variant_name(best)}
    return _("No difference that chance could not make: the ranges overlap.")
