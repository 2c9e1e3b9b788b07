"""What a learner does on a lab's page: tick steps, take or refuse an offer, say how present the coach is, write to the trainer.

Each view calls one deed and shows the part of the page that changed; without script, the page itself.
"""

import uuid
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.door import acting_as, behind_door
from accounts.requests import PersonRequest
from accounts.throttling import Verdict, allow
from coach.labs import helping, offering, refusing, trying, writing_to
from coach.labs.showing import offer_context, steps_context
from courses.models import Lab


@require_POST
@login_required
def step(request: PersonRequest, slug: str, lab_id: str) -> HttpResponse:
    """A step works, does not work, or is not done after all."""
    if not (verdict := allow("lab", request.user.pk)):
        return _too_many(request, verdict)
    with acting_as(request.user):
        lab = helping.open_lab(slug, lab_id)
        key, said = request.POST.get("step", "")[:200], request.POST.get("said", "")
        deed = {"works": trying.tick, "fails": trying.fail, "undo": trying.untick}.get(said)
        if deed:
            deed(request.user, lab, key)
            refusing.write_down(request.user.pk, lab.course_id, lab.lab_id)
        return _steps(request, lab, failed=key if said == "fails" else "")


@require_POST
@behind_door
def beat(request: PersonRequest, slug: str, lab_id: str) -> HttpResponse:
    """A sign of life of a page that is in view."""
    lab = helping.open_lab(slug, lab_id)
    trying.beat(request.user, lab.course, lab.lab_id, timezone.now())
    return HttpResponse(status=204)


@require_safe
@behind_door
def offer(request: PersonRequest, slug: str, lab_id: str) -> HttpResponse:
    """The offer as it is now: what the page asks for by itself. Nothing when it is the one that is shown."""
    lab = helping.open_lab(slug, lab_id)
    context = offer_context(request.user, lab)
    shown = context["offer"]
    if request.GET.get("stamp", "") == (shown.stamp if shown else "none"):
        return HttpResponse(status=204)
    return _offer(request, lab)


@require_POST
@login_required
def climb(request: PersonRequest, offer_id: UUID) -> HttpResponse:
    """Take the offer, or the next hint of it."""
    try:
        taken = helping.climb(request.user, offer_id)
    except offering.OfferRefused:
        taken = None
    with acting_as(request.user):
        _offer_now, lab = helping.offer_and_lab(request.user, taken.pk if taken else offer_id)
        return _offer(request, lab)


@require_POST
@behind_door
def answer(request: PersonRequest, offer_id: UUID) -> HttpResponse:
    """Refuse an offer, or say whether it helped."""
    found, lab = helping.offer_and_lab(request.user, offer_id)
    said = request.POST.get("said", "")
    try:
        offering.answer(found, said, timezone.now())
    except offering.OfferRefused:
        said = ""
    return _offer(request, lab, said=said)


@require_POST
@behind_door
def presence(request: PersonRequest, slug: str, lab_id: str) -> HttpResponse:
    lab = helping.open_lab(slug, lab_id)
    try:
        offering.set_wish(request.user, lab.course, request.POST.get("wish", ""))
    except offering.OfferRefused as refusal:
        return HttpResponse(refusal.message, status=422)
    return _offer(request, lab)


@require_POST
@login_required
def trainer(request: PersonRequest, slug: str, lab_id: str) -> HttpResponse:
    """Say to the trainer that one is stuck; the answer comes into the conversation."""
    if not (verdict := allow("ask", request.user.pk)):
        return _too_many(request, verdict)
    with acting_as(request.user):
        lab = helping.open_lab(slug, lab_id)
        query = writing_to.ask_trainer(request.user, lab, request.POST.get("step", ""), uuid.uuid4())
        if request.htmx:
            return _offer(request, lab, said="trainer")
    return redirect(f"/coach/{slug}/?turn={query.pk}#turn-{query.pk}")


def _steps(request: PersonRequest, lab: Lab, *, failed: str = "") -> HttpResponse:
    if not request.htmx:
        return redirect(f"{lab.get_absolute_url()}#lab-steps")
    context = {"course": lab.course, "place": lab, "failed": failed} | steps_context(request.user, lab)
    return render(request, "labs/_steps.html", context)


def _offer(request: PersonRequest, lab: Lab, *, said: str = "") -> HttpResponse:
    if not request.htmx:
        return redirect(f"{lab.get_absolute_url()}#lab-offer")
    context = {"course": lab.course, "place": lab, "said": said} | offer_context(request.user, lab)
    return render(request, "labs/_offer.html", context)


def _too_many(request: PersonRequest, verdict: Verdict) -> HttpResponse:
    refusing.count(request.user.pk)
    words = _("That was a lot at once. Go on in %(seconds)d s.") % {"seconds": verdict.retry_after}
    return HttpResponse(words, status=429, headers={"Retry-After": str(verdict.retry_after)})
