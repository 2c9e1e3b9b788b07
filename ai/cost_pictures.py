"""What models cost, as charts: by day, course, feature and model, who is slow and who fails; with the table behind each."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.charts.drawing import Piece, Plot, Row, bars, fine_top_of, parts, ticks
from ai.charts.shapes import Cell, Chart, Column, Table
from ai.costs import Line

MOST_ROWS = 10  # drawn; the table has all
MOST_SHOWN = 5  # of the slow and of the failing
NOTHING = Line("", 0, 0, Decimal(0), 0, 0, None, None, None)


def by_day(lines: Sequence[Line], today: date, days: int) -> Chart:
    """A bar for each day, also for those without a request."""
    found = {line.name: line for line in lines}
    dates = [today - timedelta(days=back) for back in range(days, -1, -1)]
    costs = [float(found.get(day.isoformat(), NOTHING).cost) for day in dates]
    top = fine_top_of(costs)
    stacks = [
        [Piece("plain", cost, f"{date_format(day, 'j M')}: {_dollars(cost)}")] for day, cost in zip(dates, costs, strict=True)
    ]
    labels = ticks([date_format(day, "j M") for day in dates])
    plot = Plot("", _dollars(top), _dollars(top / 2), labels, bars(stacks, top))
    dearest = max(lines, key=lambda line: line.cost, default=NOTHING)
    said = _("%(cost)s in all; most on %(day)s: %(most)s.")
    words = {"cost": _dollars(sum(costs)), "most": _dollars(dearest.cost)}
    reading = said % {**words, "day": _day(dearest.name)} if dearest.cost else _nothing(lines)
    return Chart(
        "day",
        _("By day"),
        _("US dollars a day (UTC)"),
        reading,
        _table(_("Day (UTC)"), lines),
        (plot,) if lines else (),
        is_wide=True,
    )


def by_name(key: str, title: str, head: str, lines: Sequence[Line]) -> Chart:
    """A lying bar for each course, feature or model, what cost most first."""
    most, total = max((float(line.cost) for line in lines), default=0.0), sum(float(line.cost) for line in lines)
    rows = tuple(_row(line, float(line.cost), most, _cost(line), _counted(line)) for line in lines[:MOST_ROWS])
    first = next(iter(lines), NOTHING)
    said = _("%(name)s cost most: %(cost)s, %(share)s %% of all.")
    reading = said % {
        "name": first.name or _("No course"),
        "cost": _dollars(first.cost),
        "share": number_format(100 * float(first.cost) / total, 0) if total else "0",
    }
    return Chart(key, title, _("US dollars"), reading if first.cost else _nothing(lines), _table(head, lines), rows=rows)


def slowest(lines: Sequence[Line]) -> Chart:
    """The models whose first word comes latest."""
    known = sorted((line for line in lines if line.first_p95), key=lambda line: -(line.first_p95 or 0))
    most = max((line.first_p95 or 0.0 for line in known), default=0.0)
    rows = tuple(_row(line, line.first_p95 or 0, most, _ms(line.first_p95), _halfway(line)) for line in known[:MOST_SHOWN])
    reading = _("Nothing was answered in this time.")
    if known:
        reading = _("%(name)s is slowest: 95 of 100 first words come within %(ms)s.") % {
            "name": known[0].name,
            "ms": _ms(known[0].first_p95),
        }
    columns = (
        _("Provider and model"),
        _("Requests"),
        _("First word, 50 %, ms"),
        _("First word, 95 %, ms"),
        _("Whole answer, 95 %, ms"),
    )
    cells = tuple(
        (line.name, line.requests, _whole(line.first_p50), _whole(line.first_p95), _whole(line.whole_p95)) for line in known
    )
    return Chart("slowest", _("Slowest to begin"), _("ms to the first word, 95 %"), reading, _named(columns, cells), rows=rows)


def failing(lines: Sequence[Line], reasons: Callable[[str], str]) -> Chart:
    """The models that fail most; `reasons` says why, by the name of a line."""
    known = sorted((line for line in lines if line.failed), key=lambda line: -line.failed_percent)
    rows = tuple(
        _row(line, line.failed_percent, 100.0, _share(line), reasons(line.name), "escalated") for line in known[:MOST_SHOWN]
    )
    reading = _("No try failed in this time.")
    if known:
        reading = _("%(name)s fails most: %(failed)s of %(requests)s tries.") % {
            "name": known[0].name,
            "failed": number_format(known[0].failed, force_grouping=True),
            "requests": number_format(known[0].requests, force_grouping=True),
        }
    columns = (_("Provider and model"), _("Requests"), _("Failed"), _("Failed, %"), _("Why"))
    cells = tuple((line.name, line.requests, line.failed, round(line.failed_percent, 1), reasons(line.name)) for line in known)
    return Chart("failing", _("Failing most"), _("Failed tries, per cent"), reading, _named(columns, cells), rows=rows)


def _row(line: Line, value: float, most: float, text: str, note: str, series: str = "plain") -> Row:
    name = line.name or _("No course")
    return Row(name, "", text, (parts([Piece(series, value, f"{name}: {text}")], most),), note=note)


def _table(head: str, lines: Sequence[Line]) -> Table:
    columns = (
        head, _("Cost, US dollars"), _("Requests of unknown price"), _("Requests"), _("Failed"), _("Tokens"),
        _("First word, 50 %, ms"), _("First word, 95 %, ms"), _("Whole answer, 95 %, ms"),
    )  # fmt: skip
    return _named(columns, tuple(tuple(_cells(line)) for line in lines))


def _cells(line: Line) -> Iterator[Cell]:
    yield line.name or _("No course")
    yield None if line.known_cost is None else number_format(line.known_cost, 4, force_grouping=True)
    yield from (line.unpriced, line.requests, line.failed, line.tokens)
    yield from (_whole(ms) for ms in (line.first_p50, line.first_p95, line.whole_p95))


def _named(columns: Sequence[str], rows: tuple[tuple[Cell, ...], ...]) -> Table:
    return Table(tuple(Column(f"c{number}", title) for number, title in enumerate(columns)), rows)


def _counted(line: Line) -> str:
    requests = ngettext("%(n)s request", "%(n)s requests", line.requests) % {
        "n": number_format(line.requests, force_grouping=True)
    }
    unknown = ngettext("%(n)s of unknown price", "%(n)s of unknown price", line.unpriced) % {"n": number_format(line.unpriced)}
    return f"{requests} · {unknown}" if line.unpriced else requests


def _halfway(line: Line) -> str:
    return _("half within %(ms)s") % {"ms": _ms(line.first_p50)}


def _nothing(lines: Sequence[Line]) -> str:
    return _("No known cost in this time.") if lines else _("No model was asked in this time.")


def _cost(line: Line) -> str:
    return _("unknown") if line.known_cost is None else _dollars(line.known_cost)


def _dollars(amount: float | Decimal) -> str:
    return f"${number_format(amount, 4 if float(amount) < 10 else 2, force_grouping=True)}"


def _ms(number: float | None) -> str:
    return "–" if number is None else _("%(n)s ms") % {"n": number_format(number, 0, force_grouping=True)}


def _share(line: Line) -> str:
    return _("%(n)s %%") % {"n": number_format(line.failed_percent, 1)}


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _day(name: str) -> str:
    return date_format(date.fromisoformat(name), "j M") if name else ""
