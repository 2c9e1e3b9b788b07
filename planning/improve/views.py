"""Pages of improvement plans: all of them, one, and ticking an action. Each is its learner's alone."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.door import behind_door
from accounts.models import User
from accounts.requests import PersonRequest
from planning.improve.making import tick as tick_action
from planning.improve.showing import ImprovementPage
from planning.models import ImprovementPlan

SHOWN = 50


@require_safe
@behind_door
def improvements(request: PersonRequest) -> HttpResponse:
    mine = ImprovementPlan.objects.filter(student=request.user).select_related("subject").order_by("-pk")[:SHOWN]
    return render(request, "improve/list.html", {"plans": list(mine), "area": "plan"})


@require_safe
@behind_door
def improvement(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    page = ImprovementPage(own_improvement(request.user, plan_id), timezone.localdate())
    return render(
        request, "improve/plan.html", {"page": page, "plan": page.plan, "course": page.plan.subject.course, "area": "plan"}
    )


@require_POST
@behind_door
def tick(request: PersonRequest, plan_id: UUID) -> HttpResponse:
    """Tick an action with a note, or take the tick back."""
    plan = own_improvement(request.user, plan_id)
    action_id = request.POST.get("action", "")
    done, notes = request.POST.get("done") == "1", request.POST.get("notes", "").replace("\x00", "")
    if tick_action(plan=plan, action_id=action_id, is_done=done, notes=notes, now=timezone.now()) is None:
        raise Http404(action_id)
    return redirect(f"{reverse('improvement', args=[plan_id])}#{action_id}")


def own_improvement(person: User, plan_id: UUID) -> ImprovementPlan:
    """The person's own plan. Raises Http404."""
    return get_object_or_404(ImprovementPlan.objects.select_related("subject__course"), pk=plan_id, student=person)
