"""Which transcripts a person sees, and who may do what with one. The policies decide; this narrows, and gives a clear 404.

A learner sees their own, a trainer those of the courses they run and of their learners, an admin all. Whoever sees one may
have it read again while that fails; erasing it, and reading again what is ready, is for its learner, an admin, and for a course's
own also its trainers.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from accounts.models import User
from courses.models import Course
from learning.models import VoiceTranscript
from learning.transcript_models import TranscriptQuerySet

PAGE = 25
LONGEST_SEARCH = 200  # characters


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; an empty value asks for all. Days are those of UTC, both counted in."""

    course: str = ""
    sentiment: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.course or self.sentiment or self.words or self.since or self.until)


def listed(wanted: Wanted) -> TranscriptQuerySet:
    """The rows without their weight, the newest first."""
    rows = VoiceTranscript.objects.light().select_related("course").order_by("-pk")
    if wanted.course:
        rows = rows.filter(course__slug=wanted.course)
    if wanted.sentiment:
        rows = rows.filter(sentiment=wanted.sentiment)
    if wanted.since:
        rows = rows.filter(created_at__date__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(created_at__date__lte=wanted.until)
    return containing(rows, wanted.words)


def containing(rows: TranscriptQuerySet, words: str) -> TranscriptQuerySet:
    """Those in whose title, summary or text the words stand as they are."""
    words = words.replace("\x00", "").strip()[:LONGEST_SEARCH]
    if not words:
        return rows
    return rows.filter(Q(title__icontains=words) | Q(processed_summary__icontains=words) | Q(transcript__icontains=words))


def open_transcript(transcript_id: UUID) -> VoiceTranscript:
    """With its text and without its sound. Raises Http404."""
    found = VoiceTranscript.objects.written().select_related("course", "learner").filter(pk=transcript_id).first()
    if found is None:
        raise Http404(transcript_id)
    return found


def may_erase(transcript: VoiceTranscript, person: User) -> bool:
    """As the policy has it: what belongs to a course is seen only by those who run it."""
    return person.role == "admin" or transcript.learner_id in {None, person.pk}


def may_retry(transcript: VoiceTranscript, person: User) -> bool:
    return transcript.state == VoiceTranscript.State.FAILED or (
        transcript.state == VoiceTranscript.State.READY and may_erase(transcript, person)
    )


def courses_for(person: User) -> list[Course]:
    """Those that an upload may be for: what the person runs or learns in. The policies show a person no others."""
    rows: Any = Course.objects.filter(closed_at=None).order_by("title")
    return list(rows.only("id", "slug", "title"))
