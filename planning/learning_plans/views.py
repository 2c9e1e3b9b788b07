"""Pages of learning plans: making one, its days, and what one may do to it and to its steps. All of it works without script."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.door import behind_door
from accounts.requests import PersonRequest
from planning.concepts.refusing import Refused
from planning.concepts.seeing import own_concepts
from planning.learning_plan_models import LearningPlan, LearningPlanStep
from planning.learning_plans import adapting, doing, making
from planning.learning_plans.forms import PlanForm
from planning.learning_plans.showing import page_of

AREA = {"area": "concepts"}


@require_http_methods(["GET", "HEAD", "POST"])
@behind_door
def new(request: PersonRequest) -> HttpResponse:
    return _edited(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@behind_door
def change(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    return _edited(request, doing.own_plan(request.user, plan_id))


@require_safe
@behind_door
def plan(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    """The plan as it stands today: opening it makes it keep up."""
    found = adapting.keep_up(doing.own_plan(request.user, plan_id), timezone.now())
    return _page(request, found)


@require_POST
@behind_door
def step_done(request: PersonRequest, step_id: UUID) -> HttpResponse:
    step = doing.own_step(request.user, step_id)
    done = request.POST.get("done") != "no"
    return _deed(
        request, step.plan, lambda: doing.set_done(step=step, learner=request.user, done=done, now=timezone.now()), step=step
    )


@require_POST
@behind_door
def step_move(request: PersonRequest, step_id: UUID) -> HttpResponse:
    step = doing.own_step(request.user, step_id)
    day = _date(request.POST.get("day", ""))

    def deed() -> None:
        if day is None:
            raise Refused("day", _("Choose a day."))
        doing.move(step=step, day=day, now=timezone.now())

    return _deed(request, step.plan, deed, step=step)


@require_POST
@behind_door
def replan(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    found = doing.own_plan(request.user, plan_id)
    return _deed(request, found, lambda: doing.replan(found, timezone.now()))


@require_POST
@behind_door
def set_state(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    """`to`: paused, active, or abandoned; an abandoned plan comes back for a day."""
    found = doing.own_plan(request.user, plan_id)
    wanted = request.POST.get("to", "")
    return _deed(request, found, lambda: doing.go_to(found, wanted, timezone.now()))


def _deed(
    request: PersonRequest, found: LearningPlan, deed: Callable[[], None], *, step: LearningPlanStep | None = None
) -> HttpResponse:
    """Do it and show the plan; what is refused stands in words at the head of it."""
    try:
        deed()
    except Refused as refusal:
        found.refresh_from_db()
        return _page(request, found, status=422, problem=refusal.message, problem_at=step.pk if step else None)
    if request.htmx:
        found.refresh_from_db()
        return _page(request, found, moved=step.pk if step else None)
    return redirect(f"{reverse('learning-plan', args=[found.pk])}{f'#step-{step.pk}' if step else ''}")


def _page(request: PersonRequest, found: LearningPlan, *, status: int = 200, **extra: Any) -> HttpResponse:
    template = "concepts/_plan.html" if request.htmx else "concepts/plan.html"
    return render(request, template, AREA | {"page": page_of(found, timezone.now()), "plan": found} | extra, status=status)


def _edited(request: PersonRequest, found: LearningPlan | None) -> HttpResponse:
    if found and not found.is_open:
        messages.error(request, _("A plan that has ended is not changed any more."))
        return redirect("learning-plan", found.pk)
    form = PlanForm(request.POST if request.method == "POST" else None, learner=request.user, plan=found)
    if request.method == "POST" and form.is_valid():
        saved = _saved(request, form, found)
        if saved:
            return redirect("learning-plan", saved.pk)
    context = AREA | {"form": form, "plan": found, "has_concepts": own_concepts(request.user).exists()}
    return render(request, "concepts/plan_edit.html", context, status=422 if request.method == "POST" else 200)


def _saved(request: PersonRequest, form: PlanForm, found: LearningPlan | None) -> LearningPlan | None:
    now = timezone.now()
    try:
        wish = form.wish()
        return making.change(plan=found, wish=wish, now=now) if found else making.make(learner=request.user, wish=wish, now=now)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return None


def _date(text: str) -> Any:
    try:
        return parse_date(text[:20])
    except ValueError:
        return None
