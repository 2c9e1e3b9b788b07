"""Pages of study plans. Each is its learner's alone; a plan of somebody else is a 404."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.door import behind_door
from accounts.models import User
from accounts.requests import PersonRequest
from accounts.zones import zone_of
from planning.models import StudyPlan, Subject
from planning.study import calendar_feed, keeping
from planning.study.forms import PlanForm, initial_of
from planning.study.keeping import GRADES, NotPossible
from planning.study.making import PlanExists, change, make
from planning.study.showing import PlanPage
from planning.study.syllabus import topics_of
from planning.study.wishing import PlanRefused

CLOSED_SHOWN = 20


@require_safe
@behind_door
def plans(request: PersonRequest) -> HttpResponse:
    """The learner's plans, and the address of their calendar."""
    return render(request, "study/plans.html", shelf(request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@behind_door
def new(request: PersonRequest) -> HttpResponse:
    """A new plan: first the subject, when there are several, then the rest."""
    subjects = list(Subject.objects.open())
    code = request.GET.get("subject", "")
    subject = next((each for each in subjects if each.code == code), subjects[0] if len(subjects) == 1 and not code else None)
    if subject is None:
        if code:
            raise Http404(code)
        return render(request, "study/choose.html", {"subjects": subjects, "area": "plan"})
    there = StudyPlan.objects.active().filter(student=request.user, subject=subject).first()
    form = PlanForm(request.POST or None, topics=topics_of(subject))
    if there is None and request.method == "POST" and form.is_valid():
        try:
            plan = make(
                learner=request.user, subject=subject, wanted=form.wanted, today=timezone.localdate(), zone=zone_of(request.user)
            )
            return redirect("plan", plan.pk)
        except PlanExists as exists:
            there = exists.plan
        except PlanRefused as refusal:
            form.add_problems(refusal.problems)
    status = 409 if there and request.method == "POST" else 422 if form.errors else 200
    shown = {"form": form, "subject": subject, "there": there, "area": "plan", "parts": _parts(form)}
    return render(request, "study/new.html", shown, status=status)


@require_safe
@behind_door
def plan(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    """What to do now."""
    page = _page(request, plan_id)
    return render(request, "study/today.html", _shown(page) | {"grades": GRADES, "view": "today"})


@require_safe
@behind_door
def week(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    """Seven days; `?from=` names one of them."""
    page = _page(request, plan_id)
    days = page.week(_asked_day(request, "from", page))
    return render(
        request, "study/week.html", _shown(page) | {"days": days, "view": "week"} | _around(days[0].date, days[-1].date, page)
    )


@require_safe
@behind_door
def month(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    """A month; `?month=2026-11` names it."""
    page = _page(request, plan_id)
    first = _asked_day(request, "month", page).replace(day=1)
    weeks = page.month(first)
    last = max(day.date for days in weeks for day in days if day.date.month == first.month)
    return render(
        request, "study/month.html", _shown(page) | {"weeks": weeks, "first": first, "view": "month"} | _around(first, last, page)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@behind_door
def edit(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    """Other wishes for a plan; what is to come is planned anew."""
    page = _page(request, plan_id)
    if not page.plan.is_active:
        raise Http404(str(plan_id))
    form = PlanForm(request.POST or None, initial=initial_of(page.plan), topics=list(page.topics.values()))
    if request.method == "POST" and form.is_valid():
        try:
            change(study_plan=page.plan, wanted=form.wanted, today=page.today)
            messages.success(request, _("The days to come were planned anew. What you did stays."))
            return redirect("plan", plan_id)
        except PlanRefused as refusal:
            form.add_problems(refusal.problems)
    shown = _shown(page) | {"form": form, "parts": _parts(form)}
    return render(request, "study/edit.html", shown, status=422 if form.errors else 200)


@require_POST
@behind_door
def grade(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    """How well a topic was known, in one of six words."""
    found, value = own_plan(request.user, plan_id), request.POST.get("grade", "")
    number = int(value) if value in {"0", "1", "2", "3", "4", "5"} else -1
    topic = request.POST.get("topic", "")
    _try(request, lambda: keeping.grade(study_plan=found, topic=topic, value=number, today=_today(request.user, found)))
    return redirect(f"{reverse('plan', args=[plan_id])}#today")


@require_POST
@behind_door
def finish(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    found = own_plan(request.user, plan_id)
    _try(request, lambda: keeping.finish_day(study_plan=found, today=_today(request.user, found)))
    return redirect("plan", plan_id)


@require_POST
@behind_door
def replan(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    found = own_plan(request.user, plan_id)
    if _try(request, lambda: keeping.replan(study_plan=found, today=_today(request.user, found))):
        messages.success(request, _("The days to come were planned anew. What you did stays."))
    return redirect("plan", plan_id)


@require_POST
@behind_door
def abandon(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    found = own_plan(request.user, plan_id)
    if _try(request, lambda: keeping.abandon(found)):
        messages.success(request, _("The plan is closed. What you graded is kept, and a new plan begins with it."))
    return redirect("plans")


@require_POST
@behind_door
def complete(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    found = own_plan(request.user, plan_id)
    if _try(request, lambda: keeping.complete(found)):
        messages.success(request, _("The plan is completed. Well done."))
    return redirect("plans")


def shelf(person: User) -> dict[str, Any]:
    """What the page of all plans shows."""
    mine = StudyPlan.objects.filter(student=person).light()
    today = timezone.localdate()
    return {
        "active": [(each, each.days_left(today)) for each in mine.active().order_by("exam_date")],
        "closed": list(mine.exclude(status=StudyPlan.Status.ACTIVE).order_by("-pk")[:CLOSED_SHOWN]),
        "has_subjects": Subject.objects.open().exists(),
        "feed": calendar_feed.of(person),
        "area": "plan",
    }


def own_plan(person: User, plan_id: UUID) -> StudyPlan:
    """The person's own plan; an admin does not read along here. Raises Http404."""
    return get_object_or_404(StudyPlan.objects.select_related("subject__course"), pk=plan_id, student=person)


def _page(request: PersonRequest, plan_id: UUID) -> PlanPage:
    """The plan, caught up with the calendar."""
    found = own_plan(request.user, plan_id)
    today = _today(request.user, found)
    caught = keeping.catch_up(found, today)
    caught.subject = found.subject
    return PlanPage(caught, today)


def _today(person: User, found: StudyPlan) -> date:
    keeping.see_zone(found, zone_of(person))
    return keeping.today_of(found, timezone.now())


def _shown(page: PlanPage) -> dict[str, Any]:
    return {"page": page, "plan": page.plan, "course": page.plan.subject.course, "today": page.today, "area": "plan"}


def _try(request: PersonRequest, deed: Any) -> bool:
    try:
        deed()
    except NotPossible as refusal:
        messages.error(request, refusal.message)
        return False
    return True


def _asked_day(request: PersonRequest, name: str, page: PlanPage) -> date:
    """The day in the address, moved into the plan when it is outside; today when there is none."""
    text = request.GET.get(name, "")
    try:
        day = date.fromisoformat(text if name == "from" else f"{text}-01") if text else page.today
    except ValueError:
        raise Http404(text) from None
    return min(max(day, page.plan.started_on), page.plan.exam_date)


def _around(first: date, last: date, page: PlanPage) -> dict[str, Any]:
    """The days before and after what is shown, where the plan reaches there."""
    before = date.fromordinal(first.toordinal() - 1) if first > page.plan.started_on else None
    after = date.fromordinal(last.toordinal() + 1) if last < page.plan.exam_date else None
    return {"before": before, "after": after}


def _parts(form: PlanForm) -> Any:
    return list(form["known"].subwidgets)
