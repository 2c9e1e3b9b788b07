"""Pages of the desk. Trainers and admins only: for everybody else there is nothing here.

Each view finds its question through the trainer's door, calls one deed and shows the result: a fragment to htmx, a whole page
to a browser without script.
"""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url, trigger_client_event

from accounts.door import behind_door
from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from coach import holding, replying, seeing, settling
from coach.desk import showing
from coach.desk.inbox import counts, read_filters
from coach.models import Escalation
from learning.showing import rendered

P = ParamSpec("P")
STAFF = frozenset({"trainer", "admin"})
BULK_LIMIT = 200  # questions settled at once


def at_desk(view: Callable[Concatenate[PersonRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Behind the door, and a 404 for learners."""

    @behind_door
    @functools.wraps(view)
    def guarded(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.role not in STAFF:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@at_desk
def desk(request: PersonRequest) -> HttpResponse:
    """The list, with its first question open."""
    return render(request, "desk/desk.html", showing.whole(request.user, read_filters(request.GET), None))


@require_safe
@at_desk
def case(request: PersonRequest, escalation_id: UUID) -> HttpResponse:
    """One question; to htmx without the list."""
    filters = read_filters(request.GET)
    if not request.htmx:
        return render(request, "desk/desk.html", showing.whole(request.user, filters, escalation_id) | _done(request))
    context = showing.alone(request.user, filters, showing.open_case(request.user, escalation_id)) | _done(request)
    fragment = render(request, "desk/_case.html", context)
    return push_url(fragment, reverse("desk-case", args=[escalation_id]) + context["query"])


@require_safe
@at_desk
def inbox(request: PersonRequest) -> HttpResponse:
    """The list again, or a further page of it; nothing when nothing has changed since `stamp`."""
    filters, found = read_filters(request.GET), counts()
    if request.GET.get("stamp") == found.stamp and not filters.after:
        return HttpResponse(status=204)
    if not request.htmx:
        return render(request, "desk/desk.html", showing.whole(request.user, filters, None))
    context = showing.listed(request.user, filters, found) | {"is_more": bool(filters.after)}
    answer = render(request, "desk/_list.html", context | _open_one(request))
    is_asked_for = not filters.after and "stamp" not in request.GET
    return push_url(answer, reverse("desk") + context["query"]) if is_asked_for else answer


@require_POST
@at_desk
def seen(request: PersonRequest, escalation_id: UUID) -> HttpResponse:
    """The trainer has this question before them: it is not new to them any more."""
    seeing.read(showing.open_case(request.user, escalation_id), request.user)
    return HttpResponse(status=204)


@require_POST
@at_desk
def claim(request: PersonRequest, escalation_id: UUID) -> HttpResponse:
    """Hold the question while one writes."""
    escalation = showing.open_case(request.user, escalation_id)
    holding.claim(escalation, request.user)
    seeing.read(escalation, request.user)
    if not request.htmx:
        return redirect(_address(request, escalation_id))
    context = showing.alone(request.user, read_filters(request.GET), showing.open_case(request.user, escalation_id))
    return render(request, "desk/_holding.html", context)


@require_POST
@at_desk
def reply(request: PersonRequest, escalation_id: UUID) -> HttpResponse:
    """Send the reply, or the changed text of one that was sent, and go on to the next question."""
    escalation, person = showing.open_case(request.user, escalation_id), request.user
    written = _written(request)
    try:
        if escalation.status == Escalation.Status.RESPONDED and request.POST.get("act") == "edit":
            replying.edit(escalation, written, person)
            return _to_case(request, escalation_id, said="changed")
        replying.reply(escalation, written, person)
    except replying.ReplyRefused as refusal:
        if replying.is_sent(escalation, written, person):  # the same form once more: a double click, a reload
            return _to_next(request, escalation, said="sent")
        return _again(request, escalation_id, problem=refusal.message, code=refusal.code)
    same = [key for text in request.POST.getlist("same")[:BULK_LIMIT] if (key := uuid_or_none(text))]
    more = replying.reply_to_same(escalation, same, written, person) if same else 0
    return _to_next(request, escalation, said="sent", more=more)


@require_POST
@at_desk
def undo(request: PersonRequest, escalation_id: UUID) -> HttpResponse:
    """Take a reply back; its text is in the field again."""
    escalation = showing.open_case(request.user, escalation_id)
    try:
        text = replying.undo(escalation, request.user)
    except replying.ReplyRefused as refusal:
        return _again(request, escalation_id, problem=refusal.message, code=refusal.code)
    return _again(request, escalation_id, written=text, status=200)


@require_POST
@at_desk
def settle(request: PersonRequest) -> HttpResponse:
    """Settle one or many: what is answered is settled, what waits is closed without a reply."""
    chosen = [key for text in request.POST.getlist("ids")[:BULK_LIMIT] if (key := uuid_or_none(text))]
    first = (
        Escalation.objects.for_desk(request.user).select_related("course").filter(pk__in=chosen).order_by("created_at").first()
    )
    count = settling.settle(request.user, chosen)
    if first is None:
        raise Http404
    return _to_next(request, first, said="settled", more=count)


@require_POST
@at_desk
def assign(request: PersonRequest, escalation_id: UUID) -> HttpResponse:
    """Hand the question on to a colleague, or to all trainers of the course."""
    escalation = showing.open_case(request.user, escalation_id)
    try:
        holding.hand_on(escalation, uuid_or_none(request.POST.get("trainer", "")), request.user)
    except holding.HoldRefused as refusal:
        return _again(request, escalation_id, problem=refusal.message, code=refusal.code)
    return _to_next(request, escalation, said="handed")


@require_POST
@at_desk
def preview(request: PersonRequest, escalation_id: UUID) -> HttpResponse:
    """How the reply will look to the learner."""
    text = request.POST.get("reply", "")[: replying.REPLY_LIMIT].replace("\x00", "")
    if request.htmx:
        return render(request, "desk/_preview.html", {"preview": rendered(text), "is_preview": True})
    return _again(request, escalation_id, status=200, preview=rendered(text))


def _written(request: PersonRequest) -> replying.Reply:
    return replying.Reply(
        text=request.POST.get("reply", ""),
        teach=request.POST.get("teach") == "on",
        priority=request.POST.get("priority", "normal"),
        anyway=request.POST.get("anyway") == "on",
    )


def _address(request: PersonRequest, escalation_id: UUID, **more: Any) -> str:
    query = read_filters(request.GET).address(after=None)
    for name, value in more.items():
        query += f"{'&' if query else '?'}{name}={value}"
    return reverse("desk-case", args=[escalation_id]) + query


def _to_case(request: PersonRequest, escalation_id: UUID, *, said: str) -> HttpResponse:
    return redirect(_address(request, escalation_id, said=said, done=escalation_id))


def _to_next(request: PersonRequest, escalation: Escalation, *, said: str, more: int = 0) -> HttpResponse:
    """The next waiting question with word of what was done; an empty desk when there is none."""
    following = showing.next_of(escalation, read_filters(request.GET), request.user)
    if following:
        return redirect(_address(request, following.pk, said=said, done=escalation.pk, more=more))
    if said == "handed":
        return _home(request)
    return redirect(_address(request, escalation.pk, said=said, done=escalation.pk, more=more))


def _home(request: PersonRequest) -> HttpResponse:
    address = reverse("desk")
    if not request.htmx:
        return redirect(address)
    return HttpResponse(status=204, headers={"HX-Redirect": address})


def _done(request: PersonRequest) -> dict[str, Any]:
    """What the page says about the deed before it."""
    said, done = request.GET.get("said", ""), uuid_or_none(request.GET.get("done", ""))
    more = int(text) if (text := request.GET.get("more", "")).isascii() and text.isdecimal() and len(text) < 4 else 0
    words = {
        "sent": _("Reply sent.")
        if not more
        else ngettext("Reply sent, and to %(n)d other.", "Reply sent, and to %(n)d others.", more) % {"n": more},
        "changed": _("Reply changed."),
        "settled": ngettext("%(n)d question settled.", "%(n)d questions settled.", more) % {"n": more},
        "handed": _("Handed on."),
    }.get(said, "")
    return {"said": words, "undo_id": done if said == "sent" else None}


def _open_one(request: PersonRequest) -> dict[str, Any]:
    """The state of the question that is open beside the list: who holds it now."""
    chosen = uuid_or_none(request.GET.get("open", ""))
    row = Escalation.objects.for_desk(request.user).select_related("course").filter(pk=chosen).first() if chosen else None
    if row is None:
        return {"selected_id": chosen}
    names = showing.people([row.pk], None)
    is_held = row.held_by_other(request.user.pk, showing.timezone.now())
    return {
        "selected_id": row.pk,
        "open_row": row,
        "holder": names.name(row.claimed_by_id) if is_held else "",
        "is_mine": row.claimed_by_id == request.user.pk,
    }


def _again(
    request: PersonRequest,
    escalation_id: UUID,
    *,
    problem: str = "",
    code: str = "",
    written: str | None = None,
    status: int = 422,
    preview: Any = "",
) -> HttpResponse:
    """The question once more, with what was written and what is wrong with it."""
    text = request.POST.get("reply", "") if written is None else written
    extra = {"problem": problem, "is_held": code == "held", "written": text, "preview": preview, "has_written": True}
    filters = read_filters(request.GET)
    if not request.htmx:
        return render(request, "desk/desk.html", showing.whole(request.user, filters, escalation_id) | extra, status=status)
    context = showing.alone(request.user, filters, showing.open_case(request.user, escalation_id)) | extra
    return trigger_client_event(render(request, "desk/_case.html", context, status=status), "desk:changed")
