"""What a learner may do about a question that is with the trainer: see the reply, say whether it settled it, take it back."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.door import behind_door
from accounts.requests import PersonRequest
from coach import escalating, settling
from coach.seeing import see
from coach.showing import shown
from coach.views import own_query, refused, turn_page


@require_safe
@behind_door
def passed(request: PersonRequest, query_id: UUID) -> HttpResponse:
    """Where the question stands now: what a waiting turn asks for by itself."""
    query = own_query(request, query_id)
    return render(request, "coach/_passed.html", {"turn": shown(query, slug=query.course.slug)})


@require_POST
@behind_door
def settled(request: PersonRequest, query_id: UUID) -> HttpResponse:
    """Yes: settled. No: back to the desk, with what is missing."""
    query = own_query(request, query_id)
    try:
        if request.POST.get("settled") == "yes":
            settling.say_settled(query=query)
        else:
            settling.say_unsettled(query=query, note=request.POST.get("note", ""))
    except escalating.EscalationRefused as refusal:
        return refused(request, query.course, refusal.message)
    return turn_page(request, query_id)


@require_POST
@behind_door
def withdraw(request: PersonRequest, query_id: UUID) -> HttpResponse:
    query = own_query(request, query_id)
    try:
        escalating.withdraw(query=query)
    except escalating.EscalationRefused as refusal:
        return refused(request, query.course, refusal.message)
    return turn_page(request, query_id)


@require_POST
@behind_door
def seen(request: PersonRequest, query_id: UUID) -> HttpResponse:
    """A reply came into view."""
    see(own_query(request, query_id))
    return HttpResponse(status=204)
