"""Pages of the coach: its own page with the history, the search, and what one may do to a turn.

Each view finds its course or turn through its access check, takes the input, calls one deed and shows the result: a fragment
to htmx, a whole page to a browser without script.
"""

import uuid
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts.door import acting_as, behind_door
from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from accounts.throttling import Verdict, allow
from ai import writing
from coach import answering, asking, escalating, history, interrupting, rating
from coach.claiming import claim_here
from coach.models import QUESTION_LIMIT, Query
from coach.outdated import changed_since
from coach.showing import just_asked, shown
from coach.suggesting import first_questions
from coach.waking import wake_worker
from courses import access
from courses.models import Course


@require_safe
@behind_door
def coach(request: PersonRequest, slug: str) -> HttpResponse:
    """The conversation, with the learner's own questions beside it."""
    course = access.open_course(slug)
    if request.htmx:
        return render(request, "coach/_history.html", _history(request, course))
    return render(request, "coach/coach.html", _conversation(request, course) | _history(request, course))


@require_POST
@login_required
def ask(request: PersonRequest, slug: str) -> HttpResponse:
    """Save a question; its answer comes by the stream that the fragment connects to, or at once when it was given before."""
    verdict = allow("ask", request.user.pk)  # before the door: Redis is a network, too
    with acting_as(request.user):
        course = access.open_course(slug)
        if not verdict:
            return _too_many(request, course, verdict)
        try:
            query = _saved(request, course)
        except asking.QuestionRefused as refusal:
            return refused(request, course, refusal.message)
        if request.htmx and getattr(query, "given", None):
            return _just_asked(request, query, slug)
        if not request.htmx or query.status != Query.Status.PENDING:
            return _asked(request, query)
        begin = writing.early(lambda: claim_here(query.pk), answering.begin)
    begin()
    return _just_asked(request, query, slug)


def _just_asked(request: PersonRequest, query: Query, slug: str) -> HttpResponse:
    return render(request, "coach/_turn.html", {"turn": just_asked(query, slug=slug)})


def _saved(request: PersonRequest, course: Course) -> Query:
    return asking.ask(
        learner=request.user,
        course=course,
        question=request.POST.get("question", ""),
        key=uuid_or_none(request.POST.get("key", "")) or uuid.uuid4(),
        now=timezone.now(),
        place_id=request.POST.get("place", "").replace("\x00", ""),
    )


@require_POST
@behind_door
def stop(request: PersonRequest, query_id: UUID) -> HttpResponse:
    query = own_query(request, query_id)
    interrupting.request_stop(query)
    return turn_page(request, query_id)


@require_POST
@login_required
def retry(request: PersonRequest, query_id: UUID) -> HttpResponse:
    verdict = allow("ask", request.user.pk)
    with acting_as(request.user):
        query = own_query(request, query_id)
        if not verdict:
            return _too_many(request, query.course, verdict)
        interrupting.try_again(query)
        return _asked(request, query)


@require_POST
@login_required
def anew(request: PersonRequest, query_id: UUID) -> HttpResponse:
    """Ask the same question once more, for an answer of its own."""
    verdict = allow("ask", request.user.pk)
    with acting_as(request.user):
        query = own_query(request, query_id)
        if not verdict:
            return _too_many(request, query.course, verdict)
        asked = asking.ask(
            learner=request.user,
            course=query.course,
            question=query.question,
            key=uuid_or_none(request.POST.get("key", "")) or uuid.uuid4(),
            now=timezone.now(),
            place_id=str(query.context.get("place", "")),
            anew=True,
        )
        return _asked(request, asked)


@require_POST
@behind_door
def feedback(request: PersonRequest, query_id: UUID) -> HttpResponse:
    """Say whether an answer helped; the same again without words takes it back."""
    query = own_query(request, query_id)
    if query.is_open or getattr(query, "response", None) is None:
        return refused(request, query.course, _("There is no answer yet."), status=409)
    if "feedback_text" not in request.POST and rating.withdraw(query.response, request.user, request.POST.get("rating", "")):
        return turn_page(request, query_id)
    try:
        rating.rate(
            response=query.response,
            learner=request.user,
            rating=request.POST.get("rating", ""),
            feedback_text=request.POST.get("feedback_text", ""),
        )
    except rating.RatingRefused as refusal:
        return refused(request, query.course, refusal.message)
    return turn_page(request, query_id)


@require_POST
@behind_door
def escalate(request: PersonRequest, query_id: UUID) -> HttpResponse:
    query = own_query(request, query_id)
    try:
        escalating.ask_trainer(query=query, note=request.POST.get("note", ""))
    except escalating.EscalationRefused as refusal:
        return refused(request, query.course, refusal.message)
    return turn_page(request, query_id)


