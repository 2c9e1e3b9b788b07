"""Transcripts for programs: the same deeds and rights as the pages."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from courses.models import Course
from tests.api.conftest import Program, taught
from tests.learning.test_transcript_recordings import change
from tests.learning.transcript_cast import MP3, SESSION, sent, was_read

__all__ = ["taught"]

pytestmark = pytest.mark.django_db


def upload(program: Program, course: Course, data: bytes = SESSION.encode(), **fields: str) -> Any:
    file = SimpleUploadedFile("talk.vtt", data)
    return program.post("/api/v1/transcripts", {"course": course.slug, "file": file, **fields})


def test_it_takes_reads_and_erases(taught: Course, tess: User) -> None:
    program = Program(tess)
    made = upload(program, taught, title="Monday")
    assert made.status_code == 201
    assert (made.json()["state"], made.json()["title"], made.json()["course"]) == ("received", "Monday", taught.slug)
    path = f"transcripts/{made.json()['id']}"
    assert program.send("GET", path).json()["cues"][2]["speaker"] == "Ada"
    assert program.send("DELETE", path).status_code == 204
    assert program.send("GET", path).status_code == 404


def test_it_tells_what_was_found(taught: Course, tess: User) -> None:
    made = was_read(tess, taught)
    found = Program(tess).send("GET", f"transcripts/{made.pk}").json()
    assert (found["state"], found["sentiment"], found["format"]) == ("ready", "negative", "vtt")
    assert found["insights"]["questions"][0]["at"] == 13
    assert found["entities"]["people"] == ["Tess", "Ada", "Ben"]
    assert "recording" not in found


def test_it_lists_and_narrows(taught: Course, tess: User) -> None:
    was_read(tess, taught)
    sent(tess, taught, "Tess: networks")
    program = Program(tess)
    for query, count in (("", 2), ("?sentiment=negative", 1), ("?state=received", 1), ("?q=networks", 1), ("?course=no", 0)):
        assert len(program.send("GET", f"transcripts{query}").json()["results"]) == count, query
    assert program.send("GET", "transcripts?sentiment=cheerful").status_code == 400


def test_it_keeps_to_who_may(taught: Course, ada: User, ben: User, tess: User, rex: User) -> None:
    hers, the_course_s = sent(ada, taught), sent(tess, taught)
    for person, listed, own, other in ((ada, 1, 200, 404), (ben, 0, 404, 404), (tess, 2, 200, 200), (rex, 2, 200, 200)):
        program = Program(person)
        assert len(program.send("GET", "transcripts").json()["results"]) == listed
        assert program.send("GET", f"transcripts/{hers.pk}").status_code == own
        assert program.send("GET", f"transcripts/{the_course_s.pk}").status_code == other
    assert Program(tess).send("DELETE", f"transcripts/{hers.pk}").status_code == 404
    assert Program(ben).send("POST", f"transcripts/{hers.pk}/again").status_code == 404
    assert Program(ada).send("DELETE", f"transcripts/{hers.pk}").status_code == 204


def test_it_tries_again_what_failed(taught: Course, tess: User) -> None:
    made, program = sent(tess, taught), Program(tess)
    assert program.send("POST", f"transcripts/{made.pk}/again").status_code == 409  # it waits already
    change(made, state="working")
    change(made, state="failed", error_message="Away.")
    assert program.send("GET", f"transcripts/{made.pk}").json()["error"] == "Away."
    assert program.send("POST", f"transcripts/{made.pk}/again").json()["state"] == "received"


def test_it_refuses_in_its_shape(taught: Course, ada: User, tess: User, settings: Any) -> None:
    settings.TRANSCRIPTION_MODEL = ""
    program = Program(tess)
    for data, status in ((b"\x00\x01", 400), (MP3, 400), (bytes(26 * 1024 * 1024), 413)):
        answer = upload(program, taught, data)
        assert (answer.status_code, bool(answer.json()["error"]["message"])) == (status, True)
    assert program.send("POST", "transcripts", {"course": taught.slug}).status_code == 415
    assert program.post("/api/v1/transcripts", {"course": "nowhere", "file": SimpleUploadedFile("a", b"a")}).status_code == 404
    assert program.send("GET", f"transcripts/{uuid.uuid4()}").status_code == 404
    assert Program().send("GET", "transcripts").status_code == 401
    assert program.send("GET", "transcripts").json()["results"] == []
