"""The pages of transcripts: who sees what, what an upload says, and that hostile words stay words."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.door import acting_as
from accounts.models import User
from courses.models import Course
from learning.models import VoiceTranscript
from learning.transcripts import leases
from tests.coach.conftest import taught
from tests.conftest import make_person
from tests.learning.test_transcript_recordings import change
from tests.learning.transcript_cast import MP3, SESSION, fresh, sent, was_read
from tests.pages.conftest import signed_in

__all__ = ["taught"]

pytestmark = pytest.mark.django_db
LIST = "/desk/transcripts/"


def page(transcript: VoiceTranscript, deed: str = "") -> str:
    return f"{LIST}{transcript.pk}/{deed}"


def upload(client: Client, course: Course, data: bytes, name: str = "talk.vtt", **fields: str) -> Any:
    file = SimpleUploadedFile(name, data, content_type="application/x-lies")
    return client.post(LIST, {"course": course.slug, "file": file, **fields})


def visible(who: User) -> list[VoiceTranscript]:
    with acting_as(who):
        return list(VoiceTranscript.objects.order_by("pk"))


@pytest.mark.parametrize("name", ["tess", "rex", "ada"])
def test_it_brings_a_transcript_in(name: str, request: pytest.FixtureRequest, course: Course, ada: User) -> None:
    person: User = request.getfixturevalue(name)
    answer = upload(signed_in(person), course, SESSION.encode(), title="Monday")
    (made,) = visible(person)
    assert (answer.status_code, answer["Location"]) == (302, page(made))
    assert (made.title, made.state, made.learner_id) == ("Monday", "received", person.pk if name == "ada" else None)


def test_it_shows_what_was_found(taught: Course, tess: User) -> None:
    made = was_read(tess, taught)
    text = signed_in(tess).get(page(made)).content.decode()
    for words in ("Negative", "How do I restore the backup", "0:13", "Said in reply", "For the course to learn", "To review"):
        assert words in text
    assert f'href="/courses/{taught.slug}/volumes/"' in text
    assert 'id="c2"' in text
    assert 'href="?page=1#c2"' in text


def test_it_shows_progress_until_it_is_done(course: Course, tess: User) -> None:
    made, client = sent(tess, course), signed_in(tess)
    assert b"hx-trigger" in client.get(page(made)).content
    leases.claim(made.pk)
    going = client.get(page(made, "progress"), HTTP_HX_REQUEST="true")
    assert b"Working" in going.content
    assert "HX-Refresh" not in going
    change(made, state="failed", error_message="The service is away.")
    done = client.get(page(made, "progress"), HTTP_HX_REQUEST="true")
    assert (done["HX-Refresh"], b"The service is away." in done.content) == ("true", True)


def test_it_tries_a_failed_one_again(course: Course, tess: User) -> None:
    made = sent(tess, course)
    change(made, state="working")
    change(made, state="failed", error_message="The service is away.")
    client = signed_in(tess)
    assert b"Try again" in client.get(page(made)).content
    assert client.post(page(made, "again")).status_code == 302
    assert fresh(made).state == "received"


def test_it_asks_before_it_erases(course: Course, tess: User) -> None:
    made, client = sent(tess, course), signed_in(tess)
    assert b"Erase for good" in client.get(page(made, "erase")).content
    assert visible(tess)
    assert client.post(page(made, "erase")).status_code == 302
    assert not visible(tess)
    assert client.get(page(made)).status_code == 404


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 422, "no words"),
        (b"\x00\x01\x02", 422, "This is not a text"),
        (MP3, 422, "TRANSCRIPTION_MODEL"),
        (b"x" * (2 * 1024 * 1024 + 1), 413, "2 MB"),
        (bytes(26 * 1024 * 1024), 413, "25 MB"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_nothing(
    course: Course, tess: User, settings: Any, data: bytes, status: int, words: str
) -> None:
    settings.TRANSCRIPTION_MODEL = ""
    answer = upload(signed_in(tess), course, data)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert visible(tess) == []


def test_it_limits_uploads(course: Course, tess: User, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "transcript": "1/hour"}
    client = signed_in(tess)
    assert upload(client, course, b"Tess: hello").status_code == 302
    assert upload(client, course, b"Tess: hello").status_code == 429


def test_it_refuses_a_course_that_is_not_theirs(course: Course, tess: User) -> None:
    stranger = make_person("Stan")
    assert upload(signed_in(stranger), course, b"Stan: hello").status_code == 422
    assert visible(tess) == []


def test_it_shows_each_only_what_is_theirs(course: Course, ada: User, ben: User, tess: User, rex: User) -> None:
    hers, the_course_s = sent(ada, course, title="Ada's own"), sent(tess, course, title="The session")
    for person, titles in ((ada, 1), (ben, 0), (tess, 2), (rex, 2)):
        client = signed_in(person)
        text = client.get(LIST).content.decode()
        assert ("Ada&#x27;s own" in text) + ("The session" in text) == titles
        assert client.get(page(hers)).status_code == (404 if person == ben else 200)
        assert client.get(page(the_course_s)).status_code == (200 if person in (tess, rex) else 404)


def test_it_keeps_others_from_its_deeds(course: Course, ada: User, ben: User, tess: User) -> None:
    hers = sent(ada, course)
    for person in (ben, tess):  # her trainer sees it, and may not erase it
        client = signed_in(person)
        assert client.get(page(hers, "erase")).status_code == 404
        assert client.post(page(hers, "erase")).status_code == 404
        assert client.post(page(hers, "again")).status_code == 404
    assert visible(ada) == [hers]


def test_it_wants_a_sign_in_and_the_right_method(course: Course, tess: User) -> None:
    made = sent(tess, course)
    for address in (LIST, page(made), page(made, "progress"), page(made, "erase")):
        assert Client().get(address).status_code == 302
    client = signed_in(tess)
    assert [client.post(page(made)).status_code, client.get(page(made, "again")).status_code] == [405, 405]
    assert client.delete(LIST).status_code == 405
    assert client.get(f"{LIST}{uuid.uuid4()}/").status_code == 404


def test_it_narrows_the_list(taught: Course, tess: User) -> None:
    was_read(tess, taught, title="Unhappy")
    was_read(tess, taught, "Tess: Today is about networks.", title="Calm")
    client = signed_in(tess)
    for query, found in (
        ("sentiment=negative", ["Unhappy"]),
        ("sentiment=neutral", ["Calm"]),
        ("q=networks", ["Calm"]),
        ("q=%27%25_", []),
        ("course=elsewhere", []),
        ("course=containers&since=2020-01-01", ["Unhappy", "Calm"]),
        ("until=2020-01-01", []),
        ("since=nonsense&sentiment=nonsense&after=nonsense", ["Unhappy", "Calm"]),
    ):
        text = client.get(f"{LIST}?{query}").content.decode()
        assert {title for title in ("Unhappy", "Calm") if f">{title}</a>" in text} == set(found), query


def test_it_pages_the_list_within_few_queries(course: Course, tess: User, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        sent(tess, course, "Tess: hello", title=f"Talk {number:02}")
    client = signed_in(tess)
    with django_assert_max_num_queries(24):  # the door and the session have theirs
        first = client.get(LIST).content.decode()
    assert first.count('class="transcript-row"') == 25
    older = first.split('rel="next" href="')[1].split('"')[0]
    assert client.get(f"{LIST}{older.replace('&amp;', '&')}").content.decode().count('class="transcript-row"') == 5


def test_it_pages_a_long_transcript(course: Course, tess: User) -> None:
    made = sent(tess, course, "\n".join(f"Tess: line {number}" for number in range(900)))
    client = signed_in(tess)
    assert client.get(page(made)).content.decode().count('class="clock"') == 400
    last = client.get(f"{page(made)}?page=3").content.decode()
    assert (last.count('class="clock"'), "line 899" in last) == (100, True)
    assert client.get(f"{page(made)}?page=x").status_code == 200


def test_it_shows_hostile_words_as_words(course: Course, tess: User) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    made = was_read(tess, course, f"Eve: I hate this {attack}. Why is {attack} not escaped properly here?", title=attack)
    text = signed_in(tess).get(page(made)).content.decode()
    assert "<img src=x" not in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
