"""Pages of practice: subjects and attempts, the start of one, its questions, and its result. All work without script."""

import contextlib
import uuid
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.door import acting_as, behind_door
from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from planning.practice import finding, saving, submitting
from planning.practice.forms import StartForm
from planning.practice.refusing import Closed, PracticeRefused
from planning.practice.results import report
from planning.practice.showing import task
from planning.practice.starting import start
from planning.practice_models import Attempt, AttemptedQuestion

JSON = "application/json"


@require_safe
@behind_door
def practice(request: PersonRequest) -> HttpResponse:
    """What can be practised, and what was."""
    rows = finding.own_attempts(request.user)
    before = uuid_or_none(request.GET.get("before", ""))
    found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: finding.PAGE + 1])
    context = {
        "area": "practice",
        "subjects": [] if before else finding.subjects(),
        "attempts": found[: finding.PAGE],
        "older": found[finding.PAGE - 1].pk if len(found) > finding.PAGE else None,
        "is_later_page": before is not None,
    }
    return render(request, "practice/practice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@behind_door
def begin(request: PersonRequest, code: str) -> HttpResponse:
    """Choose points, number and clock, and begin."""
    subject = finding.subject(code)
    chosen = request.POST.getlist("points") or request.GET.getlist("points")
    if request.method != "POST":
        return _begin_page(request, subject, StartForm(initial={"key": uuid.uuid4()}), chosen)
    form = StartForm(request.POST)
    if form.is_valid():
        try:
            with acting_as(request.user):
                attempt = start(
                    learner=request.user,
                    subject=subject,
                    wish=form.wish(chosen),
                    key=form.cleaned_data["key"],
                    now=timezone.now(),
                )
            return redirect("practice-attempt", attempt.pk)
        except PracticeRefused as refusal:
            form.add_error(None, refusal.message)
        except IntegrityError:  # the same key a moment ago
            return redirect("practice")
    return _begin_page(request, subject, form, chosen, status=422)


def _begin_page(request: PersonRequest, subject: Any, form: StartForm, chosen: list[str], status: int = 200) -> HttpResponse:
    context = {"area": "practice", "subject": subject, "form": form, "syllabus": finding.syllabus(subject), "chosen": chosen}
    return render(request, "practice/begin.html", context, status=status)


@require_safe
@behind_door
def attempt(request: PersonRequest, attempt_id: UUID) -> HttpResponse:
    """One question at a time (`?q=3`), with the others beside it; a closed attempt leads to its result."""
    found = finding.own_attempt(request.user, attempt_id)
    if submitting.close_if_overdue(found, timezone.now()) or not found.is_open:
        return redirect("practice-result", attempt_id)
    return _attempt_page(request, found, _position(request.GET.get("q", "")))


def _attempt_page(
    request: PersonRequest, found: Attempt, position: int, *, status: int = 200, problem: str = "", **said: Any
) -> HttpResponse:
    rows = list(found.answers.select_related("version").order_by("position"))
    position = min(max(position, 1), len(rows))
    context = {
        "area": "practice",
        "attempt": found,
        "tasks": [(row.position, row.is_answered, row.set_aside) for row in rows],
        "task": task(rows[position - 1]),
        "earlier": position - 1 or None,
        "later": position + 1 if position < len(rows) else None,
        "count": len(rows),
        "now": timezone.now(),
        "problem": problem,
        **said,
    }
    return render(request, "practice/attempt.html", context, status=status)


@require_POST
@behind_door
def answer(request: PersonRequest, attempt_id: UUID, position: int) -> HttpResponseBase:
    """Save one answer: JSON for the script that saves while one types, a page for a form that is sent."""
    found = finding.own_attempt(request.user, attempt_id)
    wants_json = JSON in request.headers.get("Accept", "")
    try:
        saved = _saved(request, found, position, timezone.now())
    except AttemptedQuestion.DoesNotExist:
        raise Http404 from None
    except Closed as closed:
        return _closed(found, closed, wants_json)
    except PracticeRefused as refusal:
        if wants_json:
            return JsonResponse({"message": refusal.message}, status=422)
        return _attempt_page(
            request, found, position, status=422, problem=refusal.message, written=request.POST.get("answer", "")
        )
    if wants_json:
        return _told(saved)
    if not saved.kept:
        written = request.POST.get("answer", "")
        return _attempt_page(request, found, position, status=409, conflict=saved, written=written)
    return redirect(_next(request, attempt_id, position))


def _saved(request: PersonRequest, found: Attempt, position: int, now: datetime) -> saving.Saved:
    seen = request.POST.get("revision", "")
    saved = saving.save(
        attempt=found,
        position=position,
        answer=request.POST.get("answer", ""),
        chosen=_chosen(request),
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0,
        now=now,
    )
    if "later" in request.POST:
        saving.set_aside(attempt=found, position=position, later=request.POST["later"] == "yes")
    return saved


def _chosen(request: PersonRequest) -> saving.Chosen:
    """`chosen` of choices; `pair-<left id>` of a matching."""
    pairs = {name[5:]: request.POST[name] for name in request.POST if name.startswith("pair-") and request.POST[name]}
    return pairs or request.POST.getlist("chosen")


def _told(saved: saving.Saved) -> JsonResponse:
    if saved.kept:
        return JsonResponse({"revision": saved.revision})
    said = {"revision": saved.revision, "answer": saved.answer, "chosen": saved.chosen}
    return JsonResponse({**said, "message": _("This answer was changed in another window.")}, status=409)


def _closed(found: Attempt, closed: Closed, wants_json: bool) -> HttpResponseBase:
    place = reverse("practice-result", args=[found.pk])
    return JsonResponse({"message": closed.message, "place": place}, status=410) if wants_json else redirect(place)


def _next(request: PersonRequest, attempt_id: UUID, position: int) -> str:
    goto = _position(request.POST.get("goto", str(position)))
    if request.POST.get("goto") == "end":
        return reverse("practice-check", args=[attempt_id])
    return f"{reverse('practice-attempt', args=[attempt_id])}?q={goto}"


def _position(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 1


@require_safe
@behind_door
def check(request: PersonRequest, attempt_id: UUID) -> HttpResponse:
    """Before handing in: what is not answered yet."""
    found = finding.own_attempt(request.user, attempt_id)
    if submitting.close_if_overdue(found, timezone.now()) or not found.is_open:
        return redirect("practice-result", attempt_id)
    rows = list(found.answers.order_by("position"))
    context = {
        "area": "practice",
        "attempt": found,
        "now": timezone.now(),
        "count": len(rows),
        "empty": [row.position for row in rows if not row.is_answered],
        "aside": [row.position for row in rows if row.set_aside and row.is_answered],
    }
    return render(request, "practice/check.html", context)


@require_POST
@behind_door
def submit(request: PersonRequest, attempt_id: UUID) -> HttpResponse:
    found = finding.own_attempt(request.user, attempt_id)
    with contextlib.suppress(Closed):  # the second press of the button finds what the first one did
        submitting.submit(found)
    return redirect("practice-result", attempt_id)


@require_POST
@behind_door
def abandon(request: PersonRequest, attempt_id: UUID) -> HttpResponse:
    found = finding.own_attempt(request.user, attempt_id)
    try:
        submitting.abandon(found)
    except Closed:
        return redirect("practice-result", attempt_id)
    return redirect("practice")


@require_safe
@behind_door
def result(request: PersonRequest, attempt_id: UUID) -> HttpResponse:
    """Marks as far as they are there; the rest asks for itself until it is."""
    found = finding.visible_attempt(attempt_id)
    if found.student_id == request.user.pk and (found.is_open and not submitting.close_if_overdue(found, timezone.now())):
        return redirect("practice-attempt", attempt_id)
    made = report(found)
    if request.htmx and request.GET.get("waiting") == str(made.waiting):
        return HttpResponse(status=204)  # nothing new: what the reader has opened stays open
    context = {"area": "practice", "attempt": found, "is_own": found.student_id == request.user.pk, "report": made}
    return render(request, "practice/_result.html" if request.htmx else "practice/result.html", context)
