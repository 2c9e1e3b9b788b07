"""What the mentor remembers of a learner: to look at, to put right, to forget."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.door import behind_door
from accounts.ids import uuid_or_none
from accounts.models import User
from accounts.requests import PersonRequest
from mentor import remembering
from mentor.memory_models import MEMORY_LIMIT, Memory
from mentor.opinions import OpinionRefused

PAGE = 30


def own_memories(person: User) -> QuerySet[Memory]:
    """Of threads that were not deleted."""
    return Memory.objects.filter(user=person, conversation__deleted_at=None).select_related("conversation").defer("embedding")


@require_safe
@behind_door
def memory(request: PersonRequest) -> HttpResponse:
    before = uuid_or_none(request.GET.get("before", ""))
    rows = own_memories(request.user)
    found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: PAGE + 1])
    context = {"lines": found[:PAGE], "older": found[PAGE - 1].pk if len(found) > PAGE else "", "limit": MEMORY_LIMIT}
    return render(request, "mentor/memory.html", context | {"area": "mentor"})


@require_POST
@behind_door
def correct(request: PersonRequest, memory_id: UUID) -> HttpResponse:
    line = get_object_or_404(own_memories(request.user), pk=memory_id)
    try:
        remembering.correct(line, request.POST.get("content", ""))
    except OpinionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Corrected. It counts from the next question on."))
    return redirect("mentor-memory")


@require_POST
@behind_door
def forget(request: PersonRequest, memory_id: UUID) -> HttpResponse:
    get_object_or_404(own_memories(request.user), pk=memory_id).delete()
    messages.success(request, _("Forgotten. The thread itself stays."))
    return redirect("mentor-memory")
