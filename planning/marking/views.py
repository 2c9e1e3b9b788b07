"""Pages of marking: the queue and one answer for reviewers, a dispute and the news for learners. All work without script."""

import functools
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.door import behind_door
from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from planning.marking import disputing, reviewing, showing
from planning.marking.disputing import DisputeRefused
from planning.marking.reviewing import ReviewRefused
from planning.practice_models import AttemptedQuestion

P = ParamSpec("P")
MOST_CHOSEN = 100


def for_reviewers(view: Callable[Concatenate[PersonRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Behind the door, and a 404 for learners."""

    @behind_door
    @functools.wraps(view)
    def guarded(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.role not in reviewing.REVIEWERS:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@for_reviewers
def queue(request: PersonRequest) -> HttpResponse:
    """What waits for a person."""
    found, more = showing.tickets(request.user, uuid_or_none(request.GET.get("after", "")))
    context = {"area": "marking", "tickets": found, "more": more, "is_later_page": "after" in request.GET}
    return render(request, "marking/queue.html", context)


@require_safe
@for_reviewers
def case(request: PersonRequest, answer_id: UUID) -> HttpResponse:
    """One answer, its scheme, the proposed marks and the reasons side by side."""
    return _case(request, showing.reviewable(request.user, answer_id))


@require_POST
@for_reviewers
def claim(request: PersonRequest, answer_id: UUID) -> HttpResponse:
    """Hold it while one looks; 409 when somebody else does."""
    return HttpResponse(status=204 if reviewing.claim(showing.reviewable(request.user, answer_id), request.user) else 409)


@require_POST
@for_reviewers
def rule(request: PersonRequest, answer_id: UUID) -> HttpResponse:
    """Decide the marks, and go on to the next; to the same one when others are like it."""
    answer = showing.reviewable(request.user, answer_id)
    try:
        reviewing.rule(
            answer,
            _marks(request.POST.get("marks", "")),
            request.user,
            note=request.POST.get("note", "").replace("\x00", ""),
            seen=_marks(request.POST.get("seen", "")),
        )
    except ReviewRefused as refusal:
        return _case(request, answer, problem=refusal.message, status=409 if refusal.code in ("held", "changed") else 422)
    said = _("Decided: %(marks)d of %(most)d.") % {"marks": answer.marks_awarded or 0, "most": answer.maximum_marks}
    messages.success(request, said)
    following = None if reviewing.alike(answer) else showing.next_of(answer, request.user)
    return redirect("marking-case", following or answer.pk)


@require_POST
@for_reviewers
def alike(request: PersonRequest, answer_id: UUID) -> HttpResponse:
    """Give chosen answers like this one its marks."""
    answer = showing.reviewable(request.user, answer_id)
    chosen = [key for text in request.POST.getlist("answers")[:MOST_CHOSEN] if (key := uuid_or_none(text))]
    try:
        count = reviewing.rule_alike(answer, chosen, request.user)
    except ReviewRefused as refusal:
        return _case(request, answer, problem=refusal.message, status=409)
    messages.success(request, ngettext("%(n)d answer marked again.", "%(n)d answers marked again.", count) % {"n": count})
    return redirect("marking-case", showing.next_of(answer, request.user) or answer.pk)


@require_POST
@behind_door
def dispute(request: PersonRequest, answer_id: UUID) -> HttpResponse:
    """A learner does not agree with the marks of an own answer."""
    answer = disputing.own_answer(request.user, answer_id)
    try:
        disputing.dispute(answer, request.POST.get("reason", ""))
    except DisputeRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your trainer will look at these marks. You will find the outcome here."))
    return redirect(f"{reverse('practice-result', args=[answer.attempt_id])}#answer-{answer.pk}")


@require_POST
@behind_door
def seen(request: PersonRequest) -> HttpResponse:
    """The learner has seen what was decided."""
    disputing.see(request.user)
    return redirect("practice")


def _case(request: PersonRequest, answer: AttemptedQuestion, *, problem: str = "", status: int = 200) -> HttpResponse:
    written: dict[str, Any] = {"note": request.POST.get("note", ""), "problem": problem}
    context = {"area": "marking", "case": showing.case(answer, request.user), **written}
    return render(request, "marking/case.html", context, status=status)


def _marks(text: str) -> Decimal:
    """-1, which no question has, for what is no number."""
    text = text.strip()
    is_number = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) < 8
    return Decimal(text) if is_number else Decimal(-1)
