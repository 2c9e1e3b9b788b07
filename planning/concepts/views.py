"""Pages of concepts: the list with the plans beside it, one concept, and what one may do to it; all without script, too."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.door import acting_as, behind_door
from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from courses.models import LearningConcept
from planning.concepts import adding, choosing, evidencing, hearing, seeing, timing
from planning.concepts.forms import ConceptForm, CorrectionForm
from planning.concepts.refusing import Refused
from planning.learning_plans.showing import shelf

AREA = {"area": "concepts"}


@require_safe
@behind_door
def concepts(request: PersonRequest) -> HttpResponse:
    """What one pursues, what was set aside, and the plans."""
    return render(request, "concepts/list.html", _listed(request))


@require_POST
@behind_door
def from_course(request: PersonRequest) -> HttpResponse:
    """A concept from a topic or a chapter, in one step."""
    try:
        made = adding.add(learner=request.user, wanted=choosing.from_choice(request.POST.get("about", "")))
    except Refused as refusal:
        return render(request, "concepts/list.html", _listed(request) | {"problem": refusal.message}, status=422)
    return redirect("concept", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@behind_door
def new(request: PersonRequest) -> HttpResponse:
    """A concept of one's own making."""
    return _edited(request, None)


@require_safe
@behind_door
def concept(request: PersonRequest, concept_id: UUID) -> HttpResponse:
    return _page(request, seeing.own_concept(request.user, concept_id))


@require_http_methods(["GET", "HEAD", "POST"])
@behind_door
def change(request: PersonRequest, concept_id: UUID) -> HttpResponse:
    return _edited(request, seeing.own_concept(request.user, concept_id))


@require_POST
@login_required
def say(request: PersonRequest, concept_id: UUID, number: int) -> HttpResponse:
    """An objective in one's own words; `back` takes it back. No connection is held while the words become vectors."""
    words = request.POST.get("words", "")
    if "back" in request.POST:
        with acting_as(request.user):
            found = seeing.own_concept(request.user, concept_id)
            evidencing.take_back(concept=found, objective=number, now=timezone.now())
        return _there(concept_id, number)
    try:
        hearing.hear(learner=request.user, concept_id=concept_id, objective=number, words=words, now=timezone.now())
    except Refused as refusal:
        with acting_as(request.user):
            found = seeing.own_concept(request.user, concept_id)
            return _page(request, found, status=422, problem=refusal.message, problem_at=number, written=words)
    return _there(concept_id, number)


@require_POST
@behind_door
def correct(request: PersonRequest, concept_id: UUID) -> HttpResponse:
    """The progress by hand, or `back` to what evidence says."""
    found = seeing.own_concept(request.user, concept_id)
    if "back" in request.POST:
        evidencing.uncorrect(found, timezone.now())
        return redirect("concept", found.pk)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, correction=form)
    good = form.cleaned_data
    evidencing.correct(concept=found, percent=good["percent"], why=good["why"], now=timezone.now())
    return redirect("concept", found.pk)


@require_POST
@behind_door
def set_active(request: PersonRequest, concept_id: UUID) -> HttpResponse:
    found = seeing.own_concept(request.user, concept_id)
    adding.set_active(found, is_active=request.POST.get("active") == "yes")
    return redirect("concept", found.pk)


@require_POST
@behind_door
def delete(request: PersonRequest, concept_id: UUID) -> HttpResponse:
    adding.delete(seeing.own_concept(request.user, concept_id), timezone.now())
    return redirect(f"{reverse('concepts')}?deleted={concept_id}")


@require_POST
@behind_door
def restore(request: PersonRequest, concept_id: UUID) -> HttpResponse:
    try:
        adding.restore(request.user, concept_id)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("concepts")
    return redirect("concept", concept_id)


@require_POST
@behind_door
def beat(request: PersonRequest) -> HttpResponse:
    """A page that is open in front of somebody counts the minute. Always 204: it tells nothing."""
    given = request.POST
    what = timing.Open(
        concept_id=uuid_or_none(given.get("concept", "")),
        thread_id=uuid_or_none(given.get("thread", "")),
        course=given.get("course", "").replace("\x00", "")[:100],
        place=given.get("place", "").replace("\x00", "")[:200],
    )
    timing.beat(request.user, what, timezone.now())
    return HttpResponse(status=204)


def _listed(request: PersonRequest) -> dict[str, Any]:
    own = list(seeing.own_concepts(request.user))
    found = seeing.seen_all(own)
    deleted = uuid_or_none(request.GET.get("deleted", ""))
    undo = LearningConcept.objects.filter(user=request.user, pk=deleted, deleted_at__isnull=False).first() if deleted else None
    return AREA | {
        "pursued": [each for each in found if each.concept.is_active],
        "aside": [each for each in found if not each.concept.is_active],
        "choices": [choice for choice in choosing.choices() if choice.topics or choice.chapters],
        "plans": shelf(request.user, timezone.now()),
        "undo": undo,
    }


def _page(request: PersonRequest, found: LearningConcept, *, status: int = 200, **extra: Any) -> HttpResponse:
    lines = seeing.movements(found)
    context = AREA | {
        "seen": seeing.seen(found),
        "concept": found,
        "movements": lines,
        "by_hand": next((line for line in lines if line.kind == "by_hand" and not line.withdrawn_at), None),
        "objectives": seeing.objectives(found),
        "threads": seeing.threads_about(found),
        "needed_by": seeing.needed_by(found),
        "correction": CorrectionForm(initial={"percent": found.percent}),
        "least": evidencing.FEWEST_WORDS,
    }
    return render(request, "concepts/concept.html", context | extra, status=status)


def _edited(request: PersonRequest, found: LearningConcept | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ConceptForm(data, learner=request.user, courses=choosing.choices(), concept=found)
    saved = _saved(request, form, found) if form.is_valid() else None
    if saved:
        return redirect("concept", saved.pk)
    context = AREA | {"form": form, "concept": found}
    return render(request, "concepts/edit.html", context, status=422 if form.is_bound else 200)


def _saved(request: PersonRequest, form: ConceptForm, found: LearningConcept | None) -> LearningConcept | None:
    wanted = form.wanted(concept=found)
    try:
        return adding.change(concept=found, wanted=wanted) if found else adding.add(learner=request.user, wanted=wanted)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return None


def _there(concept_id: UUID, number: int) -> HttpResponse:
    return redirect(f"{reverse('concept', args=[concept_id])}#objective-{number}")
