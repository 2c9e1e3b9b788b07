"""Pages of the desk: what the trainer's learners pursue. For trainers and admins, who may look and change nothing."""

from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from planning.concepts import following
from planning.concepts.following import STATES, Wanted
from planning.marking.views import for_reviewers

LONGEST = 100  # characters of a filter


@require_safe
@for_reviewers
def learners(request: PersonRequest) -> HttpResponse:
    """Who pursues what, whoever is behind first."""
    wanted = _wanted(request.GET)
    rows, has_more = following.followed(request.user, wanted, timezone.now())
    courses = following.courses_of(request.user)
    context = {
        "area": "desk", "rows": rows, "wanted": wanted, "courses": courses,
        "more": wanted.after + following.LIST if has_more else 0,
    }  # fmt: skip
    return render(request, "concepts/desk.html", context)


@require_safe
@for_reviewers
def learner(request: PersonRequest, course: str, learner_id: UUID) -> HttpResponse:
    """One learner's concepts in a course, what they said in their own words, and their plans."""
    found = following.one(request.user, learner_id, course, timezone.now())
    return render(request, "concepts/desk_learner.html", {"area": "desk", "found": found})


def _wanted(given: QueryDict) -> Wanted:
    course, state, name = (given.get(key, "").replace("\x00", "")[:LONGEST].strip() for key in ("course", "state", "name"))
    begin = given.get("from", "")
    after = int(begin) if begin.isascii() and begin.isdecimal() and len(begin) < 6 else 0
    return Wanted(course, state if state in STATES else "", name, after)
