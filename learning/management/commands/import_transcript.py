"""`manage.py import_transcript PATH --course S`: brings a transcript or a recording in and reads it, here and now."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.access import open_course
from learning.models import VoiceTranscript
from learning.transcripts.files import UploadRefused
from learning.transcripts.receiving import Arrived, arrive, check_size, receive
from learning.transcripts.working import read_transcript


class Command(BaseCommand):
    help = "Brings in a transcript (text, WebVTT, SRT) or a recording for a course, and reads it at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the file")
        parser.add_argument("--course", required=True, metavar="SLUG", help="the course it belongs to")
        parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who brings it")
        parser.add_argument("--title", default="", help="by default the name of the file")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, path: Path, course: str, person: str, title: str, **options: Any) -> None:
        try:
            with path.open("rb") as file:
                check_size(os.fstat(file.fileno()).st_size)
                arrived = arrive(name=path.name, data=file.read(), title=title)
            transcript = self._received(person, course, arrived)
        except OSError as error:
            raise CommandError(_("%(path)s cannot be read: %(reason)s") % {"path": path, "reason": error.strerror}) from error
        except UploadRefused as refusal:
            raise CommandError(refusal.message) from refusal
        read_transcript(transcript.pk)
        with acting_as(SYSTEM):
            transcript = VoiceTranscript.objects.written().get(pk=transcript.pk)
        self._tell(transcript, as_json=options["json"])

    def _received(self, email: str, slug: str, arrived: Arrived) -> VoiceTranscript:
        with acting_as(SYSTEM):
            person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(_("There is nobody with the address %(email)s.") % {"email": email})
        with acting_as(person):
            return receive(person=person, course=open_course(slug), arrived=arrived)

    def _tell(self, transcript: VoiceTranscript, *, as_json: bool) -> None:
        if transcript.state != VoiceTranscript.State.READY:
            raise CommandError(transcript.error_message or _("It was not read to the end. A worker goes on with it."))
        found = {
            "id": str(transcript.pk),
            "title": transcript.title,
            "sentiment": transcript.sentiment,
            "summary": transcript.processed_summary,
            "insights": transcript.learning_insights,
        }
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) if as_json else _table(transcript))


def _table(transcript: VoiceTranscript) -> str:
    insights = transcript.learning_insights
    asked = _("%(asked)d questions, %(weak)d of them not answered well by the course") % insights
    return f"{transcript.pk} {transcript.title}\n{transcript.get_sentiment_display()}: {transcript.processed_summary}\n{asked}"
