"""Pages of the mentor: the threads, one thread, and what one may do to it. A fragment to htmx, a whole page without script."""

import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts.door import acting_as, behind_door
from accounts.ids import uuid_or_none
from accounts.requests import PersonRequest
from accounts.throttling import Verdict, allow
from ai import writing
from ai.asking import QUESTION_LIMIT, QuestionRefused
from ai.models import Conversation
from courses.running import may_run
from mentor import answering, asking, exporting, places, threads
from mentor.claiming import claim_here
from mentor.models import Chat
from mentor.showing import shown, shown_all
from mentor.tasks import wake_worker
from planning.concepts.seeing import own_concepts


@require_safe
@behind_door
def mentor(request: PersonRequest) -> HttpResponse:
    """The threads, and beside them a new one to begin."""
    if request.htmx:
        return render(request, "mentor/_threads.html", _listed(request))
    return render(request, "mentor/new.html", _new(request))


@require_POST
@login_required
def begin(request: PersonRequest) -> HttpResponse:
    """A new thread with its first question."""
    verdict = allow("ask", request.user.pk)
    with acting_as(request.user):
        about = places.chosen(request.user, request.POST.get("about", ""))
        problem = _too_many(verdict) if not verdict else "" if about else _("Choose what the thread is about.")
        if problem or about is None:
            return _refused_new(request, problem, 422 if verdict else 429)
        try:
            asking.readable(request.POST.get("question", ""))
        except QuestionRefused as refusal:
            return _refused_new(request, refusal.message, 422)
        thread = asking.new_thread(learner=request.user, course=about.course, topic=about.topic, concept=about.concept)
        begin_answer = _early(_asked(request, thread))
    begin_answer()
    return redirect("mentor-thread", thread.pk)


@require_safe
@behind_door
def thread(request: PersonRequest, thread_id: UUID) -> HttpResponse:
    """One thread from its newest end; `?before=` and `?chat=` open it elsewhere."""
    return render(request, "mentor/thread.html", _thread(request, threads.own_thread(request.user, thread_id)))


@require_POST
@login_required
def ask(request: PersonRequest, thread_id: UUID) -> HttpResponse:
    """Save a question; its answer comes by the stream that the fragment connects to."""
    verdict = allow("ask", request.user.pk)  # before the door: Redis is a network, too
    with acting_as(request.user):
        found = threads.own_thread(request.user, thread_id)
        if not verdict:
            return _refused(request, found, _too_many(verdict), 429)
        try:
            chat = _asked(request, found)
        except QuestionRefused as refusal:
            return _refused(request, found, refusal.message, 422)
        if not request.htmx:
            wake_worker(chat.pk)
            return redirect(f"{reverse('mentor-thread', args=[thread_id])}#turn-{chat.pk}")
        page = render(request, "mentor/_turn.html", {"turn": shown(chat)})
        begin_answer = _early(chat)
    begin_answer()
    return page


@require_POST
@behind_door
def rename(request: PersonRequest, thread_id: UUID) -> HttpResponse:
    if not threads.rename(threads.own_thread(request.user, thread_id), request.POST.get("title", "")):
        messages.error(request, _("A thread needs a name."))
    return redirect("mentor-thread", thread_id)


@require_POST
@behind_door
def set_concept(request: PersonRequest, thread_id: UUID) -> HttpResponse:
    """Say which concept the thread is about; empty for none."""
    found = threads.own_thread(request.user, thread_id)
    wanted = request.POST.get("concept", "")
    concept = places.own_concept_or_none(request.user, wanted)
    if wanted and concept is None:
        raise Http404(wanted)
    threads.set_concept(found, concept)
    return redirect("mentor-thread", thread_id)


@require_POST
@behind_door
def delete(request: PersonRequest, thread_id: UUID) -> HttpResponse:
    threads.delete(threads.own_thread(request.user, thread_id), timezone.now())
    return redirect(f"{reverse('mentor')}?deleted={thread_id}")


@require_POST
@behind_door
def restore(request: PersonRequest, thread_id: UUID) -> HttpResponse:
    threads.restore(request.user, thread_id)
    return redirect("mentor-thread", thread_id)


