"""Pages of the desk about labs: who struggles where, writing to them, acknowledging. For trainers and admins only."""

import uuid
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from coach.desk import struggles
from coach.desk.views import at_desk
from coach.labs import writing_to
from coach.replying import REPLY_LIMIT, ReplyRefused
from courses.models import Course


@require_safe
@at_desk
def listed(request: PersonRequest) -> HttpResponse:
    """The hardest first; to htmx the list alone, and nothing when nothing has changed since `stamp`."""
    stamp = struggles.stamp(request.user)
    if request.htmx and request.GET.get("stamp") == stamp:
        return HttpResponse(status=204)
    tab = request.GET.get("tab", "")
    tab = tab if tab in struggles.TABS else struggles.TABS[0]
    course = request.GET.get("course", "").replace("\x00", "")[:100]
    begin = int(text) if (text := request.GET.get("from", "")).isascii() and text.isdecimal() and len(text) < 6 else 0
    rows, has_more = struggles.rows(request.user, tab=tab, course=course, after=begin)
    context: dict[str, Any] = {
        "area": "desk", "rows": rows, "tab": tab, "chosen": course, "stamp": stamp, "counts": struggles.counts(request.user),
        "courses": list(Course.objects.run_by(request.user).filter(closed_at=None).order_by("title")),
        "more": begin + struggles.LIST if has_more else 0, "done": uuid_or_none(request.GET.get("done", "")),
    }  # fmt: skip
    return render(request, "desk/_struggles.html" if request.htmx else "desk/struggles.html", context)


@require_safe
@at_desk
def case(request: PersonRequest, struggle_id: UUID) -> HttpResponse:
    return _case(request, struggle_id)


@require_POST
@at_desk
def write(request: PersonRequest, struggle_id: UUID) -> HttpResponse:
    """A message to the learner; writing is acknowledging."""
    found = struggles.case(request.user, struggle_id)
    text = request.POST.get("text", "")
    key = uuid_or_none(request.POST.get("key", "")) or uuid.uuid4()
    try:
        writing_to.write(found, struggles.lab_of(found), text, request.user, key)
    except ReplyRefused as refusal:
        return _case(request, struggle_id, problem=refusal.message, written=text, status=422)
    struggles.acknowledge(found, request.user)
    return redirect(f"{reverse('desk-struggles')}?done={struggle_id}")


@require_POST
@at_desk
def acknowledge(request: PersonRequest, struggle_id: UUID) -> HttpResponse:
    """Or not after all, with `undo`."""
    found = struggles.case(request.user, struggle_id)
    if request.POST.get("undo"):
        struggles.take_back(found)
        return redirect("desk-struggles")
    struggles.acknowledge(found, request.user)
    return redirect(f"{reverse('desk-struggles')}?done={struggle_id}")


def _case(request: PersonRequest, struggle_id: UUID, *, problem: str = "", written: str = "", status: int = 200) -> HttpResponse:
    found = struggles.case(request.user, struggle_id)
    row = struggles.shown(found)
    begin = _("Hello %(name)s,") % {"name": found.learner.get_short_name()} + "\n\n"
    context = {
        "area": "desk", "row": row, "problem": problem, "written": written or begin, "key": uuid.uuid4(), "limit": REPLY_LIMIT,
        "is_acknowledged": found.acknowledged,
    }  # fmt: skip
    return render(request, "desk/struggle.html", context, status=status)
