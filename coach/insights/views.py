"""Pages of the dashboard. Trainers see their courses, admins all of them; for everybody else there is nothing here."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import PersonRequest
from ai.charts.spreadsheet import written
from coach import calibrating
from coach.desk.views import at_desk
from coach.insights.page import Dashboard, dashboard, periods
from coach.insights.periods import file_name
from courses.models import Course


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
            "one_in": round(1 / shown.chosen.wanted_error) if shown.chosen else 0,
            "choice": choice,
            "query": f"?{urlencode(choice)}",
        },
    )


@require_POST
@at_desk
def wanted_error(request: PersonRequest, slug: str) -> HttpResponse:
    """Let at most one in so many wrong answers through."""
    course = get_object_or_404(Course.objects.run_by(request.user), slug=slug)
    try:
        calibrating.want_error(course, one_in=request.POST.get("one_in", ""))
    except calibrating.WishRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('insights')}?course={course.slug}#reliability")


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