@require_POST
@behind_door
def fresh(request: PersonRequest, slug: str) -> HttpResponse:
    """The next question starts a new conversation; one that holds nothing yet will do."""
    course = access.open_course(slug)
    current = asking.current_conversation(request.user, course, timezone.now())
    if current and current.queries.exists():
        asking.new_conversation(request.user, course)
    return redirect("coach", slug=slug)


def own_query(request: PersonRequest, query_id: UUID) -> Query:
    """A question of this person's own in an open course; else 404."""
    return get_object_or_404(
        Query.objects.with_answer().select_related("course").prefetch_related("response__feedback"),
        pk=query_id,
        learner=request.user,
        course__closed_at=None,
    )


def _asked(request: PersonRequest, query: Query) -> HttpResponse:
    """With script the turn's own stream brings the answer; without it a worker does, unless it is there already."""
    if not request.htmx and not getattr(query, "given", None):
        wake_worker(query.pk)
    return turn_page(request, query.pk)


def turn_page(request: PersonRequest, query_id: UUID) -> HttpResponse:
    """The turn as it is now; without script, the coach's page at that turn."""
    query = own_query(request, query_id)
    if request.htmx:
        return render(request, "coach/_turn.html", {"turn": shown(query, slug=query.course.slug)})
    return redirect(f"{reverse('coach', args=[query.course.slug])}#turn-{query_id}")


def refused(request: PersonRequest, course: Course, problem: str, status: int = 422) -> HttpResponse:
    """What is wrong, beside the composer, and what was written still in it."""
    if request.htmx:
        fragment = render(request, "coach/_problem.html", {"problem": problem}, status=status)
        return retarget(reswap(fragment, "innerHTML"), "#composer-problem")
    context = _conversation(request, course) | _history(request, course)
    context |= {"problem": problem, "written": request.POST.get("question", "")}
    return render(request, "coach/coach.html", context, status=status)


def _too_many(request: PersonRequest, course: Course, verdict: Verdict) -> HttpResponse:
    problem = _("That was a lot of questions at once. Ask again in %(seconds)d s.") % {"seconds": verdict.retry_after}
    response = refused(request, course, problem, status=429)
    response.headers["Retry-After"] = str(verdict.retry_after)
    return response


def _conversation(request: PersonRequest, course: Course) -> dict[str, Any]:
    window, selected = _window(request, course)
    changed = changed_since(course, window.queries)
    turns = [shown(query, slug=course.slug, is_outdated=query.pk in changed) for query in window.queries]
    address = reverse("coach", args=[course.slug])
    return {
        "course": course,
        "area": "coach",
        "turns": turns,
        "selected": selected,
        "is_fresh": _is_fresh(request, course, window),
        "is_waiting": any(turn.state == "streaming" for turn in turns),
        "has_earlier": window.has_earlier,
        "earlier_url": f"{address}?before={turns[0].id}" if turns else address,
        "later_url": address if window.has_later else "",
        "suggestions": first_questions(course) if not turns else (),
        "key": uuid.uuid4(),
        "limit": QUESTION_LIMIT,
    }


def _is_fresh(request: PersonRequest, course: Course, window: history.Window) -> bool:
    """Whether the next question begins a conversation of its own, below the turns shown."""
    if not window.queries or window.has_later:
        return False
    current = asking.current_conversation(request.user, course, timezone.now())
    return current is None or current.pk != window.queries[-1].conversation_id


def _window(request: PersonRequest, course: Course) -> tuple[history.Window, UUID | None]:
    selected = uuid_or_none(request.GET.get("turn", ""))
    if selected:
        return history.around(course, request.user, selected), selected
    before = uuid_or_none(request.GET.get("before", ""))
    return history.newest(course, request.user, limit=history.PAGE, before=before), None


def _history(request: PersonRequest, course: Course) -> dict[str, Any]:
    words = request.GET.get("q", "").replace("\x00", "").strip()[: history.SEARCH_LIMIT]
    chosen = request.GET.get("show", "")
    older_than = uuid_or_none(request.GET.get("older", ""))
    queries, more = history.search(course, request.user, words=words, chosen=chosen, before=older_than)
    address = reverse("coach", args=[course.slug])
    return {
        "course": course,
        "history": [history.entry(query, course.slug) for query in queries],
        "more_url": f"{address}?{history.query_string(words=words, chosen=chosen, older=more)}" if more else "",
        "words": words,
        "chosen": chosen,
        "filters": history.filters(),
    }
