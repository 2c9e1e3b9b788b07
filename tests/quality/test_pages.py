"""The pages and the API of quality: the walk of a trainer, who may not, and the way back from a deletion."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.door import acting_as
from accounts.models import User
from courses.models import Course
from learning.models import QualityQuestion, QualityRun
from learning.quality.drafting import Draft, Page, drafts
from learning.quality.running import run_set
from tests.api.conftest import Program, ask_and_answer
from tests.coach.conftest import taught
from tests.conftest import make_person
from tests.pages.conftest import signed_in
from tests.quality.cast import PORT, VOLUME, kept, ran

__all__ = ["taught"]

pytestmark = pytest.mark.django_db
LIST = "/desk/quality/"


def file(*rows: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile("set.jsonl", "\n".join(json.dumps(row) for row in rows).encode())


def test_it_walks_from_an_empty_page_to_a_run(taught: Course, tess: User) -> None:
    client = signed_in(tess)
    assert b"No questions kept yet" in client.get(LIST).content
    address = client.post(LIST, {"name": "First day", "course": taught.slug})["Location"]
    assert client.post(f"{address}run")["Location"] == address
    client.post(f"{address}add", {"question": PORT.question, "expected": ["networks"]})
    address_of_run = client.post(f"{address}run")["Location"]
    assert b"Waiting for a worker" in client.get(address_of_run).content
    with acting_as(tess):
        run = QualityRun.objects.get()
    assert run_set(run.pk)
    text = client.get(address_of_run).content.decode()
    assert "1 of 1 right" in text
    assert "?passage=" in text
    assert client.get(f"{address_of_run}progress")["HX-Refresh"] == "true"
    assert b"1 of 1 right" in client.get(LIST).content


@pytest.mark.django_db(transaction=True)
def test_it_takes_drafts_and_what_was_asked(taught: Course, tess: User, ada: User) -> None:
    ask_and_answer(ada, taught, VOLUME.question)
    client, chosen = signed_in(tess), kept(tess, taught, PORT)
    page = client.get(f"{LIST}{chosen.pk}/suggested?from=asked").content.decode()
    assert f'value="{VOLUME.question}"' in page
    assert '<option value="volumes" selected>' in page
    drafted = client.get(f"{LIST}{chosen.pk}/suggested").content.decode()
    assert "What does the course say about “Publishing a port”?" in drafted
    client.post(f"{LIST}{chosen.pk}/suggested?from=asked", {"pick": "1", "question-1": VOLUME.question, "place-1": "volumes"})
    with acting_as(tess):
        made = QualityQuestion.objects.get(question=VOLUME.question)
        assert (made.source, made.expected) == ("asked", ["volumes"])


def test_it_deletes_with_a_way_back(taught: Course, tess: User) -> None:
    client, chosen = signed_in(tess), kept(tess, taught)
    with acting_as(tess):
        question = QualityQuestion.objects.get(question=PORT.question)
    after = client.get(client.post(f"{LIST}questions/{question.pk}/delete")["Location"]).content.decode()
    assert PORT.question not in after
    assert "Undo" in after
    client.post(f"{LIST}questions/{question.pk}/restore")
    gone = client.post(f"{LIST}{chosen.pk}/delete")["Location"]
    assert "Undo" in client.get(gone).content.decode()
    assert client.get(f"{LIST}{chosen.pk}/").status_code == 404
    client.post(f"{LIST}{chosen.pk}/restore")
    assert PORT.question in client.get(f"{LIST}{chosen.pk}/").content.decode()


def test_it_brings_in_what_it_sent_out(taught: Course, tess: User) -> None:
    client, first, second = signed_in(tess), kept(tess, taught), kept(tess, taught, PORT, name="Other")
    sent = client.get(f"{LIST}{first.pk}/export").content
    answer = client.post(f"{LIST}{second.pk}/import", {"file": SimpleUploadedFile("set.jsonl", sent)})
    assert answer.status_code == 302
    assert sorted(client.get(f"{LIST}{second.pk}/export").content.splitlines()) == sorted(sent.splitlines())
    for row, words in (
        ({"question": "a", "expected": ["nowhere"]}, "no place “nowhere”"),
        ({"question": "a"}, "line 1"),
        ("x", "line 1"),
    ):
        bad = client.post(f"{LIST}{second.pk}/import", {"file": file(row)})
        assert (bad.status_code, words in bad.content.decode()) == (422, True)


def test_it_shows_hostile_words_as_words(taught: Course, tess: User) -> None:
    client, chosen = signed_in(tess), kept(tess, taught, PORT, name="<script>alert(1)</script>")
    client.post(f"{LIST}{chosen.pk}/add", {"question": "<img src=x onerror=alert(1)>", "answer": "<b>x</b>"})
    run = ran(chosen)
    for path in ("", f"{chosen.pk}/", f"runs/{run.pk}/"):
        page = client.get(LIST + path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_it_is_for_trainers_of_the_course_alone(taught: Course, tess: User, rex: User, ada: User) -> None:
    chosen, run = kept(tess, taught), ran(kept(tess, taught, name="Other"))
    theo = make_person("Theo", "trainer")
    for person, status in ((theo, 404), (ada, 404), (rex, 200)):
        client = signed_in(person)
        assert client.get(LIST).status_code == (404 if person == ada else 200)
        assert b"First day" in client.get(LIST).content or person != rex
        for path in (
            f"{chosen.pk}/",
            f"{chosen.pk}/suggested",
            f"{chosen.pk}/export",
            f"runs/{run.pk}/",
            f"runs/{run.pk}/progress",
        ):
            assert client.get(LIST + path).status_code == status, path
        assert client.post(f"{LIST}{chosen.pk}/add", {"question": "x", "answer": "y"}).status_code in {status, 302}
    assert signed_in(tess).get(f"{LIST}{chosen.pk}/run").status_code == 405


def test_it_asks_the_database_a_bounded_number_of_times(taught: Course, tess: User, django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        chosen = kept(tess, taught, name=f"Set {number}")
    run, client = ran(chosen), signed_in(tess)
    for path, most in (("", 10), (f"{chosen.pk}/", 15), (f"runs/{run.pk}/", 12)):
        with django_assert_max_num_queries(most):
            assert client.get(LIST + path).status_code == 200


def test_it_lets_programs_keep_sets_and_run_them(taught: Course, tess: User, ada: User) -> None:
    program = Program(tess)
    made = program.send("POST", f"courses/{taught.slug}/quality", {"name": "First day"})
    assert made.status_code == 201
    path = f"quality/sets/{made.json()['id']}"
    assert program.send("POST", f"courses/{taught.slug}/quality", {"name": "First day"}).status_code == 409
    assert program.send("POST", f"{path}/runs").status_code == 409
    added = program.send("POST", f"{path}/questions", {"question": PORT.question, "expected": ["networks"]})
    assert (added.status_code, added.json()["source"]) == (201, "hand")
    wrong = program.send("PUT", f"quality/questions/{added.json()['id']}", {"question": "x", "expected": ["nowhere"]})
    assert wrong.status_code == 400
    run = program.send("POST", f"{path}/runs").json()
    assert run_set(run["id"])
    whole = program.send("GET", f"quality/runs/{run['id']}").json()
    assert (whole["state"], whole["figures"]["right"], whole["results"][0]["verdict"]) == ("completed", 1, "new")
    assert program.send("DELETE", path).status_code == 204
    assert program.send("GET", path).status_code == 404
    assert program.send("POST", f"{path}/restore").json()["questions"] == 1
    for other in (f"courses/{taught.slug}/quality", path, f"{path}/runs", f"quality/runs/{run['id']}"):
        assert Program(ada).send("GET", other).status_code == 404


def test_it_drafts_what_a_page_defines_and_names() -> None:
    sentence = "A volume is a folder that outlives its container."
    body = f"## Which one?\n\n{sentence} It is kept by the engine.\n\n```\nA tag is not read.\n```\n"
    assert drafts([Page("volumes", "Volumes", body)], known={"nothing"}) == [
        Draft("What is a volume?", "volumes", sentence),
        Draft("Which one?", "volumes"),
    ]
    assert drafts([Page("volumes", "Volumes", body)], known={"What is a volume?"}, language="german") == [
        Draft("Which one?", "volumes")
    ]
