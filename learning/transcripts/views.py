"""Pages of transcripts: the list with an upload, one transcript, reading it again, erasing it.

For everybody who is signed in; each sees what the policies show. Access, input, one deed, output.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.door import acting_as, behind_door
from accounts.requests import PersonRequest
from accounts.throttling import allow
from ai.providers import transcriber
from courses.access import open_course
from learning.models import VoiceTranscript
from learning.transcripts import seeing, showing
from learning.transcripts.files import UploadRefused
from learning.transcripts.forms import TranscriptForm, WantedForm
from learning.transcripts.receiving import TOO_LARGE, arrive, erase, receive, try_again


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def transcripts(request: PersonRequest) -> HttpResponse:
    """The list; a POST brings a new one in."""
    with acting_as(request.user):
        courses = seeing.courses_for(request.user)
    if request.method != "POST":
        return _listed(request, TranscriptForm(courses=courses, takes_sound=transcriber.is_configured()))
    form = TranscriptForm(request.POST, request.FILES, courses=courses, takes_sound=transcriber.is_configured())
    if not form.is_valid():
        return _listed(request, form, status=413 if form.has_error("file", TOO_LARGE) else 422)
    if not allow("transcript", request.user.pk):
        form.add_error(None, _("Those were many uploads. Try again in an hour."))
        return _listed(request, form, status=429)
    return _received(request, form)


def _received(request: PersonRequest, form: TranscriptForm) -> HttpResponse:
    good = form.cleaned_data
    try:
        arrived = arrive(name=good["file"].name, data=good["file"].read(), title=good["title"])
    except UploadRefused as refusal:
        form.add_error("file", refusal.message)
        return _listed(request, form, status=413 if refusal.code == TOO_LARGE else 422)
    with acting_as(request.user):
        transcript = receive(person=request.user, course=open_course(good["course"]), arrived=arrived)
    return redirect("transcript", transcript.pk)


@require_safe
@behind_door
def transcript(request: PersonRequest, transcript_id: UUID) -> HttpResponse:
    """One transcript with what was found in it."""
    found = seeing.open_transcript(transcript_id)
    page = showing.page_of(found, _number(request.GET))
    context = {
        **_about(request, found),
        "page": page,
        "insights": showing.insights(found),
        "items": showing.items_of(found, request.user),
        "tone": showing.TONES.get(found.sentiment or "", ""),
        "length": showing.clock(found.duration_ms // 1000 if found.duration_ms else None),
    }
    return render(request, "transcripts/transcript.html", context)


@require_safe
@behind_door
def progress(request: PersonRequest, transcript_id: UUID) -> HttpResponse:
    """How far it is: a fragment that asks for itself; the page comes anew once it is settled."""
    found = seeing.open_transcript(transcript_id)
    answer = render(request, "transcripts/_state.html", _about(request, found))
    if not found.is_open:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@behind_door
def again(request: PersonRequest, transcript_id: UUID) -> HttpResponse:
    """Read it again."""
    found = seeing.open_transcript(transcript_id)
    if not seeing.may_retry(found, request.user):
        raise Http404(transcript_id)
    if not try_again(found):
        messages.error(request, _("There is nothing left to read. Upload it again."))
    return redirect("transcript", transcript_id)


@require_http_methods(["GET", "HEAD", "POST"])
@behind_door
def erasing(request: PersonRequest, transcript_id: UUID) -> HttpResponse:
    """Asks first, then erases."""
    found = seeing.open_transcript(transcript_id)
    if not seeing.may_erase(found, request.user):
        raise Http404(transcript_id)
    if request.method != "POST":
        return render(request, "transcripts/erase.html", _about(request, found))
    erase(found.pk)
    messages.success(request, _("The transcript was erased."))
    return redirect("transcripts")


def _listed(request: PersonRequest, form: TranscriptForm, *, status: int = 200) -> HttpResponse:
    looked_for = WantedForm(request.GET)
    with acting_as(request.user):
        wanted = looked_for.wanted()
        rows = seeing.listed(wanted)
        if after := looked_for.cleaned_data.get("after"):
            rows = rows.filter(pk__lt=after)
        found = list(rows[: seeing.PAGE + 1])
        more = _address(request.GET, found[seeing.PAGE - 1].pk) if len(found) > seeing.PAGE else ""
        context = {
            "form": form,
            "wanted": wanted,
            "rows": [{"it": row, "tone": showing.TONES.get(row.sentiment or "", "")} for row in found[: seeing.PAGE]],
            "is_open": any(row.is_open for row in found),
            "more": more,
            "is_first": not after,
            "sentiments": VoiceTranscript.Sentiment.choices,
            "courses": form.fields["course"].choices,  # type: ignore[attr-defined]
            "area": "transcripts",
        }
        return render(request, "transcripts/list.html", context, status=status)


def _about(request: PersonRequest, found: VoiceTranscript) -> dict[str, Any]:
    return {
        "transcript": found,
        "may_erase": seeing.may_erase(found, request.user),
        "may_retry": seeing.may_retry(found, request.user),
        "area": "transcripts",
    }


def _number(given: QueryDict) -> int:
    text = given.get("page", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _address(given: QueryDict, after: UUID) -> str:
    kept = given.copy()
    kept["after"] = str(after)
    return f"?{kept.urlencode()}"
