"""A session that was recorded, and the short way from it to a row that was read."""

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning.models import LearningItem, VoiceTranscript
from learning.transcripts.receiving import arrive, receive
from learning.transcripts.working import read_transcript

SESSION = """WEBVTT
Language: en

00:00:01.000 --> 00:00:06.000
<v Tess>Welcome. Today is about volumes and bind mounts, and then lab keep the database.

00:00:07.000 --> 00:00:12.000
<v Ada>I am stuck and really frustrated. My data is gone again and nothing works.

00:00:13.000 --> 00:00:17.000
<v Ada>How do I restore the backup of the registry mirror?

00:00:18.000 --> 00:00:26.000
<v Tess>Copy the archive to the mirror first. Then run restore with the name of the archive.

00:00:27.000 --> 00:00:33.000
<v Ben>When should I use a volume and when a bind mount for my files?
"""
HAPPY = "Tess: Shall we go on?\nAda: Yes, that was a wonderful session, thank you. I am really happy with the lab."
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x21" + bytes(2000)


def sent(person: User, course: Course, text: str | bytes = SESSION, **fields: str) -> VoiceTranscript:
    data = text.encode() if isinstance(text, str) else text
    arrived = arrive(name=fields.pop("name", "session.vtt"), data=data, **fields)
    with acting_as(person):
        return receive(person=person, course=course, arrived=arrived)


def fresh(transcript: VoiceTranscript) -> VoiceTranscript:
    with acting_as(SYSTEM):
        return VoiceTranscript.objects.get(pk=transcript.pk)


def was_read(person: User, course: Course, text: str | bytes = SESSION, **fields: str) -> VoiceTranscript:
    transcript = sent(person, course, text, **fields)
    read_transcript(transcript.pk)
    return fresh(transcript)


def items_of(transcript: VoiceTranscript) -> list[LearningItem]:
    with acting_as(SYSTEM):
        return list(LearningItem.objects.filter(source_type="transcript", source_id=transcript.pk))
