"""Recordings and the service that writes them down, in every way in which it can fail; and what a worker that dies leaves."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.models import AIRequestLog
from courses.models import Course
from learning.models import VoiceTranscript
from learning.tasks import sweep_transcripts
from learning.transcripts import leases
from learning.transcripts.files import UploadRefused
from learning.transcripts.receiving import arrive, try_again
from learning.transcripts.sounds import LARGEST_RECORDING
from learning.transcripts.working import read_transcript
from learning.updates import LeaseLost
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server
from tests.learning.transcript_cast import MP3, fresh, items_of, sent, was_read

__all__ = ["fake_vendor", "fake_vendor_server"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vendor(fake_vendor: Running, settings: Any) -> Running:
    settings.TRANSCRIPTION_BASE_URL, settings.TRANSCRIPTION_MODEL = fake_vendor.url, "whisper-fake"
    settings.TRANSCRIPTION_TIMEOUT = 2.0
    settings.LLM_MODEL = ""
    return fake_vendor


def change(row: VoiceTranscript, **fields: Any) -> None:
    with acting_as(SYSTEM):
        VoiceTranscript.objects.filter(pk=row.pk).update(**fields)


def expire(row: VoiceTranscript) -> None:
    change(row, leased_until=Now() - timedelta(seconds=1))


def test_it_writes_down_a_recording(course: Course, tess: User, vendor: Running) -> None:
    made = was_read(tess, course, MP3, name="holiday.exe")
    assert (made.state, made.source_format, made.media_type) == ("ready", "audio", "audio/mpeg")
    assert made.cues[1] == [4000, 8000, "", "I am stuck, my data is gone again and I am really frustrated."]
    assert (made.sentiment, made.duration_ms, made.language) == ("negative", 12_000, "en")
    assert len(items_of(made)) == 1
    (seen,) = vendor.seen
    assert seen.body["model"] == "whisper-fake"
    assert seen.body["file"] == {"name": f"{made.pk}.mp3", "type": "audio/mpeg", "size": len(MP3)}


def test_it_erases_the_recording_once_it_is_written_down(course: Course, tess: User) -> None:
    transcript = sent(tess, course, MP3)
    assert bytes(fresh(transcript).recording or b"") == MP3
    read_transcript(transcript.pk)
    assert fresh(transcript).recording is None
    with acting_as(SYSTEM):
        assert AIRequestLog.objects.get(feature="transcription").success


def test_it_takes_an_answer_without_times(course: Course, tess: User, vendor: Running) -> None:
    vendor.tell("length")  # a service that refuses to be asked for times
    made = was_read(tess, course, MP3)
    assert (made.state, made.duration_ms, len(made.cues)) == ("ready", None, 1)


@pytest.mark.parametrize("mode", ["429", "500", "503", "html200", "garbage", "wrong-shape", "redirect"])
def test_it_tries_again_what_may_pass(course: Course, tess: User, vendor: Running, mode: str) -> None:
    vendor.tell(mode)
    made = was_read(tess, course, MP3)
    assert (made.state, made.deliveries, bool(made.error_message)) == ("working", 1, True)
    assert made.recording is not None
    expire(made)
    vendor.tell("good")
    assert read_transcript(made.pk)
    assert fresh(made).error_message == ""


@pytest.mark.parametrize("mode", ["400", "401", "402", "empty", "huge"])
def test_it_gives_up_at_once_on_what_will_not(course: Course, tess: User, vendor: Running, mode: str) -> None:
    vendor.tell(mode)
    made = was_read(tess, course, MP3)
    assert (made.state, bool(made.error_message), made.recording is not None) == ("failed", True, True)
    vendor.tell("good")
    assert try_again(made)
    assert read_transcript(made.pk)
    assert fresh(made).state == "ready"


def test_it_gives_up_after_three_deliveries(course: Course, tess: User, vendor: Running) -> None:
    vendor.tell("500")
    made = sent(tess, course, MP3)
    for _delivery in range(3):
        read_transcript(made.pk)
        expire(made)
    assert (fresh(made).state, fresh(made).deliveries) == ("failed", 3)
    assert not read_transcript(made.pk)


def test_it_does_not_wait_for_ever(course: Course, tess: User, vendor: Running, settings: Any) -> None:
    settings.TRANSCRIPTION_TIMEOUT = 0.5
    vendor.tell("hang")
    began = timezone.now()
    made = was_read(tess, course, MP3)
    assert made.state == "working"
    assert timezone.now() - began < timedelta(seconds=5)


def test_it_keeps_its_lease_while_the_service_listens(
    transactional_db: None, course: Course, tess: User, vendor: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT", 0.2)
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=0.8))
    vendor.tell("slow-first", seconds=1.5)
    assert was_read(tess, course, MP3).state == "ready"


def test_it_says_nothing_of_keys_and_words(course: Course, tess: User, vendor: Running, settings: Any, caplog: Any) -> None:
    settings.TRANSCRIPTION_API_KEY = "very-secret"
    vendor.tell("401")
    made = was_read(tess, course, MP3)
    assert "very-secret" not in caplog.text + made.error_message
    assert "stuck" not in caplog.text


def test_it_refuses_recordings_where_nothing_is_set(settings: Any) -> None:
    settings.TRANSCRIPTION_MODEL = ""
    with pytest.raises(UploadRefused, match="TRANSCRIPTION_MODEL"):
        arrive(name="a.mp3", data=MP3)


def test_it_refuses_what_is_too_large() -> None:
    with pytest.raises(UploadRefused, match="25 MB") as refusal:
        arrive(name="a.mp3", data=MP3 + bytes(LARGEST_RECORDING))
    assert refusal.value.code == "too_large"


def test_it_refuses_forbidden_addresses(course: Course, tess: User, settings: Any) -> None:
    settings.TRANSCRIPTION_BASE_URL = "http://169.254.169.254/v1"
    assert was_read(tess, course, MP3).state == "working"


def test_it_leaves_a_transcript_to_the_worker_that_has_it(course: Course, tess: User) -> None:
    made = sent(tess, course)
    held = leases.claim(made.pk)
    assert held
    assert leases.claim(made.pk) is None
    assert not read_transcript(made.pk)


def test_it_goes_on_where_a_killed_worker_stopped(course: Course, tess: User) -> None:
    made = sent(tess, course)
    held = leases.claim(made.pk)
    assert held
    expire(made)
    assert leases.waiting() == [made.pk]
    assert read_transcript(made.pk)
    with acting_as(SYSTEM), pytest.raises(LeaseLost):
        leases.save(held, sentiment="positive")
    assert (fresh(made).state, fresh(made).deliveries) == ("ready", 2)


def test_it_sets_aside_what_killed_three_workers(course: Course, tess: User) -> None:
    made = sent(tess, course)
    for _delivery in range(3):
        assert leases.claim(made.pk)
        expire(made)
    sweep_transcripts()
    assert fresh(made).state == "failed"
    assert "worker" in fresh(made).error_message


def test_it_gives_the_work_back_when_the_process_is_told_to_stop(
    course: Course, tess: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sent(tess, course)
    monkeypatch.setattr("learning.transcripts.working.feel", lambda *_all, **_named: (_ for _ in ()).throw(SystemExit()))
    with pytest.raises(SystemExit):
        read_transcript(made.pk)
    assert fresh(made).worker == ""
    monkeypatch.undo()
    expire(made)
    assert read_transcript(made.pk)


def test_it_forgets_sound_that_nobody_tried_again(course: Course, tess: User, vendor: Running) -> None:
    vendor.tell("400")
    made = was_read(tess, course, MP3)
    sweep_transcripts()
    assert fresh(made).recording is not None
    change(made, finished_at=timezone.now() - timedelta(days=8))
    sweep_transcripts()
    assert fresh(made).recording is None
    assert not try_again(fresh(made))


def test_it_loses_nothing_while_redis_is_away(
    transactional_db: None, course: Course, tess: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_all: object, **_named: object) -> None:
        raise OSError("no Redis")

    monkeypatch.setattr(leases.current_app, "send_task", refuse)
    made = sent(tess, course)
    assert leases.waiting() == [made.pk]
    connection.close()
