"""What a learner may do to one chat: stop, try again, rate, flag, pass on; and what trainers see of their course."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts.door import acting_as, behind_door
from accounts.requests import PersonRequest
from accounts.throttling import allow
from courses.running import course_to_run
from mentor import interrupting, opinions, passing, patterns, threads
from mentor.models import Chat
from mentor.opinions import chat_url
from mentor.showing import shown
from mentor.tasks import wake_worker


@require_POST
@behind_door
def stop(request: PersonRequest, chat_id: UUID) -> HttpResponse:
    interrupting.request_stop(threads.own_chat(request.user, chat_id))
    return _turn(request, chat_id)


@require_POST
@login_required
def retry(request: PersonRequest, chat_id: UUID) -> HttpResponse:
    verdict = allow("ask", request.user.pk)
    with acting_as(request.user):
        chat = threads.own_chat(request.user, chat_id)
        if not verdict:
            words = _("That was a lot of questions at once. Ask again in %(seconds)d s.")
            return _refused(request, chat, words % {"seconds": verdict.retry_after}, 429)
        if interrupting.try_again(chat) and not request.htmx:
            wake_worker(chat_id)
        return _turn(request, chat_id)


@require_POST
@behind_door
def rate(request: PersonRequest, chat_id: UUID) -> HttpResponse:
    """A rating from 1 to 5; the same again without words takes it back."""
    chat = threads.own_chat(request.user, chat_id)
    text = request.POST.get("rating", "")
    rating = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    if "feedback" not in request.POST and rating and rating == chat.student_rating:
        opinions.withdraw(chat)
        return _turn(request, chat_id)
    try:
        opinions.rate(chat=chat, rating=rating, feedback=request.POST.get("feedback"))
    except opinions.OpinionRefused as refusal:
        return _refused(request, chat, refusal.message, 422)
    return _turn(request, chat_id)


@require_POST
@behind_door
def flag(request: PersonRequest, chat_id: UUID) -> HttpResponse:
    chat = threads.own_chat(request.user, chat_id)
    opinions.flag(chat, is_flagged=request.POST.get("flag") == "yes")
    return _turn(request, chat_id)


@require_POST
@behind_door
def escalate(request: PersonRequest, chat_id: UUID) -> HttpResponse:
    chat = threads.own_chat(request.user, chat_id)
    try:
        passing.pass_on(chat=chat, reason=request.POST.get("reason", ""))
    except opinions.OpinionRefused as refusal:
        return _refused(request, chat, refusal.message, 422)
    return _turn(request, chat_id)


@require_safe
@behind_door
def passed(request: PersonRequest, chat_id: UUID) -> HttpResponse:
    """What became of a chat at the trainer's; the page asks by itself while somebody waits."""
    chat = threads.own_chat(request.user, chat_id)
    if not request.htmx:
        return redirect(chat_url(chat))
    return render(request, "mentor/_passed.html", {"turn": shown(chat)})


@require_safe
@behind_door
def asked_again(request: PersonRequest, slug: str) -> HttpResponse:
    """For trainers: questions that come again, and flagged answers."""
    course = course_to_run(slug, request.user)
    context = {"course": course, "area": "mentor", "asked": patterns.asked_again(course), "flagged": patterns.flagged(course)}
    return render(request, "mentor/asked_again.html", context)


def _turn(request: PersonRequest, chat_id: UUID) -> HttpResponse:
    """The chat as it is now; without script, its thread at that place."""
    chat = threads.own_chat(request.user, chat_id)
    if request.htmx:
        return render(request, "mentor/_turn.html", {"turn": shown(chat)})
    return redirect(chat_url(chat))


def _refused(request: PersonRequest, chat: Chat, problem: str, status: int) -> HttpResponse:
    if request.htmx:
        return retarget(reswap(HttpResponse(escape(problem), status=status), "innerHTML"), "#composer-problem")
    return render(request, "mentor/refused.html", {"problem": problem, "back": chat_url(chat), "area": "mentor"}, status=status)