@require_safe
@behind_door
def export(request: PersonRequest, thread_id: UUID) -> HttpResponse:
    """The thread as a file of Markdown."""
    found = threads.own_thread(request.user, thread_id)
    response = HttpResponse("".join(exporting.as_markdown(found, request.user)), content_type="text/markdown; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{exporting.file_name(found)}"'
    return response


def _early(chat: Chat) -> Callable[[], None]:
    """What begins the answer once the question is saved; nothing for one that was sent twice."""
    return writing.early(lambda: claim_here(chat.pk), answering.begin)


def _asked(request: PersonRequest, found: Conversation) -> Chat:
    key = uuid_or_none(request.POST.get("key", "")) or uuid.uuid4()
    return asking.ask(thread=found, question=request.POST.get("question", ""), key=key, now=timezone.now())


def _too_many(verdict: Verdict) -> str:
    return _("That was a lot of questions at once. Ask again in %(seconds)d s.") % {"seconds": verdict.retry_after}


def _refused(request: PersonRequest, found: Conversation, problem: str, status: int) -> HttpResponse:
    """What is wrong, beside the composer, and what was written still in it."""
    if request.htmx:
        return retarget(reswap(HttpResponse(escape(problem), status=status), "innerHTML"), "#composer-problem")
    context = _thread(request, found) | {"problem": problem, "written": request.POST.get("question", "")}
    return render(request, "mentor/thread.html", context, status=status)


def _refused_new(request: PersonRequest, problem: str, status: int) -> HttpResponse:
    context = _new(request) | {"problem": problem, "written": request.POST.get("question", "")}
    return render(request, "mentor/new.html", context | {"about": request.POST.get("about", "")}, status=status)


def _new(request: PersonRequest) -> dict[str, Any]:
    deleted = uuid_or_none(request.GET.get("deleted", ""))
    undo = threads.own_threads(request.user).filter(pk=deleted, deleted_at__isnull=False).first() if deleted else None
    groups = places.choices(request.user)
    concepts = places.concepts(request.user)
    return _listed(request) | {
        "area": "mentor",
        "groups": groups,
        "concepts": concepts,
        "about": _wanted_place(request, groups, concepts),
        "undo": undo,
        "run": [group.course for group in groups if may_run(group.course, request.user)],
        "key": uuid.uuid4(),
        "limit": QUESTION_LIMIT,
    }


def _wanted_place(request: PersonRequest, groups: list[places.Group], concepts: list[places.Place]) -> str:
    """The choice that an address with `?course=` or `?concept=` begins with."""
    concept = f"{places.CONCEPT}{places.SEPARATOR}{request.GET.get('concept', '')}"
    known = [place.value for place in concepts if place.value == concept]
    known += [group.whole.value for group in groups if group.course.slug == request.GET.get("course", "")]
    return known[0] if known else ""


def _thread(request: PersonRequest, found: Conversation) -> dict[str, Any]:
    chosen, before = uuid_or_none(request.GET.get("chat", "")), uuid_or_none(request.GET.get("before", ""))
    window = threads.upto(found, request.user, chosen) if chosen else threads.newest(found, request.user, before=before)
    turns = shown_all(window.chats)
    address = reverse("mentor-thread", args=[found.pk])
    return _listed(request) | {
        "area": "mentor",
        "thread": found,
        "concepts": own_concepts(request.user).filter(is_active=True),
        "turns": turns,
        "is_waiting": any(turn.state == "streaming" for turn in turns),
        "earlier_url": f"{address}?before={turns[0].id}" if window.has_earlier else "",
        "later_url": address if window.has_later else "",
        "key": uuid.uuid4(),
        "limit": QUESTION_LIMIT,
    }


def _listed(request: PersonRequest) -> dict[str, Any]:
    words = request.GET.get("q", "").replace("\x00", "").strip()[: threads.SEARCH_LIMIT]
    before = parse_datetime(request.GET.get("older", "").replace(" ", "+")[:40]) if request.GET.get("older") else None
    found, more = threads.listed(request.user, words=words, before=before if before and before.tzinfo else None)
    return {"threads": found, "words": words, "older": more.isoformat() if more else ""}
