"""A page is changed: what changed is indexed by itself, and everybody sees how far that is."""

import time
from typing import Any

import pytest
from django.test import Client

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.editing import PlaceHasMoved, Text, edit
from courses.models import Chapter, Course
from learning import updates
from learning.editing import remove, save_text
from learning.indexing import run_update
from learning.models import ContentUpdate
from learning.retrieval import search
from tests.api.conftest import Program
from tests.coach.conftest import taught
from tests.conftest import make_person
from tests.learning.index_cast import state
from tests.pages.conftest import signed_in

__all__ = ["taught"]

pytestmark = pytest.mark.django_db


def chapter(course: Course, place: str = "networks") -> Chapter:
    with acting_as(SYSTEM):
        return Chapter.objects.select_related("course").get(course=course, chapter_id=place)


def newest(course: Course) -> ContentUpdate:
    with acting_as(SYSTEM):
        return ContentUpdate.objects.filter(course=course).order_by("-pk")[0]


def found(person: User, course: Course, question: str) -> str:
    with acting_as(person):
        return search(course_id=course.pk, question=question, embedding=None)[0].content


def test_it_lets_a_program_change_a_page_and_one_passage_is_read_anew(taught: Course, tess: User) -> None:
    program, place = Program(tess), chapter(taught)
    text = place.body.replace("host name.", "host name. A zeppelin is the whale's cousin.")
    since = time.perf_counter()
    saved = program.send("PATCH", f"courses/{taught.slug}/places/networks", {"markdown": text, "version": place.version})
    assert (saved.status_code, saved.json()["version"]) == (200, place.version + 1)
    assert "zeppelin" in saved.json()["html"]
    update = newest(taught)
    assert (update.triggered_by, update.update_type, update.status) == ("automatic", "incremental", "pending")
    assert run_update(update.pk)
    assert time.perf_counter() - since < 5
    assert "zeppelin" in found(tess, taught, "zeppelin")
    assert state(update).chunks_embedded == 1
    again = program.send("PUT", f"courses/{taught.slug}/places/networks", {"title": place.title, "markdown": "x", "version": 1})
    assert again.status_code == 409


def test_it_saves_nothing_that_is_not_new(taught: Course) -> None:
    place = chapter(taught)
    with acting_as(SYSTEM):
        assert save_text(place, Text(place.title, place.body, place.day, place.section)) is None
        with pytest.raises(PlaceHasMoved):
            edit(place, Text("x", "y", 1, ""), seen=99)


def test_it_keeps_where_links_and_pictures_lead(taught: Course) -> None:
    place = chapter(taught)
    with acting_as(SYSTEM):
        Chapter.objects.filter(pk=place.pk).update(
            body="[v](../070-vols.md#choose)", html='<p><a href="/courses/x/volumes/#choose">v</a></p>'
        )
        edit(chapter(taught), Text("N", "[v](../070-vols.md#choose) [l](lab-database.md)", 3, ""))
    html = chapter(taught).html
    assert 'href="/courses/x/volumes/#' in html
    assert f'href="/courses/{taught.slug}/lab-database/"' in html


def test_it_lets_an_admin_edit_and_take_out(taught: Course, rex: User) -> None:
    client, place = signed_in(rex), chapter(taught)
    address = f"/admin/courses/chapter/{place.pk}/change/"
    assert client.get(address).status_code == 200
    client.post(address, {"title": "Networks", "day": 3, "section": "", "body": "# Networks\n\nA zeppelin."})
    assert run_update(newest(taught).pk)
    assert "zeppelin" in found(rex, taught, "zeppelin")
    client.post("/admin/courses/chapter/", {"action": "take_out", "_selected_action": [str(place.pk)]})
    assert chapter(taught).removed_at
    assert "zeppelin" not in found(rex, taught, "zeppelin container volume")
    assert client.get(address).status_code == 200


def test_it_tells_its_history_and_tries_again(taught: Course, tess: User, rex: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, address = signed_in(tess), f"/updates/{taught.slug}/"
    client.post(address, {"kind": "full"})
    update = newest(taught)
    assert (update.update_type, update.triggered_by) == ("full", "manual")
    monkeypatch.setattr("learning.indexing._cut", lambda build: 1 / 0)
    for _try in range(updates.MAX_DELIVERIES):
        with acting_as(SYSTEM):
            ContentUpdate.objects.filter(pk=update.pk, status="processing").update(leased_until="2020-01-01T00:00Z")
        run_update(update.pk)
    page = client.get(address).content.decode()
    assert "ZeroDivisionError" in page
    assert "Try again" in page
    assert found(tess, taught, "published")  # the old index serves
    client.post(f"{address}{update.pk}/retry")
    assert state(update).status == "pending"
    monkeypatch.undo()
    assert run_update(update.pk)
    assert "passages" in client.get(address).content.decode()
    signed_in(rex).post(address, {"kind": "incremental"})
    assert newest(taught).triggered_by == "admin"


def test_it_lets_programs_list_ask_and_retry(taught: Course, tess: User) -> None:
    program = Program(tess)
    asked = program.send("POST", f"courses/{taught.slug}/updates", {"full": True})
    assert (asked.status_code, asked.json()["status"], asked.json()["triggered_by"]) == (202, "pending", "manual")
    listed = program.send("GET", f"courses/{taught.slug}/updates?status=pending").json()["results"]
    assert [one["id"] for one in listed] == [asked.json()["id"]]
    assert program.send("POST", f"updates/{asked.json()['id']}/retry").status_code == 409
    assert program.send("GET", f"updates/{asked.json()['id']}").json()["course"] == taught.slug


def test_it_is_for_those_who_run_the_course(taught: Course, tess: User, ada: User) -> None:
    theo = make_person("Theo", "trainer")
    for person in (ada, theo):
        program, client = Program(person), signed_in(person)
        assert program.send("PATCH", f"courses/{taught.slug}/places/networks", {"markdown": "x"}).status_code == 404
        assert program.send("GET", f"courses/{taught.slug}/updates").status_code == 404
        assert program.send("GET", f"updates/{newest(taught).pk}").status_code == 404
        assert client.get(f"/updates/{taught.slug}/").status_code == client.post(f"/updates/{taught.slug}/").status_code == 404
    assert Client().get(f"/updates/{taught.slug}/").status_code == 302
    assert signed_in(tess).get(f"/updates/{taught.slug}/{newest(taught).pk}/retry").status_code == 405


def test_it_drops_a_chapter_taken_out_from_the_index(taught: Course, tess: User, django_assert_max_num_queries: Any) -> None:
    with acting_as(tess):
        update = remove(chapter(taught))
    assert run_update(update.pk)
    with acting_as(tess), django_assert_max_num_queries(3):
        assert all(
            passage.chapter_id != "networks" for passage in search(course_id=taught.pk, question="network name", embedding=None)
        )
