"""The page of costs in Django admin: figures for a period, as tables and as a spreadsheet."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ai import costs
from ai.costs import Line
from ai.providers.reasons import in_words

PERIODS = (1, 7, 30, 90)  # days
TABLES = ("day", "course", "feature", "model")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the page; `most` is the largest cost in it, for the bars."""

    by: str
    title: str
    head: str
    lines: list[Line]

    @property
    def most(self) -> float:
        return max((float(line.cost) for line in self.lines), default=0.0)


@require_safe
def costs_page(request: HttpRequest) -> HttpResponse:
    """Inside the site's wrapper, which lets admins in and keeps the door open."""
    days = _days(request)
    since = timezone.now() - timedelta(days=days)
    if by := request.GET.get("csv"):
        if by not in TABLES:
            raise Http404
        return spreadsheet(by, days, costs.lines(by, since))
    tables = [Table(by, *_words()[by], costs.lines(by, since)) for by in TABLES]
    models = tables[-1].lines
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("What models cost"),
        "days": days,
        "periods": PERIODS,
        "tables": tables,
        "total": sum(float(line.cost) for line in models),
        "requests": sum(line.requests for line in models),
        "unpriced": sum(line.unpriced for line in models),
        "failed": sum(line.failed for line in models),
        "slowest": sorted((line for line in models if line.first_p95), key=lambda line: -(line.first_p95 or 0))[:5],
        "failing": sorted((line for line in models if line.failed), key=lambda line: -line.failed_percent)[:5],
        "reasons": [(reason, in_words(reason.kind)) for reason in costs.reasons(since)],
    }
    return render(request, "admin/ai/costs.html", context)


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(days) for days in PERIODS} else 30


def _words() -> dict[str, tuple[str, str]]:
    """Title and first column of each table."""
    return {
        "day": (_("By day"), _("Day (UTC)")),
        "course": (_("By course"), _("Course")),
        "feature": (_("By feature"), _("Feature")),
        "model": (_("By model"), _("Provider and model")),
    }


def spreadsheet(by: str, days: int, lines: list[Line]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="costs-by-{by}-{days}-days.csv"'
    csv.writer(response).writerows(costs.cells(by, lines))
    return response
