"""Takes an upload: what it is, whether it may come in, and the row that keeps it before anything is done with it.

Who may send what: a learner their own, for a course they learn in; a trainer or an admin for a course they run. What comes from
a learner is theirs and seen by their trainer, as their conversations are; the rest belongs to the course and is seen by those
who run it. The database has the last word. Refuses with words for the sender, and keeps nothing of what it refuses.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.providers import transcriber
from courses.models import Course
from courses.running import may_run
from learning.models import LearningItem, VoiceTranscript
from learning.transcripts import leases
from learning.transcripts.cues import as_text, duration, rows
from learning.transcripts.files import LARGEST_TEXT, UploadRefused, clean, read_text
from learning.transcripts.sounds import ENDINGS, LARGEST_RECORDING, media_type

LONGEST_TITLE = 200
State = VoiceTranscript.State
TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Arrived:
    """An upload that may come in: its title, and what it is as columns of a row."""

    title: str
    columns: dict[str, Any]


def check_size(size: int) -> None:
    """Whether so many bytes may be anything we read; before they are read. Raises UploadRefused."""
    if size > LARGEST_RECORDING:
        sizes = {"limit": LARGEST_RECORDING // 2**20, "text": LARGEST_TEXT // 2**20}
        raise UploadRefused(TOO_LARGE, _("The file is too large: a recording may have %(limit)d MB, a text %(text)d MB.") % sizes)


def arrive(*, name: str, data: bytes, title: str = "") -> Arrived:
    """What the bytes are, told by themselves; the file's name is only a title when there is no other.

    Without a connection or a transaction, as a long text takes a second. Raises UploadRefused.
    """
    check_size(len(data))
    kind = media_type(data)
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = clean(title)[:LONGEST_TITLE] or clean(last)[:LONGEST_TITLE]
    return Arrived(shown, _recording(data, kind) if kind else _text(data))


def receive(*, person: User, course: Course, arrived: Arrived) -> VoiceTranscript:
    """Keep what arrived and have it read. Behind the person's door, who may see the course."""
    learner = None if may_run(course, person) else person
    transcript = VoiceTranscript.objects.create(
        course=course, learner=learner, uploaded_by=person, title=arrived.title, **arrived.columns
    )
    transaction.on_commit(partial(leases.wake_worker, transcript.pk))
    return transcript


def _recording(data: bytes, kind: str) -> dict[str, Any]:
    if not transcriber.is_configured():
        raise UploadRefused(
            "not_configured",
            _(
                "Recordings cannot be written down here yet: set TRANSCRIPTION_MODEL with TRANSCRIPTION_BASE_URL or"
                " TRANSCRIPTION_API_KEY. Nothing was kept. A transcript as text, WebVTT or SRT can be uploaded."
            ),
        )
    return {"source_format": "audio", "recording": data, "media_type": kind, "transcript": ""}


def _text(data: bytes) -> dict[str, Any]:
    written = read_text(data)
    return {
        "source_format": written.source_format,
        "transcript": as_text(written.cues),
        "cues": rows(written.cues),
        "language": written.language,
        "duration_ms": duration(written.cues),
    }


def try_again(transcript: VoiceTranscript) -> bool:
    """Read a failed one, or a ready one once more; whether there was anything to read. The caller has checked who asks."""
    with acting_as(SYSTEM):
        again = VoiceTranscript.objects.filter(pk=transcript.pk, state__in=[State.FAILED, State.READY])
        readable = again.exclude(recording=None, transcript="")
        done = readable.update(state=State.RECEIVED, stage="", deliveries=0, error_message="", finished_at=None)
    if done:
        transaction.on_commit(partial(leases.wake_worker, transcript.pk))
    return bool(done)


def erase(transcript_id: UUID) -> None:
    """The transcript, its sound, and what still waits in the queue because of it. What was approved stays.

    The caller has checked who asks; behind the person's door, whose policy must allow the deletion.
    """
    deleted, _each = VoiceTranscript.objects.filter(pk=transcript_id).delete()
    if deleted:
        with acting_as(SYSTEM):
            LearningItem.objects.filter(
                source_type="transcript", source_id=transcript_id, status__in=["pending", "rejected"]
            ).delete()


def file_name(transcript_id: UUID, kind: str) -> str:
    """How a recording is called towards a service: nobody's words, and the ending of its true format."""
    return f"{transcript_id}.{ENDINGS[kind]}"
