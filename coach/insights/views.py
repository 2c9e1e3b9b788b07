"""Pages of the dashboard. Trainers see their courses, admins all of them; for everybody else there is nothing here."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from ai.charts.spreadsheet import written
from coach.desk.views import at_desk
from coach.insights.page import Dashboard, dashboard, periods
from coach.insights.periods import file_name


@require_safe
@at_desk
def insights(request: PersonRequest) -> HttpResponse:
    """The whole dashboard."""
    shown = _dashboard(request)
    choice = {"course": shown.chosen.slug if shown.chosen else "", "period": shown.period.key}
    return render(
        request,
        "insights/insights.html",
        {
            "area": "desk",
            "shown": shown,
            "tiles": shown.tiles(),
            "charts": shown.charts(),
            "periods": periods(shown.period),
            "choice": choice,
            "query": f"?{urlencode(choice)}",
        },
    )


@require_safe
@at_desk
def table(request: PersonRequest, key: str) -> HttpResponse:
    """The table behind one chart, as CSV."""
    shown = _dashboard(request)
    response = HttpResponse(written(shown.chart(key).table), content_type="text/csv; charset=utf-8")
    name = file_name(key, shown.chosen.slug if shown.chosen else "", shown.period)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _dashboard(request: PersonRequest) -> Dashboard:
    course = request.GET.get("course", "").replace("\x00", "")[:100]
    return dashboard(request.user, course=course, period=request.GET.get("period", ""), now=timezone.now())
