"""The page of costs in Django admin: figures for a period, as charts with their tables and as spreadsheets."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ai import cost_pictures, costs
from ai.charts.shapes import Chart
from ai.costs import Line
from ai.providers.reasons import in_words

PERIODS = (1, 7, 30, 90)  # days
TABLES = ("day", "course", "feature", "model")


@require_safe
def costs_page(request: HttpRequest) -> HttpResponse:
    """Inside the site's wrapper, which lets admins in and keeps the door open."""
    days = _days(request)
    since = timezone.now() - timedelta(days=days)
    if by := request.GET.get("csv"):
        if by not in TABLES:
            raise Http404
        return spreadsheet(by, days, costs.lines(by, since))
    lines = {by: costs.lines(by, since) for by in TABLES}
    models = lines["model"]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("What models cost"),
        "days": days,
        "periods": PERIODS,
        "charts": _charts(lines, days, since),
        "total": sum(float(line.cost) for line in models),
        "requests": sum(line.requests for line in models),
        "unpriced": sum(line.unpriced for line in models),
        "failed": sum(line.failed for line in models),
    }
    return render(request, "admin/ai/costs.html", context)


def _charts(lines: dict[str, list[Line]], days: int, since: datetime) -> list[tuple[Chart, str]]:
    """Each with the address of its CSV, where it has one."""
    made = [cost_pictures.by_day(lines["day"], datetime.now(UTC).date(), days)]
    made += [cost_pictures.by_name(by, *_words()[by], lines[by]) for by in TABLES if by != "day"]
    why: dict[str, list[str]] = {}
    for reason in costs.reasons(since):
        why.setdefault(reason.provider, []).append(f"{reason.times} × {in_words(reason.kind)}")
    last = [
        cost_pictures.slowest(lines["model"]),
        cost_pictures.failing(lines["model"], lambda name: " ".join(why.get(name.partition(" · ")[0], []))),
    ]
    return [(chart, f"?days={days}&csv={chart.key}") for chart in made] + [(chart, "") for chart in last]


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(days) for days in PERIODS} else 30


def _words() -> dict[str, tuple[str, str]]:
    """Title of each chart, and the first column of its table."""
    return {
        "course": (_("By course"), _("Course")),
        "feature": (_("By feature"), _("Feature")),
        "model": (_("By model"), _("Provider and model")),
    }


def spreadsheet(by: str, days: int, lines: list[Line]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="costs-by-{by}-{days}-days.csv"'
    csv.writer(response).writerows(costs.cells(by, lines))
    return response
